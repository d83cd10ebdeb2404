"""The life of an order in version 2, on real processes: accepted, made, brought, rejected, cancelled, undone."""

import pytest

from tests.clients.v2 import Answered
from tests.journeys.room import ITEMS, Room, answer_of, refusal, tables

UNKNOWN_ORDER = "0bc09aea-f152-4386-b1b0-f741f1e01fff"


def test_an_order_is_accepted_made_and_brought(room: Room) -> None:
    board, guest, old_guest = room.board(), room.guest(), room.old_guest()
    ack = guest.place(ITEMS)
    order = board.wait_state(ack.order_id, "pending")
    board.accept(order, "Being poured")
    assert answer_of(board).order_id == ack.order_id
    board.ready(order)
    board.complete(order, "Enjoy!")
    events = [guest.next_event(order_id=ack.order_id) for _ in range(4)]
    assert [(event.change, event.order.state, event.order.order_status) for event in events] == [
        ("placed", "pending", "pending"),
        ("accepted", "accepted", "Being poured"),
        ("ready", "ready", "ready"),
        ("completed", "completed", "Enjoy!"),
    ]
    last = events[-1].order.body
    times = [last[key] for key in ("order_time", "accepted_at", "ready_at", "finished_at")]
    assert times == sorted(times, key=lambda at: at if isinstance(at, int) else 0)
    assert [old_guest.next_status().order_status for _ in range(3)] == ["Being poured", "ready", "Enjoy!"]


def test_other_words_are_an_event_and_the_same_words_a_repeat(room: Room) -> None:
    board, guest = room.board(), room.guest()
    ack = guest.place(ITEMS)
    order = board.wait_state(ack.order_id, "pending")
    for words in ("accepted", "accepted", "Two minutes"):
        board.accept(order, words)
    acks = [answer_of(board) for _ in range(3)]
    assert acks[0].seq == acks[1].seq < acks[2].seq
    changes = [guest.next_event(order_id=ack.order_id).change for _ in range(3)]
    assert changes == ["placed", "accepted", "reworded"]
    guest.silence(0)


def test_a_rejected_order_says_why(room: Room) -> None:
    board, guest, old_guest = room.board(), room.guest(), room.old_guest()
    ack = guest.place(ITEMS)
    board.reject(board.wait_state(ack.order_id, "pending"), "The cellar is empty.")
    order = guest.wait_state(ack.order_id, "rejected")
    assert order.body["reason"] == "The cellar is empty."
    assert order.body["finished_at"] is not None
    assert old_guest.next_status().order_status == "rejected"


def test_a_guest_cancels_while_the_order_is_pending_and_not_later(room: Room) -> None:
    board, guest, old_guest = room.board(), room.guest(), room.old_guest()
    first, second = guest.place(ITEMS), guest.place({"5": 1})
    guest.cancel(guest.wait_state(first.order_id, "pending"))
    assert answer_of(guest).order_id == first.order_id
    assert board.wait_state(first.order_id, "cancelled").body["undo"] is None
    assert old_guest.next_status(order_id=first.order_id).order_status == "rejected"
    board.accept(board.wait_state(second.order_id, "pending"))
    guest.wait_state(second.order_id, "accepted")
    late = refusal(guest, action="cancelorder", order_id=second.order_id)
    assert late == ("order_moved", "order_id", second.order_id)


def test_staff_have_an_order_brought_to_another_table(room: Room) -> None:
    board, guest, there = room.board(), room.guest(), next(tables)
    neighbour, ack = room.guest(there), guest.place(ITEMS, to_go=True)
    board.act("moveorder", order_id=ack.order_id, table_number=there)
    moved = answer_of(board)
    placed, event = guest.next_event(), guest.next_event()
    assert (placed.order.table_number, placed.order.body["to_go"]) == (guest.table_number, True)
    assert (event.seq, event.change, event.order.table_number) == (moved.seq, "moved", there)
    assert event.order.body["moved_from"] == guest.table_number
    neighbour.silence(0)
    assert [order.order_id for order in room.guest().open_orders().orders] == [ack.order_id]
    board.cancel(board.wait_state(ack.order_id, "pending"), reason="enough")
    refused = refusal(board, action="moveorder", order_id=ack.order_id, table_number=there)
    assert refused == ("order_moved", "order_id", ack.order_id)


