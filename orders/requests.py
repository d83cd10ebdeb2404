"""What a client can ask for, as typed values: `orders.protocol` makes them of its frames."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

from orders.states import Move


@dataclass(frozen=True, slots=True)
class WantedLine:
    """One line as the guest asks for it: by product id, or by name and price (the seed's second form)."""

    quantity: int
    product_id: int | None = None
    name: str | None = None
    price: str | None = None
    options: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    table_number: str | None
    lines: tuple[WantedLine, ...]
    order_items: str | None  # compact, key order kept; None where only `lines` came (version 2)
    client_order_id: str | None = None
    tracker_number: str | None = None
    to_go: bool = False
    test: bool = False

    @property
    def field(self) -> str:
        """The key in which the request says what it wants."""
        return "lines" if self.order_items is None else "order_items"

    @property
    def content(self) -> str:
        """128 bits of hash over what is asked for, however it is arranged: what makes two orders alike.

        Of the request alone, not of prices: a repeat is known again whatever has changed since. To go only where it is
        so: the hashes of orders that were placed before there was such a thing stay theirs.
        """
        lines = sorted(
            (w.product_id or 0, w.name or "", w.price or "", w.quantity, w.options, w.note) for w in self.lines
        )
        asked = (lines, self.tracker_number, *(["to go"] if self.to_go else []), *(["test"] if self.test else []))
        return hashlib.blake2b(repr(asked).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class MoveOrder:
    order_id: uuid.UUID
    move: Move
    worded: bool  # the client gave an order_status
    action: str
    order_time: datetime | None = None
    table_number: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class UndoOrder:
    order_id: uuid.UUID
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class MoveToTable:
    """`moveorder`: the order is to be brought to another table than the one that it was ordered from."""

    order_id: uuid.UUID
    table_number: str


@dataclass(frozen=True, slots=True)
class OpenOrders:
    pass


@dataclass(frozen=True, slots=True)
class Resume:
    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class TrackerWish:
    """`pageorder`, `locateorder` or `trackorder`: carried out by `tracker`, where a venue uses it.

    `taken` says what becomes of an order that has this puck: "move", it goes without, "swap", it gets this order's.
    """

    action: str
    order_id: uuid.UUID
    tracker_number: str | None = None
    taken: str = ""


@dataclass(frozen=True, slots=True)
class TickOrder:
    """`tickorder`: one line is made or not (`line` counts from 0), or somebody has looked at the guest's ID."""

    order_id: uuid.UUID
    line: int | None = None
    done: bool = True
    id_checked: bool | None = None


Request = PlaceOrder | MoveOrder | UndoOrder | MoveToTable | OpenOrders | Resume | TrackerWish | TickOrder
