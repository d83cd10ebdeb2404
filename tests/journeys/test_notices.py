"""What else version 2 tells, on real processes: pauses, the last one sold, a cleared table, a heartbeat."""

import pytest

from tests.clients.v2 import Answered, V2Board
from tests.journeys.room import ITEMS, Room, in_office, tables

EXPECTED_HEARTBEAT_S = 15


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
