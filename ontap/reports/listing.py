"""The tracked orders themselves, some thousand at a time: a file of a million needs no more memory than one of ten."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q

from ontap.reports.question import Question
from ontap.reports.rows import tracked
from ontap.reports.sheets import Cell
from tracker.models import TrackedOrder
from venues.models import Venue

AT_ONCE = 2000
_MOMENTS = (
    "started_at",
    "located_at",
    "paged_at",
    "cleared_at",
    "order_placed_at",
    "order_accepted_at",
    "order_ready_at",
    "order_completed_at",
)
_WORDS = ("uuid", "name", "type", "state", "tag", "table_number", "order_table", "order_id")
HEADS = (
    "venue",
    "gateway uuid",
    "puck",
    "type",
    "state",
    "tag",
    "table of the puck",
    "table of the code",
    "order",
    "started",
    "located",
    "paged",
    "cleared",
    "placed",
    "accepted",
    "ready",
    "completed",
)


def portions(asked: Question) -> Iterator[list[list[Cell]]]:
    """Venue by venue, the oldest first. A query for each portion: nothing stays open while a slow reader reads."""
    for venue in asked.venues:
        last: tuple[datetime, int] | None = None
        while found := _portion(asked, venue, last):
            yield [_line(venue, row) for row in found]
            last = (found[-1].started_at, found[-1].pk)


def _portion(asked: Question, venue: Venue, last: tuple[datetime, int] | None) -> list[TrackedOrder]:
    rows = tracked(asked).filter(venue=venue)
    if last is not None:
        at, key = last
        rows = rows.filter(Q(started_at__gt=at) | Q(pk__gt=key), started_at__gte=at)
    return list(rows.order_by("started_at", "pk")[:AT_ONCE])


def _line(venue: Venue, row: TrackedOrder) -> list[Cell]:
    words = [_text(getattr(row, name)) for name in _WORDS]
    moments = [_moment(getattr(row, name), venue) for name in _MOMENTS]
    return [venue.name, *words, *moments]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _moment(at: datetime | None, venue: Venue) -> str:
    """ISO 8601, with the offset that the venue's zone had then."""
    return "" if at is None else at.astimezone(venue.zone).isoformat(timespec="milliseconds")
