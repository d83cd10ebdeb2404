"""Version 2 as our own pages speak it, on real processes: the beginning, an order, its answer, its events."""

import pytest

from tests.clients.strict_json import JsonObject
from tests.clients.v2 import Answered, V2Board, V2Guest
from tests.clients.v2_state import LocalState
from tests.journeys.room import ITEMS, Room, events_until, menu_of, refusal, tables
from tests.journeys.running import Running

STAFF_ONLY = {
    "test",
    "id_checked",
    "lines_done",
    "session_id",
    "placed_by",
    "verified",
    "first_of_session",
    "possible_duplicate_of",
    "changed_by",
    "undo",
}
EXPECTED_HEARTBEAT_S = 15


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
