"""The life of an order, as rules."""

import pytest

from orders.states import MAY_COME_FROM, OPEN, State, WrongWord, move_for, status_for_v1, takes_stock_back

ACTIONS = {
    "acceptorder": {"accepted", "rejected"},
    "readyorder": {"ready"},
    "completeorder": {"completed"},
    "cancelorder": {"cancelled"},
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("word", State.ALL)
def test_a_state_as_word_is_taken_only_by_the_action_that_gives_it(action: str, word: str) -> None:
    if word in ACTIONS[action]:
        assert move_for(action, word).target == word
    else:
        with pytest.raises(WrongWord, match=word):
            move_for(action, word)


@pytest.mark.parametrize("action", ACTIONS)
def test_other_words_leave_the_state_to_the_action(action: str) -> None:
    move = move_for(action, "In the making")
    assert move.status == "In the making"
    assert move.target in ACTIONS[action] - {"rejected"}


def test_a_word_counts_however_it_is_written() -> None:
    assert move_for("acceptorder", " Rejected").target == State.REJECTED


def test_nothing_comes_back_from_an_end() -> None:
    for sources in MAY_COME_FROM.values():
        assert set(sources) <= set(OPEN)


def test_stock_comes_back_only_from_what_will_not_be_made() -> None:
    assert takes_stock_back(State.PENDING, State.REJECTED)
    assert takes_stock_back(State.READY, State.CANCELLED)
    assert not takes_stock_back(State.ACCEPTED, State.COMPLETED)
    assert not takes_stock_back(State.REJECTED, State.REJECTED)


def test_version_1_reads_three_words_for_six_states() -> None:
    assert status_for_v1(State.CANCELLED, "sorry") == "rejected"
    assert status_for_v1(State.READY, "at the pass") == "ready"
    assert status_for_v1(State.ACCEPTED, "pouring") == "pouring"
