"""A pub for tests of orders: one venue with tables, a menu and a bar's device, and changes as sockets make them."""

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from orders import protocol
from orders.changes import (
    Change,
    Done,
    Event,
    Notice,
    OrderMove,
    OrderPaid,
    OrderTicked,
    OrderUndo,
    Placement,
    TableMove,
)
from orders.commit import Outcome, commit
from orders.errors import Refused
from orders.models import Order
from orders.pricing import price_or_refuse
from orders.protocol import Speaker
from orders.requests import MoveOrder, MoveToTable, PlaceOrder, TickOrder, UndoOrder
from venues.access import member_for_code, start_session
from venues.catalogue import load_catalogue
from venues.codes import new_token, table_code, token_hash
from venues.models import Category, Device, Menu, Operator, Product, Table, TableSession, Venue, VenueProduct

_serial = itertools.count(1)
NOON = datetime.fromisoformat("2026-06-01T12:00:00+00:00")


@dataclass
class Pub:
    venue: Venue
    products: list[Product]
    tables: list[Table]
    device_key: str
    now: datetime = NOON
    sessions: dict[int, TableSession] = field(default_factory=dict)

    def tick(self, seconds: float = 1) -> datetime:
        """The pub's clock, moved on."""
        self.now += timedelta(seconds=seconds)
        return self.now

    def session(self, table: int = 0) -> TableSession:
        """The open session of a table, opened where there is none."""
        self.sessions[table] = start_session(self.tables[table], self.now)
        return self.sessions[table]

    def member_token(self, table: int) -> str:
        """What a phone holds that scanned the table's code."""
        own = self.tables[table]
        found = member_for_code(table_code(own.pk, own.code_version), self.now)
        assert found is not None
        return found[1]

    def placement(
        self, items: dict[str, int] | None = None, *, table: int = 0, refused_at_the_door: bool = False, **extra: Any
    ) -> Placement:
        """An order of a guest at a table; raises Refused where the door would, unless that is what is wanted."""
        own = self.tables[table]
        frame = {
            "action": "order",
            "venue_id": str(self.venue.pk),
            "table_number": own.number,
            "order_items": items or {str(self.products[0].pk): 2},
        } | extra
        if "lines" in frame:
            del frame["order_items"]
        wanted = protocol.parse_request(frame, Speaker(self.venue.pk, board=False, version=2, table_number=own.number))
        assert isinstance(wanted, PlaceOrder)
        catalogue = load_catalogue(self.venue.pk)
        assert catalogue is not None
        now = self.tick(0.001)
        priced = price_or_refuse(catalogue, wanted, now)
        if isinstance(priced, Refused) and not refused_at_the_door:
            raise priced
        session = self.session(table)
        return Placement(
            self.venue.pk,
            now,
            uuid.uuid4(),
            wanted,
            priced,
            wanted.content,
            catalogue,
            own.pk,
            own.number,
            session.pk,
            verified=True,
            actor="guest",
        )

    def place(self, items: dict[str, int] | None = None, **extra: Any) -> Done:
        """An order that is placed."""
        return placed(one(self.placement(items, **extra)))

    def move(self, action: str, order_id: uuid.UUID | None, status: str | None = None, **extra: Any) -> Outcome:
        frame = {"action": action, "order_id": str(order_id), "reason": "no"} | extra
        if status is not None:
            frame["order_status"] = status
        wanted = protocol.parse_request(frame, Speaker(self.venue.pk, board=True, version=2))
        assert isinstance(wanted, MoveOrder)
        return one(OrderMove(self.venue.pk, self.tick(0.001), wanted, "bar"))

    def undo(self, order_id: uuid.UUID | None, seq: int) -> Outcome:
        assert order_id is not None
        return one(OrderUndo(self.venue.pk, self.tick(0.001), UndoOrder(order_id, seq, "slip"), "bar"))

    def move_to_table(self, order_id: uuid.UUID | None, number: str) -> Outcome:
        assert order_id is not None
        return one(TableMove(self.venue.pk, self.tick(0.001), MoveToTable(order_id, number), "bar"))

    def tick_line(self, order_id: uuid.UUID | None, line: int, *, done: bool = True) -> Outcome:
        assert order_id is not None
        return one(OrderTicked(self.venue.pk, self.tick(0.001), TickOrder(order_id, line, done), "bar"))

    def check_id(self, order_id: uuid.UUID | None) -> Outcome:
        assert order_id is not None
        return one(OrderTicked(self.venue.pk, self.tick(0.001), TickOrder(order_id, id_checked=True), "bar"))

    def pay(self, order_id: uuid.UUID | None, *, paid: bool = True) -> Outcome:
        assert order_id is not None
        return one(OrderPaid(self.venue.pk, self.tick(0.001), order_id, paid, "bar"))

    def count_stock(self, product: int, stock: int) -> VenueProduct:
        row, _ = VenueProduct.objects.update_or_create(
            venue=self.venue, product=self.products[product], defaults={"stock": stock}
        )
        return row

    def notice(self, kind: str) -> Outcome:
        return one(Notice(self.venue.pk, self.tick(0.001), kind))


def make_pub(**venue: Any) -> Pub:
    """A pub of its own operator, always open, with five products at 1.00 to 5.00 and four tables."""
    n = next(_serial)
    operator = Operator.objects.create(name=f"Operator {n}")
    menu = Menu.objects.create(operator=operator, name="Menu")
    category = Category.objects.create(menu=menu, name="Beer")
    products = [Product.objects.create(category=category, name=f"Ale {i}", price=i) for i in range(1, 6)]
    own = Venue.objects.create(operator=operator, name=f"Pub {n}", menu=menu, open_tables=True, **venue)
    tables = [Table.objects.create(venue=own, number=str(i)) for i in range(1, 5)]
    key = new_token()
    Device.objects.create(venue=own, name="bar", key_hash=token_hash(key), created_at=NOON)
    return Pub(own, products, tables, key)


def one(change: Change) -> Outcome:
    """The outcome of one change in a transaction of its own."""
    return commit([change])[0][0]


def events_of(*changes: Change) -> list[Event]:
    return commit(list(changes))[1]


def order_of(done: Done) -> Order:
    """The order as the database has it."""
    assert done.order_id is not None
    return Order.objects.get(pk=done.order_id)


def placed(outcome: Outcome) -> Done:
    assert isinstance(outcome, Done), outcome
    return outcome
