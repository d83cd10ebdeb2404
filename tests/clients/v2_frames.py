"""Frames of version 2 as typed objects (docs/protocol.md); what does not fit raises Unexpected."""

from dataclasses import dataclass, field

from tests.clients.aws_errors import ERROR_KEYS, ErrorIds
from tests.clients.strict_json import (
    JsonObject,
    Unexpected,
    a_list,
    an_object,
    integer,
    milliseconds,
    read_object,
    text,
    text_or_none,
    uuid_text,
)

STATES = ("pending", "accepted", "ready", "completed", "rejected", "cancelled")
OPEN_STATES = STATES[:3]
ROLES = ("guest", "board")
ORDER_KEYS = {
    *("order_id", "order_number", "order_time", "venue_id", "table_number"),
    *("state", "order_status", "order_items", "lines", "total"),
}
FRAME_KEYS = {
    "hello": ("epoch", "seq", "venue", "role", "heartbeat_s"),
    "snapshot": ("epoch", "seq", "orders", "menu_version", "paused", "boards_online"),
    "order": ("epoch", "seq", "change", "order"),
    "ack": ("client_order_id", "order_id", "order_number", "seq"),
    "heartbeat": ("seq",),
    "session_ended": ("reason",),
}
ERROR_KEYS_V2 = ("type", *ERROR_KEYS, "code", "field")
ABOUT_KEYS = {"client_order_id", "order_id"}


@dataclass(frozen=True)
class Order:
    """A whole order; `body` holds every key, also those that this client does not know."""

    order_id: str
    order_number: int
    order_time: int
    venue_id: str
    table_number: str
    state: str
    order_status: str
    body: JsonObject = field(repr=False)


@dataclass(frozen=True)
class Hello:
    epoch: str
    seq: int
    venue: str
    role: str
    heartbeat_s: int


@dataclass(frozen=True)
class Snapshot:
    epoch: str
    seq: int
    orders: tuple[Order, ...]
    menu_version: int
    paused: object
    boards_online: int


@dataclass(frozen=True)
class OrderEvent:
    epoch: str
    seq: int
    change: str
    order: Order
    at: float = field(compare=False)


class Answer:
    """What a request gets: an Ack or an ErrorFrame."""

    client_order_id: str | None


@dataclass(frozen=True)
class Ack(Answer):
    client_order_id: str | None
    order_id: str
    order_number: int
    seq: int
    at: float = field(compare=False)


@dataclass(frozen=True)
class Notice:
    """`seq` where the notice is an event of the venue; `body` is the whole frame."""

    kind: str
    seq: int | None
    body: JsonObject


@dataclass(frozen=True)
class Heartbeat:
    seq: int


@dataclass(frozen=True)
class SessionEnded:
    reason: str


@dataclass(frozen=True)
class ErrorFrame(Answer):
    message: str
    connection_id: str
    request_id: str
    code: str
    field: str | None
    client_order_id: str | None
    order_id: str | None


Frame = Hello | Snapshot | OrderEvent | Ack | Notice | Heartbeat | SessionEnded | ErrorFrame


class V2Reader:
    """Turns the messages of one socket into frames. `table_number` is None for a board."""

    def __init__(self, venue_id: str, table_number: str | None) -> None:
        self._venue_id = venue_id
        self._table_number = table_number
        self._error_ids = ErrorIds()
        self._order_keys: tuple[str, ...] | None = None

    def read(self, message: str | bytes, at: float) -> Frame:
        """`at` is when it came, in seconds since the epoch."""
        frame = read_object(message)
        if next(iter(frame), None) != "type":
            raise Unexpected(f"the first key is not type: {message[:200]!r}")
        kind = text(frame, "type")
        if kind == "error":
            return self._error(frame)
        if kind == "notice":
            return Notice(text(frame, "kind"), integer(frame, "seq") if "seq" in frame else None, frame)
        if kind not in FRAME_KEYS:
            raise Unexpected(f"a frame of type {kind}")
        if frame.keys() != {"type", *FRAME_KEYS[kind]}:
            raise Unexpected(f"{kind} with keys {', '.join(frame)}")
        match kind:
            case "hello":
                return self._hello(frame)
            case "snapshot":
                return self._snapshot(frame)
            case "order":
                order = self._order(frame["order"])
                return OrderEvent(text(frame, "epoch"), integer(frame, "seq"), text(frame, "change"), order, at)
            case "ack":
                number = integer(frame, "order_number")
                key, order_id = text_or_none(frame, "client_order_id"), uuid_text(frame, "order_id")
                return Ack(key, order_id, number, integer(frame, "seq"), at)
            case "heartbeat":
                return Heartbeat(integer(frame, "seq"))
            case _:
                return SessionEnded(text(frame, "reason"))

    def _hello(self, frame: JsonObject) -> Hello:
        hello = Hello(
            epoch=text(frame, "epoch"),
            seq=integer(frame, "seq"),
            venue=text(frame, "venue"),
            role=text(frame, "role"),
            heartbeat_s=integer(frame, "heartbeat_s"),
        )
        if hello.venue != self._venue_id or hello.role != ROLES[self._table_number is None]:
            raise Unexpected(f"not my hello: {hello}")
        return hello

    def _snapshot(self, frame: JsonObject) -> Snapshot:
        orders = tuple(self._order(order) for order in a_list(frame, "orders"))
        if len({order.order_id for order in orders}) != len(orders):
            raise Unexpected("an order twice in one snapshot")
        return Snapshot(
            epoch=text(frame, "epoch"),
            seq=integer(frame, "seq"),
            orders=orders,
            menu_version=integer(frame, "menu_version"),
            paused=frame["paused"],
            boards_online=integer(frame, "boards_online"),
        )

    def _order(self, value: object) -> Order:
        body = an_object(value, "order")
        if missing := ORDER_KEYS - body.keys():
            raise Unexpected(f"not the whole order, without {', '.join(sorted(missing))}")
        if self._order_keys not in (None, tuple(body)):
            raise Unexpected(f"an order with keys {', '.join(body)}, others had {', '.join(self._order_keys or ())}")
        self._order_keys = tuple(body)
        order = Order(
            order_id=uuid_text(body, "order_id"),
            order_number=integer(body, "order_number"),
            order_time=milliseconds(body, "order_time"),
            venue_id=text(body, "venue_id"),
            table_number=text(body, "table_number"),
            state=text(body, "state"),
            order_status=text(body, "order_status"),
            body=body,
        )
        text(body, "total")
        if order.state not in STATES:
            raise Unexpected(f"no such state: {order.state}")
        ordered_at = (order.table_number, body.get("moved_from"))  # a guest's own table, wherever it is brought
        if order.venue_id != self._venue_id or self._table_number not in (None, *ordered_at):
            raise Unexpected(f"an order of table {order.table_number} of venue {order.venue_id}, which is not here")
        return order

    def _error(self, frame: JsonObject) -> ErrorFrame:
        count = len(ERROR_KEYS_V2)
        about = list(frame)[count:]
        if tuple(frame)[:count] != ERROR_KEYS_V2 or not set(about) <= ABOUT_KEYS:
            raise Unexpected(f"error with keys {', '.join(frame)}")
        return ErrorFrame(
            *self._error_ids.check(frame),
            code=text(frame, "code"),
            field=text_or_none(frame, "field"),
            client_order_id=text(frame, "client_order_id") if "client_order_id" in about else None,
            order_id=text(frame, "order_id") if "order_id" in about else None,
        )
