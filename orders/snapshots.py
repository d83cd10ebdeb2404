"""Fresh reads for sockets: what is open at a venue, or in a table's session, with the seq it is true at."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import FilteredRelation, Q, Sum

from orders.changes import Event
from orders.feed import events_of
from orders.models import BoardPresence, Order, VenueEvent
from orders.states import State
from venues.models import TableSession, VenueFeed

STATUS_ON_CONNECT = timedelta(minutes=30)
MOST_REPLAYED = 2_000
_COLUMNS = tuple(field.attname for field in Order._meta.concrete_fields)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Rows of orders by attname, oldest first, exactly as they were after event `seq`."""

    epoch: str
    seq: int
    menu_version: int
    orders: list[dict[str, Any]]


def read_board(venue_id: int) -> Snapshot:
    """The open orders of a venue."""
    return _read(venue_id, Q(venue__orders__finished_at=None))


def read_session(venue_id: int, session_id: int | None) -> Snapshot:
    """All orders of a table's session; none where it is not open yet."""
    return _read(venue_id, Q(venue__orders__session_id=session_id if session_id is not None else 0))


def read_position(venue_id: int) -> Snapshot:
    """The venue's seq, without orders."""
    feed = VenueFeed.objects.get(venue_id=venue_id)
    return Snapshot(str(feed.epoch), feed.seq, feed.menu_version, [])


def read_recent_statuses(venue_id: int, session_id: int | None, now: datetime) -> Snapshot:
    """The session's orders that are neither pending nor older than 30 minutes: what a version 1 guest is told."""
    found = read_session(venue_id, session_id)
    since = now - STATUS_ON_CONNECT
    orders = [row for row in found.orders if row["state"] != State.PENDING and row["placed_at"] >= since]
    return Snapshot(found.epoch, found.seq, found.menu_version, orders)


def read_open_session(table_id: int) -> int | None:
    """The id of the table's open session."""
    return TableSession.objects.filter(table_id=table_id, ended_at=None).values_list("pk", flat=True).first()


def read_events(venue_id: int, epoch: str, seq: int, session_id: int | None, board: bool) -> list[Event] | None:
    """The events after `seq` that a socket missed, in order; None where they cannot be served: another epoch, ahead
    of us, pruned, or too many."""
    feed = VenueFeed.objects.get(venue_id=venue_id)
    if str(feed.epoch) != epoch or seq > feed.seq or feed.seq - seq > MOST_REPLAYED:
        return None
    rows = list(VenueEvent.objects.filter(venue_id=venue_id, seq__gt=seq, seq__lte=feed.seq).order_by("seq"))
    if len(rows) != feed.seq - seq:
        return None
    return [e for e in events_of(rows) if board or e.kind != "order" or e.session_id == session_id]


def boards_online(venue_id: int, now: datetime) -> int:
    """How many board sockets are open at a venue, over all processes."""
    live = BoardPresence.objects.filter(venue_id=venue_id, expires_at__gt=now)
    return int(live.aggregate(n=Sum("boards"))["n"] or 0)


def _read(venue_id: int, which: Q) -> Snapshot:
    """One statement, so that orders and seq are of one moment, on both databases."""
    rows: list[tuple[Any, ...]] = list(
        VenueFeed.objects.filter(venue_id=venue_id)
        .annotate(shown=FilteredRelation("venue__orders", condition=which))
        .order_by("shown__placed_at", "shown__number")
        .values_list("epoch", "seq", "menu_version", *(f"shown__{column}" for column in _COLUMNS))
    )
    epoch, seq, menu_version = rows[0][:3]
    orders = [dict(zip(_COLUMNS, row[3:], strict=True)) for row in rows if isinstance(row[3], uuid.UUID)]
    return Snapshot(str(epoch), seq, menu_version, orders)
