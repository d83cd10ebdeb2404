"""What happens to our orders, made into commands for the gateway: by the events of the venue, each once."""

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from orders.changes import MOVED
from orders.models import Order, VenueEvent
from orders.states import NOT_MADE, OPEN, State
from tracker.commands import Wish, plan_command
from tracker.joining import Join
from tracker.models import CommandState, GatewayCommand, TrackedOrder, TrackerCursor, traffic
from tracker.naming import next_name
from tracker.wire import OrderType
from venues.models import Venue

logger = logging.getLogger(__name__)

START_WITHIN = timedelta(minutes=5)  # of the event: a puck that is started later helps nobody
CALL_WITHIN = timedelta(minutes=1)  # a puck that shakes later than that tells nobody why
CLEAR_WITHIN = timedelta(hours=1)
UNSENT = (CommandState.PLANNED, CommandState.FAILED)
MAKING = ("start", "locate")  # what makes an order at the gateway that was not there
ENDS = (State.COMPLETED, *NOT_MADE)


@dataclass(slots=True)
class Wanted:
    """An order of ours as the planner sees it; `name` is its puck's number, or its own, "" while it has none."""

    order_id: uuid.UUID
    number: int
    name: str
    state: str
    to_go: bool
    table_number: str

    @property
    def is_over(self) -> bool:
        return self.state in ENDS

    @property
    def is_made(self) -> bool:
        return self.state in (State.ACCEPTED, State.READY)


