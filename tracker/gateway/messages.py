"""What a gateway says on its websocket, text to typed messages; unknown kinds are kept (API reference, 8)."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.gateway.errors import Refused, error_for
from tracker.gateway.orders import ActiveOrder, ActiveOrders, read_active_order, read_active_orders, uuid_of
from tracker.gateway.token import Token
from tracker.gateway.tolerant import integer_of, read_json, text_of

ACTIVE_ORDERS = "ACTIVE_ORDERS"
ORDER_CREATED = "ORDER_CREATED"
ORDER_MODIFIED = "ORDER_MODIFIED"
ORDER_PAGED = "ORDER_PAGED"
_NOTIFICATIONS = (ORDER_CREATED, ORDER_MODIFIED, ORDER_PAGED)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """ACTIVE_ORDERS: all that is active, sent at once after authentication."""

    active: ActiveOrders


@dataclass(frozen=True, slots=True)
class Notification:
    """ORDER_CREATED, ORDER_MODIFIED or ORDER_PAGED with its order. `seq` is None where it was missing."""

    type: str
    seq: int | None
    order: ActiveOrder


@dataclass(frozen=True, slots=True)
class OrderGone:
    """An undocumented kind that speaks of clearing or deleting, with the order's uuid."""

    type: str
    seq: int | None
    uuid: uuid.UUID


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error frame, the only kind with a return code; the gateway closes after it."""

    error: Refused


@dataclass(frozen=True, slots=True)
class Unknown:
    """Everything else. `of_order`: it seems to be about an order, so reading the active orders will tell."""

    type: str
    seq: int | None
    of_order: bool
    why: str


Message = Snapshot | Notification | OrderGone | Complaint | Unknown


def read_message(text: str | bytes, token: Token) -> Message:
    """The message in a frame; never raises. The token is scrubbed from whatever the gateway says of an error."""
    if isinstance(text, bytes):
        return Unknown("", None, of_order=True, why="a binary message")
    try:
        frame = read_json(text)
    except ValueError:
        return Unknown("", None, of_order=True, why="a message that is no JSON")
    if not isinstance(frame, Mapping):
        return Unknown("", None, of_order=True, why="a message that is no object")
    kind = text_of(frame.get("type"), 64).upper()
    if kind == ACTIVE_ORDERS:
        items = frame.get("items")
        if isinstance(items, list):
            return Snapshot(read_active_orders(items))
        return Unknown(kind, None, of_order=True, why="active orders without a list of them")
    if kind not in _NOTIFICATIONS and (complaint := _complaint(frame, token)) is not None:
        return complaint
    return _about_an_order(kind, frame)


def token_message(token: Token) -> str:
    """The first message of a client that gave no header (quickstart). Holds the secret: for the socket only."""
    return json.dumps({"accesstoken": token.reveal()})


def _about_an_order(kind: str, frame: Mapping[str, Any]) -> Message:
    seq = frame.get("seq")
    number = seq if type(seq) is int and 0 <= seq < 2**63 else None
    if kind in _NOTIFICATIONS:
        order = read_active_order(frame)
        if order is None:
            return Unknown(kind, number, of_order=True, why="a notification without a readable uuid")
        return Notification(kind, number, order)
    key = uuid_of(frame.get("uuid"))
    if key is not None and ("CLEAR" in kind or "DELETE" in kind):
        return OrderGone(kind, number, key)
    return Unknown(kind, number, of_order=key is not None, why="a kind of message that we do not know")


def _complaint(frame: Mapping[str, Any], token: Token) -> Complaint | None:
    error = error_for(
        integer_of(frame.get("returnCode")),
        integer_of(frame.get("status")),
        token.scrub(text_of(frame.get("message"))),
    )
    return None if error is None else Complaint(error)
