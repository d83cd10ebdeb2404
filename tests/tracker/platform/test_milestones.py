"""What is kept of our own orders with the gateway's, for the figures."""

import pytest

from orders import wishes
from orders.models import Order
from orders.requests import TrackerWish
from tests.tracker.platform.evening import Evening
from tracker.models import TrackedOrder
from venues.models import Table

pytestmark = pytest.mark.django_db


@pytest.fixture
def pub() -> Evening:
    return Evening()


def test_a_gateways_order_has_the_times_and_the_table_of_ours(pub: Evening) -> None:
    order, key = pub.order(), pub.tell("created")
    pub.move(order, "acceptorder")
    pub.tell("modified", tag="80", key=key)
    pub.move(order, "readyorder")
    pub.move(order, "completeorder")
    row, ours = pub.tracked(key), Order.objects.get(pk=order.pk)
    assert (row.order_placed_at, row.order_accepted_at) == (ours.placed_at, ours.accepted_at)
    assert (row.order_ready_at, row.order_completed_at) == (ours.ready_at, ours.finished_at)
    assert (row.order_table, row.table_number) == ("7", "8")
    assert None not in (row.order_accepted_at, row.order_ready_at, row.order_completed_at)


def test_what_was_placed_before_its_puck_came_has_its_times_too(pub: Evening) -> None:
    order = pub.order()
    pub.move(order, "acceptorder")
    key = pub.tell("created")
    assert pub.tracked(key).order_accepted_at == Order.objects.get(pk=order.pk).accepted_at


def test_a_puck_that_comes_back_is_not_taken_for_staff_who_say_that_it_was_brought(pub: Evening) -> None:
    order, key = pub.order(), pub.tell("created")
    pub.move(order, "acceptorder")
    pub.tell("cleared", key=key)
    pub.step()
    row = pub.tracked(key)
    assert pub.where(order)[0] == "completed"
    assert (row.order_completed_at, row.cleared_at is None) == (None, False)


def test_what_is_undone_did_not_happen(pub: Evening) -> None:
    order, key = pub.order(), pub.tell("created")
    pub.move(order, "acceptorder")
    pub.move(order, "readyorder")
    pub.undo(order)
    assert (pub.tracked(key).order_ready_at, pub.tracked(key).order_accepted_at is None) == (None, False)


def test_a_guest_is_located_once_however_often_the_puck_moves_on(pub: Evening) -> None:
    key = pub.tell("created")
    pub.tell("modified", tag="70", key=key)
    first = pub.tracked(key)
    pub.tell("modified", tag="80", key=key)
    row = pub.tracked(key)
    assert (row.located_at, first.moved_at, row.table_number) == (first.located_at, first.located_at, "8")
    assert row.moved_at is not None
    assert row.located_at is not None
    assert row.moved_at > row.located_at


def test_the_table_is_kept_as_it_was_called_then(pub: Evening) -> None:
    key = pub.tell("created", tag="70")
    Table.objects.filter(venue=pub.venue, number="7").update(number="Snug")
    pub.tell("cleared", key=key, tag="70")
    assert pub.tracked(key).table_number == "7"


def test_a_puck_of_nobody_has_times_of_its_own_only(pub: Evening) -> None:
    pub.order(puck=None)
    pub.tell("created", name="31", tag="70")
    row = TrackedOrder.objects.get()
    assert (row.order_placed_at, row.order_table, row.table_number) == (None, "", "7")


def test_a_puck_that_was_taken_from_an_order_tells_none_of_its_times(pub: Evening) -> None:
    order, key = pub.order(), pub.tell("created")
    pub.move(order, "acceptorder")
    assert pub.tracked(key).order_placed_at == order.placed_at
    wishes.carry_out(pub.venue.pk, TrackerWish("trackorder", order.pk, "31"), "Sam", pub.now)
    pub.step()
    row, other = pub.tracked(key), pub.tracked(pub.tell("created", name="31"))
    assert (row.order_placed_at, row.order_accepted_at, row.order_table) == (None, None, "")
    assert other.order_placed_at == order.placed_at
