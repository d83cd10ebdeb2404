"""The onTap protocol: text of a client to typed requests, and values to frames (docs/protocol.md).

Pure: no Django, no clock, no socket. Epoch milliseconds exist here only.
"""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from orders import fields
from orders.errors import Forbidden, Refused
from orders.requests import (
    MoveOrder,
    MoveToTable,
    OpenOrders,
    PlaceOrder,
    Request,
    Resume,
    TickOrder,
    TrackerWish,
    UndoOrder,
    WantedLine,
)
from orders.states import NOT_MADE, WrongWord, move_for, status_for_v1

MOST_BYTES = 131_072  # of one message; larger is close code 1009
MOST_LINES = 100
SUBPROTOCOL_V2 = "ontap.v2"
DASHBOARD = "dashboard"

REFUSED = 403
SESSION_ENDED = 4001
REVOKED = 4003
TOO_MANY = 4008
REPLACED = 4409
UNSUPPORTED_DATA = 1003

_CLIENT_ID = re.compile(r"^[\x21-\x7e]{1,64}\Z")
_PRICE = re.compile(r"^[0-9]{1,6}(?:\.[0-9]{1,2})?\Z")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is speaking on a socket: decides which actions and which venue and table numbers are its own."""

    venue_id: int
    board: bool
    version: int
    table_number: str | None = None

    @property
    def actions(self) -> frozenset[str]:
        return (_BOARD if self.board else _GUEST)[self.version - 1]


_GUEST = (frozenset({"order"}), frozenset({"order", "openorders", "cancelorder", "resume"}))
_BOARD_V1 = frozenset({"openorders", "order", "acceptorder", "completeorder"})
_BOARD = (
    _BOARD_V1,
    _BOARD_V1
    | {"readyorder", "cancelorder", "undoorder", "moveorder", "resume", "pageorder", "locateorder", "trackorder"}
    | {"tickorder"},
)


@dataclass(frozen=True, slots=True)
class Echo:
    """What an error frame of version 2 gives back of its request."""

    client_order_id: str | None = None
    order_id: str | None = None


NO_ECHO = Echo()


def read_frame(text: str) -> dict[str, Any]:
    """The JSON object in a text message. Raises Refused that says what is no JSON, no object, or twice there."""
    encoded = text.encode("utf-8", "surrogatepass")
    try:
        frame = orjson.loads(encoded)
        again = orjson.dumps(frame)  # goes less deep than it reads
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError) as error:
        raise Refused(f"This is not JSON that can be read: {error}.", "bad_json") from None
    if not isinstance(frame, dict):
        raise Refused("A request is a JSON object with an “action”.", "bad_json")
    if again != encoded:  # white space, escapes, or a key that is there twice
        _refuse_twice(text)
    return frame


def parse_request(frame: Mapping[str, Any], speaker: Speaker) -> Request:
    """The typed request of a frame. Raises Forbidden for what this speaker may not ask, Refused naming the field."""
    action = frame.get("action")
    if not isinstance(action, str) or action not in speaker.actions:
        raise Forbidden
    fields.own(frame, "venue_id", str(speaker.venue_id), required=speaker.version == 1)
    if action == "openorders":
        return OpenOrders()
    if action == "resume":
        return Resume(fields.text(frame, "epoch", 36), fields.integer(frame, "seq"))
    table_number = _table_number(frame, speaker)
    if action == "order":
        return _place_order(frame, speaker, table_number)
    order_id = fields.order_id(frame)
    if action == "undoorder":
        return UndoOrder(
            order_id, fields.integer(frame, "seq"), fields.text(frame, "reason", 140, required=False) or "Undone."
        )
    if action == "moveorder":
        if table_number is None:
            raise Refused("table_number is missing: to which table?", "missing", "table_number")
        return MoveToTable(order_id, table_number)
    if action == "tickorder":
        return _tick_order(frame, order_id)
    if action in ("pageorder", "locateorder"):
        return TrackerWish(action, order_id)
    if action == "trackorder":
        taken = fields.text(frame, "taken", 4, required=False) or ""
        if taken not in ("", "move", "swap"):
            raise Refused("taken is “move” or “swap”.", "wrong_type", "taken")
        return TrackerWish(action, order_id, fields.tracker_number(frame), taken)
    return _move_order(frame, speaker, action, order_id, table_number)


def initials_of(frame: Mapping[str, Any], speaker: Speaker) -> str:
    """Who of several people taps on this board, where they say it (version 2); empty otherwise."""
    return fields.initials(frame) if speaker.board and speaker.version == 2 else ""


def echo_of(frame: Mapping[str, Any]) -> Echo:
    """The ids of a request, where they are texts, so that its error can name it."""
    client_order_id, order_id = frame.get("client_order_id"), frame.get("order_id")
    return Echo(
        client_order_id if isinstance(client_order_id, str) and 1 <= len(client_order_id) <= 64 else None,
        order_id if isinstance(order_id, str) and 1 <= len(order_id) <= 36 else None,
    )


def _place_order(frame: Mapping[str, Any], speaker: Speaker, table_number: str | None) -> PlaceOrder:
    if speaker.board and table_number is None:
        raise Refused("table_number is missing: for which table is this order?", "missing", "table_number")
    # An empty one is an error: who sends it believes that a repeat is safe.
    client_order_id = None if frame.get("client_order_id") is None else fields.text(frame, "client_order_id", 64)
    if client_order_id is not None and not _CLIENT_ID.match(client_order_id):
        raise Refused("client_order_id takes 1 to 64 printable ASCII characters.", "wrong_type", "client_order_id")
    tracker_number = fields.tracker_number(frame)
    # Version 1 knows neither.
    to_go = speaker.version == 2 and fields.flag(frame, "to_go")
    test = speaker.version == 2 and speaker.board and fields.flag(frame, "test")
    if speaker.version == 2 and "lines" in frame:
        if "order_items" in frame:
            raise Refused("Give order_items or lines, not both.", "wrong_type", "lines")
        return PlaceOrder(table_number, _lines(frame["lines"]), None, client_order_id, tracker_number, to_go, test)
    items = frame.get("order_items")
    if items is None:
        raise Refused("order_items is missing: what is ordered?", "missing", "order_items")
    if not isinstance(items, dict) or not items:
        raise Refused(
            "order_items is an object such as {“13”: 4} with at least one product.", "wrong_type", "order_items"
        )
    wanted = _items(items)
    return PlaceOrder(table_number, wanted, orjson.dumps(items).decode(), client_order_id, tracker_number, to_go, test)


def _items(items: dict[str, Any]) -> tuple[WantedLine, ...]:
    if items.keys() == {"product_name", "product_price"}:
        name, price = items["product_name"], items["product_price"]
        if not isinstance(name, str) or not isinstance(price, str):
            raise Refused("product_name and product_price are texts.", "wrong_type", "order_items")
        if not _PRICE.match(price):
            raise Refused("product_price is an amount such as “3.20”.", "wrong_type", "order_items")
        return (WantedLine(1, name=name, price=price),)
    if len(items) > MOST_LINES:
        raise Refused(f"An order has at most {MOST_LINES} lines.", "too_many", "order_items")
    return tuple(
        [
            WantedLine(fields.quantity(n, "order_items"), fields.product_id(key, "order_items"))
            for key, n in items.items()
        ]
    )


def _lines(lines: Any) -> tuple[WantedLine, ...]:
    if not isinstance(lines, list) or not 1 <= len(lines) <= MOST_LINES:
        raise Refused(f"lines is a list of 1 to {MOST_LINES} lines.", "wrong_type", "lines")
    wanted = []
    for line in lines:
        if not isinstance(line, dict):
            raise Refused("Each of lines is an object with product_id and quantity.", "wrong_type", "lines")
        options = line.get("options", [])
        if not isinstance(options, list) or len(options) > 50:
            raise Refused("options is a list of option ids.", "wrong_type", "lines")
        wanted.append(
            WantedLine(
                fields.quantity(line.get("quantity"), "lines"),
                fields.product_id(line.get("product_id"), "lines"),
                options=tuple(sorted(fields.product_id(option, "lines") for option in options)),
                note=fields.text(line, "note", 140, required=False),
            )
        )
    return tuple(wanted)


def _tick_order(frame: Mapping[str, Any], order_id: uuid.UUID) -> TickOrder:
    if ("line" in frame) == ("id_checked" in frame):
        raise Refused("Give line with done, or id_checked.", "missing", "line")
    if "id_checked" in frame:
        return TickOrder(order_id, id_checked=fields.flag(frame, "id_checked"))
    return TickOrder(order_id, line=fields.integer(frame, "line"), done=fields.flag(frame, "done", default=True))


def _move_order(
    frame: Mapping[str, Any], speaker: Speaker, action: str, order_id: uuid.UUID, table_number: str | None
) -> MoveOrder:
    status = (
        fields.text(frame, "order_status", 32, required=speaker.version == 1)
        if "order_status" in frame or (speaker.version == 1)
        else None
    )
    if status is not None and not status.strip():
        raise Refused("order_status takes 1 to 32 printable characters.", "wrong_type", "order_status")
    try:
        move = move_for(action, status)
    except WrongWord as error:
        raise Refused(f"{error}.", "wrong_status", "order_status") from None
    reason = fields.text(frame, "reason", 140, required=False).strip()
    if speaker.version == 2 and speaker.board and not reason and move.target in NOT_MADE:
        raise Refused("reason is missing: the guest is told why.", "missing", "reason")
    order_time = fields.integer(frame, "order_time") if "order_time" in frame else None
    at = None
    if order_time is not None:
        try:
            at = from_ms(order_time)
        except (OverflowError, ValueError, OSError):
            raise Refused("order_time is no such moment, epoch milliseconds.", "wrong_type", "order_time") from None
    return MoveOrder(order_id, move, status is not None, action, at, table_number, reason)


def _table_number(frame: Mapping[str, Any], speaker: Speaker) -> str | None:
    if speaker.board:
        return fields.text(frame, "table_number", 16, required=speaker.version == 1) or None
    assert speaker.table_number is not None
    fields.own(frame, "table_number", speaker.table_number, required=speaker.version == 1)
    return speaker.table_number


def _refuse_twice(text: str) -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Refused("A key is there twice.", "bad_json")
        return found

    json.loads(text, object_pairs_hook=once)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(at: datetime) -> int:
    """Epoch milliseconds of an aware time that has no smaller parts."""
    return round(at.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)


def _text_of(frame: Any) -> str:
    return orjson.dumps(frame).decode()


def open_orders_frame(orders: list[dict[str, Any]]) -> str:
    """`openOrders` of version 1, from whole orders (see `orders.render`), in the order given."""
    return _text_of({"openOrders": [_picked(order, _LISTED, order["order_status"]) for order in orders]})


def board_frame(order: Mapping[str, Any]) -> str:
    """The `order` frame of version 1 to a board."""
    return _text_of(_picked(order, _TO_BOARD, order["order_status"]))


def status_frame(order: Mapping[str, Any]) -> str:
    """The status frame of version 1 to a table: the one that ordered it, by which its clients know their own."""
    own = {**order, "table_number": order["moved_from"] or order["table_number"]}
    return _text_of(_picked(own, _TO_GUEST, status_for_v1(order["state"], order["order_status"])))


# The seed writes its keys in three orders; each is kept.
_LISTED = ("order_status", "order_id", "order_items", "venue_id", "order_time", "table_number")
_TO_BOARD = ("order_id", "order_time", "venue_id", "table_number", "order_status", "order_items")
_TO_GUEST = ("order_status", "order_id", "order_items", "order_time", "venue_id", "table_number")


def _picked(order: Mapping[str, Any], keys: tuple[str, ...], status: str) -> dict[str, Any]:
    return {key: status if key == "order_status" else order[key] for key in keys}


# What concerns staff only.
_BOARD_ONLY = frozenset(
    {
        "verified",
        "first_of_session",
        "possible_duplicate_of",
        "changed_by",
        "undo",
        "session_id",
        "placed_by",
        "test",
        "id_checked",
        "lines_done",
    }
)


def for_guest(order: Mapping[str, Any]) -> dict[str, Any]:
    """A whole order without what concerns staff only."""
    return {key: value for key, value in order.items() if key not in _BOARD_ONLY}


def order_frame(epoch: str, seq: int, change: str, order: Any) -> str:
    return _text_of({"type": "order", "epoch": epoch, "seq": seq, "change": change, "order": order})


def hello_frame(epoch: str, seq: int, venue_id: int, role: str, heartbeat_s: int) -> str:
    return _text_of(
        {"type": "hello", "epoch": epoch, "seq": seq, "venue": str(venue_id), "role": role, "heartbeat_s": heartbeat_s}
    )


def snapshot_frame(
    epoch: str, seq: int, orders: list[Any], menu_version: int, paused: Mapping[str, Any] | None, boards_online: int
) -> str:
    return _text_of(
        {
            "type": "snapshot",
            "epoch": epoch,
            "seq": seq,
            "orders": orders,
            "menu_version": menu_version,
            "paused": paused,
            "boards_online": boards_online,
        }
    )


def ack_frame(client_order_id: str | None, order_id: uuid.UUID, order_number: int, seq: int) -> str:
    return _text_of(
        {
            "type": "ack",
            "client_order_id": client_order_id,
            "order_id": order_id,
            "order_number": order_number,
            "seq": seq,
        }
    )


def notice_frame(kind: str, epoch: str, seq: int, payload: Mapping[str, Any]) -> str:
    return _text_of({"type": "notice", "kind": kind, "epoch": epoch, "seq": seq, **payload})


def database_frame(away: bool) -> str:
    """The one notice that is no event of the venue's: it has no seq."""
    return _text_of({"type": "notice", "kind": "database", "away": away})


def heartbeat_frame(seq: int) -> str:
    return _text_of({"type": "heartbeat", "seq": seq})


def session_ended_frame(reason: str) -> str:
    return _text_of({"type": "session_ended", "reason": reason})


def error_frame(version: int, error: Refused, connection_id: str, request_id: str, echo: Echo) -> str:
    """The shape that the seed's host sends; version 2 adds the code, the field and what the request was about."""
    frame: dict[str, Any] = {"message": error.message, "connectionId": connection_id, "requestId": request_id}
    if version == 2:
        frame = {"type": "error", **frame, "code": error.code, "field": error.field}
        if echo.client_order_id is not None:
            frame["client_order_id"] = echo.client_order_id
        if echo.order_id is not None:
            frame["order_id"] = echo.order_id
    return _text_of(frame)
