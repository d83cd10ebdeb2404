"""What is read from gateways: how it stands, how far behind, what came of it; and "read now"."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import action, display
from django.forms import Script
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tracker.admin.reading_words import content_words, is_busy, lag_of, losses_of, state_of
from tracker.models import EdgeAgent, Reading
from tracker.readings import next_at, want
from venues.admin.lists import InScope
from venues.admin.places import OfVenue
from venues.admin.scoping import Rows, ScopedAdmin, person
from venues.admin.site import site


class ReadingAdmin(OfVenue, ScopedAdmin):
    list_display = ("subject", "venue", "state", "done_at", "lag", "next_time")
    list_filter = (("venue", InScope), "subject")
    list_select_related = ("venue",)
    search_fields = ("venue__name",)
    ordering = ("venue__name", "venue", "pk")
    fields = readonly_fields = (
        "venue",
        "subject",
        "state",
        "done_at",
        "failed_at",
        "next_time",
        "lag",
        "lost",
        "told",
    )
    actions = ("read_now",)
    adds = deletes = False

    class Media:
        js = (Script("tracker/reading.js", type="module"),)

    def get_urls(self) -> list[Any]:
        progress = path(
            "<int:pk>/progress/", self.admin_site.admin_view(self.progress), name="tracker_reading_progress"
        )
        return [progress, *super().get_urls()]

    def progress(self, request: HttpRequest, pk: int) -> JsonResponse:
        """How one stands, for its page to show while it is being read."""
        reading = self.get_queryset(request).filter(pk=pk).first()
        if reading is None:
            raise Http404
        now = timezone.now()
        return JsonResponse({"words": state_of(reading, now), "busy": is_busy(reading, now)})

    @display(description="state")
    def state(self, reading: Reading) -> SafeString | str:
        now = timezone.now()
        words = state_of(reading, now)
        if not is_busy(reading, now):
            return words
        address = reverse("admin:tracker_reading_progress", args=[reading.pk])
        return format_html('<span role="status" data-progress="{}">{}</span>', address, words)

    @display(description="behind by")
    def lag(self, reading: Reading) -> str:
        return lag_of(reading, timezone.now()) or "-"

    @display(description="next time")
    def next_time(self, reading: Reading) -> Any:
        return next_at(reading) or "as soon as its agent is there"

    @display(description="lost")
    def lost(self, reading: Reading) -> str:
        return losses_of(reading) or "-"

    @display(description="what it says")
    def told(self, reading: Reading) -> SafeString | str:
        return content_words(reading)

    @action(description="Read now", permissions=["change"])
    def read_now(self, request: HttpRequest, queryset: Rows) -> None:
        now = timezone.now()
        rows = list(self.changeable(person(request), queryset).select_related("venue").order_by("venue_id", "pk"))
        idle = [reading for reading in rows if reading.asked_at is None]
        wanted = sum(want(reading.venue_id, (reading.subject,), now) for reading in idle)
        agents = EdgeAgent.objects.filter(venue__in={reading.venue_id for reading in idle}, revoked_at=None)
        online = set(agents.filter(link_until__gt=now).values_list("venue_id", flat=True))
        if wanted:
            self.message_user(request, f"{wanted} are read now.")
        if len(rows) > len(idle):
            self.message_user(request, f"{len(rows) - len(idle)} are being read already.", messages.WARNING)
        for venue in sorted({str(reading.venue) for reading in idle if reading.venue_id not in online}):
            words = f"The agent of {venue} is offline: it is asked as soon as it is back."
            self.message_user(request, words, messages.WARNING)


site.register(Reading, ReadingAdmin)
