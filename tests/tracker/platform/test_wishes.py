"""What staff want of pucks from the board: call, find, give, move and swap."""

import uuid
from datetime import timedelta

import pytest

from orders import wishes
from orders.changes import Done
from orders.errors import Refused
from orders.models import Order, VenueEvent
from orders.requests import TrackerWish
from tests.factories import make_venue
from tests.tracker.platform.evening import Evening
from tracker.models import EdgeAgent, GatewayCommand

pytestmark = pytest.mark.django_db


@pytest.fixture
def pub() -> Evening:
    return Evening()


def want(pub: Evening, action: str, order: Order, number: str | None = None, taken: str = "") -> Done | str:
    """By Sam; the code where it is refused."""
    outcome = wishes.carry_out(pub.venue.pk, TrackerWish(action, order.pk, number, taken), "Sam", pub.now)
    return outcome.code if isinstance(outcome, Refused) else outcome


def seq_of(order: Order) -> int:
    return Order.objects.get(pk=order.pk).seq


def test_a_puck_is_called_once_for_each_wish_and_for_half_a_minute(pub: Evening) -> None:
    order, key = pub.order(), pub.tell("created")
    assert want(pub, "pageorder", order) == Done(seq_of(order), order.pk, order.number)
    command = GatewayCommand.objects.get(verb="page")
    assert (command.name, command.order_uuid, command.why) == ("22", str(key), f"Sam called order {order.number}.")
    assert command.not_after == pub.now + timedelta(seconds=30)
    want(pub, "pageorder", order)
    assert [verb for verb, _, _ in pub.commands()] == ["page", "page"]


def test_without_a_puck_there_is_nothing_to_call_or_to_find(pub: Evening) -> None:
    order = pub.order()
    assert want(pub, "pageorder", order) == want(pub, "locateorder", order) == "no_puck"
    pub.tell("created")
    assert want(pub, "locateorder", order) == "no_puck"
    assert pub.commands() == []


def test_where_a_puck_is_is_in_the_event_that_the_answer_names(pub: Evening) -> None:
    order = pub.order()
    pub.tell("created", tag="80")
    found = want(pub, "locateorder", order)
    assert isinstance(found, Done)
    event = VenueEvent.objects.get(venue=pub.venue, seq=found.seq)
    assert '"located_table":"8"' in event.payload


def test_a_venue_without_agent_or_without_pucks_has_no_gateway(pub: Evening) -> None:
    order = pub.order()
    EdgeAgent.objects.update(revoked_at=pub.now)
    assert want(pub, "pageorder", order) == "no_gateway"
    off = Evening(tracker_use="off")
    assert want(off, "trackorder", off.order(), "23") == "no_gateway"


@pytest.mark.parametrize("action", ["pageorder", "locateorder", "trackorder"])
def test_another_venues_order_and_one_that_is_over_are_refused(pub: Evening, action: str) -> None:
    theirs = Evening()
    assert want(pub, action, theirs.order(), "31") == "unknown_order"
    assert want(pub, action, Order(pk=uuid.uuid4(), venue=make_venue()), "31") == "unknown_order"
    order = pub.order()
    pub.move(order, "acceptorder", "rejected")
    assert want(pub, action, order, "31") == "order_moved"


def test_an_order_gets_a_puck_that_is_somewhere_already(pub: Evening) -> None:
    order = pub.order(puck=None)
    pub.tell("created", name="31", tag="80")
    assert isinstance(want(pub, "trackorder", order, "31"), Done)
    assert pub.where(order) == ("pending", "31", "8", True, "located")
    assert VenueEvent.objects.latest("pk").actor == "Sam"
    assert pub.commands() == []


def test_a_new_puck_of_an_accepted_order_is_started(pub: Evening) -> None:
    order = pub.order(puck=None)
    assert isinstance(want(pub, "trackorder", order, "31"), Done)
    assert pub.commands() == []
    pub.move(order, "acceptorder")
    assert isinstance(want(pub, "trackorder", order, "32"), Done)
    assert pub.commands() == [("start", "31", "expired"), ("start", "32", "planned")]
    assert pub.where(order) == ("accepted", "32", None, False, "")


def test_a_puck_is_taken_from_an_order(pub: Evening) -> None:
    order, key = pub.order(), pub.tell("created", tag="70")
    assert isinstance(want(pub, "trackorder", order), Done)
    assert pub.where(order) == ("pending", None, None, False, "")
    assert pub.tracked(key).order_id is None


def test_a_puck_of_another_order_is_refused_unless_staff_say_what_becomes_of_that(pub: Evening) -> None:
    first, key = pub.order(), pub.tell("created", tag="70")
    second = pub.order(puck=None, table="8")
    before = seq_of(first), seq_of(second)
    assert want(pub, "trackorder", second, "22") == "puck_taken"
    assert (seq_of(first), seq_of(second)) == before
    assert isinstance(want(pub, "trackorder", second, "22", "move"), Done)
    assert pub.where(first) == ("pending", None, None, False, "")
    assert pub.where(second) == ("pending", "22", "7", True, "located")
    assert pub.tracked(key).order_id == second.pk


def test_two_guests_who_swapped_their_pucks_get_their_own_orders(pub: Evening) -> None:
    first, second = pub.order("22", "7"), pub.order("23", "8")
    pub.tell("created", name="22", tag="80")
    pub.tell("created", name="23", tag="70")
    assert [pub.where(order)[3] for order in (first, second)] == [True, True]
    before = VenueEvent.objects.filter(venue=pub.venue).count()
    assert isinstance(want(pub, "trackorder", first, "23", "swap"), Done)
    assert pub.where(first) == ("pending", "23", "7", False, "located")
    assert pub.where(second) == ("pending", "22", "8", False, "located")
    assert VenueEvent.objects.filter(venue=pub.venue).count() == before + 2
