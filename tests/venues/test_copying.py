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
from venues.catalogue import load_catalogue
from venues.codes import table_code
from venues.models import (
    Category,
    Device,
    Membership,
    Menu,
    OpeningException,
    OpeningHours,
    Product,
    ProductAllergen,
    ProductOptionGroup,
    Table,
    TableSession,
    User,
    Venue,
    VenueCategory,
    VenueFeed,
    VenueProduct,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

PARTS = ["hours", "tables", "differences", "own"]


@pytest.fixture
def alice() -> House:
    house = make_house("Alice")
    Venue.objects.filter(pk=house.venue.pk).update(
        colour="#123456",
        words_sent="Alice has it.",
        max_items=77,
        paused_until=dt.datetime(2030, 1, 1, tzinfo=dt.UTC),
        pause_reason="busy",
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
    assert made.words_sent == "Alice has it."
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


def test_its_own_categories_and_products_are_the_new_venues_own_there(alice: House) -> None:
    """Each with what hangs on it; nobody has confirmed there what they are free of."""
    venue, menu = alice.venue, alice.venue.menu
    assert menu is not None
    section = Category.objects.create(menu=menu, venue=venue, name="Alice's grill", position=3)
    VenueCategory.objects.create(venue=venue, category=section, position=7)
    steak = Product.objects.create(category=section, venue=venue, name="Alice's steak", price="19.00", position=4)
    ale = Product.objects.create(category=alice.product.category, venue=venue, name="House ale", price="4.00")
    ProductOptionGroup.objects.create(product=steak, group=alice.group, position=2)
    for allergen, state in (("milk", "contains"), ("nuts", "may_contain"), ("fish", "free")):
        ProductAllergen.objects.create(product=steak, allergen=allergen, state=state, detail=f"{allergen}!")
    VenueProduct.objects.create(venue=venue, product=ale, available=False, stock=3)
    VenueProduct.objects.create(venue=venue, product=steak, stock=3)
    elsewhere = Category.objects.create(menu=Menu.objects.create(operator=alice.operator, name="Old"), name="Old")
    Product.objects.create(category=elsewhere, venue=venue, name="Of another menu", price="1.00")
    assert copy(alice.owner, alice).status_code == 302
    made = Venue.objects.get(name="Alice's annexe")
    (grill,) = made.own_categories.all()
    assert (grill.name, grill.position, grill.whose, grill.menu) == ("Alice's grill", 3, made.pk, menu)
    assert VenueCategory.objects.get(venue=made).position == 7
    here = {product.name: product for product in made.own_products.all()}
    assert here.keys() == {"Alice's steak", "House ale"}
    new = here["Alice's steak"]
    assert (new.category, new.price, new.position, new.pk == steak.pk) == (grill, Decimal(19), 4, False)
    assert here["House ale"].category == alice.product.category
    assert [(link.group, link.position) for link in new.group_links.all()] == [(alice.group, 2)]
    assert set(new.allergens.values_list("allergen", "state", "detail")) == {
        ("milk", "contains", "milk!"),
        ("nuts", "may_contain", "nuts!"),
    }
    (difference,) = made.differences.all()
    assert (difference.product, difference.available, difference.stock) == (here["House ale"], False, None)
    assert {steak, ale} <= set(venue.own_products.all())
    sold = load_catalogue(made.pk)
    assert sold is not None
    assert {alice.product.pk, new.pk} <= sold.products.keys()
    assert not {steak.pk, ale.pk} & sold.products.keys()


def test_only_the_chosen_parts_go_along(alice: House) -> None:
    Product.objects.create(category=alice.product.category, venue=alice.venue, name="House ale", price="4.00")
    copy(alice.owner, alice, parts=[])
    made = Venue.objects.get(name="Alice's annexe")
    assert not made.tables.exists()
    assert not made.opening_hours.exists()
    assert not made.own_products.exists()


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
