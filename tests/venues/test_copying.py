"""A venue made like another: what goes along, what does not, who may."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orders.models import Order
from tests.factories import make_table
from tests.venues.cast import House, make_house
from tracker.models import EdgeAgent
from venues.codes import table_code
from venues.models import (
    Device,
    Membership,
    OpeningException,
    OpeningHours,
    Table,
    TableSession,
    User,
    Venue,
    VenueFeed,
    VenueProduct,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

PARTS = ["hours", "tables", "differences"]


@pytest.fixture
def alice() -> House:
    house = make_house("Alice")
    Venue.objects.filter(pk=house.venue.pk).update(
        colour="#123456", max_items=77, paused_until=dt.datetime(2030, 1, 1, tzinfo=dt.UTC), pause_reason="busy"
    )
    OpeningHours.objects.create(venue=house.venue, weekday=4, opens=dt.time(12), closes=dt.time(1))
    for year in (2020, 2090):
        OpeningException.objects.create(venue=house.venue, date=dt.date(year, 12, 25))
    make_table(house.venue, "2", zone="Yard", tag_number="22", code_version=5, plan_x=3, plan_y=2, printed_version=5)
    return house


def copy(user: User, house: House, name: str = "Alice's annexe", parts: list[str] = PARTS) -> Any:
    client = Client()
    client.force_login(user)
    address = reverse("admin:venues_venue_copy", args=[house.venue.pk])
    assert client.get(address).status_code in (200, 302, 403)
    return client.post(address, {"name": name, "part": parts})


def test_settings_hours_tables_and_differences_go_along(alice: House) -> None:
    VenueProduct.objects.filter(pk=alice.difference.pk).update(price=Decimal("5.20"))
    assert copy(alice.owner, alice).status_code == 302
    made = Venue.objects.get(name="Alice's annexe")
    assert (made.operator, made.menu) == (alice.operator, alice.venue.menu)
    assert (made.colour, made.max_items, made.pay_sentence) == ("#123456", 77, "Pay Alice.")
    assert (made.paused_until, made.pause_reason) == (None, "")
    assert [str(row) for row in made.opening_hours.all()] == ["Friday 12:00 to 01:00"]
    assert [row.date.year for row in made.opening_exceptions.all()] == [2090]
    (difference,) = made.differences.all()
    assert (difference.product, difference.price, difference.stock) == (alice.product, Decimal("5.20"), None)
    assert VenueFeed.objects.filter(venue=made).exists()


def test_tables_have_new_codes_and_no_tags(alice: House) -> None:
    copy(alice.owner, alice)
    old = Table.objects.get(venue=alice.venue, number="2")
    new = Table.objects.get(venue__name="Alice's annexe", number="2")
    assert (new.zone, new.plan_x, new.plan_y) == ("Yard", 3, 2)
    assert (new.tag_number, new.code_version, new.printed_version) == (None, 1, None)
    assert table_code(new.pk, new.code_version) != table_code(old.pk, old.code_version)


def test_people_devices_sessions_orders_and_agent_stay(alice: House) -> None:
    copy(alice.owner, alice)
    made = Venue.objects.get(name="Alice's annexe")
    for model in (Membership, Device, TableSession, Order, EdgeAgent):
        assert not model._default_manager.filter(venue=made).exists(), model


def test_a_difference_of_stock_alone_is_none(alice: House) -> None:
    copy(alice.owner, alice)
    assert not VenueProduct.objects.filter(venue__name="Alice's annexe").exists()


def test_only_the_chosen_parts_go_along(alice: House) -> None:
    copy(alice.owner, alice, parts=[])
    made = Venue.objects.get(name="Alice's annexe")
    assert not made.tables.exists()
    assert not made.opening_hours.exists()


@pytest.mark.parametrize("name", ["", "Alice's", "x" * 81])
def test_a_name_that_cannot_be_leaves_nothing_behind(alice: House, name: str) -> None:
    answer = copy(alice.owner, alice, name=name)
    assert answer.status_code == 400
    assert answer.context["faults"]
    assert Venue.objects.count() == 1


def test_managers_copy_nothing_and_are_not_offered_it(alice: House) -> None:
    assert copy(alice.manager, alice).status_code == 403
    client = Client()
    client.force_login(alice.manager)
    page = client.get(reverse("admin:venues_venue_plan", args=[alice.venue.pk])).content.decode()
    assert "/copy/" not in page
    assert Venue.objects.count() == 1
