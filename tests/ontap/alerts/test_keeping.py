"""Alerts open and close with the troubles of their venues, and nobody is told of one twice."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ontap import tasks
from ontap.alerts.keeping import HOLD_OFF, KEPT, QUIET, keep_alerts, mark_seen, prune
from ontap.alerts.models import Alert, AlertDelivery, AlertTarget
from orders.models import BoardPresence, Order
from tests.factories import (
    make_agent,
    make_order,
    make_person,
    make_product,
    make_reading,
    make_table,
    make_venue,
    now_ms,
)
from tracker.models import EdgeAgent
from venues.models import Role, Venue

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def venue() -> Venue:
    """With a board, so that all is well."""
    venue = make_venue(name="The Anchor", timezone="UTC")
    open_board(venue)
    return venue


@pytest.fixture
def target(venue: Venue) -> AlertTarget:
    return AlertTarget.objects.create(operator=venue.operator, venue=venue, way="mail", address="olga@example.com")


def open_board(venue: Venue) -> None:
    BoardPresence.objects.create(venue=venue, boards=1, expires_at=now_ms() + timedelta(days=1))


def silent_agent(venue: Venue, now: datetime) -> EdgeAgent:
    return make_agent(venue, last_seen_at=now - MINUTE, link_until=now - MINUTE)[0]


def kinds(venue: Venue) -> list[str]:
    return sorted(Alert.objects.filter(venue=venue, over_at=None).values_list("kind", flat=True))


def events() -> list[str]:
    return list(AlertDelivery.objects.order_by("planned_at", "event").values_list("event", flat=True))


def test_a_venue_where_all_is_well_has_no_alert(venue: Venue) -> None:
    tasks.keep_alerts()
    assert kinds(venue) == []


def test_each_trouble_is_one_alert_however_often_it_is_looked_for(venue: Venue) -> None:
    now = now_ms()
    silent_agent(venue, now)
    make_reading(venue, read_until=now - timedelta(days=11), at_risk_since=now)
    for _ in range(3):
        tasks.keep_alerts()
    assert kinds(venue) == ["agent_silent", "history_at_risk"]
    alert = Alert.objects.get(venue=venue, kind="agent_silent")
    assert alert.what.startswith("The agent is silent since")
    assert "switched on and online" in alert.todo
    assert alert.since == now - MINUTE


def test_orders_that_nobody_answers_are_an_alert_once_others_are_to_be_told(venue: Venue) -> None:
    order = make_order(make_table(venue), {make_product(venue): 1})
    keep_alerts(now_ms())
    assert kinds(venue) == []
    Order.objects.filter(pk=order.pk).update(escalated_at=now_ms())
    keep_alerts(now_ms())
    assert kinds(venue) == ["orders_unanswered"]


def test_orders_without_a_board_are_one_alert_and_not_two(venue: Venue) -> None:
    order = make_order(make_table(venue), {make_product(venue): 1})
    Order.objects.filter(pk=order.pk).update(escalated_at=now_ms())
    venue.presences.all().delete()
    keep_alerts(now_ms())
    assert kinds(venue) == ["orders_at_risk"]


def test_a_venue_that_is_open_without_a_board_is_one_unless_it_never_had_an_order(venue: Venue) -> None:
    venue.presences.all().delete()
    keep_alerts(now_ms())
    assert kinds(venue) == []
    order = make_order(make_table(venue), {make_product(venue): 1})
    Order.objects.filter(pk=order.pk).update(state="completed", finished_at=now_ms())
    keep_alerts(now_ms())
    assert kinds(venue) == ["no_board"]


def test_the_database_keeps_one_open_alert_of_a_kind(venue: Venue) -> None:
    silent_agent(venue, now_ms())
    keep_alerts(now_ms())
    again = Alert(venue=venue, kind="agent_silent", what="", since=now_ms(), opened_at=now_ms())
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_a_trouble_is_over_only_when_it_stays_away(venue: Venue) -> None:
    now = now_ms()
    agent = silent_agent(venue, now)
    keep_alerts(now)
    EdgeAgent.objects.filter(pk=agent.pk).update(link_until=now + timedelta(days=1))
    keep_alerts(now + MINUTE)
    assert kinds(venue) == ["agent_silent"]
    keep_alerts(now + MINUTE + QUIET)
    assert kinds(venue) == []
    assert Alert.objects.get(venue=venue).over_at == now + MINUTE


def test_a_target_is_told_once_and_once_more_when_it_is_over(venue: Venue, target: AlertTarget) -> None:
    now = now_ms()
    agent = silent_agent(venue, now)
    keep_alerts(now)
    assert events() == []  # an agent that comes back at once is nobody's night call
    for minutes in (3, 3, 4):
        keep_alerts(now + minutes * MINUTE)
    assert events() == ["opened"]
    EdgeAgent.objects.filter(pk=agent.pk).update(link_until=now + timedelta(days=1))
    for minutes in (5, 8, 8):
        keep_alerts(now + minutes * MINUTE)
    assert events() == ["opened", "over"]


def test_a_flapping_agent_sends_no_twenty_mails(venue: Venue, target: AlertTarget) -> None:
    now = now_ms()
    agent = silent_agent(venue, now)
    for minute in range(40):
        away = minute % 8 < 4  # four minutes gone, four minutes back
        until = now - MINUTE if away else now + timedelta(days=1)
        EdgeAgent.objects.filter(pk=agent.pk).update(link_until=until)
        keep_alerts(now + minute * MINUTE)
    opened = AlertDelivery.objects.filter(event="opened")
    times = sorted(opened.values_list("planned_at", flat=True))
    assert 2 <= len(times) <= 3
    assert all(later - former >= HOLD_OFF for former, later in pairwise(times))


def test_whoever_has_another_venue_or_is_switched_off_is_not_told(venue: Venue, target: AlertTarget) -> None:
    now = now_ms()
    sibling = make_venue(venue.operator)
    AlertTarget.objects.create(operator=venue.operator, venue=sibling, way="mail", address="sibling@example.com")
    whole = AlertTarget.objects.create(operator=venue.operator, way="mail", address="whole@example.com")
    AlertTarget.objects.create(operator=make_venue().operator, way="mail", address="other@example.com")
    AlertTarget.objects.create(operator=venue.operator, way="mail", address="off@example.com", active=False)
    open_board(sibling)
    silent_agent(venue, now)
    for minutes in (0, 3):
        keep_alerts(now + minutes * MINUTE)
    told = AlertDelivery.objects.filter(alert__venue=venue).values_list("target", flat=True)
    assert set(told) == {target.pk, whole.pk}


def test_the_first_who_looks_after_it_is_noted(venue: Venue) -> None:
    silent_agent(venue, now_ms())
    keep_alerts(now_ms())
    alert = Alert.objects.get(venue=venue)
    olga, bob = (make_person(name, Role.MANAGER, venue) for name in ("olga", "bob"))
    assert mark_seen(alert.pk, olga, now_ms())
    assert not mark_seen(alert.pk, bob, now_ms())
    alert.refresh_from_db()
    assert alert.seen_by == olga


def test_many_venues_cost_no_more_queries_than_one(venue: Venue) -> None:
    keep_alerts(now_ms())
    with CaptureQueriesContext(connection) as few:
        keep_alerts(now_ms())
    for _ in range(5):
        open_board(make_venue(venue.operator))
    with CaptureQueriesContext(connection) as many:
        keep_alerts(now_ms())
    assert len(many) == len(few) <= 15


def test_old_alerts_go_and_open_ones_stay(venue: Venue) -> None:
    now = now_ms()
    old = {"venue": venue, "what": "", "since": now - KEPT, "opened_at": now - KEPT}
    Alert.objects.create(kind="no_board", **old, over_at=now - KEPT - MINUTE)
    Alert.objects.create(kind="no_board", **old)
    assert [prune(now), prune(now)] == [1, 0]
