"""Commands, to look at; those that were given up can be tried again."""

from django.contrib.admin import action
from django.http import HttpRequest
from django.utils import timezone

from tracker.models import GatewayCommand
from tracker.repair import try_again
from venues.admin.lists import BoundedPaginator, InScope, Lately
from venues.admin.places import OfVenueInNumbers
from venues.admin.scoping import Rows, ScopedAdmin, person
from venues.admin.site import site


class Planned(Lately):
    column = "planned_at"


class GatewayCommandAdmin(OfVenueInNumbers, ScopedAdmin):
    list_display = ("verb", "name", "venue", "state", "why", "detail", "planned_at", "attempts")
    list_filter = (Planned, ("venue", InScope), "state", "verb")
    list_select_related = ("venue",)
    search_fields = ("=name",)
    ordering = ("-pk",)
    sortable_by = ()
    paginator = BoundedPaginator
    fields = (
        ("venue", "agent"),
        ("verb", "name", "order_uuid", "order_type", "tag"),
        ("why", "event_seq"),
        ("state", "detail"),
        ("planned_at", "not_after", "finished_at"),
        ("attempts", "next_try_at", "lease_until"),
    )
    readonly_fields = tuple(name for line in fields for name in line)
    actions = ("again",)
    adds = deletes = False

    @action(description="Try again what was given up", permissions=["change"])
    def again(self, request: HttpRequest, queryset: Rows) -> None:
        rows = self.changeable(person(request), queryset).order_by("venue_id", "pk")
        done = sum(try_again(pk, timezone.now()) for pk in rows.values_list("pk", flat=True))
        self.message_user(request, f"{done} commands are tried again.")


site.register(GatewayCommand, GatewayCommandAdmin)
