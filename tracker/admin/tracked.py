"""Every order of the gateways, to look at."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.http import HttpRequest

from tracker.models import TrackedOrder
from venues.admin.lists import BoundedPaginator, InScope, Lately
from venues.admin.places import OfVenueInNumbers
from venues.admin.scoping import Rows, ScopedAdmin
from venues.admin.site import site


class Started(Lately):
    column = "started_at"


class Kind(SimpleListFilter):
    """What a gateway makes of an order; to ask the rows for their words would read them all."""

    title = "type"
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("ON_PREMISE", "At a table"), ("TO_GO", "To go")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(type=self.value()) if self.value() else queryset


class Standing(SimpleListFilter):
    title = "puck"
    parameter_name = "puck"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("out", "With somebody"), ("lost", "With somebody, on no table"), ("back", "Back")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        wanted: dict[str, dict[str, Any]] = {
            "out": {"cleared_at": None},
            "lost": {"cleared_at": None, "located_at": None},
            "back": {"cleared_at__isnull": False},
        }
        return queryset.filter(**wanted.get(self.value() or "", {}))


class TrackedOrderAdmin(OfVenueInNumbers, ScopedAdmin):
    list_display = ("name", "venue", "order", "type", "state", "tag", "started_at", "located_at", "cleared_at")
    list_filter = (Started, ("venue", InScope), Standing, Kind)
    list_select_related = ("venue", "order")
    search_fields = ("name__exact", "tag__exact")
    search_help_text = "A puck's number, or a tag's"
    ordering = ("-pk",)
    sortable_by = ()
    paginator = BoundedPaginator
    fields = (
        ("venue", "order"),
        ("name", "type", "uuid"),
        ("state", "tag", "paged"),
        ("started_at", "located_at", "moved_at", "paged_at", "cleared_at"),
    )
    readonly_fields = tuple(name for line in fields for name in line)
    adds = changes = deletes = False


site.register(TrackedOrder, TrackedOrderAdmin)
