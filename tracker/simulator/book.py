"""The gateway's orders: the active ones and two weeks of history. Rules only; the time is handed in."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tracker.gateway.codes import ReturnCode
from tracker.simulator.orders import (
    CLEARED,
    CREATED,
    LOCATED,
    MODIFIED,
    PAGED,
    STARTED,
    HistoryQuery,
    Notice,
    Order,
    Wish,
)
from tracker.simulator.refusals import Refused

KEPT = timedelta(days=14)
# A page without tracking lasts "up to a full minute" (API reference, section 1).
PAGED_ONCE = timedelta(seconds=60)
NAME = re.compile(r"[0-9]+")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def new_uuid() -> str:
    """A uuid4, as the gateway gives one to every order and never again (API reference, section 9)."""
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a wish: the order, the neutral code where nothing changed, and the news."""

    order: Order
    neutral: ReturnCode | None
    notices: tuple[Notice, ...]


class OrderBook:
    """One active order per name; names are used again, uuids never (API reference, section 6)."""

    def __init__(self, active: list[Order] | None = None, past: list[Order] | None = None) -> None:
        self.active = {order.name: order for order in active or ()}
        self.past = list(past or ())
        self.new_uuid: Callable[[], str] = new_uuid

    def find(self, key: str) -> Order:
        """The active order with this name or uuid. Raises Refused (-6 not active, -7 neither digits nor a uuid)."""
        if NAME.fullmatch(key):
            found = self.active.get(key)
        elif UUID.fullmatch(key):
            found = next((order for order in self.active.values() if order.uuid == key.lower()), None)
        else:
            raise Refused(ReturnCode.INVALID_ORDER_ID)
        if found is None:
            raise Refused(ReturnCode.ORDER_NOT_FOUND)
        return found

    def find_past(self, key: str) -> Order:
        """The order with this uuid, cleared or not. Raises Refused (-27 no uuid, -6 unknown)."""
        if not UUID.fullmatch(key):
            raise Refused(ReturnCode.INVALID_ORDER_UUID)
        for order in [*self.past, *self.active.values()]:
            if order.uuid == key.lower():
                return order
        raise Refused(ReturnCode.ORDER_NOT_FOUND)

    def place(self, wish: Wish, now: datetime) -> Placed:
        """Create the order, or move or retype the active one of that name.

        The same again changes nothing and is said by 1009 or 1010 (API reference, section 6).
        """
        order = self.active.get(wish.name)
        if order is None:
            return self._create(wish, now)
        if wish.location is not None and (wish.location, wish.order_type) == (order.location, order.order_type):
            return Placed(order, ReturnCode.ALREADY_LOCATED, ())
        if wish.location is None and wish.order_type == order.order_type:
            return Placed(order, ReturnCode.ALREADY_STARTED, ())
        order = replace(order, order_type=wish.order_type)
        if wish.location is not None and wish.location != order.location:
            order = replace(order, location=wish.location, state=LOCATED, changed=now, located=order.located or now)
        return Placed(order, None, self._keep(MODIFIED, order))

    def locate(self, order: Order, location: str, now: datetime) -> tuple[Notice, ...]:
        """The puck was put on a tag; on the same one again, nothing is new."""
        return self.place(Wish(order.name, order.order_type, location), now).notices

    def page(self, order: Order, now: datetime, *, tracking: bool) -> tuple[Notice, ...]:
        """Make the tracker shake: until it is stopped, or for a minute where it is not to be tracked."""
        order = replace(order, paged=True, paged_until=None if tracking else now + PAGED_ONCE)
        return self._keep(PAGED, order)

    def stop_page(self, order: Order) -> tuple[Notice, ...]:
        """Stop it; nothing where it does not shake."""
        return self._keep(MODIFIED, replace(order, paged=False, paged_until=None)) if order.paged else ()

    def clear(self, order: Order, now: datetime) -> tuple[Notice, ...]:
        """End the order. It is no longer active, and its last news is MODIFIED with "cleared" (section 8)."""
        order = replace(order, state=CLEARED, changed=now, cleared=now, paged=False, paged_until=None)
        del self.active[order.name]
        self.past.append(order)
        return (Notice(MODIFIED, order),)

    def clear_all(self, now: datetime) -> tuple[Notice, ...]:
        """End every order: one notice each (API reference, section 8)."""
        return tuple(notice for order in list(self.active.values()) for notice in self.clear(order, now))

    def pass_time(self, now: datetime, auto_clear: timedelta | None = None) -> tuple[Notice, ...]:
        """What happens by itself: pages end, old orders are cleared where that is on, history is purged."""
        notices: list[Notice] = []
        for order in list(self.active.values()):
            if auto_clear is not None and now - order.created >= auto_clear:
                notices += self.clear(order, now)
            elif order.paged_until is not None and order.paged_until <= now:
                notices += self.stop_page(order)
        self.past = [order for order in self.past if (order.cleared or order.created) > now - KEPT]
        return tuple(notices)

    def history(self, query: HistoryQuery, *, with_active: bool = False) -> tuple[list[Order], int]:
        """The page of cleared orders asked for, oldest first, and how many there are in all."""
        orders = [*self.past, *(self.active.values() if with_active else ())]
        found = sorted(filter(query.takes, orders), key=lambda order: order.created)
        return found[query.offset : query.offset + query.limit], len(found)

    def _create(self, wish: Wish, now: datetime) -> Placed:
        order = Order(
            name=wish.name,
            uuid=self.new_uuid(),
            order_type=wish.order_type,
            state=STARTED if wish.location is None else LOCATED,
            created=now,
            changed=now,
            location=wish.location or "",
            located=None if wish.location is None else now,
        )
        return Placed(order, None, self._keep(CREATED, order))

    def _keep(self, kind: str, order: Order) -> tuple[Notice, ...]:
        self.active[order.name] = order
        return (Notice(kind, order),)
