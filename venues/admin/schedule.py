"""Planned changes of the menu: a list, a form in the venue's own time, and a way to withdraw one."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.admin import action, display
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSplitDateTimeWidget

from venues.admin.lists import InScope
from venues.admin.scopes import managed_venues, products_changeable, products_seen
from venues.admin.scoping import OneOperatorForm, Rows, ScopedAdmin, ScopedInline, asked_by, person
from venues.admin.site import site
from venues.models import Product, ScheduledChange, User, Venue
from venues.scheduling import carry_out, local_moment, overlapping, plan_change, withdraw_change, zone_of

IN_VENUES_TIME = "By the clocks of the venue; of a shared menu, of the first venue that uses it."
OVER = "the change has begun already, or is over"


class LocalMoment(forms.SplitDateTimeField):
    """A date and a time as they stand on a clock, of which only the whole form knows the zone."""

    widget = UnfoldAdminSplitDateTimeWidget

    def compress(self, data_list: Any) -> datetime | None:
        if not data_list:
            return None
        if not all(data_list):
            raise ValidationError("Give a date and a time.")
        return datetime.combine(*data_list)


class ChangeForm(OneOperatorForm):
    on = forms.NullBooleanField(
        label="Yes or no",
        required=False,
        widget=UnfoldAdminSelectWidget(choices=[("", "---------"), ("true", "Yes"), ("false", "No")]),
        help_text="Whether it is available, or active.",
    )
    starts_at = LocalMoment(label="From", help_text=IN_VENUES_TIME)
    ends_at = LocalMoment(label="Until", required=False, help_text="Then the former value is back. Empty: it stays.")

    asker: User

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        what, product, venue = cleaned.get("what"), cleaned.get("product"), cleaned.get("venue")
        self._clean_value(cleaned, what)
        if what == ScheduledChange.AVAILABLE and venue is None:
            self.add_error("venue", "At which venue? To take it off the menu of all, plan “Active on the menu”.")
        elif what == ScheduledChange.ACTIVE and venue is not None:
            self.add_error("venue", "It is active on the menu of all venues, or not: leave this empty.")
        if isinstance(product, Product):
            self._clean_where(product, venue)
            self._clean_moments(cleaned, product, venue)
        return cleaned

    def _clean_value(self, cleaned: dict[str, Any], what: str | None) -> None:
        if what == ScheduledChange.PRICE:
            cleaned["on"] = None
            if cleaned.get("price") is None and "price" not in self.errors:
                self.add_error("price", "Which price?")
        elif what is not None:
            cleaned["price"] = None
            if cleaned.get("on") is None:
                self.add_error("on", "Yes or no?")

    def _clean_where(self, product: Product, venue: Venue | None) -> None:
        if venue is not None and venue.menu_id != product.category.menu_id:
            self.add_error("venue", "This venue sells another menu.")
        elif venue is not None and product.venue_id not in (None, venue.pk):
            self.add_error("venue", "This product is another venue's own.")
        elif venue is None and not products_changeable(self.asker).filter(pk=product.pk).exists():
            self.add_error("venue", "This menu is shared. Choose the venue for which it is planned.")

    def _clean_moments(self, cleaned: dict[str, Any], product: Product, venue: Venue | None) -> None:
        zone = zone_of(venue, product)
        for name in ("starts_at", "ends_at"):
            if (naive := cleaned.get(name)) is not None:
                cleaned[name] = local_moment(naive, zone)
                if cleaned[name] is None:
                    self.add_error(name, f"On this day clocks in {zone} skip this time. Take one an hour later.")
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts is None:
            return
        if ends is not None and ends <= starts:
            self.add_error("ends_at", "It ends after it starts.")
        elif (ends or starts) <= timezone.now():
            self.add_error("ends_at" if ends else "starts_at", "This is over already.")
        elif not self.errors:
            change = ScheduledChange(product=product, venue=venue, what=cleaned["what"], starts_at=starts, ends_at=ends)
            if (other := overlapping(change).first()) is not None:
                self.add_error(None, _overlap(other))


class ScheduledChangeAdmin(ScopedAdmin):
    """Never changed once they are made: withdrawn, and planned anew."""

    form = ChangeForm
    list_display = ("product", "venue", "value", "begins", "ends", "weekly", "state", "why")
    list_filter = ("state", "what", ("venue", InScope))
    list_select_related = ("product__category__menu", "venue")
    search_fields = ("product__name", "venue__name")
    autocomplete_fields = ("product",)
    actions = ("withdraw",)
    fields = ("product", "venue", "what", "price", "on", "starts_at", "ends_at", "weekly")
    kept = ("product", "venue", "value", "begins", "ends", "weekly", "state", "why", "made_by", "made_at")

    def scope(self, user: User, rows: Rows) -> Rows:
        of_menu = Q(venue=None, product__in=products_seen(user))
        return rows.filter(of_menu | Q(venue__in=managed_venues(user)))

    def get_queryset(self, request: HttpRequest) -> Rows:
        return _with_zones(super().get_queryset(request))

    def changeable(self, user: User, rows: Rows) -> Rows:
        of_menu = Q(venue=None, product__in=products_changeable(user))
        return rows.filter(of_menu | Q(venue__in=managed_venues(user)))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Of the list alone, for its action: nobody rewrites what was planned."""
        return obj is None and super().has_change_permission(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.kept if obj is not None else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.kept if obj is not None else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = asked_by(ChangeForm, person(request))
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.made_by, obj.made_at = person(request), timezone.now()
        plan_change(obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        _take_back(obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Rows) -> None:
        for change in self.changeable(person(request), queryset).order_by("pk"):
            _take_back(change)
        super().delete_queryset(request, queryset)

    @display(description="change")
    def value(self, change: ScheduledChange) -> str:
        return change.value_in_words

    @display(description="from", ordering="starts_at")
    def begins(self, change: ScheduledChange) -> str:
        return _local(change, change.starts_at)

    @display(description="until", ordering="ends_at")
    def ends(self, change: ScheduledChange) -> str:
        return _local(change, change.ends_at) if change.ends_at is not None else "stays"

    @action(description="Withdraw; what is at work ends at once", permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: Rows) -> None:
        rows = self.changeable(person(request), queryset).order_by("pk")
        done = sum(withdraw_change(change.pk, timezone.now()) for change in rows)
        left = rows.count() - done
        self.message_user(request, f"{done} withdrawn." + (f" {left} left: {OVER}." if left else ""))


class ChangeInline(ScopedInline):
    """What is planned for a product, on its page; made and withdrawn in their own list."""

    model = ScheduledChange
    verbose_name_plural = "planned changes"
    fields = readonly_fields = ("venue", "value", "begins", "ends", "state", "why")
    adds = changes = deletes = False
    value, begins, ends = ScheduledChangeAdmin.value, ScheduledChangeAdmin.begins, ScheduledChangeAdmin.ends

    def scope(self, user: User, rows: Rows) -> Rows:
        open_ones = rows.filter(state__in=(ScheduledChange.PLANNED, ScheduledChange.APPLIED))
        seen = Q(venue=None) | Q(venue__in=managed_venues(user))
        found = open_ones.filter(seen, product__in=products_seen(user))
        return _with_zones(found.select_related("venue", "product__category"))


def _take_back(change: ScheduledChange) -> None:
    """End what is at work, whose end nobody would know of any more."""
    now = timezone.now()
    if withdraw_change(change.pk, now):
        carry_out(change.pk, now)


def _with_zones(rows: Rows) -> Rows:
    """With what `_local` needs of a shared menu's change: a query for each row else."""
    venues = Venue.objects.filter(menu_id=OuterRef("product__category__menu_id")).order_by("pk")
    found: Rows = rows.annotate(menus_zone=Subquery(venues.values("timezone")[:1]))
    return found


def _local(change: ScheduledChange, at: datetime) -> str:
    known = getattr(change, "menus_zone", None)
    zone = ZoneInfo(known) if known and change.venue is None else zone_of(change.venue, change.product)
    return f"{at.astimezone(zone):%a %d %b %Y %H:%M}"


def _overlap(other: ScheduledChange) -> str:
    until = f" until {_local(other, other.ends_at)}" if other.ends_at is not None else ""
    begins = f"{other.value_in_words}, from {_local(other, other.starts_at)}"
    return f"This overlaps with another: {begins}{until}. Withdraw that first."


site.register(ScheduledChange, ScheduledChangeAdmin)
