"""Pairing by the button: what the person is told, whatever the gateway answers and whenever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracker.gateway.stranger import SECRET
from tracker.gateway.errors import ButtonNotPressed, GatewayError, InvalidTokenName, NoAnswer, Unreachable
from tracker.gateway.pairing import GIVE_UP_S, POLL_EVERY_S, WINDOW_S, Outcome, Pairing
from tracker.gateway.token import Token

CLOSED = ButtonNotPressed(-3, 403)
TOKEN = Token(SECRET)


def refused(pairing: Pairing, *moments: float, error: GatewayError = CLOSED) -> Pairing:
    for now in moments:
        pairing = pairing.refused(error, asked_at=now, now=now + 0.1)
    return pairing


def test_it_polls_at_once_and_then_every_few_seconds() -> None:
    pairing = Pairing.begin(100.0)
    assert pairing.is_due(100.0)
    pairing = refused(pairing, 100.0)
    assert pairing.outcome is Outcome.NOT_PRESSED_YET
    assert not pairing.is_due(100.1)
    assert pairing.is_due(100.1 + POLL_EVERY_S)


def test_a_token_ends_it() -> None:
    pairing = refused(Pairing.begin(0), 0, 3).granted(TOKEN)
    assert (pairing.outcome, pairing.token) == (Outcome.PAIRED, TOKEN)
    assert not pairing.is_due(60)
    assert pairing.at(GIVE_UP_S * 2).outcome is Outcome.PAIRED
    assert pairing.granted(Token(SECRET[::-1])).token == TOKEN


def test_it_does_not_poll_for_ever() -> None:
    pairing = refused(Pairing.begin(0), 0, 60, GIVE_UP_S - 1)
    assert pairing.outcome is Outcome.NOT_PRESSED_YET
    assert pairing.at(GIVE_UP_S).outcome is Outcome.EXPIRED
    assert not pairing.is_due(GIVE_UP_S)


def test_a_token_that_comes_late_still_counts() -> None:
    expired = Pairing.begin(0).at(GIVE_UP_S)
    assert expired.granted(TOKEN).outcome is Outcome.PAIRED


def test_a_window_that_stays_closed_after_the_press_was_taken_by_another() -> None:
    pairing = refused(Pairing.begin(0), 0, 3).pressed(4.0)
    assert pairing.is_due(4.0)
    pairing = refused(pairing, 4, 7)
    assert pairing.outcome is Outcome.NOT_PRESSED_YET
    pairing = refused(pairing, 10)
    assert pairing.outcome is Outcome.WINDOW_TAKEN
    assert not pairing.answer_lost


def test_after_a_taken_window_another_press_can_succeed() -> None:
    taken = refused(Pairing.begin(0).pressed(1), 1, 4, 7)
    again = taken.pressed(20)
    assert (taken.outcome, again.outcome) == (Outcome.WINDOW_TAKEN, Outcome.NOT_PRESSED_YET)
    assert again.granted(TOKEN).outcome is Outcome.PAIRED


def test_a_poll_that_was_sent_before_the_press_says_nothing_of_it() -> None:
    pairing = Pairing.begin(0).pressed(5)
    for _ in range(5):
        pairing = pairing.refused(CLOSED, asked_at=4.9, now=5.1)
    assert pairing.outcome is Outcome.NOT_PRESSED_YET


def test_refusals_after_the_window_say_nothing_of_another() -> None:
    pairing = refused(Pairing.begin(0).pressed(1), 1 + WINDOW_S, 2 + WINDOW_S, 3 + WINDOW_S)
    assert pairing.outcome is Outcome.NOT_PRESSED_YET


def test_a_lost_answer_may_have_used_the_window_up() -> None:
    pairing = refused(Pairing.begin(0).pressed(1), 1, error=NoAnswer("lost"))
    assert (pairing.outcome, pairing.answer_lost) == (Outcome.NOT_PRESSED_YET, True)
    pairing = refused(pairing, 9)
    assert (pairing.outcome, pairing.answer_lost) == (Outcome.WINDOW_TAKEN, True)


def test_a_gateway_that_is_away_for_a_moment_does_not_end_it() -> None:
    pairing = refused(Pairing.begin(0), 0, error=Unreachable("off"))
    assert pairing.outcome is Outcome.NOT_PRESSED_YET
    assert isinstance(pairing.error, Unreachable)
    assert not pairing.answer_lost
    assert refused(pairing, 5).error is None


def test_what_a_press_cannot_mend_ends_it_with_its_error() -> None:
    pairing = refused(Pairing.begin(0), 0, error=InvalidTokenName(-4, 400))
    assert pairing.outcome is Outcome.FAILED
    assert isinstance(pairing.error, InvalidTokenName)
    assert refused(pairing, 5) == pairing.pressed(6) == pairing.at(GIVE_UP_S) == pairing


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_sentence_for_the_person(outcome: Outcome) -> None:
    assert outcome.value.endswith(".")


STEPS = st.lists(st.tuples(st.sampled_from(["press", "closed", "lost", "token"]), st.floats(0, 30)), max_size=20)


@given(STEPS)
def test_no_token_is_dropped_and_nothing_but_a_token_pairs(steps: list[tuple[str, float]]) -> None:
    pairing, now, granted = Pairing.begin(0), 0.0, False
    for step, later in steps:
        now += later
        before = pairing
        if step == "press":
            pairing = pairing.pressed(now)
        elif step == "token":
            pairing, granted = pairing.granted(TOKEN), True
        else:
            pairing = pairing.refused(CLOSED if step == "closed" else NoAnswer(""), asked_at=now, now=now)
        assert before.outcome is not Outcome.PAIRED or pairing == before
    assert (pairing.token is not None) is granted is (pairing.outcome is Outcome.PAIRED)
    assert not pairing.is_due(GIVE_UP_S)
