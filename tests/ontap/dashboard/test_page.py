"""The first page of admin: today at one's own venues, what needs somebody, and first steps that tick themselves off."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import BoardPresence, Order
from tests.factories import (
    make_alert,
    make_device,
    make_operator,
    make_order,
    make_person,
    make_product,
    make_table,
    make_venue,
)
from venues.models import Operator, Role, User, Venue, VenueProduct

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def operator() -> Operator:
    return make_operator("Tidewater")


@pytest.fixture
def venue(operator: Operator) -> Venue:
    return make_venue(operator, "The Anchor", timezone="UTC")


@pytest.fixture
def owner(operator: Operator) -> User:
    return make_person("olga", Role.OPERATOR, operator)


def text(person: User) -> str:
    client = Client()
    client.force_login(person)
    page = client.get("/admin/").content.decode()
    words = re.sub(r"<[^>]+>", " ", page.partition('<div class="day">')[2])
    return re.sub(r"\s+", " ", words)


def steps(page: str) -> list[str]:
    return re.findall(r"\b(done|to do) (?=[A-Z])", page.partition("Open orders")[0])


def fill(venue: Venue) -> Order:
    order = make_order(make_table(venue), {make_product(venue, f"{venue.name} ale"): 1})
    product = make_product(venue, f"{venue.name} soup")
    VenueProduct.objects.create(venue=venue, product=product, available=False)
    make_alert(venue)
    return order


def test_first_steps_tick_themselves_off_and_go(operator: Operator, owner: User) -> None:
    assert steps(text(owner)) == ["to do"] * 5
    venue = make_venue(operator, "The Anchor", timezone="UTC")
    assert steps(text(owner)) == ["done"] + ["to do"] * 4
    product = make_product(venue)
    assert steps(text(owner)) == ["done"] * 2 + ["to do"] * 3
    table = make_table(venue)
    assert steps(text(owner)) == ["done"] * 3 + ["to do"] * 2
    make_device(venue)
    assert steps(text(owner)) == ["done"] * 4 + ["to do"]
    make_order(table, {product: 1})
    assert "First steps" not in text(owner)


def test_today_is_in_figures_and_in_drawings(venue: Venue, owner: User) -> None:
    now = timezone.now()
    BoardPresence.objects.create(venue=venue, boards=2, expires_at=now + timedelta(minutes=1))
    done, waiting = fill(venue), make_order(make_table(venue), {make_product(venue): 1})
    took = {"accepted_at": now - timedelta(minutes=9), "finished_at": now}
    Order.objects.filter(pk=done.pk).update(state="completed", total=Decimal("1234.50"), **took)
    Order.objects.filter(pk=waiting.pk).update(placed_at=now - timedelta(minutes=7), total=Decimal(1))
    page = text(owner)
    for words in (
        "Open orders 1",
        "Oldest not accepted 7 min",
        "Orders today 2",
        "Takings today £1,235.50",
        "Accepted to brought 9 min",
        "Boards online 2",
        "1 order waits, the oldest for 7 min.",
        "Takings of the last 14 business days",
        "The Anchor soup until told otherwise",
        "Agent silent The Anchor, seen by nobody yet",
    ):
        assert words in page


def test_a_house_without_orders_says_so(venue: Venue, owner: User) -> None:
    page = text(owner)
    for words in ("No orders yet.", "No orders were taken.", "Everything on the menu is on sale.", "None is open."):
        assert words in page


def test_the_worst_site_comes_first_with_its_board(operator: Operator, venue: Venue, owner: User) -> None:
    make_venue(operator, "Aaron's")
    fill(venue)
    page = text(owner)
    assert page.index("The Anchor Orders at risk") < page.index("Aaron")
    assert "All 2 sites" in page


def test_a_manager_sees_the_own_venue_and_staff_nothing(operator: Operator, venue: Venue) -> None:
    for other in (make_venue(operator, "The Sibling"), make_venue(name="The Other")):
        fill(other)
    page = text(make_person("manager", Role.MANAGER, venue))
    assert "No board was ever open." in page
    for name in ("The Sibling", "The Other", "Takings today £3"):
        assert name not in page
    client = Client()
    client.force_login(make_person("staff", Role.STAFF, venue))
    assert client.get("/admin/").status_code == 302


def test_many_venues_cost_no_more_queries_than_one(operator: Operator, venue: Venue, owner: User) -> None:
    fill(venue)
    client = Client()
    client.force_login(owner)
    with CaptureQueriesContext(connection) as few:
        client.get("/admin/")
    for number in range(5):
        fill(make_venue(operator, f"Site {number}", menu=venue.menu))
    with CaptureQueriesContext(connection) as many:
        client.get("/admin/")
    assert len(many) == len(few) <= 35
