"""What one transaction of the writer holds: the locked counters of its venues, and the rows it will write."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.utils.functional import cached_property

from orders.changes import Event
from orders.models import Order, OrderLine, VenueEvent
from orders.render import whole_order
from orders.rows import OutOfStep, Statements
from venues.models import VenueFeed, VenueProduct

MOVED = (
    "state",
    "order_status",
    "reason",
    "changed_by",
    "seq",
    "accepted_at",
    "ready_at",
    "finished_at",
    "undo_seq",
    "undo_until",
    "undo_state",
    "undo_status",
)
TRACKED = (
    "tracker_number",
    "located_table",
    "location_mismatch",
    "tracker_state",
    "tracker_type",
    "changed_by",
    "seq",
)
AT_TABLE = ("table_id", "table_number", "moved_from", "location_mismatch", "changed_by", "seq")
TICKED = ("id_checked", "lines_done", "changed_by", "seq")
PAID = ("paid_at", "paid_by_id", "changed_by", "seq")
COUNTED = ("seq", "business_date", "last_order_number", "menu_version")


@dataclass(slots=True)
class Counters:
    """A venue's feed row as it is under the lock and as the batch counts it on."""

    venue_id: int
    was_seq: int
    row: dict[str, Any]

    def changed(self) -> dict[str, Any]:
        return {"venue_id": self.venue_id, "was_seq": self.was_seq} | {name: self.row[name] for name in COUNTED}


class Batch:
    """Begins with the venues' feed rows locked in the order of their ids, the one lock order of every writer."""

    def __init__(self, statements: Statements, venue_ids: Iterable[int], at: datetime) -> None:
        self.statements, self.at = statements, at
        self._asked = statements.ask_for(VenueFeed, set(venue_ids), lock=True)
        self.events: list[Event] = []
        self.orders: dict[uuid.UUID, dict[str, Any]] = {}
        self._placed: list[dict[str, Any]] = []
        self._lines: list[dict[str, Any]] = []
        self._changed: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        self._stock: dict[int, VenueProduct] = {}
        self._stock_change: dict[int, int] = defaultdict(int)

    # Django's: functools' own has, before Python 3.12, one lock for all batches of the process. Who waits in here for
    # the venues would keep their holder waiting for that lock.
    @cached_property
    def feeds(self) -> dict[int, Counters]:
        """The locked counters by venue."""
        return {row["venue_id"]: Counters(row["venue_id"], row["seq"], row) for row in self._asked.rows()}

    def next_seq(self, venue_id: int) -> int:
        feed = self.feeds[venue_id]
        feed.row["seq"] += 1
        return int(feed.row["seq"])

    def next_number(self, venue_id: int, business_date: date) -> tuple[date, int]:
        """The next order number, from 1 on each business day. A clock that is behind does not go back a day."""
        row = self.feeds[venue_id].row
        if business_date > row["business_date"]:
            row.update(business_date=business_date, last_order_number=0)
        row["last_order_number"] += 1
        return row["business_date"], row["last_order_number"]

    def lock_stock(self, difference_ids: Iterable[int]) -> None:
        """Lock and read the counts that this batch may change: after the feeds, in the order of their ids."""
        rows = VenueProduct.objects.select_for_update(no_key=True).filter(
            pk__in=set(difference_ids), stock__isnull=False
        )
        self._stock |= {row.pk: row for row in rows.order_by("pk")}

    def left(self, difference_id: int) -> int | None:
        """What is left of a product after this batch's orders so far; None where it is not counted."""
        row = self._stock.get(difference_id)
        return None if row is None or row.stock is None else row.stock + self._stock_change[difference_id]

    def take_stock(self, difference_id: int, quantity: int) -> None:
        self._stock_change[difference_id] -= quantity

    def placed(self, order: dict[str, Any], lines: list[dict[str, Any]]) -> None:
        self.orders[order["id"]] = order
        self._placed.append(order)
        self._lines += lines

    def changed(self, order: dict[str, Any], was_seq: int, columns: tuple[str, ...]) -> None:
        """These columns of an order that was at `was_seq` are to be written: MOVED, TRACKED, AT_TABLE, TICKED, PAID."""
        self._changed[columns].append({"id": order["id"], "was_seq": was_seq} | {key: order[key] for key in columns})

    def new_menu(self, venue_id: int) -> None:
        self.feeds[venue_id].row["menu_version"] += 1

    def event(
        self,
        venue_id: int,
        seq: int,
        at: datetime,
        kind: str,
        change: str,
        payload: str,
        session_id: int | None = None,
    ) -> None:
        self.events.append(Event(venue_id, seq, at, kind, change, None, session_id, "", payload))

    def order_event(self, order: dict[str, Any], at: datetime, change: str) -> None:
        """The event that made this order what it is now: its `seq`, by `changed_by`."""
        whole = whole_order(order)
        self.events.append(
            Event(
                order["venue_id"],
                order["seq"],
                at,
                "order",
                change,
                order["id"],
                order["session_id"],
                order["changed_by"],
                orjson.dumps(whole).decode(),
                whole,
            )
        )

    def write(self) -> None:
        """Everything in few statements: the stock, the rows, the counters."""
        for difference_id, change in sorted(self._stock_change.items()):
            self._write_stock(self._stock[difference_id], change)
        self.statements.insert(Order, self._placed)
        self.statements.insert(OrderLine, self._lines)
        self.statements.insert(VenueEvent, [_event_row(event) for event in self.events])
        for columns, rows in self._changed.items():
            self.statements.update(Order, rows, ("id", "seq"), *columns)
        changed = [feed.changed() for feed in self.feeds.values() if feed.row["seq"] != feed.was_seq]
        self.statements.update(VenueFeed, changed, ("venue_id", "seq"), *COUNTED)

    def _write_stock(self, row: VenueProduct, change: int) -> None:
        was = row.stock or 0
        if not change:
            return
        if not VenueProduct.objects.filter(pk=row.pk, stock=was).update(stock=was + change):
            raise OutOfStep
        if (was == 0) != (was + change == 0):
            # Sold out, or back: a new menu version, so that every catalogue and page hears of it.
            self.new_menu(row.venue_id)
            payload = orjson.dumps({"product_id": str(row.product_id), "in_stock": was + change > 0}).decode()
            seq = self.next_seq(row.venue_id)
            self.event(row.venue_id, seq, self.at, "availability", "stock", payload)


def _event_row(event: Event) -> dict[str, Any]:
    return {
        "venue_id": event.venue_id,
        "seq": event.seq,
        "at": event.at,
        "kind": event.kind,
        "change": event.change,
        "order_id": event.order_id,
        "session_id": event.session_id,
        "actor": event.actor,
        "payload": event.payload,
    }
