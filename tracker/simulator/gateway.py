"""The whole device, without a socket or a clock: what it knows, and what hands can do to it.

Every verb takes the time and returns the notices that the websocket's clients must be told.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tracker.simulator.access import Access
from tracker.simulator.book import OrderBook
from tracker.simulator.orders import Notice, Order, Wish
from tracker.simulator.radio import Radio, Repeater
from tracker.simulator.room import Room, default_room
from tracker.simulator.settings import Settings


class Impossible(Exception):
    """What hands tried cannot be done in this room now; `name` is for programs."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class Unknown(Impossible):
    """There is no such puck or tag in the room."""


def new_serial() -> str:
    """Six hexadecimal digits."""
    return secrets.token_hex(3)


@dataclass(slots=True)
class Gateway:
    """The state of the device, and the room around it."""

    room: Room = field(default_factory=default_room)
    access: Access = field(default_factory=Access)
    book: OrderBook = field(default_factory=OrderBook)
    settings: Settings = field(default_factory=Settings)
    radio: Radio = field(default_factory=Radio)
    # The pucks that the radio knows. A clear of the inventory empties it; a starter that is touched puts a puck back.
    inventory: set[str] = field(default_factory=set)
    activated: bool = False
    webhooks: list[str] = field(default_factory=list)
    # On the label of the box: the same after a restart, a move and a factory reset.
    serial: str = field(default_factory=new_serial)

    def start(self, puck: str, order_type: str, now: datetime) -> tuple[Notice, ...]:
        """The cashier touches a starter with the puck. The last device touched wins (API reference, section 1)."""
        self._check_puck(puck)
        self.inventory.add(puck)
        return self.book.place(Wish(puck, order_type), now).notices

    def locate(self, puck: str, tag: str, now: datetime) -> tuple[Notice, ...]:
        """The guest puts the puck on a tag. Raises Impossible where it has no order."""
        order = self._order_of(puck)
        if tag not in self.room.tags:
            raise Unknown("unknown_tag", f"There is no tag {tag} in this room.")
        return self.book.locate(order, tag, now)

    def clear(self, puck: str, now: datetime) -> tuple[Notice, ...]:
        """The runner touches the clearer with the puck. Raises Impossible where it has no order."""
        return self.book.clear(self._order_of(puck), now)

    def stop_shaking(self, puck: str) -> tuple[Notice, ...]:
        """The puck stops, as on its dock."""
        return self.book.stop_page(self._order_of(puck))

    def join_repeater(self, label: str, now: datetime) -> Repeater:
        """A repeater is switched on nearby. Raises Impossible while the gateway does not listen."""
        if not self.radio.listens(now):
            raise Impossible(
                "not_listening", "The gateway does not listen for repeaters: POST /repeaters/beginPairing."
            )
        return self.radio.join(label, now)

    def can_page(self, order: Order) -> bool:
        """Whether a tracker is bound to the order (API reference, section 6: an order without one can be made)."""
        return order.name in self.inventory

    def pass_time(self, now: datetime, auto_clear: timedelta | None = None) -> tuple[Notice, ...]:
        """What happens by itself."""
        return self.book.pass_time(now, auto_clear)

    def lose_power(self) -> None:
        """The power is cut: the window and the pairing of repeaters are over; what is stored stays."""
        self.access.close_window()
        self.radio.end_pairing()

    def furnish(self, room: Room) -> None:
        """Other furniture: the radio knows the pucks of the new room."""
        self.room = room
        self.inventory = set(room.pucks)

    def _check_puck(self, puck: str) -> None:
        if puck not in self.room.pucks:
            raise Unknown("unknown_tracker", f"There is no tracker {puck} in this room.")

    def _order_of(self, puck: str) -> Order:
        self._check_puck(puck)
        order = self.book.active.get(puck)
        if order is None:
            raise Impossible("no_order", f"Tracker {puck} has no order: a starter comes first.")
        return order


def new_gateway(room: Room | None = None, timezone: str = "UTC") -> Gateway:
    """A gateway as it leaves the factory, in this room."""
    gateway = Gateway(settings=Settings(timezone=timezone))
    gateway.furnish(room or gateway.room)
    return gateway
