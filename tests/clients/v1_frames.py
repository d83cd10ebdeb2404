"""Frames of version 1, held to the seed: three orders of keys, six values, nothing else (docs/protocol.md)."""

from dataclasses import dataclass, field
from typing import TypeVar

from tests.clients.aws_errors import ERROR_KEYS, ErrorIds
from tests.clients.strict_json import (
    JsonObject,
    Unexpected,
    a_list,
    an_object,
    compact,
    milliseconds,
    must_have_keys,
    read_object,
    text,
    uuid_text,
)

LISTED_KEYS = ("order_status", "order_id", "order_items", "venue_id", "order_time", "table_number")
TO_BOARD_KEYS = ("order_id", "order_time", "venue_id", "table_number", "order_status", "order_items")
TO_GUEST_KEYS = ("order_status", "order_id", "order_items", "order_time", "venue_id", "table_number")
FINISHED = ("completed", "rejected", "cancelled")
NAMED_ITEM_KEYS = {"product_name", "product_price"}


@dataclass(frozen=True)
class SeenOrder:
    """An order as version 1 shows it. `items_text` keeps the order of the keys, which `==` of dicts does not see."""

    order_id: str
    order_time: int
    venue_id: str
    table_number: str
    order_status: str
    order_items: JsonObject
    items_text: str
    at: float = field(compare=False)


class BoardOrder(SeenOrder):
    """`order` to a board."""


class GuestStatus(SeenOrder):
    """The answer to `acceptorder` and `completeorder`, to a table."""


class ListedOrder(SeenOrder):
    """One of `openOrders`."""


@dataclass(frozen=True)
class OpenOrders:
    orders: tuple[ListedOrder, ...]
    at: float = field(compare=False)


@dataclass(frozen=True)
class ErrorFrame:
    message: str
    connection_id: str
    request_id: str
    at: float = field(compare=False)


Seen = TypeVar("Seen", bound=SeenOrder)


class V1Reader:
    """Turns the messages of one socket into frames; raises Unexpected. `table_number` is None for a board."""

    def __init__(self, venue_id: str, table_number: str | None) -> None:
        self._venue_id = venue_id
        self._table_number = table_number
        self._error_ids = ErrorIds()

    def read(self, message: str | bytes, at: float) -> BoardOrder | GuestStatus | OpenOrders | ErrorFrame:
        """`at` is when it came, in seconds since the epoch."""
        frame = read_object(message)
        first = next(iter(frame), None)
        if first == "message":
            must_have_keys(frame, *ERROR_KEYS)
            return ErrorFrame(*self._error_ids.check(frame), at=at)
        if self._table_number is not None:
            return self._checked(GuestStatus, frame, TO_GUEST_KEYS, at)
        if first == "openOrders":
            must_have_keys(frame, "openOrders")
            return self._open_orders(a_list(frame, "openOrders"), at)
        order = self._checked(BoardOrder, frame, TO_BOARD_KEYS, at)
        if order.order_status != "pending":
            raise Unexpected(f"a board of version 1 is shown new orders only, this one is {order.order_status!r}")
        return order

    def _open_orders(self, listed: list[object], at: float) -> OpenOrders:
        orders = tuple(self._checked(ListedOrder, an_object(one, "an open order"), LISTED_KEYS, at) for one in listed)
        times = [order.order_time for order in orders]
        if times != sorted(times, reverse=True):
            raise Unexpected(f"openOrders is not newest first: {times}")
        if len({order.order_id for order in orders}) != len(orders):
            raise Unexpected("openOrders lists an order twice")
        if finished := [order for order in orders if order.order_status in FINISHED]:
            raise Unexpected(f"openOrders lists what is finished: {finished}")
        return OpenOrders(orders, at)

    def _checked(self, kind: type[Seen], frame: JsonObject, keys: tuple[str, ...], at: float) -> Seen:
        must_have_keys(frame, *keys)
        order = kind(
            order_id=uuid_text(frame, "order_id"),
            order_time=milliseconds(frame, "order_time"),
            venue_id=text(frame, "venue_id"),
            table_number=text(frame, "table_number"),
            order_status=text(frame, "order_status"),
            order_items=_items(frame["order_items"]),
            items_text=compact(frame["order_items"]),
            at=at,
        )
        if order.venue_id != self._venue_id or self._table_number not in (None, order.table_number):
            raise Unexpected(f"an order of table {order.table_number} of venue {order.venue_id}, which is not here")
        if len(order.order_status) > 32 or not order.order_status.isprintable():
            raise Unexpected(f"order_status takes 1 to 32 printable characters: {order.order_status!r}")
        return order


def _items(value: object) -> JsonObject:
    """Either product ids to quantities, or the seed's other form, a name and a price."""
    items = an_object(value, "order_items")
    if items.keys() == NAMED_ITEM_KEYS:
        fits = all(isinstance(one, str) and one for one in items.values())
    else:
        fits = bool(items) and all(key and type(one) is int and one >= 1 for key, one in items.items())
    if not fits:
        raise Unexpected(f"order_items in neither of the two forms: {compact(items)}")
    return items
