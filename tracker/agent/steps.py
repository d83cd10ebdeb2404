"""What a command may ask of the gateway, one step at a time, and what comes back. Pure."""

import uuid
from dataclasses import dataclass

from tracker.gateway.errors import GatewayError
from tracker.gateway.orders import ActiveOrder, OrderType
from tracker.gateway.parameters import OrderId


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """The active order, None where there is none."""

    order: OrderId


@dataclass(frozen=True, slots=True)
class FindPast:
    """The uuid of an order of this name that began after the intent and is cleared by now, None where there is none."""

    name: str


@dataclass(frozen=True, slots=True)
class PutOrder:
    """The order as it is then."""

    name: str
    order_type: OrderType
    tag: str | None


@dataclass(frozen=True, slots=True)
class ClearOrder:
    order: uuid.UUID


@dataclass(frozen=True, slots=True)
class PageOrder:
    order: OrderId


@dataclass(frozen=True, slots=True)
class StopPage:
    order: OrderId


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait before the next attempt."""


Step = ReadOrder | FindPast | PutOrder | ClearOrder | PageOrder | StopPage | Pause
Value = ActiveOrder | uuid.UUID | GatewayError | None


@dataclass(frozen=True, slots=True)
class Answer:
    value: Value
    late: bool