class Plan:
    """Commands for what a venue's events ask of its gateway, within the caller's transaction and under its lock."""

    def __init__(self, venue: Venue, join: Join, cursor: TrackerCursor, now: datetime) -> None:
        self._venue, self._join, self._cursor, self._now = venue, join, cursor, now
        self._names: set[str] = set()

    def take(self, events: Iterable[VenueEvent]) -> None:
        """Each event once: the cursor has seen to that."""
        events = [event for event in events if event.kind == "order" and event.order_id is not None]
        orders = _orders({event.order_id for event in events if event.order_id is not None})
        # Also of those that are over: what ends them would end what another does under the same number.
        self._names = {order.name for order in orders.values()}
        begin = self._start if self._venue.tracker_use == "pucks" else self._locate
        for event in events:
            order = orders.get(event.order_id) if event.order_id is not None else None
            if order is None:
                continue
            if event.change in ("placed", State.ACCEPTED):
                begin(order, event)
            elif event.change == MOVED and self._venue.tracker_use == "tables":
                self._relocate(order, event)
            elif not order.name:
                continue
            elif event.change == State.READY:
                self._call(order, event)
            elif event.change in ENDS:
                self._end(order, event)
            elif event.change == "undone":
                self._undo(order, event)
                returned = self._join.let_go_of_returned(order.order_id)
                if not returned and self._venue.tracker_use == "tables":
                    self._locate(order, event)  # what ended it may have ended that first

    def _start(self, order: Wanted, event: VenueEvent) -> None:
        """The guest's puck, unless it is there already."""
        if order.name and self._join.adopt(order.order_id) is None and self._is_asked_now(order, event):
            self._plan(
                Wish("start", order.name, order_type=type_of(order.to_go)), order, event, "was accepted", START_WITHIN
            )

    def _locate(self, order: Wanted, event: VenueEvent) -> None:
        """The order's table, under a name of our own. What is taken away is brought nowhere."""
        tag = self._join.tag_of(order.table_number)
        if order.to_go or tag is None or not self._is_asked_now(order, event):
            return
        if order.name:
            # After an undo: what was not sent by then is not at the gateway, or the order went elsewhere since.
            if not self._is_own(order.name) or self._is_shown(order, tag):
                return
        elif not self._name(order):
            return
        wish = Wish("locate", order.name, order_type="ON_PREMISE", tag=tag)
        what = "is open again" if event.change == "undone" else "was accepted"
        self._plan(wish, order, event, what, START_WITHIN)

    def _is_shown(self, order: Wanted, tag: str) -> bool:
        """Whether it stands there, or is about to."""
        shown = self._join.adopt(order.order_id)
        coming = self._commands(order.name).filter(verb="locate", tag=tag, state__in=traffic.OPEN)
        return (shown is not None and shown.tag == tag) or coming.exists()

    def _name(self, order: Wanted) -> bool:
        """Give it the next number of ours, where one is free."""
        first, last = self._venue.first_own_name, self._venue.last_own_name
        name = next_name(first, last, self._cursor.last_name, self._names | self._join.names())
        if name is None:
            logger.warning("Venue %s: every number from %s to %s is in use", self._venue.pk, first, last)
            return False
        self._cursor.last_name, order.name = name, str(name)
        self._join.renumber({order.order_id: order.name})
        return True

    def _is_own(self, name: str) -> bool:
        """Whether we gave it, and not a guest in the days when there were pucks here."""
        return self._venue.first_own_name <= int(name) <= self._venue.last_own_name

    def _relocate(self, order: Wanted, event: VenueEvent) -> None:
        """Runners' screens show where it is brought now; what goes to a table without a tag leaves them."""
        if order.is_over:
            return  # as the event says that ended it
        tag = self._join.tag_of(order.table_number)
        if not order.name:
            self._locate(order, event)
        elif not self._is_own(order.name):
            return  # a guest's puck, which is where the guest put it
        elif tag is None:
            self._end(order, event)
            self._join.renumber({order.order_id: None})  # or what we clear would come back as if it had been brought
            order.name = ""
        elif self._is_asked_now(order, event):
            wish = Wish("locate", order.name, order_type="ON_PREMISE", tag=tag)
            self._plan(wish, order, event, f"goes to table {order.table_number}", START_WITHIN)

    def _is_asked_now(self, order: Wanted, event: VenueEvent) -> bool:
        return event.change != "placed" and order.is_made and self._now < event.at + START_WITHIN

    def _call(self, order: Wanted, event: VenueEvent) -> None:
        """Who takes it away is called to the bar, by whatever puck the order has: its type is the order's."""
        if not order.to_go or order.state != State.READY or self._now >= event.at + CALL_WITHIN:
            return
        puck = self._join.adopt(order.order_id)
        started = self._commands(order.name).filter(verb__in=MAKING, state__in=traffic.OPEN).exists()
        if puck is not None or started:
            wish = Wish("page", order.name, order_uuid="" if puck is None else str(puck.uuid))
            self._plan(wish, order, event, "is ready", CALL_WITHIN)

    def _end(self, order: Wanted, event: VenueEvent) -> None:
        """What we started is cleared, and nothing else, unless staff say that the order is complete."""
        commands = self._commands(order.name)
        before = Q(event_seq__lt=event.seq) | Q(event_seq=None, planned_at__lte=event.at)
        _expire(commands.filter(before, verb__in=(*MAKING, "page")), "The order was over first.", self._now)
        tracked = TrackedOrder.objects.filter(venue=self._venue, order_id=order.order_id, cleared_at=None).first()
        if tracked is None:
            return
        made = commands.filter(verb__in=MAKING, state=CommandState.DONE, order_uuid=str(tracked.uuid))
        if event.change == State.COMPLETED or made.exists():
            wish = Wish("clear", order.name, order_uuid=str(tracked.uuid))
            self._plan(wish, order, event, f"is {event.change}", CLEAR_WITHIN)

    def _undo(self, order: Wanted, event: VenueEvent) -> None:
        """An order that is open again keeps its puck; one that is pending again has none started, and none is called
        for what is not ready any more."""
        commands = self._commands(order.name).filter(event_seq__lt=event.seq)
        if order.state in OPEN:
            tracked = TrackedOrder.objects.filter(venue=self._venue, order_id=order.order_id, cleared_at=None)
            keys = [str(key) for key in tracked.values_list("uuid", flat=True)]
            _expire(commands.filter(verb="clear", order_uuid__in=keys), "The order is open again.", self._now)
        if order.state == State.PENDING:
            _expire(commands.filter(verb__in=MAKING), "The order is pending again.", self._now)
        if order.state != State.READY:
            _expire(commands.filter(verb="page"), "The order is not ready any more.", self._now)

    def _commands(self, name: str) -> QuerySet[GatewayCommand]:
        return GatewayCommand.objects.filter(venue=self._venue, name=name)

    def _plan(self, wish: Wish, order: Wanted, event: VenueEvent, what: str, within: timedelta) -> None:
        why = f"Order {order.number} {what}."
        plan_command(self._venue.pk, wish, not_after=event.at + within, now=self._now, event_seq=event.seq, why=why)


def type_of(to_go: bool) -> OrderType:
    """The gateway's word for it."""
    return "TO_GO" if to_go else "ON_PREMISE"


def withdraw_start(venue_id: int, name: str, now: datetime, why: str) -> None:
    """A puck's start, as far as it was not sent, is wanted no more."""
    _expire(GatewayCommand.objects.filter(venue_id=venue_id, verb__in=MAKING, name=name), why, now)


def _expire(commands: QuerySet[GatewayCommand], why: str, now: datetime) -> None:
    """Those of them that were not sent are wanted no more."""
    commands.filter(state__in=UNSENT).update(state=CommandState.EXPIRED, detail=why, finished_at=now)


def _orders(order_ids: set[uuid.UUID]) -> dict[uuid.UUID, Wanted]:
    ours = Order.objects.filter(pk__in=order_ids, test=False)
    rows = ours.only("number", "tracker_number", "state", "to_go", "table_number")
    return {
        row.pk: Wanted(row.pk, row.number, row.tracker_number or "", row.state, row.to_go, row.table_number)
        for row in rows
    }
