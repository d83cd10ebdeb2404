"""Orders on paper."""

import pytest
from django.test import Client

from orders.changes import OrderMove
from orders.models import Order
from orders.requests import MoveOrder, WantedLine
from orders.services import write
from orders.states import move_for
from tests.factories import make_combo, make_order, make_product, make_table, make_venue, now_ms
from tests.orders.boards import tablet_of, words
from venues.models import Allergen, AllergenState, Category, Product, ProductAllergen, Table, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def venue() -> Venue:
    return make_venue(name="The Anchor", takes_to_go=True, tracker_use="pucks")


@pytest.fixture
def table(venue: Venue) -> Table:
    return make_table(venue, "7")


@pytest.fixture
def stout(venue: Venue) -> Product:
    product = make_product(venue, "Stout", age_restricted=True)
    for allergen, state in ((Allergen.GLUTEN, AllergenState.CONTAINS), (Allergen.FISH, AllergenState.MAY_CONTAIN)):
        ProductAllergen.objects.create(product=product, allergen=allergen, state=state)
    return product


@pytest.fixture
def pie(venue: Venue) -> Product:
    product = make_product(venue, "Pie", category="Mains")
    Category.objects.filter(pk=product.category_id).update(station="kitchen")
    return product


@pytest.fixture
def tablet(venue: Venue) -> Client:
    return tablet_of(venue)


def docket(tablet: Client, order: Order, **query: str) -> str:
    return words(tablet.get(f"/board/{order.venue_id}/orders/{order.pk}/docket", query))


def test_a_docket_says_all_that_the_bar_needs(table: Table, stout: Product, pie: Product, tablet: Client) -> None:
    order = make_order(table, {stout: 2, pie: 1}, to_go=True, tracker_number="22")
    Order.objects.update(by_staff=True)
    text = docket(tablet, order)
    for said in (
        "Order 1",
        "Table 7",
        "TO GO",
        "Puck 22",
        "CHECK ID",
        "2 Stout Contains gluten. May contain fish. 18 or over",
        "1 Pie",
        "By staff",
        "The Anchor",
    ):
        assert said in text
    assert "TEST" not in text


def test_a_station_has_its_own(table: Table, stout: Product, pie: Product, tablet: Client) -> None:
    order = make_order(table, {stout: 2, pie: 1})
    kitchen = docket(tablet, order, station="kitchen")
    assert "Pie" in kitchen
    assert "Stout" not in kitchen
    assert "Nothing of this order is made here." in docket(tablet, order, station="<cellar>")


def test_an_order_that_is_not_to_be_made_says_so(table: Table, pie: Product, tablet: Client) -> None:
    tried = make_order(table, {pie: 1}, test=True)
    assert "TEST, do not make it" in docket(tablet, tried)
    order = make_order(table, {pie: 1})
    wanted = MoveOrder(order.pk, move_for("acceptorder", "rejected"), worded=True, action="acceptorder", reason="no")
    write(OrderMove(order.venue_id, now_ms(), wanted, "bar"))
    assert "REJECTED, do not make it" in docket(tablet, order)


def test_an_id_that_was_looked_at_is_not_asked_again(table: Table, stout: Product, tablet: Client) -> None:
    order = make_order(table, {stout: 1})
    Order.objects.update(id_checked=True)
    assert "CHECK ID" not in docket(tablet, order)


def test_the_browser_is_asked_to_print_only_where_the_address_says_so(
    table: Table, pie: Product, tablet: Client
) -> None:
    order = make_order(table, {pie: 1})
    address = f"/board/{order.venue_id}/orders/{order.pk}/docket"
    assert "data-at-once" not in tablet.get(address).content.decode()
    assert "data-at-once" in tablet.get(address, {"print": "1"}).content.decode()


def test_a_part_of_a_meal_is_printed_and_shown_where_it_is_made(
    venue: Venue, table: Table, stout: Product, pie: Product
) -> None:
    option = make_combo(pie, "Drink", {stout: "0"})[stout]
    order = make_order(table, (WantedLine(2, pie.pk, options=(option.pk,), note="no ice"),))
    tablet = tablet_of(venue)

    def docket(station: str) -> str:
        return words(tablet.get(f"/board/{venue.pk}/orders/{order.pk}/docket?station={station}"))

    assert "2 Stout for Pie (kitchen) no ice Contains gluten. May contain fish. 18 or over" in docket("bar")
    assert "2 Pie Stout (bar) no ice Contains gluten. May contain fish. 18 or over" in docket("kitchen")
    assert "CHECK ID" in docket("")
    assert f"Order {order.number}" in words(tablet.get(f"/board/{venue.pk}/?station=bar"))
