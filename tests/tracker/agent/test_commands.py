"""A command is in effect once, whatever is lost and whenever the power goes."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import wire
from tracker.agent.commands import Intent, carry_out
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
from tracker.gateway.errors import NoAnswer, OrderNotFound, TokenUnusable, Unreachable
from tracker.gateway.orders import ActiveOrder

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MEASURED = Calibration(UTC, Source.MEASURED)
FINE, NEVER_SENT, LOST, ANSWER_LOST, CRASH_BEFORE, CRASH_AFTER = range(6)


class Crashed(Exception):
    pass


class Gateway:
    """One puck's worth of a gateway, with a trouble for each request."""

    def __init__(self, troubles: list[int]) -> None:
        self.now = NOON
        self.active: ActiveOrder | None = None
        self.past: list[ActiveOrder] = []
        self.made = self.pages = self.located = self.steps = 0
        self._troubles = iter(troubles)

    def answer(self, step: Step) -> Value:
        self.now += timedelta(seconds=1)
        if isinstance(step, Pause):
            return None
        trouble = next(self._troubles, FINE)
        if trouble == CRASH_BEFORE:
            raise Crashed
        if trouble in (NEVER_SENT, LOST):
            return Unreachable("gone") if trouble == NEVER_SENT else NoAnswer("lost")
        value = self._do(step)
        if trouble == CRASH_AFTER:
            raise Crashed
        return NoAnswer("lost") if trouble == ANSWER_LOST else value

    def clear(self, key: uuid.UUID) -> Value:
        if self.active is None or self.active.uuid != key:
            return OrderNotFound(-6, 404)
        self.past.append(self.active)
        self.active = None
        return None

    def _do(self, step: Step) -> Value:
        order = self.active
        match step:
            case ReadOrder(key):
                return order if order is not None and key in (order.name, order.uuid) else None
            case FindPast():
                return next(
                    (past.uuid for past in self.past if past.created and past.created >= NOON.replace(tzinfo=None)),
                    None,
                )
            case PutOrder(name, order_type, tag):
                at = self.now.replace(tzinfo=None)
                if order is None:
                    self.made += 1
                    order = ActiveOrder(uuid.uuid4(), name, order_type, "", "started", at, at)
                if tag is not None and order.location != tag:
                    self.located += 1
                    order = replace(order, location=tag, state="located", state_changed=at)
                self.active = replace(order, order_type=str(order_type))
                return self.active
            case ClearOrder(key):
                return self.clear(key)
            case PageOrder() | StopPage():
                if order is None:
                    return OrderNotFound(-6, 404)
                self.pages += isinstance(step, PageOrder)
            case Pause():
                pass
        return None


def run(gateway: Gateway, command: wire.Command, *, resumed: bool, late_after: int = 10**6) -> wire.Result:
    """One run of the agent. Raises Crashed."""
    work = carry_out(Intent(command, NOON, MEASURED), resumed=resumed, late=gateway.steps >= late_after)
    try:
        step = next(work)
        while True:
            gateway.steps += 1
            step = work.send(Answer(gateway.answer(step), late=gateway.steps >= late_after))
    except StopIteration as end:
        result: wire.Result = end.value
        return result


def carried_out(gateway: Gateway, command: wire.Command, *, late_after: int = 10**6) -> wire.Result:
    """As the agent does it: after a crash it begins once more, and knows that it did."""
    resumed = False
    while True:
        try:
            return run(gateway, command, resumed=resumed, late_after=late_after)
        except Crashed:
            resumed = True


def command(verb: wire.Verb, **more: object) -> wire.Command:
    return wire.Command.model_validate({"id": 1, "verb": verb, "name": "12", "not_after_ms": 1000, **more})


def by_gateway(seconds: int) -> datetime:
    """So long after noon, as a gateway writes it."""
    return (NOON + timedelta(seconds=seconds)).replace(tzinfo=None)


troubles = st.lists(st.sampled_from(range(6)), max_size=12)


@given(troubles)
def test_an_order_is_made_once_whatever_happens(happens: list[int]) -> None:
    gateway = Gateway(happens)
    assert carried_out(gateway, command("start", order_type="TO_GO")).outcome == "done"
    assert gateway.made == 1


@given(troubles)
def test_a_place_is_set_once_whatever_happens(happens: list[int]) -> None:
    gateway = Gateway(happens)
    assert carried_out(gateway, command("locate", order_type="ON_PREMISE", tag="7")).outcome == "done"
    assert (gateway.made, gateway.located) == (1, 1)


