"""`GET /api/v1/venues/<id>/menu`: the effective menu, for whoever may order or work there."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from orders.tables import clear_table, open_table, rotate_code
from tests.factories import (
    make_device,
    make_member,
    make_options,
    make_person,
    make_product,
    make_table,
    make_venue,
    now_ms,
)
from venues.access import DEVICE_COOKIE, MEMBER_COOKIE, join_session, member_with
from venues.models import OpeningHours, ProductAllergen, Role, Table, Venue, VenueProduct

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

NOWHERE = {"code": "not_found", "message": "There is nothing at this address.", "field": None}


@pytest.fixture
def venue() -> Venue:
    return make_venue(name="The Anchor", pay_sentence="Pay at the bar.")


@pytest.fixture
def table(venue: Venue) -> Table:
    return make_table(venue, "7")


def address(venue: Venue) -> str:
    return f"/api/v1/venues/{venue.pk}/menu"


def guest(table: Table) -> Client:
    client = Client()
    client.cookies[MEMBER_COOKIE] = make_member(table)
    return client


def menu(client: Client, venue: Venue) -> dict[str, Any]:
    answer = client.get(address(venue))
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("takes", [True, False])
def test_whether_there_are_orders_to_go(takes: bool) -> None:
    venue = make_venue(takes_to_go=takes)
    assert menu(guest(make_table(venue)), venue)["venue"]["takes_to_go"] is takes


def test_what_is_sold_with_all_that_a_guest_may_be_told(venue: Venue, table: Table) -> None:
    pie = make_product(venue, "Pie", "13.20", category="Kitchen", description="Short crust.", vegan=True)
    group = make_options(pie, "Size", {"Small": "0", "Large": "3.00"}, minimum=1)
    ProductAllergen.objects.create(product=pie, allergen="gluten", state="contains", detail="wheat")
    ProductAllergen.objects.create(product=pie, allergen="nuts", state="free")
    found = menu(guest(table), venue)
    assert found["venue"]["name"] == "The Anchor"
    assert found["venue"]["pay_sentence"] == "Pay at the bar."
    assert (found["open"], found["changes_at"], found["paused"]) == (True, None, None)
    assert found["caps"] == {"max_quantity": 50, "max_items": 200, "max_open_per_table": 30}
    (section,) = found["categories"]
    (product,) = section["products"]
    allergens = {row["allergen"]: row["state"] for row in product.pop("allergens")}
    assert allergens.pop("gluten") == "contains"
    assert allergens.pop("nuts") == "free"
    assert len(allergens) == 12
    assert set(allergens.values()) == {"not_confirmed"}
    assert product == {
        "id": str(pie.pk),
        "name": "Pie",
        "description": "Short crust.",
        "price": "13.20",
        "picture": None,
        "picture_alt": "",
        "diets": ["vegan"],
        "age_restricted": False,
        "on_sale": True,
        "sold_out_until": None,
        "option_groups": [
            {
                "id": str(group.pk),
                "name": "Size",
                "minimum": 1,
                "maximum": 1,
                "options": [
                    {"id": str(option.pk), "name": option.name, "price": str(option.price), "available": True}
                    for option in group.options.all()
                ],
            }
        ],
    }


def test_a_page_that_has_the_words_asks_for_the_rest(venue: Venue, table: Table) -> None:
    make_product(venue, "Pie", "13.20", description="Short crust.", vegan=True)
    client = guest(table)
    whole, brief = menu(client, venue), client.get(f"{address(venue)}?brief").json()
    words = {"description", "picture", "picture_alt", "diets", "allergens"}
    for section, short in zip(whole["categories"], brief["categories"], strict=True):
        for product, rest in zip(section["products"], short["products"], strict=True):
            assert rest == {key: value for key, value in product.items() if key not in words}


def test_the_venues_differences_are_in_it(venue: Venue, table: Table) -> None:
    later = (timezone.now() + dt.timedelta(hours=3)).replace(microsecond=0)
    ale, stout = make_product(venue, "Ale"), make_product(venue, "Stout")
    VenueProduct.objects.create(venue=venue, product=ale, price=Decimal("2.50"))
    VenueProduct.objects.create(venue=venue, product=stout, sold_out_until=later)
    products = menu(guest(table), venue)["categories"][0]["products"]
    assert [(one["price"], one["on_sale"]) for one in products] == [("2.50", True), ("3.20", False)]
    assert products[1]["sold_out_until"] == later.isoformat().replace("+00:00", "Z")


def test_a_pause_and_the_hours_are_in_it(venue: Venue, table: Table) -> None:
    venue.paused_until, venue.pause_reason = timezone.now() + dt.timedelta(minutes=20), "Full house."
    venue.save()
    tomorrow = (timezone.localtime(timezone.now(), venue.zone).weekday() + 1) % 7
    OpeningHours.objects.create(venue=venue, weekday=tomorrow, opens=dt.time(12), closes=dt.time(23))
    found = menu(guest(table), venue)
    assert found["paused"]["reason"] == "Full house."
    assert found["open"] is False
    assert dt.datetime.fromisoformat(found["changes_at"]).astimezone(venue.zone).time() == dt.time(12)


def test_nothing_new_is_a_short_answer(venue: Venue, table: Table) -> None:
    client = guest(table)
    make_product(venue, "Ale")
    first = client.get(address(venue))
    assert first["Cache-Control"] == "private, no-cache"
    again = client.get(address(venue), headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    make_product(venue, "Stout")
    changed = client.get(address(venue), headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    assert changed.json()["menu_version"] > first.json()["menu_version"]


def test_a_bigger_menu_costs_no_more_queries(
    venue: Venue, table: Table, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = guest(table)

    def grow(categories: int, products: int) -> None:
        for category in range(categories):
            for _ in range(products):
                product = make_product(venue, category=f"Section {category}")
                make_options(product, "Size", {"Small": "0", "Large": "1"})
                ProductAllergen.objects.create(product=product, allergen="nuts", state="free")
                VenueProduct.objects.create(venue=venue, product=product, price=Decimal(2))

    grow(1, 1)
    with django_assert_num_queries(12):
        menu(client, venue)
    grow(4, 5)
    with django_assert_num_queries(12):
        menu(client, venue)


def test_a_phone_at_another_venues_table_sees_no_such_venue(venue: Venue) -> None:
    stranger = guest(make_table())
    for found in (
        stranger.get(address(venue)),
        Client().get(address(venue)),
        stranger.get("/api/v1/venues/999999/menu"),
    ):
        assert (found.status_code, found.json()) == (404, NOWHERE)


def test_a_phone_whose_table_was_cleared_or_whose_code_is_old_sees_it_no_more(venue: Venue, table: Table) -> None:
    cleared, rotated = make_member(table), make_member(make_table(venue, "8"))
    open_table(table, now_ms())
    clear_table(table, now_ms())
    rotate_code(Table.objects.get(venue=venue, number="8"), now_ms())
    for token in (cleared, rotated):
        answer = Client().get(address(venue), headers={"authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()) == (404, NOWHERE)


def test_tokens_and_keys_without_cookies(venue: Venue, table: Table) -> None:
    _, key = make_device(venue)
    _, other = make_device(make_venue())
    asked = {}
    for name, token in (
        ("member", make_member(table)),
        ("device", key),
        ("another's", other),
        ("none", ""),
        ("x", "é"),
    ):
        answer = Client().get(address(venue), headers={"authorization": f"Bearer {token}"})
        asked[name] = answer.status_code
    assert asked == {"member": 200, "device": 200, "another's": 404, "none": 404, "x": 404}


def test_a_wrong_token_is_not_made_good_by_a_cookie(venue: Venue, table: Table) -> None:
    answer = guest(table).get(address(venue), headers={"authorization": "Bearer wrong"})
    assert answer.status_code == 404


def test_devices_and_people_who_work_there_see_it(venue: Venue) -> None:
    tablet, staff, stranger = Client(), Client(), Client()
    tablet.cookies[DEVICE_COOKIE] = make_device(venue)[1]
    staff.force_login(make_person(role=Role.STAFF, at=venue))
    stranger.force_login(make_person(role=Role.OPERATOR, at=make_venue().operator))
    assert [client.get(address(venue)).status_code for client in (tablet, staff, stranger)] == [200, 200, 404]


def test_open_tables_are_open_to_everybody_where_the_installation_allows(settings: Settings) -> None:
    venue = make_venue(open_tables=True)
    settings.ONTAP_ALLOW_OPEN_TABLES = True
    assert Client().get(address(venue)).status_code == 200
    settings.ONTAP_ALLOW_OPEN_TABLES = False
    assert Client().get(address(venue)).status_code == 404


def test_only_reading_and_only_ids(venue: Venue, table: Table) -> None:
    client = guest(table)
    assert client.post(address(venue), {}).status_code == 405
    assert client.post(address(venue), {}).json().keys() == NOWHERE.keys()
    for wrong in ("0", "01", "x", "9" * 40):
        answer = client.get(f"/api/v1/venues/{wrong}/menu")
        assert (answer.status_code, answer.json()) == (404, NOWHERE)


def test_reading_the_menu_opens_no_session(venue: Venue, table: Table) -> None:
    client = guest(table)
    menu(client, venue)
    member = member_with(client.cookies[MEMBER_COOKIE].value)
    assert member is not None
    assert member.session is None
    assert join_session(member, venue, now_ms()) is not None
