"""Table sessions, to look at, and the devices of boards."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import display

from venues.addresses import device_page, device_socket
from venues.admin.lists import BoundedPaginator, InScope, Lately
from venues.admin.places import OfVenue, OfVenueInNumbers
from venues.admin.scoping import ScopedAdmin, person
from venues.admin.site import site
from venues.audit import What, note
from venues.codes import new_token, token_hash
from venues.models import Device, TableSession
from venues.seen import ONLINE, seen_in_words


class Opened(Lately):
    column = "opened_at"


class TableSessionAdmin(OfVenueInNumbers, ScopedAdmin):
    list_display = ("table", "venue", "opened_at", "last_seen_at", "ended_at", "end_reason")
    list_filter = (Opened, ("venue", InScope))
    list_select_related = ("table", "venue")
    search_fields = ("=table__number",)
    ordering = ("-pk",)  # in the order of their opening, by the index that every table has
    sortable_by = ()
    paginator = BoundedPaginator
    adds = changes = deletes = False


class DeviceAdmin(OfVenue, ScopedAdmin):
    """Keys are shown once, on the page that answers the form: not in a message, which would travel in a cookie."""

    list_display = ("name", "venue", "seen", "revoked_at")
    list_filter = (("venue", InScope),)
    list_select_related = ("venue",)
    search_fields = ("name", "venue__name")
    ordering = ("venue__name", "name", "pk")
    fields = ("venue", "name", "created_at", "created_by", "seen", "last_seen_at", "revoked_at")
    readonly_fields = ("created_at", "created_by", "seen", "last_seen_at", "revoked_at")
    fixed = ("venue",)
    asks_again = ("add",)
    deletes = False  # revoked devices stay: they say who had a board, and until when

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            key = new_token()
            obj.key_hash, obj.created_at, obj.created_by = token_hash(key), timezone.now(), person(request)
            obj.new_key = key
        super().save_model(request, obj, form, change)
        if not change:
            note(What.DEVICE_MADE, obj.name, venue=obj.venue)

    @display(description="seen", ordering="last_seen_at", label={ONLINE: "success"})  # type: ignore[untyped-decorator]  # unfold has no types
    def seen(self, device: Device) -> str:
        """At a board, in whichever process its socket is."""
        return seen_in_words(device.last_seen_at, timezone.now())

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"The key of {obj.name}",
            "device": obj,
            "page": device_page(obj.new_key),
            "socket": device_socket(obj.new_key, obj.venue_id),
        }
        return TemplateResponse(request, "admin/new_device.html", context)


site.register(TableSession, TableSessionAdmin)
site.register(Device, DeviceAdmin)
