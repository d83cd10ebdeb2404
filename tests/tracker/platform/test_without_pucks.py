"""A venue without pucks: runners' screens show the table of the guest's code, under a number of our own."""

from datetime import timedelta

import pytest

from orders.errors import Refused
from orders.requests import TrackerWish
from tests.factories import make_table
from tests.tracker.platform.evening import Evening
from tracker import reconciling
from tracker.models import GatewayCommand, TrackerCursor
from tracker.naming import next_name
from tracker.wishes import carry_out
from venues.models import Table, Venue

pytestmark = pytest.mark.django_db


@pytest.fixture
def pub() -> Evening:
    return Evening(tracker_use="tables")


# Which number


def test_numbers_go_round_so_that_one_that_was_just_free_comes_last() -> None:
    assert [next_name(5, 7, given, ()) for given in (0, 5, 6, 7)] == [5, 6, 7, 5]


def test_a_number_in_use_is_passed_over() -> None:
    assert next_name(5, 7, 5, {"6"}) == 7
    assert next_name(5, 7, 7, {"5", "6"}) == 7


def test_with_every_number_in_use_there_is_none() -> None:
    assert next_name(5, 7, 5, {"5", "6", "7"}) is None


def test_a_venue_that_changes_its_range_begins_with_the_first_of_the_new_one() -> None:
    assert next_name(100, 200, 9000, ()) == 100


# What the gateway is told


def test_an_accepted_order_is_put_on_the_table_of_its_code_under_a_number_of_our_own(pub: Evening) -> None:
    order = pub.order(puck=None)
    assert pub.commands() == []
    pub.move(order, "acceptorder")
    command = GatewayCommand.objects.get(venue=pub.venue)
    assert (command.verb, command.name, command.tag, command.order_type) == ("locate", "5000", "70", "ON_PREMISE")
    key = pub.tell("created", name="5000", tag="70")
    assert pub.where(order) == ("accepted", "5000", "7", False, "located")
    assert pub.tracked(key).order_id == order.pk


def test_each_order_has_another_number(pub: Evening) -> None:
    orders = [pub.order(puck=None, table=table) for table in ("7", "8", "7")]
    for order in orders:
        pub.move(order, "acceptorder", step=False)
    pub.step()
    assert [name for _, name, _ in pub.commands()] == ["5000", "5001", "5002"]
    assert [pub.where(order)[1] for order in orders] == ["5000", "5001", "5002"]


def test_a_number_that_somebody_else_has_at_the_gateway_is_left_alone(pub: Evening) -> None:
    pub.tell("created", name="5000", tag="80")
    order = pub.order(puck=None)
    pub.move(order, "acceptorder")
    assert pub.where(order)[1] == "5001"


def test_numbers_that_are_all_in_use_stop_no_order(pub: Evening) -> None:
    Venue.objects.filter(pk=pub.venue.pk).update(first_own_name=10, last_own_name=11)
    for name in ("10", "11"):
        pub.tell("created", name=name)
    order = pub.order(puck=None)
    pub.move(order, "acceptorder")
    assert (pub.where(order)[:2], pub.commands()) == (("accepted", None), [])


def test_a_table_without_a_tag_is_not_told(pub: Evening) -> None:
    Table.objects.filter(venue=pub.venue).update(tag_number=None)
    order = pub.order(puck=None)
    pub.move(order, "acceptorder")
    assert (pub.where(order)[1], pub.commands()) == (None, [])


def test_what_is_taken_away_is_brought_to_no_table(pub: Evening) -> None:
    pub.move(pub.order(puck=None, to_go=True), "acceptorder")
    assert pub.commands() == []


def test_the_number_is_ours_to_give_and_no_guests(pub: Evening) -> None:
    order = pub.order(puck="5000")
    assert order.tracker_number is None


def test_an_order_that_is_over_before_it_was_sent_is_not_told(pub: Evening) -> None:
    order = pub.order(puck=None)
    pub.move(order, "acceptorder", step=False)
    pub.move(order, "completeorder")
    assert (pub.where(order)[1], pub.commands()) == (None, [])


