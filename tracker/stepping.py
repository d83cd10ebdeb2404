"""A venue and its gateway in step: events of both sides, each taken once, in one transaction under the venue's lock."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, OuterRef, Subquery

from orders.models import VenueEvent
from tracker.joining import Join
from tracker.milestones import note_milestones
from tracker.models import InboundEvent, TrackerCursor
from tracker.planning import Plan
from venues.models import Venue, VenueFeed

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 500
MOST_INBOUND = 100  # a report may hold 500 orders, and guests' orders wait meanwhile


def catch_up_all(venue_ids: Iterable[int], now: datetime) -> None:
    """Bring those of these venues into step that are behind. One that fails holds up no other, and is tried again.

    Raises OperationalError and InterfaceError: then it is the database, for all of them.
    """
    for venue_id in behind(venue_ids):
        try:
            catch_up(venue_id, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("Venue %s cannot be brought into step with its gateway", venue_id)


def behind(venue_ids: Iterable[int]) -> list[int]:
    """The venues where something is not taken yet."""
    newest = InboundEvent.objects.filter(venue_id=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    rows = Venue.objects.filter(pk__in=list(venue_ids)).annotate(
        newest=Subquery(newest), last=F("feed__seq"), seq=F("tracker_cursor__seq"), inbound=F("tracker_cursor__inbound")
    )
    return [
        row["pk"]
        for row in rows.values("pk", "newest", "last", "seq", "inbound").order_by("pk")
        if row["seq"] is None or row["seq"] < row["last"] or (row["newest"] or 0) > row["inbound"]
    ]


def all_behind() -> list[int]:
    """The venues where something is not taken yet, of all that ever had an agent."""
    return behind(TrackerCursor.objects.values_list("venue_id", flat=True))


def catch_up(venue_id: int, now: datetime) -> None:
    """Take everything of both sides that was not taken, some hundreds at a time."""
    while _step(venue_id, now):
        pass


def _step(venue_id: int, now: datetime) -> bool:
    """Whether there may be more."""
    with transaction.atomic():
        feed = VenueFeed.objects.select_for_update(no_key=True).filter(venue_id=venue_id).first()
        if feed is None:
            return False  # the venue is gone
        # A venue that gets its first agent begins with now.
        cursor, _ = TrackerCursor.objects.get_or_create(venue_id=venue_id, defaults={"seq": feed.seq})
        told = list(InboundEvent.objects.filter(venue_id=venue_id, pk__gt=cursor.inbound).order_by("pk")[:MOST_INBOUND])
        done = VenueEvent.objects.filter(venue_id=venue_id, seq__gt=cursor.seq).order_by("seq")[:MOST_AT_ONCE]
        events = list(done.only("seq", "at", "kind", "change", "order_id", "actor"))
        if not told and not events:
            return False
        venue = Venue.objects.get(pk=venue_id)
        changed = {event.order_id for event in events if event.order_id is not None}
        join = Join(venue, told, also=changed)
        if venue.tracker_use != "off":
            Plan(venue, join, cursor, now).take(events)
        join.take_events()
        join.write(now)
        note_milestones(venue_id, join.orders() | changed)
        cursor.seq = events[-1].seq if events else cursor.seq
        cursor.inbound = told[-1].pk if told else cursor.inbound
        cursor.save()
    return True