@given(troubles)
def test_a_puck_shakes_at_most_once_whatever_happens(happens: list[int]) -> None:
    gateway = Gateway(happens)
    gateway.active = ActiveOrder(uuid.uuid4(), "12", "TO_GO")
    outcome = carried_out(gateway, command("page")).outcome
    assert gateway.pages <= 1
    assert gateway.pages == {"done": 1, "expired": 0}.get(outcome, gateway.pages)


@given(troubles)
def test_only_the_order_that_was_meant_is_cleared(happens: list[int]) -> None:
    gateway = Gateway(happens)
    first = gateway.active = ActiveOrder(uuid.uuid4(), "12", "TO_GO")
    assert carried_out(gateway, command("clear", order_uuid=str(first.uuid))).outcome == "done"
    second = gateway.active = ActiveOrder(uuid.uuid4(), "12", "TO_GO")
    assert carried_out(gateway, command("clear", order_uuid=str(first.uuid))).outcome == "done"
    assert gateway.active == second


@given(troubles, st.integers(0, 8), st.sampled_from(["start", "locate", "page", "clear"]))
def test_nothing_is_begun_late_and_no_result_lies(happens: list[int], late_after: int, verb: wire.Verb) -> None:
    gateway = Gateway(happens)
    key = ""
    if verb in ("page", "clear"):
        gateway.active = ActiveOrder(uuid.uuid4(), "12", "TO_GO")
        key = str(gateway.active.uuid)
    wish = command(verb, order_uuid=key, order_type="TO_GO", tag="7")
    outcome = carried_out(gateway, wish, late_after=late_after).outcome
    so = {
        "start": gateway.made == 1,
        "locate": gateway.located == 1,
        "page": gateway.pages == 1,
        "clear": gateway.active is None,
    }[verb]
    assert outcome in ({"done", "unknown"} if so else {"expired", "unknown", "failed"})
    if late_after == 0:
        assert not so


def test_an_order_that_was_there_before_is_met_and_not_ours() -> None:
    gateway = Gateway([])
    old = gateway.active = ActiveOrder(uuid.uuid4(), "12", "TO_GO", created=by_gateway(-1))
    result = carried_out(gateway, command("start", order_type="TO_GO"))
    assert (result.outcome, result.order_uuid, result.detail) == ("done", str(old.uuid), "it was so already")


def test_in_doubt_an_order_is_not_ours() -> None:
    order = ActiveOrder(uuid.uuid4(), "12", created=by_gateway(3600))
    assert Intent(command("start"), NOON, MEASURED).is_ours(order)
    assert not Intent(command("start"), NOON, Calibration(UTC, Source.ASSUMED)).is_ours(order)
    assert not Intent(command("start"), NOON, MEASURED).is_ours(replace(order, created=None))


def test_an_order_that_was_made_and_cleared_during_a_crash_is_not_made_again() -> None:
    gateway = Gateway([FINE, CRASH_AFTER])
    wish = command("start", order_type="TO_GO")
    with pytest.raises(Crashed):
        run(gateway, wish, resumed=False)
    assert gateway.active is not None
    gateway.clear(gateway.active.uuid)
    assert (run(gateway, wish, resumed=True).detail, gateway.made) == ("made, and cleared since", 1)


def test_a_guest_who_moved_meanwhile_is_not_moved_back() -> None:
    gateway = Gateway([])
    moved = ActiveOrder(uuid.uuid4(), "12", "TO_GO", "9", "located", None, by_gateway(5))
    gateway.active = moved
    assert run(gateway, command("locate", tag="7"), resumed=True).outcome == "done"
    assert gateway.active == moved


@pytest.mark.parametrize("verb", ["start", "locate"])
def test_a_puck_that_has_another_order_is_left_alone(verb: wire.Verb) -> None:
    gateway = Gateway([])
    gateway.active = ActiveOrder(uuid.uuid4(), "12", "TO_GO")
    assert carried_out(gateway, command(verb, tag="7", order_uuid=str(uuid.uuid4()))).outcome == "refused"
    assert gateway.located == 0


def test_nothing_is_cleared_by_its_number() -> None:
    gateway = Gateway([])
    gateway.active = ActiveOrder(uuid.uuid4(), "12")
    assert carried_out(gateway, command("clear")).outcome == "refused"
    assert gateway.active is not None


def test_a_refused_token_fails_at_once() -> None:
    work = carry_out(Intent(command("start", order_type="TO_GO"), NOON, MEASURED), resumed=False, late=False)
    next(work)
    with pytest.raises(StopIteration) as end:
        work.send(Answer(TokenUnusable(-2, 401), late=False))
    assert end.value.value.outcome == "failed"
