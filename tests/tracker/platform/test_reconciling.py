"""A puck that we started for an order that is over, or has another one, is not left lying about."""

import uuid
from datetime import timedelta

import pytest

from orders import wishes
from orders.requests import TrackerWish
from tests.tracker.platform.evening import Evening
from tracker import reconciling
from tracker.models import CommandState, GatewayCommand

pytestmark = pytest.mark.django_db


@pytest.fixture
def pub() -> Evening:
    return Evening()


def started(pub: Evening, key: uuid.UUID, name: str = "22") -> None:
    """The agent's answer to our start."""
    starts = GatewayCommand.objects.filter(venue=pub.venue, verb="start", name=name)
    assert starts.update(state=CommandState.DONE, order_uuid=str(key), finished_at=pub.now) == 1


def clear_forgotten(pub: Evening) -> int:
    later = pub.now + reconciling.SETTLED_AFTER + timedelta(seconds=1)
    return sum(reconciling.clear_forgotten(venue_id, later) for venue_id in reconciling.venues_with_forgotten(later))


def test_an_order_that_was_over_before_its_start_came_through_is_cleared_once(pub: Evening) -> None:
    order = pub.order()
    pub.move(order, "acceptorder")
    GatewayCommand.objects.update(state=CommandState.SENT)
    pub.move(order, "cancelorder")
    key = pub.tell("created")
    started(pub, key)
    assert reconciling.clear_forgotten(pub.venue.pk, pub.now) == 0, "it may be on its way to an order yet"
    assert clear_forgotten(pub) == 1
    assert pub.commands()[1:] == [("clear", "22", "planned")]
    assert GatewayCommand.objects.get(verb="clear").order_uuid == str(key)
    assert clear_forgotten(pub) == 0


def test_the_puck_that_an_order_had_before_is_cleared(pub: Evening) -> None:
    order = pub.order()
    pub.move(order, "acceptorder")
    started(pub, pub.tell("created"))
    wishes.carry_out(pub.venue.pk, TrackerWish("trackorder", order.pk, "31"), "Sam", pub.now)
    started(pub, pub.tell("created", name="31"), "31")
    assert clear_forgotten(pub) == 1
    assert pub.commands()[2:] == [("clear", "22", "planned")]


def test_what_others_started_and_what_an_open_order_has_is_left_alone(pub: Evening) -> None:
    pub.tell("created", name="40")
    order = pub.order()
    pub.move(order, "acceptorder")
    started(pub, pub.tell("created"))
    assert clear_forgotten(pub) == 0
