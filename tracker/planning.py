"""What happens to our orders, made into commands for the gateway: by the events of the venue, each once."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from orders.models import Order, VenueEvent
from orders.states import OPEN, State
from tracker.commands import Wish, plan_command
from tracker.joining import Join
from tracker.models import CommandState, GatewayCommand, TrackedOrder

START_WITHIN = timedelta(minutes=5)  # of the event: a puck that is started later helps nobody
CLEAR_WITHIN = timedelta(hours=1)
UNSENT = (CommandState.PLANNED, CommandState.FAILED)
ENDS = (State.COMPLETED, State.REJECTED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Puck:
    """An order of ours as the planner sees it."""

    order_id: uuid.UUID
    number: int
    name: str
    state: str


def plan(venue_id: int, events: Iterable[VenueEvent], join: Join, now: datetime) -> None:
    """Commands for what these events ask of the gateway, within the caller's transaction."""
    events = [event for event in events if event.kind == "order" and event.order_id is not None]
    pucks = _pucks({event.order_id for event in events if event.order_id is not None})
    for event in events:
        puck = pucks.get(event.order_id) if event.order_id is not None else None
        if puck is None:
            continue
        if event.change in ("placed", State.ACCEPTED):
            tracked = join.adopt(puck.order_id)
            in_time = puck.state in (State.ACCEPTED, State.READY) and now < event.at + START_WITHIN
            if event.change == State.ACCEPTED and tracked is None and in_time:
                wish = Wish("start", puck.name, order_type="ON_PREMISE")
                why = f"Order {puck.number} was accepted."
                plan_command(venue_id, wish, not_after=event.at + START_WITHIN, now=now, event_seq=event.seq, why=why)
        elif event.change in ENDS:
            _end(venue_id, puck, event, now)
        elif event.change == "undone":
            _undo(venue_id, puck, event, now)
            join.let_go_of_returned(puck.order_id)


def withdraw_start(venue_id: int, name: str, now: datetime, why: str) -> None:
    """A puck's start, as far as it was not sent, is wanted no more."""
    starts = GatewayCommand.objects.filter(venue_id=venue_id, verb="start", name=name, state__in=UNSENT)
    starts.update(state=CommandState.EXPIRED, detail=why, finished_at=now)


def _end(venue_id: int, puck: Puck, event: VenueEvent, now: datetime) -> None:
    """What we started is cleared, and nothing else, unless staff say that the order is complete."""
    starts = GatewayCommand.objects.filter(venue_id=venue_id, verb="start", name=puck.name)
    unsent = starts.filter(Q(event_seq__lt=event.seq) | Q(event_seq=None, planned_at__lte=event.at), state__in=UNSENT)
    unsent.update(state=CommandState.EXPIRED, detail="The order was over first.", finished_at=now)
    tracked = TrackedOrder.objects.filter(venue_id=venue_id, order_id=puck.order_id, cleared_at=None).first()
    if tracked is None:
        return
    ours = starts.filter(state=CommandState.DONE, order_uuid=str(tracked.uuid)).exists()
    if not ours and event.change != State.COMPLETED:
        return
    wish = Wish("clear", puck.name, order_uuid=str(tracked.uuid))
    why = f"Order {puck.number} is {event.change}."
    plan_command(venue_id, wish, not_after=event.at + CLEAR_WITHIN, now=now, event_seq=event.seq, why=why)


def _undo(venue_id: int, puck: Puck, event: VenueEvent, now: datetime) -> None:
    """An order that is open again keeps its puck; one that is pending again has none started."""
    commands = GatewayCommand.objects.filter(venue_id=venue_id, state__in=UNSENT, event_seq__lt=event.seq)
    if puck.state in OPEN:
        tracked = TrackedOrder.objects.filter(venue_id=venue_id, order_id=puck.order_id, cleared_at=None)
        keys = [str(key) for key in tracked.values_list("uuid", flat=True)]
        clears = commands.filter(verb="clear", name=puck.name, order_uuid__in=keys)
        clears.update(state=CommandState.EXPIRED, detail="The order is open again.", finished_at=now)
    if puck.state == State.PENDING:
        starts = commands.filter(verb="start", name=puck.name)
        starts.update(state=CommandState.EXPIRED, detail="The order is pending again.", finished_at=now)


def _pucks(order_ids: set[uuid.UUID]) -> dict[uuid.UUID, Puck]:
    """Of those of these orders that carry a puck."""
    rows = Order.objects.filter(pk__in=order_ids, tracker_number__isnull=False)
    found = rows.values_list("pk", "number", "tracker_number", "state")
    return {pk: Puck(pk, number, name or "", state) for pk, number, name, state in found}
