"""Planned changes of the menu: a list, a form, what each will do, and a way to withdraw one."""

from typing import Any, ClassVar

from django.contrib.admin import action, display
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from venues.admin.lists import InScope
from venues.admin.schedule_form import ChangeForm, in_local_time
from venues.admin.schedule_products import what_it_does
from venues.admin.scopes import (
    categories_changeable,
    categories_seen,
    managed_venues,
    products_changeable,
    products_seen,
)
from venues.admin.scoping import Rows, ScopedAdmin, ScopedInline, asked_by, person
from venues.admin.site import site
from venues.models import ScheduledChange, User, Venue
from venues.scheduling import Overlaps, plan_change, take_back, withdraw_change

OVER = "the change has begun already, or is over"


class ScheduledChangeAdmin(ScopedAdmin):
    """Never changed once they are made: withdrawn, and planned anew."""

    form = ChangeForm
    list_display = ("of", "venue", "value", "begins", "ends", "weekly", "state", "why")
    list_filter = ("state", "what", ("venue", InScope))
    list_select_related = ("product__category", "category", "venue")
    search_fields = ("product__name", "category__name", "venue__name")
    autocomplete_fields = ("product", "category")
    actions = ("withdraw",)
    fields = (
        ("product", "category"),
        "venue",
        "what",
        "price",
        ("percent", "step"),
        "on",
        "starts_at",
        "ends_at",
        "also_on",
        "weekly",
    )
    kept = ("of", "venue", "value", "begins", "ends", "weekly", "state", "why", "does", "made_by", "made_at")

    class Media:
        css: ClassVar = {"all": ("venues/venue_menu.css",)}

    def scope(self, user: User, rows: Rows) -> Rows:
        of_menu = Q(product__in=products_seen(user)) | Q(category__in=categories_seen(user))
        return rows.filter(Q(venue=None) & of_menu | Q(venue__in=managed_venues(user)))

    def get_queryset(self, request: HttpRequest) -> Rows:
        return _with_zones(super().get_queryset(request))

    def changeable(self, user: User, rows: Rows) -> Rows:
        of_menu = Q(product__in=products_changeable(user)) | Q(category__in=categories_changeable(user))
        return rows.filter(Q(venue=None) & of_menu | Q(venue__in=managed_venues(user)))

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

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Overlaps:  # planned since the form was looked at, which sees it now and says so
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        with transaction.atomic():
            for one in (obj, *form.also):
                one.made_by, one.made_at = person(request), timezone.now()
                plan_change(one)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Of a category to the change's own page, which lists what it will do."""
        answer = super().response_add(request, obj, post_url_continue)
        if obj.category_id is None or "_addanother" in request.POST or not isinstance(answer, HttpResponseRedirect):
            return answer
        return HttpResponseRedirect(reverse("admin:venues_scheduledchange_change", args=[obj.pk]))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        take_back([obj], timezone.now())
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Rows) -> None:
        take_back(self.changeable(person(request), queryset).order_by("pk"), timezone.now())
        super().delete_queryset(request, queryset)

    @display(description="product or category", ordering=Coalesce("product__name", "category__name"))
    def of(self, change: ScheduledChange) -> str:
        return str(change.thing) if change.category_id is None else f"all of {change.thing}"

    @display(description="product by product")
    def does(self, change: ScheduledChange) -> SafeString | str:
        """What it will do as things are now, or what it will take back."""
        return what_it_does(change)

    @display(description="change")
    def value(self, change: ScheduledChange) -> str:
        return change.value_in_words

    @display(description="from", ordering="starts_at")
    def begins(self, change: ScheduledChange) -> str:
        return in_local_time(change, change.starts_at)

    @display(description="until", ordering="ends_at")
    def ends(self, change: ScheduledChange) -> str:
        return in_local_time(change, change.ends_at) if change.ends_at is not None else "stays"

    @action(description="Withdraw; what is at work ends at once", permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: Rows) -> None:
        rows = self.changeable(person(request), queryset).order_by("pk")
        done = sum(withdraw_change(change.pk, timezone.now()) for change in rows)
        left = rows.count() - done
        self.message_user(request, f"{done} withdrawn." + (f" {left} left: {OVER}." if left else ""))


class ChangeInline(ScopedInline):
    """What is planned for a product or a category, on its page; made and withdrawn in their own list."""

    model = ScheduledChange
    verbose_name_plural = "planned changes"
    fields = readonly_fields = ("venue", "value", "begins", "ends", "state", "why")
    adds = changes = deletes = False
    value, begins, ends = ScheduledChangeAdmin.value, ScheduledChangeAdmin.begins, ScheduledChangeAdmin.ends

    def scope(self, user: User, rows: Rows) -> Rows:
        open_ones = rows.filter(state__in=(ScheduledChange.PLANNED, ScheduledChange.APPLIED))
        seen = Q(venue=None) | Q(venue__in=managed_venues(user))
        of = Q(product__in=products_seen(user)) | Q(category__in=categories_seen(user))
        return _with_zones(open_ones.filter(seen, of).select_related("venue", "product__category", "category"))


def _with_zones(rows: Rows) -> Rows:
    """With what `in_local_time` needs of a shared menu's change: a query for each row else."""
    menu = Coalesce(OuterRef("product__category__menu_id"), OuterRef("category__menu_id"))
    venues = Venue.objects.filter(menu_id=menu).order_by("pk")
    own = "product__venue__timezone", "category__venue__timezone"
    found: Rows = rows.annotate(menus_zone=Coalesce(*own, Subquery(venues.values("timezone")[:1])))
    return found


site.register(ScheduledChange, ScheduledChangeAdmin)
