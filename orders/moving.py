"""Orders changing state, inside the writer's transaction and under its locks."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q

from orders import batch as columns
from orders.batch import Batch
from orders.changes import (
    MOVED,
    PAID,
    TICKED,
    TRACKED,
    UNPAID,
    Done,
    OrderChange,
    OrderMove,
    OrderPaid,
    OrderTicked,
    OrderTracked,
    OrderUndo,
    TableMove,
)
from orders.errors import OrderMoved, Refused
from orders.marks import ticks_after
from orders.models import Order, OrderLine
from orders.states import GUEST_MAY_CANCEL_FROM, NOT_MADE, OPEN, UNDO_WINDOW, State, takes_stock_back
from venues.models import Table, VenueProduct

LONGEST_TYPE = Order._meta.get_field("tracker_type").max_length  # whatever a gateway calls it

_TIME_OF = {
    State.ACCEPTED: "accepted_at",
    State.READY: "ready_at",
    State.COMPLETED: "finished_at",
    State.REJECTED: "finished_at",
    State.CANCELLED: "finished_at",
}


class MovingRules:
    """What moves and undos of one batch are judged by: the rows of their orders, read under the venues' lock."""

    def __init__(self, batch: Batch, changes: Sequence[OrderChange]) -> None:
        self._batch = batch
        self._changes = changes
        self._asked = batch.statements.ask_for(Order, {change.order_id for change in changes})

    def read(self) -> None:
        """Wait for the orders, and read the stock that some of them hold and the tables that some go to."""
        self._orders: dict[uuid.UUID, dict[str, Any]] = {row["id"]: row for row in self._asked.rows()}
        self._counted = self._read_counted(self._changes)
        self._tables = _read_tables(change for change in self._changes if isinstance(change, TableMove))

    def take(self, change: OrderChange) -> Done | Refused:
        """The change written into the batch, or a repeat of what is, or why not."""
        if isinstance(change, OrderMove):
            return self.move(change)
        if isinstance(change, OrderUndo):
            return self.undo(change)
        if isinstance(change, OrderTicked):
            return self.tick(change)
        if isinstance(change, OrderPaid):
            return self.pay(change)
        return self.move_to_table(change) if isinstance(change, TableMove) else self.track(change)

    def move(self, change: OrderMove) -> Done | Refused:
        """The order's new state written into the batch, or a repeat of what is, or why not."""
        wanted = change.wanted
        order = self._order(change)
        if isinstance(order, Refused):
            return order
        state, move = order["state"], wanted.move
        if state == move.target and (not wanted.worded or order["order_status"] == move.status):
            return Done(order["seq"], order["id"], order["number"], repeat=True)
        reworded = state == move.target and change.by == "board"
        sources = GUEST_MAY_CANCEL_FROM if change.by == "guest" else move.sources
        if state not in sources and not reworded:
            return OrderMoved(state) if state != State.PENDING else _too_early(wanted.action)
        if not reworded and takes_stock_back(state, move.target):
            self._return_stock(order, +1)
        before = dict(order)
        order.update(state=move.target, order_status=move.status)
        if not reworded:
            order["reason"] = wanted.reason
            order[_TIME_OF[move.target]] = change.at
        may_undo = change.by in ("board", "tracker")
        order.update(
            undo_seq=self._batch.feeds[change.venue_id].row["seq"] + 1 if may_undo else None,
            undo_until=change.at + UNDO_WINDOW if may_undo else None,
            undo_state=before["state"] if may_undo else "",
            undo_status=before["order_status"] if may_undo else "",
        )
        return self._write(change, order, before["seq"], "reworded" if reworded else move.target)

    def undo(self, change: OrderUndo) -> Done | Refused:
        """The order as it was before its last change, as a new event, or why not."""
        wanted = change.wanted
        order = self._known_order(change)
        if isinstance(order, Refused):
            return order
        if order["undo_seq"] is None or order["undo_seq"] != wanted.seq:
            return Refused("This is not the order's last change, or it cannot be undone.", "cannot_undo", "seq")
        if change.at > order["undo_until"]:
            return Refused("A change can be undone for 10 minutes.", "undo_too_late", "seq")
        state, back_to = order["state"], order["undo_state"]
        if takes_stock_back(back_to, state):
            missing = self._missing(order)
            if missing is not None:
                return Refused(f"{missing} is sold out since then; it cannot be taken again.", "sold_out")
            self._return_stock(order, -1)
        was_seq = order["seq"]
        if state != back_to:
            order[_TIME_OF[state]] = None
            order["reason"] = wanted.reason
        order.update(
            state=back_to,
            order_status=order["undo_status"],
            undo_seq=None,
            undo_until=None,
            undo_state="",
            undo_status="",
        )
        return self._write(change, order, was_seq, "undone")

    def track(self, change: OrderTracked) -> Done | Refused:
        """An open order's whereabouts. Its last move can be undone as before."""
        order = self._open_order(change)
        if isinstance(order, Refused):
            return order
        where = change.where
        found = {
            "tracker_number": where.tracker_number,
            "located_table": where.located_table,
            "location_mismatch": where.located_table not in (None, order["table_number"]),
            "tracker_state": where.tracker_state,
            "tracker_type": where.tracker_type[:LONGEST_TYPE],
        }
        return self._note(change, order, found, columns.TRACKED, TRACKED)

    def tick(self, change: OrderTicked) -> Done | Refused:
        """An open order with a tick: its last move can be undone as before."""
        order = self._open_order(change)
        if isinstance(order, Refused):
            return order
        ticked = ticks_after(order, change.wanted)
        if isinstance(ticked, Refused):
            return ticked
        return self._note(change, order, ticked, columns.TICKED, TICKED)

    def pay(self, change: OrderPaid) -> Done | Refused:
        """An order with when it was paid, and by whom that was noted. What will not be made is not paid; what was
        paid for it before can be noted as given back."""
        order = self._known_order(change)
        if isinstance(order, Refused):
            return order
        if change.paid and order["state"] in NOT_MADE:
            return OrderMoved(order["state"])
        if (order["paid_at"] is not None) == change.paid:
            return Done(order["seq"], order["id"], order["number"], repeat=True)
        paid = {
            "paid_at": change.at if change.paid else None,
            "paid_by_id": change.user_id if change.paid else None,
        }
        return self._note(change, order, paid, columns.PAID, PAID if change.paid else UNPAID)

    def move_to_table(self, change: TableMove) -> Done | Refused:
        """An open order at the table where it is brought now. Its last move can be undone as before."""
        order = self._open_order(change)
        if isinstance(order, Refused):
            return order
        number = change.wanted.table_number
        table_id = self._tables.get((change.venue_id, number))
        if table_id is None:
            return Refused(f"There is no table {number} here.", "unknown_table", "table_number")
        ordered_at = order["moved_from"] or order["table_number"]
        found = {
            "table_id": table_id,
            "table_number": number,
            "moved_from": None if number == ordered_at else ordered_at,
            "location_mismatch": order["located_table"] not in (None, number),
        }
        return self._note(change, order, found, columns.AT_TABLE, MOVED)

    def _note(
        self, change: OrderChange, order: dict[str, Any], found: Mapping[str, Any], names: tuple[str, ...], word: str
    ) -> Done:
        """What is found out about an order, which moves it nowhere; a repeat where it is known already."""
        if all(order[name] == value for name, value in found.items()):
            return Done(order["seq"], order["id"], order["number"], repeat=True)
        was_seq = order["seq"]
        order.update(found, seq=self._batch.next_seq(change.venue_id), changed_by=change.actor[:80])
        self._batch.changed(order, was_seq, names)
        self._batch.order_event(order, change.at, word)
        return Done(order["seq"], order["id"], order["number"])

    def _known_order(self, change: OrderChange) -> dict[str, Any] | Refused:
        order = self._orders.get(change.order_id)
        return _unknown() if order is None or order["venue_id"] != change.venue_id else order

    def _open_order(self, change: OrderChange) -> dict[str, Any] | Refused:
        order = self._known_order(change)
        return order if isinstance(order, Refused) or order["state"] in OPEN else OrderMoved(order["state"])

    def _order(self, change: OrderMove) -> dict[str, Any] | Refused:
        wanted = change.wanted
        order = self._known_order(change)
        if isinstance(order, Refused):
            return order
        if change.by == "guest" and order["session_id"] != change.session_id:
            return _unknown()
        # A board of version 1 has heard of no move.
        tables = (None, order["table_number"], order["moved_from"])
        if change.by == "board" and wanted.table_number not in tables:
            return Refused("table_number is not this order's.", "wrong_table", "table_number")
        if wanted.order_time is not None and order["placed_at"] != wanted.order_time:
            return Refused("order_time is not this order's.", "wrong_time", "order_time")
        return order

    def _write(self, change: OrderMove | OrderUndo, order: dict[str, Any], was_seq: int, word: str) -> Done:
        seq = self._batch.next_seq(change.venue_id)
        order.update(seq=seq, changed_by=change.actor[:80])
        self._batch.changed(order, was_seq, columns.MOVED)
        self._batch.order_event(order, change.at, word)
        return Done(seq, order["id"], order["number"])

    def _read_counted(self, changes: Sequence[OrderChange]) -> dict[uuid.UUID, dict[int, int]]:
        """How much of each counted product the orders hold that may give stock back or take it again."""
        ids = [change.order_id for change in changes if change.order_id in self._orders and _may_move_stock(change)]
        counted: dict[uuid.UUID, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        if not ids:
            return counted
        held = list(_held(ids))
        if not held:
            return counted
        match = Q()
        for _, venue_id, product_id, _ in held:
            match |= Q(venue_id=venue_id, product_id=product_id)
        rows = VenueProduct.objects.filter(match, stock__isnull=False).values_list("venue_id", "product_id", "pk")
        differences = {(venue_id, product_id): pk for venue_id, product_id, pk in rows}
        for order_id, venue_id, product_id, quantity in held:
            if (venue_id, product_id) in differences:
                counted[order_id][differences[venue_id, product_id]] += quantity
        self._batch.lock_stock(differences.values())
        return counted

    def _return_stock(self, order: dict[str, Any], sign: int) -> None:
        for difference_id, quantity in self._counted.get(order["id"], {}).items():
            self._batch.take_stock(difference_id, -sign * quantity)

    def _missing(self, order: dict[str, Any]) -> str | None:
        for difference_id, quantity in self._counted.get(order["id"], {}).items():
            left = self._batch.left(difference_id)
            if left is not None and left < quantity:
                return VenueProduct.objects.select_related("product").get(pk=difference_id).product.name
        return None


def _held(order_ids: Iterable[uuid.UUID]) -> Iterator[tuple[uuid.UUID, int, int, int]]:
    """Order, venue, product and quantity of what was counted down for these orders: their lines, and parts of those."""
    own = Q(counted=True, product__isnull=False)
    lines = OrderLine.objects.filter(own | ~Q(counted_parts=""), order_id__in=order_ids)
    columns = ("order_id", "order__venue_id", "product_id", "quantity", "counted", "counted_parts")
    for order_id, venue_id, product_id, quantity, counted, parts in lines.values_list(*columns):
        if counted and product_id is not None:
            yield order_id, venue_id, product_id, quantity
        for part in parts.split():
            yield order_id, venue_id, int(part), quantity


def _read_tables(moves: Iterable[TableMove]) -> dict[tuple[int, str], int]:
    """The ids of the tables that orders are moved to, by venue and number."""
    wanted = Q()
    for move in moves:
        wanted |= Q(venue_id=move.venue_id, number=move.wanted.table_number)
    if not wanted:
        return {}
    rows = Table.objects.filter(wanted).values_list("venue_id", "number", "pk")
    return {(venue_id, number): pk for venue_id, number, pk in rows}


def _may_move_stock(change: OrderChange) -> bool:
    if isinstance(change, OrderMove):
        return change.wanted.move.target in NOT_MADE
    return isinstance(change, OrderUndo)


def _unknown() -> Refused:
    return Refused("There is no such order here.", "unknown_order", "order_id")


def _too_early(action: str) -> Refused:
    return Refused(f"This order is still pending: accept it before {action}.", "too_early", "order_id")
