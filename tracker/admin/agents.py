"""Agents: how they are, what was sent by them and why; connecting and revoking."""

from typing import Any

from django.contrib.admin import action, display
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tracker import enrolment
from tracker.admin.connecting import connect_page
from tracker.admin.reading_words import risk_of
from tracker.health import troubles
from tracker.models import EdgeAgent, Reading
from venues.admin.lists import InScope
from venues.admin.places import OfVenue
from venues.admin.scoping import Rows, ScopedAdmin, person
from venues.admin.site import site

MOST_COMMANDS = 50
HISTORIES = "histories_at_risk"


class EdgeAgentAdmin(OfVenue, ScopedAdmin):
    list_display = ("host", "venue", "health", "last_seen_at", "version", "address", "revoked_at")
    list_filter = (("venue", InScope),)
    list_select_related = ("venue__gateway",)
    search_fields = ("host", "venue__name", "=address")
    ordering = ("revoked_at", "venue", "-enrolled_at")
    fields = readonly_fields = (
        "venue",
        "host",
        "health",
        "version",
        "address",
        "enrolled_at",
        "enrolled_by",
        "last_seen_at",
        "revoked_at",
        "events_kept",
        "sent",
    )
    actions = ("revoke",)
    asks_again = ("add",)
    deletes = False  # revoked agents stay: they say who had the gateway, and until when

    def get_queryset(self, request: HttpRequest) -> Rows:
        at_risk = Reading.objects.filter(subject="history", at_risk_since__isnull=False)
        return super().get_queryset(request).prefetch_related(Prefetch("venue__readings", at_risk, to_attr=HISTORIES))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """An agent is never typed in: it asks, and shows a code."""
        return connect_page(request, self.admin_site)

    @display(description="health")
    def health(self, agent: EdgeAgent) -> SafeString | str:
        """What is wrong, since when, and what to do."""
        if agent.revoked_at is not None:
            return "revoked"
        found = troubles(agent, getattr(agent.venue, "gateway", None), timezone.now())
        rows = [(t.part, t.state.replace("_", " "), f"{t.since:%d %b %H:%M:%S}", t.what_to_do) for t in found]
        histories: list[Reading] = getattr(agent.venue, HISTORIES, [])
        rows += [
            ("history", "at risk", f"{reading.at_risk_since:%d %b %H:%M:%S}", f"There is {risk_of(reading)}")
            for reading in histories
        ]
        return format_html_join("", "<p>{} {} since {} UTC. {}</p>", rows) or "all is well"

    @display(description="events from the venue")
    def events_kept(self, agent: EdgeAgent) -> str:
        lost = f"; {agent.lost} never came, the agent no longer had them" if agent.lost else ""
        return f"kept up to number {agent.acked}{lost}"

    @display(description="what was sent, and why")
    def sent(self, agent: EdgeAgent) -> SafeString:
        rows = (
            (f"{c.planned_at:%d %b %H:%M:%S}", c.verb, c.name, c.why or "-", c.state, c.detail)
            for c in agent.commands.order_by("-pk")[:MOST_COMMANDS]
        )
        body = format_html_join("", "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}</tr>", rows)
        head = "<tr><th>planned, UTC<th>verb<th>puck<th>why<th>state<th>detail</tr>"
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", SafeString(head), body)

    @action(description="Revoke: their connections close within seconds", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: Rows) -> None:
        rows = self.changeable(person(request), queryset.filter(revoked_at=None)).order_by("venue_id", "pk")
        done = sum(enrolment.revoke(agent, timezone.now()) for agent in rows)
        self.message_user(request, f"{done} agents revoked.")


site.register(EdgeAgent, EdgeAgentAdmin)
