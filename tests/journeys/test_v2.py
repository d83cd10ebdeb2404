"""Version 2 as our own pages speak it, on real processes: answers, whole orders, going on after a lost connection."""

import http.client
import json
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from itertools import cycle
from typing import Any

import pytest

from tests.clients.inbox import NothingArrived
from tests.clients.strict_json import JsonObject
from tests.clients.v1 import V1Guest
from tests.clients.v2 import Answered, V2Board, V2Guest
from tests.clients.v2_frames import Ack, OrderEvent
from tests.clients.v2_state import LocalState
from tests.journeys.running import Running
from tests.stack.ports import LOOPBACK

STAFF_ONLY = {
    "session_id",
    "placed_by",
    "verified",
    "first_of_session",
    "possible_duplicate_of",
    "changed_by",
    "undo",
}
ITEMS = {"13": 2}
EXPECTED_HEARTBEAT_S = 15
UNKNOWN_ORDER = "0bc09aea-f152-4386-b1b0-f741f1e01fff"

tables = cycle(map(str, range(1, 25)))


class Room:
    """Sockets of version 2 at venue 1 of the demo, closed at the end."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.table = next(tables)
        self._clients: list[V2Board | V2Guest | V1Guest] = []

    def guest(self, table: str | None = None, state: LocalState | None = None) -> V2Guest:
        """At this test's table, unless it is told otherwise; with its snapshot, unless it goes on from a state."""
        guest = V2Guest(self.running.table_socket(1, table or self.table), state=state)
        self._clients.append(guest)
        if state is None:
            guest.snapshot()
        return guest

    def board(self, state: LocalState | None = None) -> V2Board:
        board = V2Board(self.running.device_socket(1), state=state)
        self._clients.append(board)
        if state is None:
            board.snapshot()
        return board

    def old_guest(self) -> V1Guest:
        """A guest of version 1, who has heard what there was to hear on connecting."""
        guest = V1Guest(self.running.table_socket(1, self.table))
        self._clients.append(guest)
        guest.send("{}")
        guest.next_error()
        with suppress(NothingArrived):
            while True:
                guest.next_status(0)
        return guest

    def close(self) -> None:
        for client in self._clients:
            client.close()


@pytest.fixture
def room(running: Running) -> Iterator[Room]:
    with closing(Room(running)) as room:
        yield room


def in_office(running: Running, *code: str) -> None:
    """What a manager does meanwhile, in another process."""
    prelude = "from django.utils import timezone; from orders import services, tables; from venues.models import *"
    running.manage("shell", "--no-imports", "-c", "\n".join([prelude, "now = tables.now_in_ms()", *code]))


def menu_of(running: Running) -> Any:
    with closing(http.client.HTTPConnection(LOOPBACK, running.web.port, timeout=10)) as line:
        line.request("GET", "/api/v1/venues/1/menu")
        return json.loads(line.getresponse().read())


def events_until(client: V2Board | V2Guest, last: int) -> list[OrderEvent]:
    """The order events that came, up to the one of this seq."""
    events = [client.next_event()]
    while events[-1].seq < last:
        events.append(client.next_event())
    return events


def bodies(events: Sequence[OrderEvent]) -> list[tuple[int, str, JsonObject]]:
    return [(event.seq, event.change, event.order.body) for event in events]


def refusal(client: V2Board | V2Guest, **keys: object) -> tuple[str, str | None, str | None]:
    """Code, field and order_id of the error that a request gets."""
    client.send(keys)
    error = client.next_error()
    return error.code, error.field, error.order_id


def answer_of(client: V2Board | V2Guest) -> Ack:
    """The answer to a change of an order."""
    ack = client._inbox.take(Ack, 5.0)
    assert ack.client_order_id is None
    return ack


# To begin


@pytest.mark.parametrize("by_query", [False, True], ids=["subprotocol", "query"])
def test_hello_comes_first_and_a_snapshot_follows(running: Running, by_query: bool) -> None:
    with V2Board(running.device_socket(1), by_query=by_query) as board:
        assert (board.hello.venue, board.hello.role) == ("1", "board")
        assert board.hello.heartbeat_s == EXPECTED_HEARTBEAT_S
        snapshot = board.snapshot()
        assert snapshot.epoch == board.hello.epoch
        assert snapshot.seq >= board.hello.seq
        assert snapshot.paused is None
    with V2Guest(running.table_socket(1, "1"), by_query=by_query) as guest:
        assert (guest.hello.venue, guest.hello.role, guest.hello.epoch) == ("1", "guest", board.hello.epoch)
        guest.snapshot()


