"""The button and the tokens (API reference, section 4)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.simulator.access import Access, read_authorization
from tracker.simulator.refusals import Refused

NOW = datetime(2026, 5, 1, 18, 0, tzinfo=UTC)


def refusal(act: object, *arguments: object) -> tuple[int, int]:
    assert callable(act)
    with pytest.raises(Refused) as caught:
        act(*arguments)
    return caught.value.status, int(caught.value.code)


def test_without_the_button_there_is_no_token() -> None:
    assert refusal(Access().generate, None, NOW) == (403, -3)


def test_one_press_gives_one_token() -> None:
    access = Access()
    access.press_button(NOW)
    token, value = access.generate(None, NOW)
    assert token.name == "default"
    assert len(value) == 48
    assert set(value) <= set("0123456789abcdef")
    assert refusal(access.generate, None, NOW) == (403, -3)


@pytest.mark.parametrize(("seconds", "opens"), [(0, True), (119.9, True), (120, False), (500, False)])
def test_window_is_open_for_two_minutes(seconds: float, opens: bool) -> None:
    access = Access()
    access.press_button(NOW)
    assert bool(access.window_left(NOW + timedelta(seconds=seconds))) is opens


def test_second_press_begins_the_two_minutes_anew() -> None:
    access = Access()
    access.press_button(NOW)
    access.press_button(NOW + timedelta(seconds=100))
    assert access.window_left(NOW + timedelta(seconds=130)) == timedelta(seconds=90)


def test_wrong_name_leaves_the_window_open() -> None:
    access = Access()
    access.press_button(NOW)
    assert refusal(access.generate, "no spaces", NOW) == (400, -4)
    assert access.generate("POS1", NOW)[0].name == "POS1"


def test_tokens_value_is_kept_nowhere() -> None:
    access = Access()
    _, value = access.issue("a", NOW)
    assert value not in repr(access.tokens)


def test_token_knows_when_and_from_where_it_was_used() -> None:
    access = Access()
    _, value = access.issue("a", NOW)
    access.check(value, NOW + timedelta(hours=1), "10.0.0.7")
    assert [(token.last_used, token.address) for token in access.tokens] == [(NOW + timedelta(hours=1), "10.0.0.7")]


def test_revoked_token_is_unknown_and_the_others_stay() -> None:
    access = Access()
    first, gone = access.issue("a", NOW)
    _, stays = access.issue("b", NOW)
    access.revoke(first)
    assert refusal(access.check, gone, NOW, None) == (401, -2)
    assert access.check(stays, NOW, None).name == "b"


@given(st.one_of(st.none(), st.integers(), st.text()))
def test_nothing_but_a_token_is_a_token(value: object) -> None:
    access = Access()
    access.issue("a", NOW)
    assert refusal(access.check, value, NOW, None) == (401, -2)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "bearer abc", "Bearer a b", "abc"])
def test_malformed_header_is_told_from_a_wrong_token(header: str) -> None:
    assert refusal(read_authorization, header) == (400, -1)
