"""What the board's pages and forms refuse whoever may open them, beyond the matrix (`tests/access`)."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from orders.models import Order
from tests.factories import make_device, make_order, make_product, make_table, make_venue
from tests.orders.boards import tablet_of
from venues.access import DEVICE_COOKIE
from venues.models import Product, Table, Venue, VenueProduct

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@dataclass
class Place:
    """A venue with one of everything that an address can name."""

    venue: Venue
    table: Table
    product: Product
    order: Order

    def address(self, what: str) -> str:
        parts = {"table": self.table.pk, "order": self.order.pk, "product": self.product.pk}
        return f"/board/{self.venue.pk}/{what.format(**parts)}"


def make_place() -> Place:
    venue = make_venue()
    table, product = make_table(venue, "7"), make_product(venue, "Stout", "4.60")
    return Place(venue, table, product, make_order(table, {product: 1}))


@pytest.fixture
def place() -> Place:
    return make_place()


FORMS: dict[str, Callable[[Place], dict[str, str]]] = {
    "tables/{table}/clear": lambda place: {},
    "tables/{table}/paid": lambda place: {"order": str(place.order.pk), "paid": "yes"},
    "orders/{order}/paid": lambda place: {"paid": "yes"},
    "orders/{order}/undo": lambda place: {"seq": "1"},
    "pause": lambda place: {"minutes": "15"},
    "sold-out/": lambda place: {"on": str(place.product.pk)},
    "order/": lambda place: {"do": "place", "table": "7", f"n-{place.product.pk}": "1", "key": "k"},
}


def test_a_revoked_device_is_nobody(place: Place) -> None:
    device, key = make_device(place.venue)
    type(device).objects.filter(pk=device.pk).update(revoked_at=device.created_at)
    client = Client()
    client.cookies[DEVICE_COOKIE] = key
    assert client.get(place.address("find/"))["Location"].startswith("/login/")


def test_what_is_anothers_is_as_what_does_not_exist(place: Place) -> None:
    other, own = make_place(), tablet_of(place.venue)
    base = f"/board/{place.venue.pk}"
    for table, order, product in (
        (other.table.pk, other.order.pk, other.product.pk),
        (999_999, uuid.uuid4(), 999_999),
    ):
        for page in (f"tables/{table}/", f"orders/{order}/", f"orders/{order}/docket"):
            assert own.get(f"{base}/{page}").status_code == 404, page
        for form, data in (
            (f"tables/{table}/clear", {}),
            (f"tables/{table}/paid", {"order": str(order)}),
            (f"tables/{place.table.pk}/paid", {"order": str(order)}),
            (f"tables/{place.table.pk}/paid", {"order": [str(place.order.pk), str(order)]}),
            (f"orders/{order}/paid", {}),
            (f"orders/{order}/undo", {"seq": "1"}),
            ("sold-out/", {"hour": str(product)}),
            ("sold-out/", {"again": str(product)}),
            ("order/", {"do": f"choose-{product}"}),
        ):
            assert own.post(f"{base}/{form}", data).status_code == 404, form
    nothing_happened(place)
    nothing_happened(other)


def test_what_another_venue_orders_is_in_no_list(place: Place) -> None:
    other = make_place()
    Product.objects.filter(pk=other.product.pk).update(name="Porter")
    foreign = make_order(make_table(other.venue, "Snug"), {other.product: 3})
    own = tablet_of(place.venue)
    for page in ("tables/", "find/", "find/?q=Snug", "order/", "sold-out/"):
        text = own.get(f"/board/{place.venue.pk}/{page}").content.decode()
        assert "Porter" not in text
        assert str(foreign.pk) not in text
    assert "No order fits" in own.get(f"/board/{place.venue.pk}/find/?q=Snug").content.decode()


def test_without_the_forms_token_nothing_is_done(place: Place) -> None:
    client = tablet_of(place.venue, enforce_csrf_checks=True)
    for form, data in FORMS.items():
        assert client.post(place.address(form), data(place)).status_code == 403, form
    nothing_happened(place)


def test_looking_changes_nothing(place: Place) -> None:
    client = tablet_of(place.venue)
    for form in ("tables/{table}/clear", "tables/{table}/paid", "orders/{order}/paid", "orders/{order}/undo"):
        assert client.get(place.address(form)).status_code == 405
    for form, data in FORMS.items():
        client.get(place.address(form), data(place))
    nothing_happened(place)


def test_initials_that_are_none_are_refused(place: Place) -> None:
    client = tablet_of(place.venue)
    assert client.post(place.address("orders/{order}/paid"), {"initials": "<b>x"}).status_code == 400
    nothing_happened(place)


def nothing_happened(place: Place) -> None:
    place.venue.refresh_from_db()
    order = Order.objects.get(venue=place.venue, table=place.table)
    assert (order.paid_at, order.state, order.session.ended_at) == (None, "pending", None)
    assert place.venue.paused_until is None
    assert not VenueProduct.objects.filter(venue=place.venue).exists()
