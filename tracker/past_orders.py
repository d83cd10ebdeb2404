"""A gateway's history, folded into our copy of its orders by uuid: what is missing is made, and what a row lacks is
filled in. What was seen as it happened stands, and nothing is cleared here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker import wire
from tracker.ingestion import ago
from tracker.joining import AT_ONCE, LONGEST_WORD
from tracker.models import TrackedOrder
from tracker.text import printable
from venues.models import Table, VenueFeed

SETTLED_AFTER = timedelta(minutes=2)  # a clearing that is younger may be on its way to us as an event
LONGEST_NAME = LONGEST_TAG = 32

_LACKING = ("name", "type", "tag", "table_number", "paged", "located_at", "paged_at")


@dataclass(frozen=True, slots=True)
class KeptPast:
    """What a part of the history came to. `untimed`: orders without any time, which were passed over; `unsettled`: some
    that are over at the gateway are active in our copy."""

    untimed: int
    unsettled: bool


def keep_past(venue_id: int, past: Sequence[wire.PastOrder], now: datetime) -> KeptPast:
    """Keep these, within the caller's transaction, which holds no other lock yet: the venue's is taken only where there
    is something to write, which of what was read an hour ago there seldom is."""
    if not past:
        return KeptPast(0, unsettled=False)
    if _Part(venue_id, past, now).is_kept:
        return KeptPast(*_faults(venue_id, past))
    VenueFeed.objects.select_for_update(no_key=True).get(venue_id=venue_id)
    _Part(venue_id, past, now).write()
    return KeptPast(*_faults(venue_id, past))


class _Part:
    """Past orders beside our rows of them."""

    def __init__(self, venue_id: int, past: Iterable[wire.PastOrder], now: datetime) -> None:
        self._venue_id, self._now = venue_id, now
        told = {order.uuid: order for order in past if _ages(order)}
        rows = {row.uuid: row for row in TrackedOrder.objects.filter(venue_id=venue_id, uuid__in=told)}
        tags = {printable(order.tag)[:LONGEST_TAG] for order in told.values()} - {""}
        tagged = Table.objects.filter(venue_id=venue_id, tag_number__in=tags)
        self._tables: dict[str, str] = {tag or "": number for tag, number in tagged.values_list("tag_number", "number")}
        self._new = [self._made(order) for key, order in told.items() if key not in rows]
        self._changed = [rows[key] for key, order in told.items() if key in rows and self._fill(rows[key], order)]

    @property
    def is_kept(self) -> bool:
        return not self._new and not self._changed

    def write(self) -> None:
        TrackedOrder.objects.bulk_create(self._new)
        TrackedOrder.objects.bulk_update(self._changed, _LACKING, batch_size=AT_ONCE)

    def _made(self, order: wire.PastOrder) -> TrackedOrder:
        ages = _ages(order)
        row = TrackedOrder(
            venue_id=self._venue_id,
            uuid=order.uuid,
            state="cleared",
            started_at=ago(max(ages), self._now),
            cleared_at=ago(min(ages) if order.cleared_ms is None else order.cleared_ms, self._now),
        )
        self._fill(row, order)
        return row

    def _fill(self, row: TrackedOrder, order: wire.PastOrder) -> bool:
        """Whether the row lacked something."""
        before = [getattr(row, name) for name in _LACKING]
        row.name = row.name or printable(order.name)[:LONGEST_NAME]
        row.type = row.type or printable(order.order_type)[:LONGEST_WORD]
        row.tag = row.tag or printable(order.tag)[:LONGEST_TAG]
        row.table_number = row.table_number or self._tables.get(row.tag, "")
        if row.located_at is None and order.located_ms is not None:
            row.located_at = ago(order.located_ms, self._now)
        if row.paged_at is None and order.paged_ms is not None:
            row.paged_at, row.paged = ago(order.paged_ms, self._now), row.paged or row.cleared_at is not None
        return before != [getattr(row, name) for name in _LACKING]


def _faults(venue_id: int, past: Iterable[wire.PastOrder]) -> tuple[int, bool]:
    settled_ms = SETTLED_AFTER // timedelta(milliseconds=1)
    over = [order.uuid for order in past if (order.cleared_ms or 0) > settled_ms]
    active = TrackedOrder.objects.filter(venue_id=venue_id, uuid__in=over, cleared_at=None)
    return sum(not _ages(order) for order in past), active.exists()


def _ages(order: wire.PastOrder) -> list[int]:
    known = (order.started_ms, order.located_ms, order.paged_ms, order.cleared_ms)
    return [age for age in known if age is not None]