@pytest.mark.parametrize("action", ["completeorder", "cancelorder"])
def test_an_order_that_is_over_is_taken_off_the_screens(pub: Evening, action: str) -> None:
    order = pub.order(puck=None)
    pub.move(order, "acceptorder")
    key = pub.tell("created", name="5000", tag="70")
    pub.answer("locate", key)
    pub.move(order, action)
    assert pub.commands()[1:] == [("clear", "5000", "planned")]


def test_a_runner_who_clears_it_on_a_screen_completes_the_order(pub: Evening) -> None:
    order = pub.order(puck=None)
    pub.move(order, "acceptorder")
    key = pub.tell("created", name="5000", tag="70")
    pub.tell("cleared", name="5000", key=key)
    assert pub.where(order)[0] == "completed"


def test_what_nobody_needs_any_more_is_cleared_though_its_order_ended_first(pub: Evening) -> None:
    order = pub.order(puck=None)
    pub.move(order, "acceptorder")
    GatewayCommand.objects.update(state="sent")
    pub.move(order, "cancelorder")
    key = pub.tell("created", name="5000", tag="70")
    GatewayCommand.objects.filter(verb="locate").update(state="done", order_uuid=str(key))
    assert reconciling.clear_forgotten(pub.venue.pk, pub.now + timedelta(minutes=1)) == 1


def test_the_last_number_is_kept_with_the_venue(pub: Evening) -> None:
    first = pub.order(puck=None)
    pub.move(first, "acceptorder")
    pub.move(first, "completeorder")
    second = pub.order(puck=None)
    pub.move(second, "acceptorder")
    assert pub.where(second)[1] == "5001"
    assert TrackerCursor.objects.get(venue=pub.venue).last_name == 5001


def test_an_order_that_goes_to_another_table_is_shown_there(pub: Evening) -> None:
    order = pub.order(puck=None)
    pub.move(order, "acceptorder")
    key = pub.tell("created", name="5000", tag="70")
    pub.answer("locate", key)
    pub.bring(order, "8")
    command = GatewayCommand.objects.filter(verb="locate").latest("pk")
    assert (command.name, command.tag, command.state) == ("5000", "80", "planned")
    pub.tell("modified", name="5000", tag="80", key=key)
    assert pub.where(order) == ("accepted", "5000", "8", False, "located")


def test_an_order_that_goes_to_a_table_without_a_tag_leaves_the_screens_and_stays_open(pub: Evening) -> None:
    pub.tables["9"] = make_table(pub.venue, "9")
    order = pub.order(puck=None)
    pub.move(order, "acceptorder")
    key = pub.tell("created", name="5000", tag="70")
    pub.answer("locate", key)
    pub.bring(order, "9")
    assert pub.commands()[1:] == [("clear", "5000", "planned")]
    pub.tell("cleared", name="5000", key=key)
    assert pub.where(order) == ("accepted", None, None, False, "")
    pub.bring(order, "8")
    assert pub.commands()[2:] == [("locate", "5001", "planned")]


def test_a_guests_puck_of_other_days_is_left_where_the_guest_put_it(pub: Evening) -> None:
    Venue.objects.filter(pk=pub.venue.pk).update(tracker_use="pucks")
    order = pub.order(puck="22")
    pub.move(order, "acceptorder")
    pub.tell("created", name="22", tag="70")
    Venue.objects.filter(pk=pub.venue.pk).update(tracker_use="tables")
    before = pub.commands()
    pub.bring(order, "8")
    assert pub.commands() == before


def test_a_pending_order_that_goes_elsewhere_is_told_once_it_is_accepted(pub: Evening) -> None:
    order = pub.order(puck=None)
    pub.bring(order, "8")
    assert pub.commands() == []
    pub.move(order, "acceptorder")
    assert GatewayCommand.objects.get().tag == "80"


