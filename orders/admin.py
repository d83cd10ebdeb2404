"""Orders, to look at, and what orders do to a venue's tables and devices, as actions on their lists.

Only actions write here, and only by services: an order's row is never saved from a form.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin import action, display
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from orders import tables
from orders.changes import Notice
from orders.codes_page import redirect_to_codes
from orders.guests_admin import GuestsData
from orders.lists import Placed, Standing, search
from orders.models import Order, OrderLine, VenueEvent
from orders.services import publish
from venues.admin.access import DeviceAdmin, TableSessionAdmin
from venues.admin.lists import BoundedPaginator, InScope
from venues.admin.places import OfVenueInNumbers, TableAdmin
from venues.admin.scopes import managed_venues
from venues.admin.scoping import Rows, ScopedAdmin, ScopedInline, person
from venues.admin.site import site
from venues.audit import What, note
from venues.models import Device, Table, TableSession, User


class LineInline(ScopedInline):
    model = OrderLine
    fields = readonly_fields = ("quantity", "name", "options", "note", "unit_price", "tax_rate")
    adds = changes = deletes = False

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(order__venue__in=managed_venues(user))


class OrderAdmin(GuestsData, OfVenueInNumbers, ScopedAdmin):
    list_display = ("number", "venue", "table_number", "state", "total", "placed_at")
    list_filter = (Placed, ("venue", InScope), Standing)
    list_select_related = ("venue",)
    search_fields = ("number", "table_number", "id")
    search_help_text = "A number, a table, or a whole id"
    ordering = ("-placed_at",)
    sortable_by = ("placed_at",)
    paginator = BoundedPaginator
    inlines = (LineInline,)
    adds = changes = deletes = False
    fields = (
        ("venue", "table_number", "moved_from", "number", "business_date"),
        ("state", "order_status", "reason", "changed_by"),
        ("placed_at", "accepted_at", "ready_at", "finished_at"),
        ("total", "to_go", "verified"),
        ("tracker_number", "tracker_type", "located_table"),
        "events",
    )
    readonly_fields = ("events",)

    def get_search_results(self, request: HttpRequest, queryset: Rows, search_term: str) -> tuple[Rows, bool]:
        return search(queryset, self.get_queryset(request), search_term), False

    @display(description="what happened")
    def events(self, order: Order) -> SafeString:
        """Its events, as long as they are kept: Django's admin has no pages for rows with keys of two columns."""
        rows = VenueEvent.objects.filter(venue_id=order.venue_id, order_id=order.pk).order_by("seq")
        return format_html_join(
            "", "<p>{} {} {} {}</p>", ((row.seq, f"{row.at:%d %b %H:%M:%S}", row.change, row.actor) for row in rows)
        )


class TableAdminWithActions(TableAdmin):
    actions = ("clear", "stop", "let_go_on", "codes")

    @action(description="Clear: its phones order nothing until they scan again", permissions=["change"])
    def clear(self, request: HttpRequest, queryset: Rows) -> None:
        self._each(request, queryset, tables.clear_table, "cleared")

    @action(description="Stop orders from these tables", permissions=["change"])
    def stop(self, request: HttpRequest, queryset: Rows) -> None:
        self._each(request, queryset, tables.stop_table, "stopped")

    @action(description="Let these tables go on", permissions=["change"])
    def let_go_on(self, request: HttpRequest, queryset: Rows) -> None:
        self._each(request, queryset, lambda table, now: tables.let_table_go_on(table), "let go on")

    @action(description="Codes: print them, or make new ones", permissions=["change"])
    def codes(self, request: HttpRequest, queryset: Rows) -> HttpResponse | None:
        """To the page of their venue's codes, where both are asked about."""
        rows = list(self.changeable(person(request), queryset).order_by("pk").values_list("venue_id", "pk"))
        venues = {venue_id for venue_id, _ in rows}
        if len(venues) != 1:
            self.message_user(request, "A sheet is of one venue: choose tables of one.", messages.ERROR)
            return None
        return redirect_to_codes(venues.pop(), [pk for _, pk in rows])

    def _each(
        self, request: HttpRequest, queryset: Rows, change: Callable[[Table, datetime], object], word: str
    ) -> None:
        # In the order of the venues' ids, one transaction each: the lock order of every writer.
        rows = list(self.changeable(person(request), queryset).order_by("venue_id", "pk"))
        now = tables.now_in_ms()
        for table in rows:
            change(table, now)
        self.message_user(request, f"{len(rows)} tables {word}." if len(rows) != 1 else f"Table {rows[0]} {word}.")


class TableSessionAdminWithPages(GuestsData, TableSessionAdmin):
    pass


class DeviceAdminWithActions(DeviceAdmin):
    actions = ("revoke",)

    @action(description="Revoke: their boards close within seconds", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: Rows) -> None:
        now = tables.now_in_ms()
        rows = list(self.changeable(person(request), queryset.filter(revoked_at=None)).order_by("venue_id", "pk"))
        for device in rows:
            revoke_device(device, now)
        self.message_user(request, f"{len(rows)} devices revoked.")


def revoke_device(device: Device, now: datetime) -> None:
    """Make a device's key dead; its open sockets hear of it at once."""
    with transaction.atomic():
        publish(Notice(device.venue_id, now, "access", "revoked"))
        if Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=now):
            note(What.DEVICE_REVOKED, device.name, venue=device.venue)


def _replace(model: type[Any], admin: type[ScopedAdmin]) -> None:
    """Venues know nothing of orders, so what orders can do to a table is added from here."""
    site.unregister(model)
    site.register(model, admin)


site.register(Order, OrderAdmin)
_replace(Table, TableAdminWithActions)
_replace(Device, DeviceAdminWithActions)
_replace(TableSession, TableSessionAdminWithPages)
