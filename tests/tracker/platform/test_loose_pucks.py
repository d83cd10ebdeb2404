"""Pucks of nobody, with their place, where staff look at the tables."""

import pytest
from django.test import Client

from tests.factories import make_device
from tests.tracker.platform.evening import Evening
from tracker.loose import loose_pucks
from venues.access import DEVICE_COOKIE
from venues.models import Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def pub() -> Evening:
    return Evening()


def found(pub: Evening) -> list[tuple[str, str, str]]:
    return [(puck.number, puck.table, puck.tag) for puck in loose_pucks(pub.venue.pk)]


def test_a_puck_without_an_order_is_there_with_its_place(pub: Evening) -> None:
    pub.tell("created", name="40")
    pub.tell("created", name="9", tag="80")
    pub.tell("created", name="31", tag="999")
    assert found(pub) == [("9", "8", "80"), ("31", "", "999"), ("40", "", "")]


def test_one_with_an_open_order_is_not_and_one_whose_order_is_over_is(pub: Evening) -> None:
    order, key = pub.order(), pub.tell("created", tag="70")
    assert found(pub) == []
    pub.move(order, "acceptorder", "rejected")
    assert found(pub) == [("22", "7", "70")]
    pub.tell("cleared", key=key)
    assert found(pub) == []


def test_a_venue_without_pucks_has_none(pub: Evening) -> None:
    pub.tell("created", name="40")
    Venue.objects.update(tracker_use="tables")
    assert found(pub) == []


def test_staff_see_them_below_the_tables_and_another_venues_do_not(pub: Evening) -> None:
    pub.tell("created", name="40", tag="80")
    other = Evening()
    for one, there in ((pub, True), (other, False)):
        tablet = Client()
        tablet.cookies[DEVICE_COOKIE] = make_device(one.venue)[1]
        page = tablet.get(f"/board/{one.venue.pk}/tables/").content.decode()
        assert ("Pucks without an order" in page) == there
        assert ("at table 8" in page) == there
