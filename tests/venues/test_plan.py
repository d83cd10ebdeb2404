"""The plan of a venue's tables: one table to a place, moved by fields; many tables added at once."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.factories import make_table, make_venue
from tests.venues.cast import House, make_house
from tests.venues.forms import fields_of
from venues.models import Table
from venues.plan import PlaceTaken, add_tables, numbers_between, place_of, place_tables

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


@pytest.fixture
def client(alice: House) -> Client:
    client = Client()
    client.force_login(alice.manager)
    return client


def page_of(house: House) -> str:
    return reverse("admin:venues_venue_plan", args=[house.venue.pk])


def save(client: Client, house: House, **changes: Any) -> Any:
    return client.post(page_of(house), {**fields_of(client.get(page_of(house))), "do": "save", **changes})


def where(table: Table) -> Any:
    return place_of(Table.objects.get(pk=table.pk))


def test_tables_are_put_on_the_plan_and_taken_off(alice: House, client: Client) -> None:
    pk = alice.table.pk
    assert save(client, alice, **{f"x-{pk}": "3", f"y-{pk}": "1"}).status_code == 302
    assert where(alice.table) == (2, 0)
    assert (
        f'data-x="2" data-y="0"><span class="ot-plate" data-table="{pk}"' in client.get(page_of(alice)).content.decode()
    )
    save(client, alice, **{f"x-{pk}": "", f"y-{pk}": ""})
    assert where(alice.table) is None


def test_two_tables_change_places(alice: House) -> None:
    second = make_table(alice.venue, "2")
    place_tables(alice.venue, {alice.table.pk: (1, 1), second.pk: (2, 1)})
    place_tables(alice.venue, {alice.table.pk: (2, 1), second.pk: (1, 1)})
    assert (where(alice.table), where(second)) == ((2, 1), (1, 1))


def test_two_tables_in_one_place_are_refused_by_name(alice: House, client: Client) -> None:
    second = make_table(alice.venue, "2")
    place_tables(alice.venue, {alice.table.pk: (1, 1)})
    answer = save(client, alice, **{f"x-{second.pk}": "2", f"y-{second.pk}": "2"})
    assert answer.status_code == 400
    assert "Tables Alice 1 and 2 would both stand in column 2, row 2." in answer.content.decode()
    assert where(second) is None


@pytest.mark.parametrize(
    ("x", "y"), [("1", ""), ("0", "1"), ("21", "1"), ("1", "17"), ("-1", "1"), ("x", "1"), ("²", "1")]
)
def test_what_is_no_place_is_said(alice: House, client: Client, x: str, y: str) -> None:
    pk = alice.table.pk
    answer = save(client, alice, **{f"x-{pk}": x, f"y-{pk}": y})
    assert answer.status_code == 400
    assert "Table Alice 1: " in answer.content.decode()
    assert where(alice.table) is None


def test_what_others_moved_meanwhile_stays_moved(alice: House, client: Client) -> None:
    second = make_table(alice.venue, "2")
    opened = fields_of(client.get(page_of(alice)))
    place_tables(alice.venue, {alice.table.pk: (4, 4)})
    client.post(page_of(alice), {**opened, "do": "save", f"x-{second.pk}": "1", f"y-{second.pk}": "1"})
    assert (where(alice.table), where(second)) == ((4, 4), (0, 0))


def test_a_place_is_one_tables_in_its_venue_and_within_the_plan(alice: House) -> None:
    make_table(make_venue(alice.operator), "1", plan_x=1, plan_y=1)
    make_table(alice.venue, "2", plan_x=1, plan_y=1)
    wrong: list[dict[str, Any]] = [
        {"plan_x": 1, "plan_y": 1},
        {"plan_x": 20, "plan_y": 1},
        {"plan_x": 1},
        {"plan_y": 1},
    ]
    for fields in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            make_table(alice.venue, "3", **fields)


def test_another_venues_table_is_not_moved(alice: House, client: Client) -> None:
    bob = make_house("Bob")
    save(client, alice, **{f"x-{bob.table.pk}": "1", f"y-{bob.table.pk}": "1"})
    place_tables(alice.venue, {bob.table.pk: (1, 1)})
    assert where(bob.table) is None


def test_many_tables_are_added_and_those_there_left_alone(alice: House, client: Client) -> None:
    make_table(alice.venue, "2", zone="Bar")
    answer = client.post(page_of(alice), {"do": "add", "first": "1", "last": "4", "zone": "Garden"}, follow=True)
    page = answer.content.decode()
    assert "3 tables were added, 1 to 4." in page
    assert "Table there already, left as before: 2 (Bar)." in page
    zones = dict(Table.objects.filter(venue=alice.venue).values_list("number", "zone"))
    assert zones == {"Alice 1": "Alice room", "1": "Garden", "2": "Bar", "3": "Garden", "4": "Garden"}


@pytest.mark.parametrize(
    ("first", "last", "numbers"), [("1", "3", ["1", "2", "3"]), ("G9", "G11", ["G9", "G10", "G11"]), ("7", "7", ["7"])]
)
def test_numbers_between(first: str, last: str, numbers: list[str]) -> None:
    assert numbers_between(first, last) == numbers


@pytest.mark.parametrize(
    ("first", "last"), [("3", "1"), ("A1", "B2"), ("A", "B"), ("1", "201"), ("", "4"), ("01", "09")]
)
def test_what_is_no_row_of_numbers_is_said(alice: House, client: Client, first: str, last: str) -> None:
    with pytest.raises(ValidationError):
        numbers_between(first, last)
    answer = client.post(page_of(alice), {"do": "add", "first": first, "last": last, "zone": ""})
    assert answer.status_code == 400
    assert Table.objects.filter(venue=alice.venue).count() == 1


def test_a_number_that_no_table_may_have_adds_none(alice: House) -> None:
    with pytest.raises(ValidationError):
        add_tables(alice.venue, ["5", "dashboard"], "")
    assert not Table.objects.filter(venue=alice.venue, number="5").exists()
    with pytest.raises(PlaceTaken):
        place_tables(alice.venue, dict.fromkeys((alice.table.pk, make_table(alice.venue, "6").pk), (0, 0)))