def test_a_guests_snapshot_is_of_its_table_and_a_boards_of_what_is_open(room: Room) -> None:
    board, guest, other = room.board(), room.guest(), room.guest(next(tables))
    mine, others = guest.place(ITEMS), other.place(ITEMS)
    done = board.wait_state(mine.order_id, "pending")
    board.reject(done, "none left")
    guest.wait_state(mine.order_id, "rejected")
    seen = {order.order_id: order.state for order in guest.open_orders().orders}
    assert seen[mine.order_id] == "rejected"
    assert others.order_id not in seen
    listed = {order.order_id: order.state for order in board.open_orders().orders}
    assert listed[others.order_id] == "pending"
    assert mine.order_id not in listed


def test_a_guest_is_told_whether_a_board_is_online(room: Room) -> None:
    guest, _ = room.guest(), room.board()
    while guest.open_orders().boards_online < 1:
        pass
    assert guest.open_orders().boards_online >= 1


def test_requests_may_come_before_the_snapshot(running: Running) -> None:
    with V2Guest(running.table_socket(1, next(tables))) as guest:
        ack = guest.place(ITEMS)
        assert ack.order_id in {order.order_id for order in guest.snapshot().orders}


# An order, its answer, its events


def test_an_order_is_acknowledged_and_then_shown_to_its_table_and_the_boards(room: Room) -> None:
    board, guest, friend, stranger = room.board(), room.guest(), room.guest(), room.guest(next(tables))
    ack = guest.place(ITEMS, tracker_number="42")
    events = [client.next_event(order_id=ack.order_id) for client in (board, guest, friend)]
    assert {(event.seq, event.change) for event in events} == {(ack.seq, "placed")}
    for event in events:
        assert event.order.order_number == ack.order_number
        assert (event.order.state, event.order.order_status) == ("pending", "pending")
        assert (event.order.body["order_items"], event.order.body["tracker_number"]) == (ITEMS, "42")
        assert event.order.body["client_order_id"] == ack.client_order_id
    assert guest.place(ITEMS).order_number == ack.order_number + 1
    assert refusal(stranger, action="nothing") == ("forbidden", "action", None)
    stranger.silence(0)


def test_guests_never_see_what_is_for_staff(room: Room) -> None:
    board, guest = room.board(), room.guest()
    ack = guest.place(ITEMS)
    told, shown = guest.next_event(order_id=ack.order_id), board.next_event(order_id=ack.order_id)
    assert shown.order.body.keys() >= STAFF_ONLY
    assert told.order.body.keys() == shown.order.body.keys() - STAFF_ONLY
    assert all(told.order.body[key] == shown.order.body[key] for key in told.order.body)
    board.accept(shown.order)
    for order in (guest.next_event(change="accepted").order, *guest.open_orders().orders):
        assert STAFF_ONLY.isdisjoint(order.body)
    back = LocalState(epoch=guest.state.epoch, seq=told.seq - 1)
    again = room.guest(state=back)
    again.resume()
    assert STAFF_ONLY.isdisjoint(again.next_event(order_id=ack.order_id).order.body)


def test_lines_carry_options_notes_and_prices_of_the_moment(room: Room) -> None:
    guest = room.guest()
    categories = menu_of(room.running)["categories"]
    pale = next(one for category in categories for one in category["products"] if one["id"] == "2")
    pint = next(option for option in pale["option_groups"][0]["options"] if option["name"] == "Pint")
    line: JsonObject = {"product_id": "2", "quantity": 3, "options": [pint["id"]], "note": "no foam"}
    ack = guest.place(lines=[line, {"product_id": "13", "quantity": 1}])
    body = guest.next_event(order_id=ack.order_id).order.body
    assert (body["total"], body["order_items"]) == ("18.80", {"2": 3, "13": 1})
    lines = body["lines"]
    assert isinstance(lines, list)
    assert [(one["name"], one["quantity"], one["unit_price"], one["note"]) for one in lines] == [
        ("Lamplight Pale", 3, "5.20", "no foam"),
        ("Carlsberg", 1, "3.20", ""),
    ]
    assert lines[0]["options"] == [{"option_id": pint["id"], "name": "Pint", "price": "2.60"}]


def test_a_look_alike_is_taken_and_marked_for_staff(room: Room) -> None:
    board, guest = room.board(), room.guest()
    first, second = guest.place({"5": 3}), guest.place({"5": 3})
    assert board.next_event(order_id=first.order_id).order.body["possible_duplicate_of"] is None
    assert board.next_event(order_id=second.order_id).order.body["possible_duplicate_of"] == first.order_id


def test_a_board_orders_for_a_table_and_the_table_sees_it(room: Room) -> None:
    board, guest = room.board(), room.guest()
    guest.place(ITEMS)  # opens the table's session, where it was not open
    ack = board.place(ITEMS, table_number=room.table)
    assert guest.next_event(order_id=ack.order_id).order.table_number == room.table


