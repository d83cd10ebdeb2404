"""Orders that the guest takes away: asked for in version 2, where the venue takes them."""

import json
from typing import Any

import pytest

from orders import protocol
from orders.changes import Done, Whereabouts
from orders.errors import Refused
from orders.frames import Frames
from orders.models import VenueEvent
from orders.protocol import Speaker
from orders.requests import PlaceOrder
from orders.services import record_location
from tests.orders.pub import Pub, events_of, make_pub, one, order_of
from venues.models import Venue

GUEST_V1 = Speaker(1, board=False, version=1, table_number="1")
GUEST = Speaker(1, board=False, version=2, table_number="1")
ORDER = {"action": "order", "venue_id": "1", "table_number": "1", "order_items": {"13": 4}}
FOR_HERE = "df388efd751167c489db738cd1497c82"  # as orders have it that were placed before there were any to go


@pytest.fixture
def pub(db: None) -> Pub:
    return make_pub(takes_to_go=True)


def wanted(speaker: Speaker = GUEST, **keys: Any) -> PlaceOrder:
    request = protocol.parse_request(ORDER | keys, speaker)
    assert isinstance(request, PlaceOrder)
    return request


def test_an_order_says_that_it_is_taken_away() -> None:
    assert [wanted(to_go=True).to_go, wanted(to_go=False).to_go, wanted().to_go] == [True, False, False]
    lines = [{"product_id": "13", "quantity": 4}]
    frame = {"action": "order", "lines": lines, "to_go": True}
    request = protocol.parse_request(frame, GUEST)
    assert isinstance(request, PlaceOrder)
    assert request.to_go


@pytest.mark.parametrize("value", ["true", 1, 0, None, [], {}])
def test_to_go_is_true_or_false_and_nothing_else(value: Any) -> None:
    with pytest.raises(Refused) as refusal:
        wanted(to_go=value)
    assert (refusal.value.code, refusal.value.field) == ("wrong_type", "to_go")


@pytest.mark.parametrize("value", [True, "yes"])
def test_version_1_knows_no_such_key(value: Any) -> None:
    assert not wanted(GUEST_V1, to_go=value).to_go


def test_an_order_for_here_has_the_hash_that_it_always_had_and_one_to_go_another() -> None:
    assert wanted().content == wanted(to_go=False).content == FOR_HERE
    assert wanted(to_go=True).content != FOR_HERE


def test_the_key_of_an_order_for_here_is_used_up_for_one_to_go(pub: Pub) -> None:
    pub.place(client_order_id="k-1", to_go=True)
    assert pub.place(client_order_id="k-1", to_go=True).repeat
    outcome = one(pub.placement(client_order_id="k-1"))
    assert isinstance(outcome, Refused)
    assert outcome.code == "key_reused"


def test_every_frame_of_version_2_says_so_and_none_of_version_1(pub: Pub) -> None:
    (event,) = events_of(pub.placement(to_go=True))
    frames = Frames(event, "e")
    assert frames.v2_board is not None
    assert frames.v2_guest is not None
    assert frames.v1_board is not None
    assert [json.loads(text)["order"]["to_go"] for text in (frames.v2_board, frames.v2_guest)] == [True, True]
    assert "to_go" not in frames.v1_board


@pytest.mark.django_db
def test_a_venue_that_takes_none_says_so() -> None:
    with pytest.raises(Refused) as refusal:
        make_pub().placement(to_go=True)
    assert (refusal.value.code, refusal.value.field) == ("no_to_go", "to_go")
    assert refusal.value.message == "This venue takes no orders to go."


def test_what_the_venue_takes_is_judged_at_the_moment_of_writing(pub: Pub) -> None:
    waiting, again = pub.placement(to_go=True), pub.placement(to_go=True, client_order_id="k-1")
    assert isinstance(one(again), Done)
    venue = Venue.objects.get(pk=pub.venue.pk)
    venue.takes_to_go = False
    venue.save()
    outcome = one(waiting)
    assert isinstance(outcome, Refused)
    assert outcome.code == "no_to_go"
    repeat = one(pub.placement(to_go=True, client_order_id="k-1", refused_at_the_door=True))
    assert isinstance(repeat, Done)
    assert repeat.repeat


def test_what_a_starter_made_of_the_puck_changes_nothing_but_what_is_said(pub: Pub) -> None:
    done = pub.place(tracker_number="22")
    assert done.order_id is not None
    where = Whereabouts("22", None, "started", "TO_GO")
    record_location(pub.venue.pk, done.order_id, where, actor="Table Tracker", now=pub.tick())
    order = order_of(done)
    assert (order.tracker_type, order.to_go) == ("TO_GO", False)
    (event,) = VenueEvent.objects.filter(order_id=done.order_id, change="tracked")
    assert json.loads(event.payload)["tracker_type"] == "TO_GO"


def test_a_long_word_of_a_gateway_is_cut_and_is_the_same_when_it_comes_again(pub: Pub) -> None:
    done = pub.place(tracker_number="22")
    assert done.order_id is not None
    where = Whereabouts("22", None, "started", "CURBSIDE_PICK_UP_BY_CAR")
    outcomes = [
        record_location(pub.venue.pk, done.order_id, where, actor="Table Tracker", now=pub.tick()) for _ in range(2)
    ]
    assert [outcome.repeat for outcome in outcomes if isinstance(outcome, Done)] == [False, True]
    assert order_of(done).tracker_type == "CURBSIDE_PICK_UP"