def test_a_guest_cancels_nothing_of_another_table(room: Room) -> None:
    guest, stranger = room.guest(), room.guest(next(tables))
    ack = guest.place(ITEMS)
    wrong = refusal(stranger, action="cancelorder", order_id=ack.order_id)
    assert wrong == ("unknown_order", "order_id", ack.order_id)
    assert refusal(stranger, action="cancelorder", order_id=UNKNOWN_ORDER)[:2] == wrong[:2]


def test_staff_cancel_what_they_had_accepted(room: Room) -> None:
    board, guest, old_guest = room.board(), room.guest(), room.old_guest()
    ack = guest.place(ITEMS)
    board.accept(board.wait_state(ack.order_id, "pending"))
    board.cancel(board.wait_state(ack.order_id, "accepted"), reason="dropped")
    assert guest.wait_state(ack.order_id, "cancelled").body["reason"] == "dropped"
    assert [old_guest.next_status().order_status for _ in range(2)] == ["accepted", "rejected"]


def test_an_undo_goes_back_one_step_and_everybody_hears_it(room: Room) -> None:
    board, guest, old_guest = room.board(), room.guest(), room.old_guest()
    ack = guest.place(ITEMS)
    board.accept(board.wait_state(ack.order_id, "pending"), "Being poured")
    accepted = board.wait_state(ack.order_id, "accepted")
    board.complete(accepted)
    completed = board.next_event(order_id=ack.order_id, change="completed")
    board.undo(completed.order, completed.seq, "wrong card")
    undone = guest.next_event(order_id=ack.order_id, change="undone").order
    assert (undone.state, undone.order_status) == ("accepted", "Being poured")
    assert [old_guest.next_status().order_status for _ in range(3)] == ["Being poured", "completed", "Being poured"]
    again = refusal(board, action="undoorder", order_id=ack.order_id, seq=completed.seq, reason="again")
    assert again == ("cannot_undo", "seq", ack.order_id)


def test_an_undone_acceptance_is_pending_again(room: Room) -> None:
    board, guest, old_guest = room.board(), room.guest(), room.old_guest()
    ack = guest.place(ITEMS)
    board.accept(board.wait_state(ack.order_id, "pending"))
    accepted = board.next_event(order_id=ack.order_id, change="accepted")
    board.undo(accepted.order, accepted.seq, "slip")
    assert guest.next_event(order_id=ack.order_id, change="undone").order.state == "pending"
    assert [old_guest.next_status().order_status for _ in range(2)] == ["accepted", "pending"]


def test_of_two_boards_one_wins_and_both_see_the_same(room: Room) -> None:
    first, second, guest = room.board(), room.board(), room.guest()
    ack = guest.place(ITEMS)
    orders = [board.wait_state(ack.order_id, "pending") for board in (first, second)]
    first.accept(orders[0])
    second.reject(orders[1], "too late")
    guest.next_event(order_id=ack.order_id, change="placed")
    state = guest.next_event(order_id=ack.order_id).change
    winner, loser = (first, second) if state == "accepted" else (second, first)
    assert answer_of(winner).order_id == ack.order_id
    error = loser.next_error()
    assert (error.code, error.field, error.order_id) == ("order_moved", "order_id", ack.order_id)
    assert state in error.message
    assert first.wait_state(ack.order_id, state).body == second.wait_state(ack.order_id, state).body


def test_errors_name_what_was_wrong_and_which_request(room: Room) -> None:
    board, guest = room.board(), room.guest()
    key = guest.order({"999": 1}, client_order_id="my-key")
    with pytest.raises(Answered) as answered:
        guest.ack(key)
    error = answered.value.error
    assert (error.code, error.field, error.client_order_id) == ("unknown_product", "order_items", "my-key")
    assert refusal(board, action="readyorder", order_id=UNKNOWN_ORDER)[0] == "unknown_order"
    ack = guest.place(ITEMS)
    too_early = refusal(board, action="completeorder", order_id=ack.order_id)
    assert too_early == ("too_early", "order_id", ack.order_id)
    assert refusal(board, action="pageorder", order_id=ack.order_id)[0] == "no_gateway"
