"""What is taken away: started as such, and its puck shakes when it is ready."""

from datetime import timedelta

import pytest

from orders.models import Order
from tests.tracker.platform.evening import Evening
from tracker.models import GatewayCommand

pytestmark = pytest.mark.django_db


@pytest.fixture
def pub() -> Evening:
    return Evening()


def test_it_is_started_as_to_go(pub: Evening) -> None:
    pub.move(pub.order(to_go=True), "acceptorder")
    assert GatewayCommand.objects.get().order_type == "TO_GO"


def test_its_puck_shakes_when_it_is_ready(pub: Evening) -> None:
    order = pub.order(to_go=True)
    pub.move(order, "acceptorder")
    key = pub.tell("created", orderType="TO_GO")
    pub.move(order, "readyorder")
    page = GatewayCommand.objects.get(verb="page")
    assert (page.name, page.order_uuid, page.state) == ("22", str(key), "planned")
    assert "is ready" in page.why


def test_a_puck_whose_start_is_under_way_shakes_by_its_number(pub: Evening) -> None:
    order = pub.order(to_go=True)
    pub.move(order, "acceptorder")
    pub.move(order, "readyorder")
    assert [(c.verb, c.name, c.order_uuid) for c in GatewayCommand.objects.order_by("pk")] == [
        ("start", "22", ""),
        ("page", "22", ""),
    ]


def test_what_is_brought_to_a_table_shakes_nobodys_puck(pub: Evening) -> None:
    order, _ = pub.order(), pub.tell("created", orderType="TO_GO")  # whatever a starter made of the puck
    pub.move(order, "acceptorder")
    pub.move(order, "readyorder")
    assert pub.commands() == []


def test_a_puck_that_a_starter_made_eat_in_shakes_all_the_same(pub: Evening) -> None:
    order, _ = pub.order(to_go=True), pub.tell("created", orderType="ON_PREMISE")
    pub.move(order, "acceptorder")
    pub.move(order, "readyorder")
    assert pub.commands() == [("page", "22", "planned")]


def test_without_a_puck_there_is_nothing_to_shake(pub: Evening) -> None:
    order = pub.order(puck=None, to_go=True)
    pub.move(order, "acceptorder")
    pub.move(order, "readyorder")
    assert pub.commands() == []


def test_nobody_is_called_a_minute_late(pub: Evening) -> None:
    order, _ = pub.order(to_go=True), pub.tell("created")
    pub.move(order, "acceptorder")
    pub.move(order, "readyorder", step=False)
    pub.now += timedelta(minutes=1)
    pub.step()
    assert pub.commands() == []


@pytest.mark.parametrize("collected", [False, True])
def test_nobody_is_called_for_what_is_not_ready_any_more(pub: Evening, collected: bool) -> None:
    order, _ = pub.order(to_go=True), pub.tell("created")
    pub.move(order, "acceptorder")
    pub.move(order, "readyorder")
    if collected:
        pub.move(order, "completeorder")
    else:
        pub.undo(order)
    assert pub.commands()[0] == ("page", "22", "expired")


def test_what_a_starter_makes_of_a_puck_is_shown_and_changes_nothing_else(pub: Evening) -> None:
    order = pub.order()
    key = pub.tell("created")
    assert Order.objects.get(pk=order.pk).tracker_type == "ON_PREMISE"
    pub.tell("modified", key=key, orderType="TO_GO")
    shown = Order.objects.get(pk=order.pk)
    assert (shown.tracker_type, shown.to_go, shown.state) == ("TO_GO", False, "pending")
