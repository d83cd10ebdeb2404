"""What the gateway says of its orders, folded into ours: whose puck it is, where it stands, that it came back.

An order of the gateway is known by its uuid. It belongs to the newest open order of ours that carries its number and
has no uuid yet; what is cleared stays cleared.
"""

import json
import logging
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from orders.changes import OrderMove, OrderTracked, Whereabouts
from orders.models import Order
from orders.requests import MoveOrder
from orders.services import take_within
from orders.states import State, move_for
from tracker.gateway.orders import ActiveOrder, read_active_order
from tracker.models import CommandState, GatewayCommand, InboundEvent, TrackedOrder
from tracker.text import printable
from venues.models import Table, Venue

logger = logging.getLogger(__name__)

ACTOR = "Table Tracker"
STARTED, LOCATED, PAGED, RETURNED = "started", "located", "paged", "returned"  # `tracker_state` of version 2
LONGEST_WORD = 100  # of an order's type and state, whose words are the gateway's
AT_ONCE = 100  # rows of one UPDATE, which grows with the square of them
NOBODYS = {
    "order_placed_at": None,
    "order_accepted_at": None,
    "order_ready_at": None,
    "order_completed_at": None,
    "order_table": "",
}
NOT_CLEARED = (CommandState.REFUSED, CommandState.EXPIRED, CommandState.DEAD)

_TIMES = ("located_at", "moved_at", "paged_at", "cleared_at")
_COLUMNS = ("name", "type", "state", "tag", "table_number", "paged", "order_id", *_TIMES)
_ORDER = ("id", "number", "state", "table_number", "tracker_number", "placed_at", "to_go")


