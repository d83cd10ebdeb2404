"""The page of all sites: what it counts, who sees it, what it costs."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ontap.sites.facts import facts_of
from orders.models import BoardPresence, Order
from tests.factories import (
    logged_in,
    make_agent,
    make_alert,
    make_gateway,
    make_operator,
    make_order,
    make_person,
    make_product,
    make_reading,
    make_table,
    make_venue,
)
from tracker.models import Reading
from venues.hours import business_date
from venues.models import Operator, Product, Role, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

WEEK = timedelta(days=7)


@pytest.fixture
def operator() -> Operator:
    return make_operator("Tidewater")


@pytest.fixture
def venue(operator: Operator) -> Venue:
    return make_venue(operator, "The Anchor", timezone="UTC")


def text(client: Client, status: int = 200) -> str:
    answer = client.get("/sites/")
    assert answer.status_code == status
    return re.sub(r"\s+", " ", answer.content.decode())


def order_at(venue: Venue, at: Any, **fields: Any) -> Order:
    """An order of this total, placed at this moment."""
    table = venue.tables.first() or make_table(venue)
    product = Product.objects.filter(category__menu=venue.menu).first() or make_product(venue)
    order = make_order(table, {product: 1})
    day = business_date(at, venue.zone, venue.day_starts)
    Order.objects.filter(pk=order.pk).update(placed_at=at, business_date=day, **fields)
    return order


def completed(at: Any, minutes: int) -> dict[str, Any]:
    return {"state": "completed", "accepted_at": at, "finished_at": at + timedelta(minutes=minutes)}


def test_today_is_counted_beside_the_same_weekday_a_week_ago_up_to_this_time(venue: Venue) -> None:
    now = timezone.now()
    order_at(venue, now - timedelta(minutes=1), total=Decimal(30), **completed(now, 6))
    order_at(venue, now - timedelta(minutes=2), total=Decimal(10), **completed(now, 10))
    order_at(venue, now - timedelta(minutes=3), total=Decimal(99), state="rejected", finished_at=now)
    order_at(venue, now - timedelta(minutes=3), total=Decimal(99), test=True)
    order_at(venue, now - WEEK - timedelta(minutes=1), total=Decimal(20), **completed(now, 5))
    order_at(venue, now - WEEK + timedelta(minutes=1), total=Decimal(50), **completed(now, 5))
    [found] = facts_of([venue], now)
    assert (found.today.orders, found.today.takings, found.today.delivery) == (2, Decimal(40), timedelta(minutes=8))
    assert (found.last_week.orders, found.last_week.takings) == (1, Decimal(20))
    assert sum(found.today.by_hour.values()) == 2


def test_what_is_usual_is_the_mean_of_four_weeks(venue: Venue) -> None:
    now = timezone.now().replace(hour=20, minute=30)
    for week in (1, 2, 2, 5):
        order_at(venue, now - week * WEEK, **completed(now, 5))
    [found] = facts_of([venue], now)
    assert found.usual == {15: 0.75}  # three in four weeks, in the sixteenth hour since 05:00


def test_open_orders_boards_agent_and_gateway_are_told(venue: Venue) -> None:
    now = timezone.now()
    order_at(venue, now - timedelta(minutes=3))
    order_at(venue, now - timedelta(minutes=4), state="accepted", accepted_at=now)
    BoardPresence.objects.create(venue=venue, boards=2, expires_at=now + timedelta(seconds=10))
    BoardPresence.objects.create(venue=venue, boards=1, expires_at=now - timedelta(seconds=10))
    agent, _ = make_agent(venue, link_until=now + timedelta(seconds=10))
    make_gateway(agent, state="offline")
    [found] = facts_of([venue], now)
    assert (found.open_orders, found.new_orders, found.boards, found.agent_is_live) == (2, 1, 2, True)
    assert found.oldest_new is not None
    assert now - found.oldest_new == timedelta(minutes=3)
    assert [trouble.state for trouble in found.troubles] == ["offline"]


def test_the_site_in_trouble_comes_first(operator: Operator, venue: Venue) -> None:
    well = make_venue(operator, "Aaron's")
    for each in (well, venue):
        BoardPresence.objects.create(venue=each, boards=1, expires_at=timezone.now() + timedelta(seconds=10))
    order_at(venue, timezone.now() - timedelta(minutes=12))
    page = text(logged_in(make_person("olga", Role.OPERATOR, operator)))
    assert "1 needs somebody" in page
    assert page.index("The Anchor") < page.index("Aaron&#x27;s")
    assert "the oldest for 12 min." in page


def test_alice_sees_her_venue_bob_of_another_operator_his_own_and_charlie_of_the_staff_nothing(
    operator: Operator, venue: Venue
) -> None:
    other = make_venue(name="The Other")
    sibling = make_venue(operator, "The Sibling")
    alice = text(logged_in(make_person("alice", Role.MANAGER, venue)))
    bob = text(logged_in(make_person("bob", Role.OPERATOR, other.operator)))
    assert [name in alice for name in ("The Anchor", "The Other", "The Sibling")] == [True, False, False]
    assert [name in bob for name in ("The Anchor", "The Other", "The Sibling")] == [False, True, False]
    assert sibling.operator == operator
    text(logged_in(make_person("charlie", Role.STAFF, venue)), status=404)
    assert Client().get("/sites/")["Location"].startswith("/login/")


def test_a_page_of_many_sites_costs_no_more_queries_than_one_of_one(operator: Operator, venue: Venue) -> None:
    client = logged_in(make_person("olga", Role.OPERATOR, operator))
    with CaptureQueriesContext(
        connection,
    ) as few:
        text(client)
    for n in range(5):
        own = make_venue(operator, f"Site {n}", menu=venue.menu)
        agent, _ = make_agent(own)
        make_gateway(agent)
        order_at(own, timezone.now())
    with CaptureQueriesContext(connection) as many:
        text(client)
    assert len(many) == len(few) <= 22


def test_who_looks_after_a_site_and_how_far_its_history_is_behind_are_told(venue: Venue) -> None:
    manager = make_person("alice", Role.MANAGER, venue)
    make_alert(venue, seen_by=manager, seen_at=timezone.now())
    behind = make_reading(venue, read_until=timezone.now() - timedelta(minutes=90))
    page = text(logged_in(manager))
    assert "alice looks after it." in page
    assert "90 min" in page
    for hours, words in ((5, "5 h"), (11 * 24, "11 days")):
        Reading.objects.filter(pk=behind.pk).update(read_until=timezone.now() - timedelta(hours=hours))
        assert words in text(logged_in(manager))


def test_takings_of_two_currencies_make_no_sum(operator: Operator, venue: Venue) -> None:
    now = timezone.now()
    order_at(venue, now, total=Decimal("1234.50"), **completed(now, 5))
    order_at(make_venue(operator, "Deich", currency="EUR", timezone="UTC"), now, total=Decimal(7), **completed(now, 5))
    page = text(logged_in(make_person("olga", Role.OPERATOR, operator)))
    assert "£1,234.50" in page
    assert "€7.00" in page
