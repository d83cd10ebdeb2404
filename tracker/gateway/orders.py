"""Orders as a gateway reports them: frozen values, parsed tolerantly (API reference, 9).

The key is the `uuid`, made by the gateway and never used again. `name` is the puck's number and is used again as soon
as the order is cleared. An order without a readable uuid is no order to us: it is counted, never guessed at.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from tracker.gateway.tolerant import LONGEST_TEXT, integer_of, kept, text_of, time_of, truth_of

LONGEST_NAME = 32


class OrderType(StrEnum):
    """The two documented types. Touching the other starter flips it at any time (API reference, 1)."""

    ON_PREMISE = "ON_PREMISE"
    TO_GO = "TO_GO"


class State(StrEnum):
    """The three documented states; `cleared` is final."""

    STARTED = "started"
    LOCATED = "located"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class ActiveOrder:
    """An order that is active, or was a moment ago.

    `order_type` and `state` are the documented words, or whatever a newer gateway says. `location` is the number of an
    RFID tag, "" when none. Times are by the gateway's clock (see `calibration`). `elapsed_s` counts from a moment that
    nobody documents: a hint at most. Two reports are equal when nothing happened in between.
    """

    uuid: uuid.UUID
    name: str = ""
    order_type: str = ""
    location: str = ""
    state: str = ""
    created: datetime | None = None
    state_changed: datetime | None = None
    paged: bool = False
    elapsed_s: int | None = field(default=None, compare=False)
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def is_cleared(self) -> bool:
        return self.state == State.CLEARED

    @property
    def is_new(self) -> bool:
        """Whether the gateway has made it just now: what it calls its creation then tells its clock."""
        return self.created is not None and self.created == self.state_changed and (self.elapsed_s or 0) <= 1


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order of the gateway's history, kept there for two weeks. Field by field it may be missing."""

    uuid: uuid.UUID
    name: str = ""
    order_type: str = ""
    location: str = ""
    started: datetime | None = None
    located: datetime | None = None
    paged: datetime | None = None
    cleared: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class ActiveOrders:
    """All active orders of one moment. Where some were unreadable, an absence from it proves nothing."""

    orders: tuple[ActiveOrder, ...]
    unreadable: int = 0


_OF_MESSAGE = frozenset({"type", "seq", "status", "returnCode"})
_ACTIVE = _OF_MESSAGE | {
    "uuid", "name", "orderType", "locationName", "state", "created", "stateChanged", "stateStarted", "paged",
    "elapsedTime",
}  # fmt: skip
_PAST = _OF_MESSAGE | {
    "uuid", "name", "orderType", "locationName", "orderStarted", "orderLocated", "orderPaged", "orderCleared",
    "created", "stateChanged", "state",
}  # fmt: skip


def read_active_order(source: object) -> ActiveOrder | None:
    """The order in a JSON value, or None where it has no readable uuid."""
    if not isinstance(source, Mapping) or (key := uuid_of(source.get("uuid"))) is None:
        return None
    return ActiveOrder(
        uuid=key,
        name=text_of(source.get("name"), LONGEST_NAME),
        order_type=_order_type(source.get("orderType")),
        location=text_of(source.get("locationName"), LONGEST_NAME),
        state=text_of(source.get("state")).lower()[:LONGEST_TEXT],
        created=time_of(source.get("created")),
        state_changed=time_of(source.get("stateChanged", source.get("stateStarted"))),
        paged=truth_of(source.get("paged")),
        elapsed_s=integer_of(source.get("elapsedTime")),
        extra=kept(source, _ACTIVE),
    )


def read_active_orders(items: Iterable[object]) -> ActiveOrders:
    """All orders of a list, with how many could not be read. Of two with one uuid the later counts."""
    read = [read_active_order(item) for item in items]
    orders = {order.uuid: order for order in read if order is not None}
    return ActiveOrders(tuple(orders.values()), read.count(None))


def read_past_order(source: object) -> PastOrder | None:
    """The past order in a JSON value, or None where it has no readable uuid.

    V2's keys are not documented; V1's are (API reference, 9). `created`, and `stateChanged` of what was cleared, stand
    in for them.
    """
    if not isinstance(source, Mapping) or (key := uuid_of(source.get("uuid"))) is None:
        return None
    cleared = source.get("orderCleared")
    if cleared is None and text_of(source.get("state")).lower() == State.CLEARED:
        cleared = source.get("stateChanged")
    return PastOrder(
        uuid=key,
        name=text_of(source.get("name"), LONGEST_NAME),
        order_type=_order_type(source.get("orderType")),
        location=text_of(source.get("locationName"), LONGEST_NAME),
        started=time_of(source.get("orderStarted", source.get("created"))),
        located=time_of(source.get("orderLocated")),
        paged=time_of(source.get("orderPaged")),
        cleared=time_of(cleared),
        extra=kept(source, _PAST),
    )


def uuid_of(value: object) -> uuid.UUID | None:
    """A UUID written in 36 characters, or None."""
    if not isinstance(value, str) or len(value) != 36:
        return None
    try:
        return uuid.UUID(value)
    except ValueError:
        return None


def _order_type(value: object) -> str:
    word = text_of(value).upper()[:LONGEST_TEXT]  # capitals may be longer: of ß they are SS
    return OrderType.ON_PREMISE if word == "ON_PREMISES" else word  # both spellings are documented
