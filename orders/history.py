"""What happened to an order, when, and by whose hand: from its events while they are kept, and from its own times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from orders.changes import MOVED, PAID, TICKED, TRACKED, UNPAID
from orders.models import Order, VenueEvent
from orders.states import State
from orders.words import listed, word_of

Whole = Mapping[str, Any]  # an order as an event froze it
_SAID = {"cleared": "put back", "paged": "called", "started": "started", "located": "seen"}


@dataclass(frozen=True, slots=True)
class Happened:
    at: datetime
    what: str
    who: str


@dataclass(frozen=True, slots=True)
class History:
    """`whole` where every event is still there; else only the order's own times."""

    happened: list[Happened]
    whole: bool


def history_of(order: Order) -> History:
    """Everything between the order's first event and its last. One query, along the venue's numbers."""
    between = VenueEvent.objects.filter(venue_id=order.venue_id, seq__gte=order.placed_seq, seq__lte=order.seq)
    rows = between.filter(kind="order", order_id=order.pk).order_by("seq")
    events = list(rows.values_list("seq", "at", "change", "actor", "payload"))
    if not events or events[0][0] != order.placed_seq:
        return History(_own_times(order), whole=False)
    happened, before = [], None
    for _, at, change, actor, payload in events:
        after = orjson.loads(payload)
        happened.append(Happened(at, _what(change, before, after), _who(actor)))
        before = after
    return History(happened, whole=True)


def _own_times(order: Order) -> list[Happened]:
    times = (
        (order.placed_at, f"Placed by {'staff' if order.by_staff else 'a guest'}"),
        (order.accepted_at, "Accepted"),
        (order.ready_at, "Ready"),
        (order.finished_at, word_of(order.state, to_go=order.to_go)),
        (order.paid_at, "Paid"),
    )
    return sorted((Happened(at, what, "") for at, what in times if at is not None), key=lambda one: one.at)


def _what(change: str, before: Whole | None, after: Whole) -> str:
    """One change in words."""
    if change == "placed" or before is None:
        return f"Placed by staff for table {after['table_number']}" if after["placed_by"] == "staff" else "Placed"
    if change in State.ALL:
        reason = f": {after['reason']}" if after["reason"] else ""
        return f"{word_of(change, to_go=after['to_go'])}{reason}"
    if change == "undone":
        reason = f": {after['reason']}" if after["reason"] else ""
        return f"Undone, {word_of(before['state'], to_go=after['to_go']).lower()} no more{reason}"
    if change == "reworded":
        return f"Said in other words: {after['order_status']}"
    if change == MOVED:
        return f"To be brought to table {after['table_number']}, no longer to {before['table_number']}"
    if change == TRACKED:
        return _whereabouts(before, after)
    if change == TICKED:
        return _tick(before, after)
    return {PAID: "Paid", UNPAID: "Not paid after all"}.get(change, change)


def _whereabouts(before: Whole, after: Whole) -> str:
    if after["tracker_number"] is None:
        return f"Goes without puck {before['tracker_number']}"
    puck = f"Puck {after['tracker_number']}"
    if after["tracker_number"] != before["tracker_number"]:
        return f"{puck} is with it"
    if after["located_table"] != before["located_table"]:
        return f"{puck} at table {after['located_table']}" if after["located_table"] else f"{puck} on no table"
    return f"{puck} {_SAID.get(after['tracker_state'], after['tracker_state'])}"


def _tick(before: Whole, after: Whole) -> str:
    if after["id_checked"] != before["id_checked"]:
        return "ID checked" if after["id_checked"] else "ID not checked after all"
    now, then = set(after["lines_done"]), set(before["lines_done"])
    names = [after["lines"][i]["name"] for i in sorted(now ^ then) if i < len(after["lines"])]
    return f"{listed(names)} {'made' if now > then else 'not made after all'}" if names else "Ticked"


def _who(actor: str) -> str:
    return "a guest" if actor == "guest" else actor