class Join:
    """A venue's active gateway orders and its open orders, under the venue's lock; `write` ends it."""

    def __init__(self, venue: Venue, events: Iterable[InboundEvent] = (), *, also: Iterable[uuid.UUID] = ()) -> None:
        """`also`: orders that count though they have no number yet."""
        self._venue, self._events = venue, [(event, *_orders_of(event)) for event in events]
        told = {order.uuid for _, orders, _ in self._events for order in orders}
        rows = TrackedOrder.objects.filter(Q(cleared_at=None) | Q(uuid__in=told), venue=venue)
        self._rows = {row.uuid: row for row in rows}
        numbered = Q(tracker_number__isnull=False) | Q(pk__in=list(also))
        open_orders = Order.objects.filter(numbered, venue=venue, finished_at=None, test=False)
        in_use = open_orders.values(*_ORDER) if venue.tracker_use != "off" else ()
        self._orders: dict[uuid.UUID, dict[str, Any]] = {row["id"]: dict(row) for row in in_use}
        tagged = Table.objects.filter(venue=venue, tag_number__isnull=False)
        self._tables: dict[str, str] = {tag or "": number for tag, number in tagged.values_list("tag_number", "number")}
        self._before = {row.uuid: _values(row) for row in self._rows.values()}
        self._where: dict[uuid.UUID, Whereabouts] = {}
        self._complete: set[uuid.UUID] = set()
        self._taken: set[uuid.UUID] = set()  # those that were an order's and are not

    def take_events(self) -> None:
        """Fold the events in, in their order."""
        for event, orders, is_whole in self._events:
            if event.type == "snapshot" and is_whole:
                self._take_snapshot(orders, event.at)
            for order in orders:
                self._take(order, event.at, cleared=order.is_cleared or event.type == "cleared")

    def adopt(self, order_id: uuid.UUID) -> TrackedOrder | None:
        """The active puck of an order of ours: the one it has, or one that carries its number and is nobody's."""
        order = self._orders.get(order_id)
        active = [row for row in self._rows.values() if row.cleared_at is None]
        own = next((row for row in active if row.order_id == order_id), None)
        if own is not None or order is None:
            return own
        free = [row for row in active if row.name == order["tracker_number"] and not self._has_open_order(row)]
        free = [row for row in free if not self._is_leaving(row)]
        if not free:
            return None
        newest = max(free, key=lambda row: row.started_at)
        newest.order_id = order_id
        self._tell(newest)
        return newest

    def holder_of(self, number: str | None, *, but: uuid.UUID) -> dict[str, Any] | None:
        """The open order that has this puck, other than this one."""
        if number is None:
            return None
        return next((o for o in self._orders.values() if o["tracker_number"] == number and o["id"] != but), None)

    def renumber(self, numbers: Mapping[uuid.UUID, str | None]) -> list[dict[str, Any]]:
        """Give orders these pucks; those of them whose puck the gateway does not have."""
        active = [row for row in self._rows.values() if row.cleared_at is None]
        for row in active:
            if row.order_id in numbers:
                self._take_from(row)
        for order_id, number in numbers.items():
            self._orders[order_id]["tracker_number"] = number
            self._where[order_id] = Whereabouts(number, None, "")
        unknown = []
        for order_id, number in numbers.items():
            if number is not None and self.adopt(order_id) is None:
                unknown.append(self._orders[order_id])
        return unknown

    def orders(self) -> set[uuid.UUID]:
        """Those of ours of which something was told, or that a puck was joined to."""
        changed = [row for row in self._rows.values() if self._before.get(row.uuid) != _values(row)]
        joined = {row.order_id for row in changed if row.order_id is not None}
        return joined | self._where.keys() | self._complete

    def names(self) -> set[str]:
        """All numbers that are in use, at the gateway or with us."""
        active = {row.name for row in self._rows.values() if row.cleared_at is None}
        return active | {order["tracker_number"] for order in self._orders.values() if order["tracker_number"]}

    def tag_of(self, table_number: str) -> str | None:
        """The tag under a table."""
        return next((tag for tag, number in self._tables.items() if number == table_number), None)

    def let_go_of_returned(self, order_id: uuid.UUID) -> bool:
        """An order that is open again, whose puck came back or went to the next guest meanwhile, has none; whether
        this is one."""
        order = self._orders.get(order_id)
        own = TrackedOrder.objects.filter(venue=self._venue, order=order_id)
        if order is None or own.filter(cleared_at=None).exists():
            return False
        if not own.exists() and self.holder_of(order["tracker_number"], but=order_id) is None:
            return False
        self._let_go(order)
        return True

    def write(self, now: datetime, actor: str = ACTOR) -> None:
        """Into the caller's transaction: the gateway's orders, and what ours are told."""
        changed = [row for row in self._rows.values() if self._before.get(row.uuid) != _values(row)]
        TrackedOrder.objects.bulk_create([row for row in changed if row.uuid not in self._before])
        TrackedOrder.objects.bulk_update(
            [row for row in changed if row.uuid in self._before], _COLUMNS, batch_size=AT_ONCE
        )
        if self._taken:
            taken = TrackedOrder.objects.filter(venue=self._venue, uuid__in=self._taken, order=None)
            taken.update(**NOBODYS)
        changes: list[OrderMove | OrderTracked] = [
            OrderTracked(self._venue.pk, now, order_id, where, actor)
            for order_id, where in self._where.items()
            if order_id not in self._complete
        ]
        changes += [self._completion(order_id, now) for order_id in self._complete]
        if changes:
            take_within(changes)

    def _take_snapshot(self, orders: list[ActiveOrder], at: datetime) -> None:
        """What is not there is cleared: an agent tells a snapshot only after two reports (`agent.snapshots`)."""
        there = {order.uuid for order in orders}
        for row in self._rows.values():
            if row.cleared_at is None and row.uuid not in there:
                self._clear(row, at)

    def _take(self, order: ActiveOrder, at: datetime, *, cleared: bool) -> None:
        row = self._rows.get(order.uuid)
        if row is None:
            row = self._rows[order.uuid] = TrackedOrder(venue=self._venue, uuid=order.uuid, started_at=at)
        if row.cleared_at is not None:
            return
        tag, was_paged = printable(order.location), row.paged
        if tag and tag != row.tag:
            row.located_at, row.moved_at = row.located_at or at, at
            row.table_number = self._tables.get(tag, "")
        if order.paged and not was_paged:
            row.paged_at = at
        row.name = row.name or printable(order.name)  # by which it was joined: it stays
        row.type, row.tag = printable(order.order_type)[:LONGEST_WORD], tag
        row.paged = order.paged
        if cleared:
            self._clear(row, at)
            return
        row.state = printable(order.state)[:LONGEST_WORD]
        if not self._has_open_order(row):
            self._link(row)
        self._tell(row)

    def _has_open_order(self, row: TrackedOrder) -> bool:
        return row.order_id is not None and row.order_id in self._orders

    def _is_leaving(self, row: TrackedOrder) -> bool:
        """Whether we have it cleared, since its order is over: who orders with this number next has it not."""
        clears = GatewayCommand.objects.filter(venue=self._venue, verb="clear", name=row.name, order_uuid=str(row.uuid))
        return clears.exclude(state__in=NOT_CLEARED).exists()

    def _link(self, row: TrackedOrder) -> None:
        """To the newest open order with its number and no puck of its own."""
        own = [order for order in self._orders.values() if order["tracker_number"] == row.name]
        if own:  # or every order of a long report would go through all the others
            joined = {other.order_id for other in self._rows.values() if other.cleared_at is None}
            own = [order for order in own if order["id"] not in joined]
        if own and not self._is_leaving(row):
            row.order_id = max(own, key=lambda order: (order["placed_at"], order["number"]))["id"]

    def _tell(self, row: TrackedOrder) -> None:
        if row.order_id in self._orders:
            located = self._tables.get(row.tag)
            state = PAGED if row.paged else LOCATED if row.tag else STARTED
            self._where[row.order_id] = Whereabouts(row.name, located, state, row.type)

    def _clear(self, row: TrackedOrder, at: datetime) -> None:
        row.state, row.cleared_at = "cleared", at
        if row.order_id is None or (order := self._orders.get(row.order_id)) is None:
            return
        if at < order["placed_at"]:  # told late: it was another guest's
            self._take_from(row)
            self._where[order["id"]] = Whereabouts(order["tracker_number"], None, "")
            return
        completes = order["state"] != State.PENDING and self._venue.puck_returned == "complete"
        # What we had cleared ourselves, before the order was open again, was brought to nobody.
        if completes and not self._is_leaving(row):
            self._complete.add(order["id"])
            del self._orders[order["id"]]
            return
        self._let_go(order)
        if order["state"] == State.PENDING:
            self._take_from(row)

    def _take_from(self, row: TrackedOrder) -> None:
        """It was another's, and so are its times (`tracker.milestones`)."""
        row.order_id = None
        self._taken.add(row.uuid)

    def _let_go(self, order: dict[str, Any]) -> None:
        """The number is free for the next guest; the card says that the puck is back."""
        self._where[order["id"]] = Whereabouts(None, None, RETURNED)
        order["tracker_number"] = None

    def _completion(self, order_id: uuid.UUID, now: datetime) -> OrderMove:
        wanted = MoveOrder(order_id, move_for("completeorder", None), worded=False, action="completeorder")
        return OrderMove(self._venue.pk, now, wanted, ACTOR, by="tracker")


def _orders_of(event: InboundEvent) -> tuple[list[ActiveOrder], bool]:
    """The orders of an event, and whether they are all: where one could not be read, an absence proves nothing."""
    content = json.loads(event.payload)
    read = [read_active_order(one) for one in (content if isinstance(content, list) else [content])]
    orders = [order for order in read if order is not None]
    if len(orders) < len(read):
        logger.warning("Venue %s: %s orders of the gateway have no uuid", event.venue_id, len(read) - len(orders))
    return orders, len(orders) == len(read)


def _values(row: TrackedOrder) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _COLUMNS)
