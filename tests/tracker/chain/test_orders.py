"""A guest's order and its puck, from the bar to the table and back, on sockets of a guest and a board."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.v2 import Answered, V2Board, V2Guest
from tests.clients.v2_frames import OrderEvent
from tests.journeys.running import Running
from tests.tracker.chain.venue import PubVenue, wait_until

ITEMS = {"13": 4, "18": 5}
TRACKER_KEYS = ("tracker_number", "located_table", "location_mismatch", "tracker_state")


@pytest.fixture(scope="module")
def venue(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PubVenue]:
    with PubVenue(running, tmp_path_factory.mktemp("venue")) as venue:
        yield venue


@pytest.fixture
def board(running: Running) -> Iterator[V2Board]:
    with V2Board(running.device_socket(1)) as board:
        board.open_orders()  # all that happens from now on comes as an event
        yield board


@pytest.fixture
def guest(running: Running) -> Iterator[V2Guest]:
    with V2Guest(running.table_socket(1, "7")) as guest:
        guest.open_orders()
        yield guest


def tracked(event: OrderEvent) -> tuple[Any, ...]:
    return tuple(event.order.body[key] for key in TRACKER_KEYS)


def hear_tracked(socket: V2Board | V2Guest, order_id: str, last: tuple[Any, ...], seconds: float = 5) -> None:
    """Whereabouts up to these: a puck may be told of in one step or in two."""
    while tracked(socket.next_event(seconds, order_id=order_id, change="tracked")) != last:
        pass


def test_an_order_goes_with_its_puck_to_the_table_and_is_complete_when_it_comes_back(
    venue: PubVenue, board: V2Board, guest: V2Guest
) -> None:
    placed = guest.place(ITEMS, tracker_number="22")
    board.accept(board.wait_state(placed.order_id, "pending"))
    wait_until("the gateway has the puck", lambda: venue.order_of("22"))
    for socket in (board, guest):
        event = socket.next_event(order_id=placed.order_id, change="tracked")
        assert tracked(event) == ("22", None, False, "started")
    venue.move("22", "locate", tag="9")
    for socket in (board, guest):
        event = socket.next_event(order_id=placed.order_id, change="tracked")
        assert tracked(event) == ("22", "9", True, "located")
    venue.move("22", "locate", tag="7")
    assert tracked(guest.next_event(order_id=placed.order_id, change="tracked")) == ("22", "7", False, "located")
    venue.move("22", "clear")
    done = guest.next_event(order_id=placed.order_id, change="completed")
    assert tracked(done) == ("22", "7", False, "located")
    assert board.wait_state(placed.order_id, "completed").body["changed_by"] == "Table Tracker"


def test_a_puck_that_the_guest_brought_is_known_at_once_and_cleared_when_staff_are_done(
    venue: PubVenue, board: V2Board, guest: V2Guest
) -> None:
    key, _, _ = venue.move("31", "start", type="ON_PREMISE")
    venue.move("31", "locate", tag="12")
    placed = guest.place(ITEMS, tracker_number="31")
    hear_tracked(board, placed.order_id, ("31", "12", True, "located"))
    with pytest.raises(Answered, match="puck_taken") as caught:
        guest.place(ITEMS, tracker_number="31")
    assert f"order {placed.order_number}" in caught.value.error.message
    board.accept(board.wait_state(placed.order_id, "pending"))
    board.complete(board.wait_state(placed.order_id, "accepted"))
    wait_until("the puck is cleared", lambda: venue.order_of("31") is None)
    assert venue.ask("list(GatewayCommand.objects.filter(name='31').values_list('verb', 'order_uuid'))") == [
        ["clear", key]
    ]


def test_a_puck_that_moves_while_the_agent_is_away_is_where_it_is_when_the_agent_is_back(
    venue: PubVenue, board: V2Board, guest: V2Guest
) -> None:
    venue.move("44", "start", type="ON_PREMISE")
    placed = guest.place(ITEMS, tracker_number="44")
    assert tracked(board.next_event(order_id=placed.order_id, change="tracked"))[3] == "started"
    venue.agent.kill()
    venue.move("44", "locate", tag="3")
    venue.agent.start()
    hear_tracked(board, placed.order_id, ("44", "3", True, "located"), seconds=30)
    board.reject(board.wait_state(placed.order_id, "pending"), "We are closing.")
    guest.wait_state(placed.order_id, "rejected")
    left = venue.order_of("44")
    assert left is not None, "it was there before us, so it stays"
    venue.move("44", "clear")


def test_staff_call_a_guest_and_give_the_order_another_puck(venue: PubVenue, board: V2Board, guest: V2Guest) -> None:
    placed = guest.place(ITEMS, tracker_number="51")
    board.accept(board.wait_state(placed.order_id, "pending"))
    hear_tracked(board, placed.order_id, ("51", None, False, "started"))
    board.act("pageorder", order_id=placed.order_id)
    hear_tracked(board, placed.order_id, ("51", None, False, "paged"))
    paged = venue.order_of("51")
    assert paged is not None
    assert paged["paged"] is True
    board.act("trackorder", order_id=placed.order_id, tracker_number="52")
    hear_tracked(guest, placed.order_id, ("52", None, False, "started"))
    assert venue.order_of("52") is not None
    venue.move("52", "locate", tag="5")
    hear_tracked(guest, placed.order_id, ("52", "5", True, "located"))
