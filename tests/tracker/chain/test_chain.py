"""What pub kitchens try before they accept a system, and a night without the internet."""

from collections.abc import Iterator
from itertools import cycle

import pytest

from tests.journeys.running import Running
from tests.tracker.chain.venue import Move, PubVenue, wait_until

EIGHT_HOURS_S = 8 * 3600


@pytest.fixture(scope="module")
def venue(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PubVenue]:
    with PubVenue(running, tmp_path_factory.mktemp("venue")) as venue:
        yield venue


def test_software_starts_pages_and_clears_a_puck(venue: PubVenue) -> None:
    assert venue.command("start", "31", order_type="TO_GO")["state"] == "done"
    order = venue.order_of("31")
    assert order is not None
    assert (order["state"], order["orderType"], order["paged"]) == ("started", "TO_GO", False)
    assert venue.command("page", "31", order_uuid=order["uuid"])["state"] == "done"
    paged = venue.order_of("31")
    assert paged is not None
    assert paged["paged"] is True
    assert venue.command("stop_page", "31", order_uuid=order["uuid"])["state"] == "done"
    assert venue.command("clear", "31", order_uuid=order["uuid"])["state"] == "done"
    assert venue.order_of("31") is None


def test_software_says_where_a_puck_is_to_be_shown(venue: PubVenue) -> None:
    assert venue.command("locate", "5001", order_type="ON_PREMISE", tag="12")["state"] == "done"
    order = venue.order_of("5001")
    assert order is not None
    assert order["locationName"] == "12"


def test_a_puck_is_started_carried_to_a_table_moved_and_cleared_by_hand(venue: PubVenue) -> None:
    after = venue.last_event
    by_hand = [
        venue.move("32", "start", type="ON_PREMISE"),
        venue.move("32", "locate", tag="7"),
        venue.move("32", "locate", tag="8"),
        venue.move("32", "clear"),
    ]
    assert [(state, place) for _, state, place in by_hand][:3] == [("started", ""), ("located", "7"), ("located", "8")]
    assert venue.wait_told(4, after) == by_hand
    assert by_hand[-1][1] == "cleared"


def test_an_order_that_was_cleared_by_hand_meanwhile_is_cleared_and_no_other(venue: PubVenue) -> None:
    old, _, _ = venue.move("33", "start", type="ON_PREMISE")
    venue.move("33", "clear")
    newer, _, _ = venue.move("33", "start", type="ON_PREMISE")
    assert venue.command("clear", "33", order_uuid=old)["state"] == "done"
    left = venue.order_of("33")
    assert left is not None
    assert left["uuid"] == newer


def test_a_night_without_the_internet_arrives_whole_in_order_and_once(venue: PubVenue, trials: bool) -> None:
    after = venue.last_event
    venue.running.terminate()
    moves: list[Move] = []
    pucks, tags = cycle(str(puck) for puck in range(40, 90)), cycle(str(tag) for tag in range(1, 41))
    while len(moves) < (2000 if trials else 400):
        puck = next(pucks)
        moves.append(venue.move(puck, "start", type="ON_PREMISE"))
        moves.append(venue.move(puck, "locate", tag=next(tags)))
        moves.append(venue.move(puck, "locate", tag=next(tags)))
        moves.append(venue.move(puck, "clear"))
        if len(moves) % 200 == 0:
            venue.gateway.control("/clock", {"advance_s": EIGHT_HOURS_S // (10 if trials else 2)})
    venue.running.start()
    wait_until("the agent is back", lambda: venue.agent.output.count("Connected to the platform.") > 1)
    assert venue.wait_told(len(moves), after) == moves
