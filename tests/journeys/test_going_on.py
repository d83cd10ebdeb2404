"""Going on after a lost connection, in version 2 and on real processes: resume, snapshots, a new epoch."""

import pytest

from tests.clients.v2 import V2Board
from tests.clients.v2_state import LocalState
from tests.journeys.room import ITEMS, Room, bodies, events_until, in_office, refusal, tables
from tests.journeys.running import Running


def test_resume_replays_exactly_what_was_missed(room: Room) -> None:
    witness, board, guest, neighbour = room.board(), room.board(), room.guest(), room.guest(next(tables))
    known = guest.place(ITEMS)
    for client in (witness, board, guest):
        client.next_event(order_id=known.order_id)
    board.drop()
    guest.drop()
    missed = neighbour.place(ITEMS), neighbour.place({"5": 1})
    witness.accept(witness.wait_state(known.order_id, "pending"))
    witness.accept(witness.wait_state(missed[0].order_id, "pending"))
    witness.complete(witness.wait_state(missed[0].order_id, "accepted"))
    last = witness.next_event(order_id=missed[0].order_id, change="completed")
    board_again, guest_again = room.board(state=board.state), room.guest(state=guest.state)
    board_again.resume()
    guest_again.resume()
    heard = events_until(board_again, last.seq)
    seqs = [event.seq for event in heard]
    assert seqs == list(range(known.seq + 1, last.seq + 1))
    assert [event.change for event in heard] == ["placed", "placed", "accepted", "accepted", "completed"]
    own = guest_again.next_event()
    assert (own.order.order_id, own.change) == (known.order_id, "accepted")
    for client in (board_again, guest_again):
        assert refusal(client, action="nothing")[0] == "forbidden"
        client.silence(0.5)  # nor does a snapshot come later
        assert client.state.differences(client.open_orders()) == []


def test_what_is_replayed_is_what_was_sent_to_the_byte(room: Room) -> None:
    witness, board = room.board(), room.board()
    start = board.state.seq
    board.drop()
    ack = room.guest().place({"5": 1, "13": 2})
    witness.accept(witness.wait_state(ack.order_id, "pending"), "läuft… 🍺")
    last = witness.next_event(order_id=ack.order_id, change="accepted")
    again = room.board(state=board.state)
    again.resume(seq=start)
    replayed = {event.seq: event for event in events_until(again, last.seq)}
    fresh = room.board(state=LocalState(board.state.epoch, start))
    fresh.resume()
    assert bodies(events_until(fresh, last.seq)) == bodies([replayed[seq] for seq in sorted(replayed)])
    assert bodies([replayed[last.seq]]) == bodies([last])


def test_who_resumes_late_is_not_told_again_what_was_shown_since(room: Room) -> None:
    guest = room.guest()
    before = guest.state.seq
    guest.place(ITEMS)
    guest.next_event(change="placed")
    guest.resume(seq=before)
    assert refusal(guest, action="nothing")[0] == "forbidden"
    guest.silence(0.5)


def test_who_missed_nothing_hears_nothing(room: Room) -> None:
    guest = room.guest()
    ack = guest.place(ITEMS)
    guest.next_event(order_id=ack.order_id)
    guest.drop()
    again = room.guest(state=guest.state)
    again.resume()
    assert refusal(again, action="nothing")[0] == "forbidden"
    again.silence(0.5)


@pytest.mark.parametrize(
    ("epoch", "ahead"),
    [("5a0e3b1e-6d3e-4c57-9d43-5a1f7a1f2b11", 0), ("x", 0), (None, 1), (None, 10**9), (None, 2**62)],
    ids=["another epoch", "no epoch at all", "one ahead", "far ahead", "beyond everything"],
)
def test_what_cannot_be_resumed_is_answered_by_a_snapshot(room: Room, epoch: str | None, ahead: int) -> None:
    guest = room.guest()
    ack = guest.place(ITEMS)
    before = guest.next_event(order_id=ack.order_id)
    guest.drop()
    again = room.guest(state=guest.state)
    again.resume(epoch=epoch, seq=before.seq + ahead if ahead else before.seq)
    assert ack.order_id in {order.order_id for order in again.snapshot().orders}
    later = again.place(ITEMS)
    assert again.next_event(order_id=later.order_id).change == "placed"


def test_events_that_were_pruned_are_answered_by_a_snapshot(running: Running) -> None:
    with V2Board(running.device_socket(3)) as board:
        seq = board.snapshot().seq
    in_office(
        running,
        "from orders.changes import Notice; from orders.models import VenueEvent",
        "seqs = [services.publish(Notice(3, now, 'menu', menu=True)).seq for _ in range(3)]",
        "VenueEvent.objects.filter(venue_id=3, seq=seqs[0]).delete()",
    )
    with V2Board(running.device_socket(3), state=board.state) as again:
        again.resume(seq=seq)
        assert again.snapshot().seq >= seq + 3


def test_a_new_epoch_sends_everybody_away_to_begin_anew(running: Running) -> None:
    with V2Board(running.device_socket(3)) as board:
        board.snapshot()
        running.manage("new_epoch", "3")
        assert board.wait_closed() == 1012
    with V2Board(running.device_socket(3), state=board.state) as again:
        assert again.hello.epoch != board.hello.epoch
        again.resume()
        assert again.snapshot().epoch == again.hello.epoch


def test_every_change_keeps_the_state_of_a_page_right(room: Room) -> None:
    board, guest = room.board(), room.guest()
    acks = [guest.place({"13": number}) for number in range(1, 6)]
    orders = [board.wait_state(ack.order_id, "pending") for ack in acks]
    board.accept(orders[0])
    board.reject(orders[1], "no")
    guest.cancel(guest.wait_state(acks[2].order_id, "pending"))
    board.accept(orders[3])
    board.ready(orders[3])
    board.accept(orders[4])
    board.complete(orders[4])
    for client in (board, guest):
        for ack, state in zip(acks, ("accepted", "rejected", "cancelled", "ready", "completed"), strict=True):
            client.wait_state(ack.order_id, state)
        assert client.state.differences(client.open_orders()) == []
