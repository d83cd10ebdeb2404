"""Open orders that do not agree with what is known of the gateway are put right, once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from pytest_django.fixtures import DjangoAssertNumQueries

from ontap.celery import app
from orders.models import Order, VenueEvent
from tests.tracker.platform.evening import Evening
from tracker import enrolment, mending, tasks
from tracker.models import CommandState, GatewayCommand, TrackedOrder
from venues.models import Table, Venue

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def pub() -> Evening:
    return Evening()


@pytest.fixture
def at_once() -> Iterator[None]:
    app.conf.task_always_eager = app.conf.task_eager_propagates = True
    yield
    app.conf.task_always_eager = app.conf.task_eager_propagates = False


def mend(pub: Evening) -> int:
    """A minute later, in step."""
    pub.now += MINUTE
    return mending.mend(pub.venue.pk, pub.now) if pub.venue.pk in mending.venues_to_mend(pub.now) else 0


def swap_tags() -> None:
    Table.objects.filter(number="7").update(tag_number=None)
    Table.objects.filter(number="8").update(tag_number="70")


# Moved


def test_a_table_that_gets_another_tag_is_told_of_anew_once(pub: Evening) -> None:
    order = pub.order(table="7")
    pub.tell("created", tag="70")
    assert mend(pub) == 0
    swap_tags()
    assert mend(pub) == 1
    assert pub.where(order) == ("pending", "22", "8", True, "located")
    pub.step()
    assert mend(pub) == 0


def test_a_tag_that_is_of_no_table_any_more_is_a_place_that_we_do_not_name(pub: Evening) -> None:
    order = pub.order()
    pub.tell("created", tag="70")
    Table.objects.filter(number="7").update(tag_number=None)
    assert mend(pub) == 1
    assert pub.where(order)[2] is None
    pub.step()
    Table.objects.filter(number="7").update(tag_number="70")
    assert mend(pub) == 1
    assert pub.where(order)[2] == "7"


def test_what_is_over_and_where_pucks_are_not_used_is_left_as_it_was(pub: Evening) -> None:
    over = pub.order()
    pub.tell("created", tag="70")
    pub.move(over, "acceptorder", "rejected")
    swap_tags()
    assert mend(pub) == 0
    assert pub.where(over)[2] == "7"
    other = Evening()
    other.order()
    other.tell("created", tag="70")
    Venue.objects.filter(pk=other.venue.pk).update(tracker_use="off")
    swap_tags()
    assert mend(other) == 0


# Missing


def accepted_without_start(pub: Evening) -> Order:
    order = pub.order()
    pub.move(order, "acceptorder")
    GatewayCommand.objects.all().delete()
    return order


def test_an_accepted_order_whose_puck_nobody_started_is_started_once(pub: Evening) -> None:
    order = accepted_without_start(pub)
    assert mend(pub) == 1
    assert pub.commands() == [("start", "22", "planned")]
    command = GatewayCommand.objects.get()
    order.refresh_from_db()
    assert order.accepted_at is not None
    assert command.not_after == order.accepted_at + timedelta(minutes=5)
    assert mend(pub) == 0


def test_after_five_minutes_nobody_needs_it_any_more(pub: Evening) -> None:
    accepted_without_start(pub)
    pub.now += 5 * MINUTE
    assert mend(pub) == 0


def test_what_was_accepted_a_moment_ago_is_left_to_the_plan(pub: Evening) -> None:
    accepted_without_start(pub)
    assert mending.mend(pub.venue.pk, pub.now) == 0


@pytest.mark.parametrize(
    ("state", "planned"),
    [
        (CommandState.SENT, 0),
        (CommandState.DONE, 0),
        (CommandState.REFUSED, 0),
        (CommandState.DEAD, 0),
        (CommandState.EXPIRED, 1),
    ],
)
def test_a_start_that_is_under_way_done_or_a_persons_to_decide_is_not_repeated(
    pub: Evening, state: CommandState, planned: int
) -> None:
    pub.move(pub.order(), "acceptorder")
    GatewayCommand.objects.update(state=state, finished_at=pub.now)
    assert mend(pub) == planned


def test_a_puck_that_is_there_or_was_is_not_started(pub: Evening) -> None:
    order = accepted_without_start(pub)
    key = pub.tell("created")
    assert mend(pub) == 0
    Order.objects.filter(pk=order.pk).update(tracker_number="22")
    TrackedOrder.objects.filter(uuid=key).update(cleared_at=pub.now)
    assert mend(pub) == 0


def test_without_an_agent_nothing_is_planned(pub: Evening) -> None:
    accepted_without_start(pub)
    enrolment.revoke(pub.agent, pub.now)
    assert mend(pub) == 0


def test_a_venue_that_is_not_in_step_is_left_to_that_first(pub: Evening) -> None:
    accepted_without_start(pub)
    pub.tell("created", step=False)
    assert pub.venue.pk in mending.venues_to_mend(pub.now + MINUTE)
    assert mend(pub) == 0


@pytest.mark.usefixtures("at_once")
def test_the_tasks_run_twice_change_nothing_more(pub: Evening) -> None:
    accepted_without_start(pub)
    pub.order("23", "8")
    pub.tell("created", "23", tag="70")
    swap_tags()
    TrackedOrder.objects.update(started_at=pub.now - timedelta(days=2))
    told = []
    with time_machine.travel(pub.now + MINUTE, tick=False):
        for _ in range(2):
            tasks.look_for_orders_to_mend.delay()
            tasks.mend_orders(pub.venue.pk)
            tasks.look_for_unseen_pucks.delay()
            told.append((GatewayCommand.objects.count(), VenueEvent.objects.filter(venue=pub.venue).count()))
    assert told[0] == told[1]
    assert pub.commands() == [("start", "22", "planned")]


def test_looking_costs_two_queries_however_many_venues_there_are(
    pub: Evening, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for venue in (pub, Evening(), Evening()):
        accepted = venue.order()
        venue.move(accepted, "acceptorder")
    GatewayCommand.objects.all().delete()
    with django_assert_num_queries(2):
        assert len(mending.venues_to_mend(pub.now + MINUTE)) == 3
