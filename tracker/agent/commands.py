"""How a command is carried out so that it is in effect once: what to ask of the gateway next, and what it means. Pure.

Each verb is a generator: it yields steps, is sent answers, and returns the result. The intent is on the disk before the
first step. `resumed` says that an earlier run of the agent may have acted already: then everything is read back first,
and a page is left alone. `late` comes with every answer: once it is late nothing is begun any more, only looked at.
"""

import uuid
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import datetime

from tracker import wire
from tracker.agent.steps import (
    Answer,
    ClearOrder,
    FindPast,
    PageOrder,
    Pause,
    PutOrder,
    ReadOrder,
    Step,
    StopPage,
    Value,
)
from tracker.gateway.calibration import Calibration, Source
from tracker.gateway.errors import GatewayError, OrderNotFound, Refused, TokenUnusable, Unreachable
from tracker.gateway.orders import ActiveOrder, OrderType, uuid_of
from tracker.gateway.parameters import OrderId

_LONGEST = 200


Work = Generator[Step, Answer, wire.Result]


@dataclass(frozen=True, slots=True)
class Intent:
    """A command with the moment at which it was begun (UTC), and how to read the gateway's times."""

    command: wire.Command
    begun: datetime
    calibration: Calibration

    def is_ours(self, order: ActiveOrder) -> bool:
        """Whether the order was made after the intent. In doubt it was not, and belongs to somebody else."""
        return self._since(order.created)

    def was_moved(self, order: ActiveOrder) -> bool:
        """Whether somebody, or we, put the puck there after the intent."""
        return bool(order.location) and self._since(order.state_changed)

    def _since(self, at: datetime | None) -> bool:
        if at is None or (at.tzinfo is None and self.calibration.source is Source.ASSUMED):
            return False
        return self.calibration.to_utc(at) >= self.begun.replace(microsecond=0)  # the gateway writes whole seconds


def carry_out(intent: Intent, *, resumed: bool, late: bool) -> Work:
    """The steps of a command, and its result at the end. `late` is how it stands before the first step."""
    if late and not resumed:
        return _result(intent, "expired", "it came too late")
    match intent.command.verb:
        case "start" | "locate":
            return (yield from _put(intent, resumed))
        case "clear":
            return (yield from _clear(intent, late=late))
        case "stop_page":
            return (yield from _stop_page(intent, late=late))
        case "page":
            if resumed:
                return _result(intent, "unknown", "interrupted")
            return (yield from _page(intent))


def _put(intent: Intent, perhaps: bool) -> Work:
    command = intent.command
    if command.verb == "locate" and command.tag is None:
        return _result(intent, "refused", "a place needs the number of a tag")
    while True:
        answer = yield ReadOrder(command.name)
        found = answer.value
        if isinstance(found, ActiveOrder):
            if command.order_uuid and str(found.uuid) != command.order_uuid:
                return _result(intent, "refused", "the puck has another order by now")
            if _is_so(command, found):
                whose = "made" if perhaps and intent.is_ours(found) else "it was so already"
                return _result(intent, "done", whose, found.uuid)
            if perhaps and (intent.was_moved(found) if command.verb == "locate" else intent.is_ours(found)):
                return _result(intent, "done", "changed since by somebody else", found.uuid)
        elif found is None and command.order_uuid:
            return _result(intent, "refused", "there is no such order any more")
        elif found is None and perhaps:
            answer = replace((yield FindPast(command.name)), late=answer.late)
            if isinstance(answer.value, uuid.UUID):
                return _result(intent, "done", "made, and cleared since", answer.value)
        if not isinstance(answer.value, GatewayError):
            if answer.late:
                return _result(intent, "expired", "it could not be done in time")
            order_type = _type(command, found)
            if order_type is None:
                return _result(intent, "refused", "there is no order of this number, and no type for a new one")
            answer = yield PutOrder(command.name, order_type, command.tag)
            if isinstance(answer.value, ActiveOrder):
                return _result(intent, "done", "made" if found is None else "changed", answer.value.uuid)
        assert isinstance(answer.value, GatewayError)
        if answer.value.permanent:
            return _refusal(intent, answer.value)
        perhaps = perhaps or answer.value.perhaps_done
        if answer.late:
            return _result(intent, "unknown" if perhaps else "expired", str(answer.value))
        yield Pause()


def _clear(intent: Intent, *, late: bool) -> Work:
    key = uuid_of(intent.command.order_uuid)
    if key is None:
        return _result(intent, "refused", "only an order with its uuid is cleared: a number may be another guest's")
    while True:
        answer = yield ReadOrder(key) if late else ClearOrder(key)
        if isinstance(answer.value, OrderNotFound) or (answer.value is None and late):
            return _result(intent, "done", "it was not active any more", key)
        if answer.value is None:
            return _result(intent, "done", "", key)
        if isinstance(answer.value, ActiveOrder):
            return _result(intent, "expired", "it could not be done in time", key)
        assert isinstance(answer.value, GatewayError)
        if answer.value.permanent:
            return _refusal(intent, answer.value)
        if late:
            return _result(intent, "unknown", str(answer.value), key)
        late = (yield Pause()).late


def _page(intent: Intent) -> Work:
    while True:
        answer = yield PageOrder(_addressed(intent.command))
        if not isinstance(answer.value, GatewayError):
            return _result(intent, "done", "")
        if answer.value.perhaps_done:
            return _result(intent, "unknown", str(answer.value))
        if not isinstance(answer.value, Unreachable):  # which alone says that nothing was sent
            return _refusal(intent, answer.value)
        if answer.late or (yield Pause()).late:
            return _result(intent, "expired", str(answer.value))


def _stop_page(intent: Intent, *, late: bool) -> Work:
    while not late:
        answer = yield StopPage(_addressed(intent.command))
        if isinstance(answer.value, OrderNotFound) or not isinstance(answer.value, GatewayError):
            return _result(intent, "done", "")
        if answer.value.permanent:
            return _refusal(intent, answer.value)
        late = (yield Pause()).late
    return _result(intent, "unknown", "it may not have been stopped in time")


def _is_so(command: wire.Command, found: ActiveOrder) -> bool:
    if command.order_type is not None and found.order_type != command.order_type:
        return False
    return command.verb == "start" or found.location == command.tag


def _type(command: wire.Command, found: Value) -> OrderType | None:
    wanted = command.order_type or (found.order_type if isinstance(found, ActiveOrder) else "")
    return OrderType(wanted) if wanted in tuple(OrderType) else None


def _addressed(command: wire.Command) -> OrderId:
    """The order itself where the platform knows which: a number may be another guest's by now."""
    return uuid_of(command.order_uuid) or command.name


def _refusal(intent: Intent, error: GatewayError) -> wire.Result:
    said_no = isinstance(error, Refused) and not isinstance(error, TokenUnusable)
    return _result(intent, "refused" if said_no else "failed", str(error))


def _result(intent: Intent, outcome: wire.Outcome, detail: str, order: uuid.UUID | None = None) -> wire.Result:
    key = intent.command.order_uuid if order is None else str(order)
    return wire.Result(command=intent.command.id, outcome=outcome, detail=detail[:_LONGEST], order_uuid=key)
