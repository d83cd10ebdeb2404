"""Orders and pucks on bad evenings: odd words of a gateway, late news, numbers that are used again."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from orders import wishes
from orders.changes import Done, OrderUndo
from orders.models import Order, VenueEvent
from orders.requests import TrackerWish, UndoOrder
from orders.services import write
from tests.tracker.platform.evening import Evening
from tracker import stepping
from tracker.models import CommandState, GatewayCommand, InboundEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def pub() -> Evening:
    return Evening()


def undo(pub: Evening, order: Order) -> None:
    seq = Order.objects.get(pk=order.pk).undo_seq
    assert seq is not None
    at = VenueEvent.objects.filter(venue=pub.venue).latest("seq").at
    assert isinstance(write(OrderUndo(pub.venue.pk, at, UndoOrder(order.pk, seq, "Undone."), "Sam")), Done)
    pub.step()


def give(pub: Evening, order: Order, number: str | None) -> None:
    wish = TrackerWish("trackorder", order.pk, number, "")
    assert isinstance(wishes.carry_out(pub.venue.pk, wish, "Sam", timezone.now()), Done)


# Odd words


@pytest.mark.parametrize(
    "odd",
    [
        {"orderType": "T" * 500},
        {"orderType": "\u00df" * 100},
        {"state": "s" * 500},
        {"locationName": "7" * 500},
        {"locationName": None, "paged": "perhaps", "state": 7, "orderType": {"a": 1}},
        {"orderType": "\0\ud800", "state": "\0", "locationName": "7\x000"},
    ],
)
def test_odd_words_of_a_gateway_are_kept_as_far_as_they_fit(pub: Evening, odd: dict[str, Any]) -> None:
    key = pub.tell("created", **odd)
    assert pub.tracked(key).name == "22"


@pytest.mark.parametrize("name", ["", "The long table", "0", "99999"])
def test_an_orders_number_stays_what_people_gave_it(pub: Evening, name: str) -> None:
    order, key = pub.order(), pub.tell("created")
    pub.tell("modified", name, "70", key)
    assert pub.where(order) == ("pending", "22", "7", False, "located")
    pub.move(order, "acceptorder")
    pub.move(order, "completeorder")
    assert pub.commands() == [("clear", "22", "planned")]


@pytest.mark.parametrize("content", [None, [None], [7, "x"], [{"uuid": "none"}]])
def test_a_report_that_cannot_be_read_proves_nothing(pub: Evening, content: object) -> None:
    order, _ = pub.order(), pub.tell("created")
    pub.move(order, "acceptorder")
    for _ in range(3):
        pub._keep("snapshot", content)
        pub.step()
    assert pub.where(order)[0] == "accepted"


def test_a_venue_that_cannot_be_brought_into_step_holds_up_no_other(pub: Evening) -> None:
    other = Evening()
    pub.tell("created", step=False)
    InboundEvent.objects.filter(venue=pub.venue).update(payload="[")
    order = other.order()
    other.tell("created", tag="70", step=False)
    stepping.catch_up_all([pub.venue.pk, other.venue.pk], other.now)
    assert other.where(order)[2] == "7"


# Numbers that are used again


def test_a_puck_that_is_to_be_cleared_is_nobody_elses(pub: Evening) -> None:
    first, key = pub.order(), pub.tell("created", tag="70")
    pub.move(first, "acceptorder")
    pub.move(first, "completeorder")
    second = pub.order(table="8")
    pub.tell("modified", tag="80", key=key)
    pub.move(second, "acceptorder")
    assert pub.commands() == [("clear", "22", "planned"), ("start", "22", "planned")]
    pub.tell("cleared", key=key)
    assert pub.where(second) == ("accepted", "22", None, False, "")


def test_news_of_hours_ago_end_no_order_that_came_later(pub: Evening) -> None:
    order = pub.order()
    pub.move(order, "acceptorder")
    pub.now -= timedelta(hours=1)
    key = pub.tell("created", tag="70", step=False)
    pub.tell("cleared", key=key, step=False)
    pub.now += timedelta(hours=1)
    pub.step()
    assert pub.where(order) == ("accepted", "22", None, False, "")
    pub.tell("created", tag="80")
    assert pub.where(order)[2] == "8"


def test_a_puck_that_is_started_again_within_the_message_that_completes_its_order_is_not_cleared(pub: Evening) -> None:
    order, key = pub.order(), pub.tell("created", tag="70")
    pub.move(order, "acceptorder")
    pub.tell("cleared", key=key, step=False)
    again = pub.tell("created", tag="80")
    pub.step()
    assert pub.where(order)[0] == "completed"
    assert pub.tracked(again).order_id is None
    assert pub.commands() == []


# What staff take back, or change


def test_an_order_that_is_open_again_keeps_its_puck(pub: Evening) -> None:
    order, _ = pub.order(), pub.tell("created")
    pub.move(order, "acceptorder")
    pub.move(order, "completeorder")
    undo(pub, order)
    assert pub.commands() == [("clear", "22", "expired")]


@pytest.mark.parametrize(("use", "verb", "puck"), [("pucks", "start", "22"), ("tables", "locate", "5000")])
def test_what_we_cleared_ourselves_does_not_complete_an_order_that_is_open_again(
    use: str, verb: str, puck: str
) -> None:
    pub = Evening(tracker_use=use)
    order = pub.order()
    pub.move(order, "acceptorder")
    key = pub.tell("created", name=puck, tag="70")
    pub.answer(verb, key)
    pub.move(order, "completeorder")
    GatewayCommand.objects.filter(verb="clear").update(state=CommandState.SENT)
    pub.undo(order)
    assert pub.where(order)[:2] == ("accepted", puck)
    pub.tell("cleared", name=puck, key=key)
    assert pub.where(order) == ("accepted", None, None, False, "returned")


def test_an_order_that_is_open_again_has_not_the_puck_of_the_next_guest(pub: Evening) -> None:
    first = pub.order(to_go=True)
    pub.move(first, "acceptorder")
    pub.move(first, "completeorder")
    second = pub.order(table="8")
    pub.move(second, "acceptorder")
    pub.undo(first)
    assert (pub.where(first)[:2], pub.where(second)[:2]) == (("accepted", None), ("accepted", "22"))
    pub.move(first, "readyorder")
    assert [verb for verb, _, _ in pub.commands()] == ["start", "start"], "the second guest is called for nothing"


def test_a_puck_that_staff_gave_is_not_started_for_an_order_that_is_over(pub: Evening) -> None:
    order = pub.order(puck=None)
    pub.move(order, "acceptorder")
    give(pub, order, "31")
    pub.move(order, "cancelorder")
    assert pub.commands() == [("start", "31", "expired")]


def test_a_puck_that_staff_took_away_is_not_started(pub: Evening) -> None:
    order = pub.order(puck="31")
    pub.move(order, "acceptorder")
    give(pub, order, "32")
    assert pub.commands() == [("start", "31", "expired"), ("start", "32", "planned")]
