"""Operators, venues and tables."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.admin import SimpleListFilter, display
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from venues.addresses import board_page, table_page
from venues.admin.history import RememberedAdmin
from venues.admin.lists import InScope
from venues.admin.scopes import managed_venues, whole_operators
from venues.admin.scoping import Rows, ScopedInline, person
from venues.admin.site import has_any, site
from venues.admin.venue_pages import PAGES, VenuePage
from venues.audit import What, note
from venues.models import OpeningException, OpeningHours, Operator, SecondFactor, Table, User, Venue
from venues.printed import WORDS, code_state, in_state
from venues.roles import MANAGERS, may_everything, operators_for
from venues.status_words import STATUS_WORDS

_OURS = {words.field: words.ours for words in STATUS_WORDS}


class OfVenue:
    """The scope of whatever has a `venue`."""

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(venue__in=managed_venues(user))


class OfVenueInNumbers(OfVenue):
    """The same for tables of a million rows: with the venues' ids before it the database plans for what they hold."""

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(venue__in=list(managed_venues(user).values_list("pk", flat=True)))


class OperatorAdmin(RememberedAdmin):
    """Made and renamed by superusers only: names are unique over all, so a form would tell which there are.

    How people log in is the operator's own to say.
    """

    list_display = ("name", "second_factor")
    fields = ("name", "second_factor")
    asks_again = ("change", "add", "delete")
    ordering = ("name",)
    lists_deleted = False  # its venues, menus and people went with it

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=operators_for(user, MANAGERS).values("pk"))

    def changeable(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=whole_operators(user).values("pk"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if may_everything(person(request)) else (*fields, "name")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "second_factor" in form.changed_data:
            note(What.POLICY_CHANGED, f"second factor: {obj.get_second_factor_display()}", operator=obj)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_choice_field(db_field, request, **kwargs)
        if db_field.name == "second_factor" and field is not None:
            now = "now a code too" if settings.ONTAP_SECOND_FACTOR else "now a password is enough"
            said: dict[str, str] = dict(SecondFactor.choices)
            said[SecondFactor.AS_INSTALLED] += f": {now}"
            field.choices = list(said.items())
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_everything(person(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_everything(person(request))


class HoursInline(OfVenue, ScopedInline):
    model = OpeningHours


class ExceptionInline(OfVenue, ScopedInline):
    model = OpeningException


OWN_WORDS = (
    "Your own sentence below an order's state on the guest's page, as you write it, for guests of every language; the "
    "state itself stays in the guest's. {time} and {table} stand for when it came to be so, and where it goes. Empty: "
    "the sentence that stands in grey, in the guest's language."
)


class VenueAdmin(RememberedAdmin):
    list_display = ("name", "operator", "menu_here", "timezone", "board")
    lists_deleted = False  # its tables, orders and devices went with it
    list_filter = (("operator", InScope),)
    search_fields = ("name",)
    ordering = ("name", "pk")
    list_select_related = ("operator", "menu")
    inlines = (HoursInline, ExceptionInline)  # for the venue's history; the page of opening hours writes them
    fixed = ("operator",)
    readonly_fields = ("board", "paused_until", "pause_reason")
    change_form_outer_before_template = "admin/venues/venue/change_before.html"
    fieldsets = (
        (None, {"fields": ("operator", "name", "menu", "timezone", "currency", "pay_sentence", "board")}),
        ("Look", {"fields": ("colour", "logo")}),
        ("Hours", {"fields": ("day_starts", "paused_until", "pause_reason")}),
        ("Guests", {"fields": ("open_tables", "table_opening", "refuse_without_board", "takes_to_go")}),
        ("Status words", {"fields": [words.field for words in STATUS_WORDS], "description": OWN_WORDS}),
        ("Table Tracker", {"fields": ("tracker_use", ("first_own_name", "last_own_name"), "puck_returned")}),
        ("Unanswered orders", {"fields": ("alert_after", "escalate_after", "reject_after")}),
        ("Board", {"fields": (("slow_after", "late_after"),)}),
        ("Guests' data", {"fields": ("guests_kept_days",)}),
        ("Limits", {"fields": ("max_quantity", "max_items", "max_open_per_table", "max_per_minute")}),
    )

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=managed_venues(user).values("pk"))

    def choices(self, request: HttpRequest, field: str, rows: Rows) -> Rows:
        if field == "operator":
            return rows.filter(pk__in=whole_operators(person(request)).values("pk"))
        return super().choices(request, field, rows)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and has_any(request, whole_operators)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (
            has_any(request, whole_operators)
            if obj is None
            else whole_operators(person(request)).filter(pk=obj.operator_id).exists()
        )

    def delete_queryset(self, request: HttpRequest, queryset: Rows) -> None:
        queryset.filter(operator__in=whole_operators(person(request))).delete()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if not settings.ONTAP_ALLOW_OPEN_TABLES:
            words = "Has no effect here: this installation lets nobody order without a code (ONTAP_ALLOW_OPEN_TABLES)."
            kwargs["help_texts"] = {"open_tables": words}
        return super().get_form(request, obj, change=change, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in _OURS:
            field.widget.attrs["placeholder"] = _OURS[db_field.name]
        return field

    def get_formsets_with_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return iter(())

    def get_urls(self) -> Any:
        pages = [
            path(
                f"<path:object_id>/{page.route}",
                self.admin_site.admin_view(partial(self.open_page, page)),
                name=f"venues_venue_{page.name}",
            )
            for page in PAGES
        ]
        return pages + super().get_urls()

    def open_page(self, page: VenuePage, request: HttpRequest, object_id: str, **named: Any) -> HttpResponse:
        """A page of one venue; what this person does not see answers like what does not exist."""
        venue = self.get_object(request, unquote(object_id))
        if venue is None:
            return self.not_there(request, object_id)
        if not page.allowed(person(request)).filter(pk=venue.pk).exists():
            raise PermissionDenied
        request.__dict__["admin_site"] = self.admin_site
        return page.view(request, venue, **named)

    @display(description="menu here", ordering="menu__name")
    def menu_here(self, venue: Venue) -> SafeString:
        """The way to its prices, to what is sold out, and to the order of things."""
        address = reverse("admin:venues_venue_menu", args=[venue.pk])
        return format_html('<a href="{}">{}</a>', address, venue.menu or "None yet")

    @display(description="board")
    def board(self, venue: Venue) -> SafeString | str:
        return format_html('<a href="{}">Open</a>', board_page(venue.pk)) if venue.pk else ""


class CodeFilter(SimpleListFilter):
    title, parameter_name = "printed code", "code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return WORDS.items()

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        chosen = self.value()
        return queryset.filter(in_state(chosen)) if chosen in WORDS else queryset


class TableAdmin(OfVenue, RememberedAdmin):
    list_display = ("number", "venue", "name", "zone", "tag_number", "stopped_at", "printed")
    list_filter = (("venue", InScope), CodeFilter, "zone")
    search_fields = ("number", "name")
    list_select_related = ("venue",)
    fields = ("venue", "number", "name", "zone", "tag_number", "stopped_at", "code_version", "printed", "page")
    readonly_fields = ("stopped_at", "code_version", "printed", "page")
    fixed = ("venue",)

    def was_seen(self, user: User, versions: Rows) -> Rows:
        return versions.filter(venue__in=managed_venues(user))

    @display(description="printed code")
    def printed(self, table: Table) -> str:
        return WORDS[code_state(table)]

    @display(description="what its code says")
    def page(self, table: Table) -> SafeString | str:
        if table._state.adding:
            return "Printed once the table is saved."
        return format_html('<a href="{0}">{0}</a>', table_page(table))


site.register(Operator, OperatorAdmin)
site.register(Venue, VenueAdmin)
site.register(Table, TableAdmin)
