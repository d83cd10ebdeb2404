"""Every order of the gateways, to look at."""

from django.contrib.admin import RelatedOnlyFieldListFilter

from tracker.models import TrackedOrder
from venues.admin.places import OfVenue
from venues.admin.scoping import ScopedAdmin
from venues.admin.site import site


class TrackedOrderAdmin(OfVenue, ScopedAdmin):
    list_display = ("name", "venue", "order", "type", "state", "tag", "started_at", "located_at", "cleared_at")
    list_filter = (("venue", RelatedOnlyFieldListFilter), "type", "state")
    list_select_related = ("venue", "order")
    search_fields = ("=name", "=tag")
    ordering = ("-pk",)
    fields = (
        ("venue", "order"),
        ("name", "type", "uuid"),
        ("state", "tag", "paged"),
        ("started_at", "located_at", "moved_at", "paged_at", "cleared_at"),
    )
    readonly_fields = tuple(name for line in fields for name in line)
    adds = changes = deletes = False


site.register(TrackedOrder, TrackedOrderAdmin)