def test_what_a_board_orders_is_placed_by_staff(room: Room) -> None:
    board = room.board()
    ack = board.place(ITEMS, table_number=room.table)
    assert board.next_event(order_id=ack.order_id).order.body["placed_by"] == "staff"


# The life of an order


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


# An order is sent once


def test_an_order_sent_again_over_another_socket_is_the_same_order(room: Room) -> None:
    board, guest = room.board(), room.guest()
    key = guest.order(ITEMS)
    guest.drop()
    returned = room.guest()
    acks = [returned.place(ITEMS, client_order_id=key) for _ in range(3)]
    assert len(set(acks)) <= 3
    assert len({(ack.order_id, ack.order_number, ack.seq) for ack in acks}) == 1
    order = board.wait_state(acks[0].order_id, "pending")
    board.accept(order)
    board.complete(order)
    returned.wait_state(order.order_id, "completed")
    late = returned.place(ITEMS, client_order_id=key)
    assert (late.order_id, late.order_number, late.seq) == (order.order_id, order.order_number, acks[0].seq)
    keys = [event.order.body["client_order_id"] for event in events_until(board, late.seq) if event.change == "placed"]
    assert keys.count(key) == 1


def test_a_key_with_other_contents_or_of_another_table_is_an_error(room: Room) -> None:
    guest, stranger = room.guest(), room.guest(next(tables))
    ack = guest.place(ITEMS)
    assert ack.client_order_id is not None
    for other in ({"13": 3}, {"5": 2}, {"13": 2, "5": 1}):
        with pytest.raises(Answered) as answered:
            guest.place(other, client_order_id=ack.client_order_id)
        assert answered.value.error.code == "key_reused"
    with pytest.raises(Answered) as answered:
        stranger.place(ITEMS, client_order_id=ack.client_order_id)
    assert answered.value.error.code == "key_in_use"
    assert ack.order_id not in str(answered.value.error)


def test_a_refused_order_uses_up_no_key(room: Room) -> None:
    guest = room.guest()
    key = guest.order({"999": 1})
    with pytest.raises(Answered):
        guest.ack(key)
    assert guest.place(ITEMS, client_order_id=key).client_order_id == key


# Going on


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


# What else one is told


def test_a_pause_is_told_to_everybody_and_refuses_orders(room: Room) -> None:
    board, guest = room.board(), room.guest()
    until = "until = now.replace(microsecond=0) + timezone.timedelta(minutes=15)"
    in_office(room.running, until, "services.pause(1, until, 'The kitchen catches up.', now)")
    try:
        for client in (board, guest):
            assert client.next_notice("pause").body["reason"] == "The kitchen catches up."
        with pytest.raises(Answered) as answered:
            guest.place(ITEMS)
        assert answered.value.error.code == "paused"
        paused = guest.open_orders().paused
        assert isinstance(paused, dict)
        assert list(paused) == ["until", "reason"]
        assert paused["until"] % 1000 == 0
    finally:
        in_office(room.running, "services.pause(1, None, '', now)")
    assert guest.next_notice("pause").body["until"] is None
    guest.place(ITEMS)
    assert guest.open_orders().paused is None


def test_the_last_one_sold_is_told_to_everybody_and_comes_back_with_a_rejection(room: Room) -> None:
    board, guest, other = room.board(), room.guest(), room.guest(next(tables))
    stock = "VenueProduct.objects.update_or_create(venue_id=1, product_id=6, defaults={'stock': 1})"
    in_office(room.running, stock)
    other.next_notice("menu")
    ack = guest.place({"6": 1})
    gone = other.next_notice("availability").body
    assert (gone["product_id"], gone["in_stock"]) == ("6", False)
    with pytest.raises(Answered) as answered:
        other.place({"6": 1})
    assert answered.value.error.code == "sold_out"
    board.reject(board.wait_state(ack.order_id, "pending"), "broken bottle")
    assert other.next_notice("availability").body["in_stock"] is True
    other.place({"6": 1})


def test_a_cleared_table_is_told_so_and_the_next_table_goes_on(room: Room) -> None:
    guest, friend, neighbour = room.guest(), room.guest(), room.guest(next(tables))
    guest.place(ITEMS)
    in_office(room.running, f"tables.clear_table(Table.objects.get(venue_id=1, number='{room.table}'), now)")
    for client in (guest, friend):
        assert client.session_ended().reason == "cleared"
        assert client.wait_closed() == 4001
    neighbour.place(ITEMS)


def test_after_fifteen_seconds_of_silence_comes_a_heartbeat(room: Room) -> None:
    guest, old_guest = room.guest(), room.old_guest()
    with V2Board(room.running.device_socket(3)) as board:
        board.snapshot()
        assert board.next_heartbeat(EXPECTED_HEARTBEAT_S + 3).seq == board.state.seq
        assert guest.next_heartbeat(3).seq >= guest.hello.seq
        old_guest.silence(0)
