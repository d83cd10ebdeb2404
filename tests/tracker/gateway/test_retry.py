"""What may be asked again, and after how long."""

from itertools import islice
from random import Random

import pytest

from tracker.gateway.errors import (
    GatewayError,
    NoAnswer,
    OrderNotFound,
    PagingUnavailable,
    ServerFailed,
    TokenUnusable,
    Unreachable,
)
from tracker.gateway.retry import Again, Call, may_repeat, reconnect_delays

LOST = NoAnswer("lost")


@pytest.mark.parametrize("error", [LOST, Unreachable("off"), ServerFailed("oops", 500), PagingUnavailable(-13)])
def test_a_page_is_never_repeated_by_a_program(error: GatewayError) -> None:
    assert may_repeat(Call.PAGE, error) is Again.NO


@pytest.mark.parametrize("call", Call)
def test_what_is_permanent_is_not_repeated(call: Call) -> None:
    assert may_repeat(call, TokenUnusable(-2, 401)) is Again.NO
    assert may_repeat(call, OrderNotFound(-6, 404)) is Again.NO


def test_reads_and_clears_are_repeated() -> None:
    assert may_repeat(Call.READ, LOST) is may_repeat(Call.CLEAR_ORDER, LOST) is Again.YES


def test_an_order_is_made_again_only_after_a_look_whether_it_was_made() -> None:
    assert may_repeat(Call.PUT_ORDER, LOST) is Again.AFTER_READING
    assert may_repeat(Call.PUT_ORDER, ServerFailed("oops", 500)) is Again.AFTER_READING
    assert may_repeat(Call.PUT_ORDER, Unreachable("off")) is Again.YES


def test_a_lost_token_is_not_asked_for_again() -> None:
    assert may_repeat(Call.GET_TOKEN, LOST) is Again.NO


def test_reconnects_slow_down_to_half_a_minute_and_never_come_together() -> None:
    delays = list(islice(reconnect_delays(Random(1)), 50))
    assert 0.7 < delays[0] < 1.3
    assert all(22 < delay < 38 for delay in delays[4:])
    assert len(set(delays)) == len(delays)
