"""The gateway's active orders as it tells them, held against our copy of them."""

from collections.abc import Iterable

from tracker import wire
from tracker.joining import LONGEST_WORD
from tracker.models import EdgeAgent, InboundEvent, TrackedOrder, TrackerCursor
from tracker.text import printable


def is_comparable(agent: EdgeAgent, told: wire.Told) -> bool:
    """Whether our copy is of the very moment that is told: every event up to it is taken, and none after it.

    The caller holds the agent's lock, so no event comes in between.
    """
    if told.spool is None or agent.spool != told.spool or agent.acked != told.number:
        return False
    newest = InboundEvent.objects.filter(venue_id=agent.venue_id).order_by("-pk").values_list("pk", flat=True).first()
    taken = TrackerCursor.objects.filter(venue_id=agent.venue_id).values_list("inbound", flat=True).first()
    return (newest or 0) <= (taken or 0)


def differing(venue_id: int, told: Iterable[wire.ToldOrder]) -> int:
    """How many orders differ. What is cleared in our copy stays cleared, so it is not counted."""
    there = {order.uuid: order for order in told}
    rows = TrackedOrder.objects.filter(venue_id=venue_id)
    active = {row.uuid: row for row in rows.filter(cleared_at=None)}
    unknown = there.keys() - active.keys()
    over = set(rows.filter(uuid__in=unknown).values_list("uuid", flat=True)) if unknown else set()
    gone = active.keys() - there.keys()
    other = [key for key in active.keys() & there.keys() if _is_other(active[key], there[key])]
    return len(unknown - over) + len(gone) + len(other)


def _is_other(row: TrackedOrder, order: wire.ToldOrder) -> bool:
    """A row keeps the name that it was joined by."""
    ours = (row.tag, row.paged, row.type)
    nameless = not row.name and bool(printable(order.name))
    return nameless or ours != (printable(order.tag), order.paged, printable(order.order_type)[:LONGEST_WORD])
