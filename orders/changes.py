"""What can be asked of the writer, and what it answers."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orders.errors import Refused, TooMany
from orders.pricing import PricedOrder, price_or_refuse
from orders.requests import MoveOrder, MoveToTable, PlaceOrder, TickOrder, UndoOrder
from venues.catalogue import Catalogue


@dataclass(slots=True, eq=False)
class Placement:
    """An order to place. Its id and time are made before the first attempt, so that a retry is the same order.

    `priced` may be a refusal where the order has a client_order_id: if that was used already, the answer is the first
    ack, whatever speaks against the order now.
    """

    venue_id: int
    at: datetime
    order_id: uuid.UUID
    wanted: PlaceOrder
    priced: PricedOrder | Refused
    content: str
    catalogue: Catalogue
    table_id: int
    table_number: str
    session_id: int
    verified: bool
    actor: str
    placed_by_id: int | None = None
    by_staff: bool = False

    @property
    def alone(self) -> tuple[object, ...]:
        """Two changes with the same never share a batch: the second must see what the first did."""
        key = self.wanted.client_order_id
        return (self.venue_id, key) if key is not None else (self.order_id,)

    def reprice(self, catalogue: Catalogue) -> None:
        """Take another catalogue's prices, or its reasons not to sell. What a limit refused stays refused."""
        if not isinstance(self.priced, TooMany):
            self.priced, self.catalogue = price_or_refuse(catalogue, self.wanted, self.at), catalogue


class _OfOrder:
    """A change of one order: two of the same order never share a batch."""

    __slots__ = ()
    if TYPE_CHECKING:
        order_id: uuid.UUID

    @property
    def alone(self) -> tuple[object, ...]:
        return (self.order_id,)


class _Asked(_OfOrder):
    """One whose order is the one that its request names."""

    __slots__ = ()
    if TYPE_CHECKING:
        wanted: MoveOrder | UndoOrder | MoveToTable | TickOrder

    @property
    def order_id(self) -> uuid.UUID:  # type: ignore[override]  # the others keep it
        return self.wanted.order_id


@dataclass(slots=True, eq=False)
class OrderMove(_Asked):
    """Bring an order to another state, or to other words for it; by a guest only within their own session."""

    venue_id: int
    at: datetime
    wanted: MoveOrder
    actor: str
    by: str = "board"  # board, guest, tracker or system
    session_id: int | None = None


@dataclass(slots=True, eq=False)
class OrderUndo(_Asked):
    venue_id: int
    at: datetime
    wanted: UndoOrder
    actor: str


@dataclass(slots=True, eq=False)
class TableMove(_Asked):
    """Bring an open order to another table. Its state, its session and its last move stay as they are."""

    venue_id: int
    at: datetime
    wanted: MoveToTable
    actor: str


@dataclass(slots=True, eq=False)
class OrderTicked(_Asked):
    """A line of an open order that is made, or the guest's ID that somebody has looked at."""

    venue_id: int
    at: datetime
    wanted: TickOrder
    actor: str


@dataclass(slots=True, eq=False)
class OrderPaid(_OfOrder):
    """An order that the guest has paid at the bar, or not after all."""

    venue_id: int
    at: datetime
    order_id: uuid.UUID
    paid: bool
    actor: str
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What a venue's tracker says of an order: its puck, the number of the table where that is, how it stands, and
    what its starter made of it (the gateway's own word)."""

    tracker_number: str | None
    located_table: str | None
    tracker_state: str
    tracker_type: str = ""


@dataclass(slots=True, eq=False)
class OrderTracked(_OfOrder):
    """An open order's whereabouts, which move it nowhere."""

    venue_id: int
    at: datetime
    order_id: uuid.UUID
    where: Whereabouts
    actor: str


@dataclass(slots=True, eq=False)
class Notice:
    """Something that a venue's sockets should hear and that is no order: menu, pause, health, a session's end."""

    venue_id: int
    at: datetime
    kind: str
    change: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    session_id: int | None = None
    menu: bool = False  # a new menu version

    @property
    def alone(self) -> tuple[object, ...]:
        return (id(self),)


OrderChange = OrderMove | OrderUndo | TableMove | OrderTracked | OrderTicked | OrderPaid
Change = Placement | OrderChange | Notice
TRACKED = "tracked"  # the word of an event that tells an order's whereabouts
MOVED = "moved"  # and of one that tells to which table it is brought now
TICKED = "ticked"  # a line is made, or an ID was looked at: guests hear nothing of it
PAID, UNPAID = "paid", "unpaid"
UNKNOWN_TO_V1 = frozenset({TRACKED, MOVED, TICKED, PAID, UNPAID})  # version 1 has no frame for them


@dataclass(frozen=True, slots=True)
class Done:
    """A committed change, or a repeat of one: `seq` is the event that holds."""

    seq: int
    order_id: uuid.UUID | None = None
    order_number: int = 0
    repeat: bool = False


@dataclass(slots=True)
class Event:
    """A VenueEvent in memory. `order` is what `payload` says, where whoever made the event still has it at hand."""

    venue_id: int
    seq: int
    at: datetime
    kind: str
    change: str
    order_id: uuid.UUID | None
    session_id: int | None
    actor: str
    payload: str
    order: Mapping[str, Any] | None = None