def test_an_order_that_goes_elsewhere_and_is_over_at_once_is_taken_off_the_screens(pub: Evening) -> None:
    pub.tables["9"] = make_table(pub.venue, "9")
    order = pub.order(puck=None)
    pub.move(order, "acceptorder")
    pub.answer("locate", pub.tell("created", name="5000", tag="70"))
    pub.bring(order, "9", step=False)
    pub.move(order, "completeorder")
    assert (pub.where(order)[0], pub.commands()[1:]) == ("completed", [("clear", "5000", "planned")])


def test_an_order_that_is_accepted_again_before_it_was_sent_is_told_after_all(pub: Evening) -> None:
    order = pub.order(puck=None)
    pub.move(order, "acceptorder")
    pub.undo(order)
    pub.move(order, "acceptorder")
    assert pub.commands() == [("locate", "5000", "expired"), ("locate", "5000", "planned")]


def test_an_order_that_is_open_again_before_it_was_sent_is_told_after_all(pub: Evening) -> None:
    order = pub.order(puck=None)
    pub.move(order, "acceptorder")
    pub.move(order, "completeorder")
    pub.undo(order)
    assert pub.commands() == [("locate", "5000", "expired"), ("locate", "5000", "planned")]


def test_an_order_that_is_open_again_is_told_where_it_goes_since(pub: Evening) -> None:
    order = pub.order(puck=None)
    pub.move(order, "acceptorder")
    pub.answer("locate", pub.tell("created", name="5000", tag="70"))
    pub.bring(order, "8", step=False)
    pub.move(order, "completeorder")
    pub.undo(order)
    assert pub.commands()[1:] == [("clear", "5000", "expired"), ("locate", "5000", "planned")]
    assert GatewayCommand.objects.latest("pk").tag == "80"


def test_what_is_on_its_way_to_a_screen_is_not_sent_twice(pub: Evening) -> None:
    order = pub.order(puck=None)
    pub.move(order, "acceptorder")
    pub.move(order, "readyorder")
    pub.undo(order)
    assert pub.commands() == [("locate", "5000", "planned")]


@pytest.mark.parametrize(("table", "tags"), [("7", ["70"]), ("8", ["70", "80"])])
def test_an_order_that_is_accepted_again_is_told_anew_only_where_it_goes_elsewhere(
    pub: Evening, table: str, tags: list[str]
) -> None:
    order = pub.order(puck=None)
    pub.move(order, "acceptorder")
    pub.answer("locate", pub.tell("created", name="5000", tag="70"))
    pub.undo(order)
    pub.bring(order, table)
    pub.move(order, "acceptorder")
    assert list(GatewayCommand.objects.order_by("pk").values_list("tag", flat=True)) == tags


def test_a_puck_of_the_days_when_guests_had_some_stays_where_its_guest_put_it() -> None:
    pub = Evening()
    order, _ = pub.order(), pub.tell("created", tag="80")
    Venue.objects.filter(pk=pub.venue.pk).update(tracker_use="tables")
    pub.move(order, "acceptorder")
    assert (pub.commands(), pub.where(order)[2]) == ([], "8")


def test_the_number_of_an_order_that_is_ending_is_not_given_before_it_has_ended(pub: Evening) -> None:
    Venue.objects.filter(pk=pub.venue.pk).update(first_own_name=10, last_own_name=11)
    first, second = pub.order(puck=None), pub.order(puck=None)
    pub.move(first, "acceptorder")
    TrackerCursor.objects.filter(venue=pub.venue).update(last_name=11)  # round once
    pub.move(second, "acceptorder", step=False)
    pub.move(first, "cancelorder")
    assert pub.commands() == [("locate", "10", "expired"), ("locate", "11", "planned")]


@pytest.mark.parametrize("action", ["pageorder", "trackorder"])
def test_staff_who_ask_for_a_puck_are_told_that_there_are_none(pub: Evening, action: str) -> None:
    order = pub.order(puck=None)
    answer = carry_out(pub.venue.pk, TrackerWish(action, order.pk, "31"), "Sam", pub.now)
    assert isinstance(answer, Refused)
    assert (answer.code, answer.message) == ("no_puck", "This venue uses no pucks.")
