"""The state of a page is its snapshot and what came after; a sequence that goes back or doubles is told at once."""

import pytest

from tests.clients.strict_json import Unexpected
from tests.clients.v2_frames import Frame, Heartbeat, Hello, Notice, Order, OrderEvent, Snapshot
from tests.clients.v2_state import LocalState, Sequence

HELLO = Hello("e", 4, "1", "board", 15)


def order(order_id: str, state: str = "pending") -> Order:
    return Order(order_id, 1, 1594120013360, "1", "1", state, state, {"order_id": order_id, "state": state})


def event(seq: int, order_id: str = "a", state: str = "pending", epoch: str = "e") -> OrderEvent:
    return OrderEvent(epoch, seq, "placed", order(order_id, state), 0.0)


def snapshot(seq: int, *orders: Order, epoch: str = "e") -> Snapshot:
    return Snapshot(epoch, seq, orders, 1, None, 1)


def test_events_replace_whole_orders() -> None:
    state = LocalState()
    for frame in (snapshot(4, order("a")), event(5, "b"), event(6, "a", "accepted"), event(6, "a", "accepted")):
        state.apply(frame)
    assert {key: one.state for key, one in state.orders.items()} == {"a": "accepted", "b": "pending"}
    assert (state.epoch, state.seq) == ("e", 6)


def test_a_snapshot_replaces_everything() -> None:
    state = LocalState()
    for frame in (snapshot(4, order("a")), snapshot(2, order("b"), epoch="f")):
        state.apply(frame)
    assert (state.epoch, state.seq, list(state.orders)) == ("f", 2, ["b"])


def test_a_heartbeat_moves_the_place_to_resume_from() -> None:
    state = LocalState()
    for frame in (snapshot(4), Heartbeat(9), Notice("menu", 10, {}), Notice("health", None, {})):
        state.apply(frame)
    assert state.seq == 10


@pytest.mark.parametrize("frames", [[event(5)], [snapshot(4), event(5, epoch="f")]])
def test_an_event_without_its_snapshot_is_refused(frames: list[Snapshot | OrderEvent]) -> None:
    state = LocalState()
    for frame in frames[:-1]:
        state.apply(frame)
    with pytest.raises(Unexpected):
        state.apply(frames[-1])


def test_differences_from_a_fresh_read_are_named() -> None:
    state = LocalState()
    state.apply(snapshot(4, order("same"), order("moved"), order("gone"), order("done", "completed")))
    fresh = snapshot(5, order("same"), order("moved", "accepted"), order("new"))
    assert state.differences(fresh) == [
        "moved differs in state",
        "new (pending) is not known here",
        "gone is pending here only",
    ]
    assert state.differences(snapshot(4, order("same"), order("moved"), order("gone"))) == []


def passes(*frames: Frame) -> Sequence:
    sequence = Sequence()
    for frame in (HELLO, *frames):
        sequence.check(frame)
    return sequence


def test_seq_may_leap() -> None:
    passes(snapshot(4), event(5), event(9), Heartbeat(9), Heartbeat(12), Notice("menu", 13, {}), event(14))


@pytest.mark.parametrize(
    "frames",
    [
        [event(4)],
        [event(6), event(5)],
        [event(5), event(5)],
        [event(5), snapshot(4)],
        [Heartbeat(5), event(5)],
        [Heartbeat(3)],
        [event(5, epoch="f")],
    ],
)
def test_seq_neither_goes_back_nor_comes_twice(frames: list[Frame]) -> None:
    with pytest.raises(Unexpected):
        passes(snapshot(4), *frames)


def test_another_epoch_counts_anew() -> None:
    passes(snapshot(4), event(5), snapshot(1, epoch="f"), event(2, epoch="f"))


def test_a_resume_is_answered_by_what_came_after_it() -> None:
    sequence = passes()
    sequence.resumed("e", 2)
    sequence.check(event(3))
    with pytest.raises(Unexpected):
        sequence.check(event(3))


def test_a_resume_ahead_of_the_server_may_be_answered_by_an_older_snapshot() -> None:
    sequence = passes(snapshot(4))
    sequence.resumed("e", 99)
    sequence.check(snapshot(5))
    sequence.check(event(6))
