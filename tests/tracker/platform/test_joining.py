"""Orders and pucks joined: the table of design, row by row."""

from datetime import timedelta
from pathlib import Path

import orjson
import pytest
import yaml

from ontap.celery import app
from orders.changes import Done, Event, OrderUndo
from orders.errors import Refused
from orders.frames import Frames
from orders.models import VenueEvent
from orders.requests import UndoOrder
from orders.services import write
from tests.factories import make_order
from tests.tracker.platform.evening import Evening
from tracker import stepping
from tracker.joining import LOCATED, PAGED, RETURNED, STARTED
from tracker.models import GatewayCommand, TrackedOrder
from tracker.tasks import look_for_venues_behind
from venues.models import Venue

pytestmark = pytest.mark.django_db


@pytest.fixture
def pub() -> Evening:
    return Evening()


# Where the guest is


def test_a_puck_that_is_put_on_a_table_tells_where_the_guest_sits(pub: Evening) -> None:
    order = pub.order()
    key = pub.tell("created")
    assert pub.where(order) == ("pending", "22", None, False, "started")
    pub.tell("modified", tag="70", key=key)
    assert pub.where(order) == ("pending", "22", "7", False, "located")


def test_a_puck_at_another_table_than_the_codes_is_flagged_and_follows_the_guest(pub: Evening) -> None:
    order = pub.order(table="7")
    key = pub.tell("created", tag="80")
    assert pub.where(order) == ("pending", "22", "8", True, "located")
    pub.tell("modified", tag="70", key=key)
    assert pub.where(order) == ("pending", "22", "7", False, "located")


def test_a_tag_of_no_table_is_a_place_that_we_do_not_name(pub: Evening) -> None:
    order = pub.order()
    key = pub.tell("created", tag="999")
    assert pub.where(order) == ("pending", "22", None, False, "located")
    assert pub.tracked(key).tag == "999"


def test_everybody_hears_of_it_once_and_version_1_not_at_all(pub: Evening) -> None:
    pub.order()
    key = pub.tell("created", tag="80")
    before = VenueEvent.objects.filter(venue=pub.venue).count()
    pub.tell("modified", tag="80", key=key)
    event = VenueEvent.objects.filter(venue=pub.venue).latest("seq")
    assert VenueEvent.objects.filter(venue=pub.venue).count() == before
    assert event.change == "tracked"
    frames = Frames(
        Event(pub.venue.pk, event.seq, event.at, "order", event.change, event.order_id, 1, event.actor, event.payload),
        "epoch",
    )
    assert (frames.v1_board, frames.v1_guest) == (None, None)
    assert frames.v2_guest is not None
    told = orjson.loads(frames.v2_guest)["order"]
    assert (told["located_table"], told["location_mismatch"], told["tracker_state"]) == ("8", True, "located")


def test_a_page_is_told(pub: Evening) -> None:
    order = pub.order()
    key = pub.tell("created")
    pub.tell("paged", key=key, paged=True)
    assert pub.where(order)[4] == "paged"
    assert pub.tracked(key).paged_at is not None


# Whose puck it is


def test_a_puck_that_was_started_first_is_adopted_when_its_number_is_given(pub: Evening) -> None:
    key = pub.tell("created", tag="70")
    order = pub.order()
    assert pub.where(order) == ("pending", "22", "7", False, "located")
    assert pub.tracked(key).order_id == order.pk


def test_another_number_is_another_puck(pub: Evening) -> None:
    pub.tell("created", name="31", tag="70")
    order = pub.order()
    pub.tell("created", name="32", tag="80")
    assert pub.where(order) == ("pending", "22", None, False, "")


def test_a_puck_of_nobody_is_kept_with_its_place(pub: Evening) -> None:
    pub.order(puck=None)
    key = pub.tell("created", name="31", tag="70")
    row = pub.tracked(key)
    assert (row.order_id, row.name, row.tag, row.state) == (None, "31", "70", "located")


def test_a_number_that_is_used_again_belongs_to_the_newer_order(pub: Evening) -> None:
    old, first = pub.order(), pub.tell("created", tag="70")
    pub.move(old, "acceptorder")
    pub.tell("cleared", key=first)
    new, second = pub.order(table="8"), pub.tell("created", tag="80")
    assert pub.where(old) == ("completed", "22", "7", False, "located")
    assert pub.where(new) == ("pending", "22", "8", False, "located")
    assert [pub.tracked(key).order_id for key in (first, second)] == [old.pk, new.pk]


def test_of_two_open_orders_with_a_number_the_newer_has_the_puck() -> None:
    pub = Evening(tracker_use="off")  # where nobody looks at the numbers
    old, new = pub.order(), pub.order(table="8")
    Venue.objects.filter(pk=pub.venue.pk).update(tracker_use="pucks")
    key = pub.tell("created")
    assert pub.tracked(key).order_id == new.pk
    assert pub.where(old)[4] == ""


def test_a_number_that_is_free_again_within_one_message_is_nobodys(pub: Evening) -> None:
    order, key = pub.order(), pub.tell("created", tag="70")
    pub.tell("cleared", key=key, step=False)
    another = pub.tell("created", tag="80")
    assert pub.where(order) == ("pending", None, None, False, "returned")
    assert pub.tracked(another).order_id is None


def test_a_number_on_an_open_order_is_refused_with_that_orders_number(pub: Evening) -> None:
    first = pub.order()
    with pytest.raises(AssertionError) as caught:
        make_order(pub.tables["8"], {pub.product: 1}, tracker_number="22")
    refused = caught.value.args[0]
    assert isinstance(refused, Refused)
    assert (refused.code, refused.field) == ("puck_taken", "tracker_number")
    assert f"order {first.number}" in refused.message
    pub.move(first, "acceptorder", "rejected")
    assert pub.order(table="8").tracker_number == "22"


def test_a_venue_without_pucks_joins_nothing_and_keeps_the_gateways_orders() -> None:
    pub = Evening(tracker_use="off")
    order, other = pub.order(), pub.order(table="8")
    key = pub.tell("created", tag="70")
    pub.move(order, "acceptorder")
    assert pub.where(order) == ("accepted", "22", None, False, "")
    assert other.tracker_number == "22"
    assert (pub.tracked(key).order_id, pub.commands()) == (None, [])


# A puck that comes back


def test_a_puck_that_comes_back_before_the_order_is_accepted_leaves_it_pending(pub: Evening) -> None:
    order, key = pub.order(), pub.tell("created", tag="70")
    pub.tell("cleared", key=key)
    assert pub.where(order) == ("pending", None, None, False, "returned")
    row = pub.tracked(key)
    assert (row.order_id, row.cleared_at) == (None, pub.now - timedelta(seconds=1))


@pytest.mark.parametrize("ready", [False, True])
def test_a_puck_that_comes_back_completes_its_order_and_staff_may_undo_it(pub: Evening, ready: bool) -> None:
    order, key = pub.order(), pub.tell("created", tag="70")
    pub.move(order, "acceptorder")
    if ready:
        pub.move(order, "readyorder")
    pub.tell("cleared", key=key)
    assert pub.where(order)[0] == "completed"
    done = VenueEvent.objects.filter(venue=pub.venue).latest("seq")
    assert (done.change, done.actor) == ("completed", "Table Tracker")
    undone = write(OrderUndo(pub.venue.pk, done.at, UndoOrder(order.pk, done.seq, "Undone."), "Sam"))
    assert isinstance(undone, Done)
    pub.step()
    assert pub.where(order) == ("ready" if ready else "accepted", None, None, False, "returned")


def test_where_the_venue_wants_to_be_asked_a_puck_that_comes_back_only_says_so() -> None:
    pub = Evening(puck_returned="propose")
    order, key = pub.order(), pub.tell("created", tag="70")
    pub.move(order, "acceptorder")
    pub.tell("cleared", key=key)
    assert pub.where(order) == ("accepted", None, None, False, "returned")
    assert pub.tracked(key).order_id == order.pk


def test_cleared_is_final(pub: Evening) -> None:
    order, key = pub.order(), pub.tell("created", tag="70")
    pub.tell("cleared", key=key)
    pub.tell("modified", tag="80", key=key)
    assert pub.where(order) == ("pending", None, None, False, "returned")
    assert pub.tracked(key).state == "cleared"


def test_what_a_snapshot_leaves_out_is_cleared(pub: Evening) -> None:
    order, key = pub.order(), pub.tell("created", tag="70")
    pub.move(order, "acceptorder")
    pub.snapshot(pub.words(key, tag="80"))
    assert pub.where(order) == ("accepted", "22", "8", True, "located")
    pub.snapshot()
    assert pub.where(order)[0] == "completed"


# What the gateway is told


def test_an_accepted_order_is_started_once(pub: Evening) -> None:
    order = pub.order()
    assert pub.commands() == []
    pub.move(order, "acceptorder")
    assert pub.commands() == [("start", "22", "planned")]
    pub.step()
    assert stepping.behind([pub.venue.pk]) == []
    assert pub.commands() == [("start", "22", "planned")]


def test_a_puck_that_is_there_already_is_not_started(pub: Evening) -> None:
    pub.tell("created")
    pub.move(pub.order(), "acceptorder")
    assert pub.commands() == []


def test_what_was_accepted_long_ago_is_not_started_any_more(pub: Evening) -> None:
    order = pub.order()
    pub.move(order, "acceptorder", step=False)
    pub.now += timedelta(minutes=5)
    pub.step()
    assert pub.commands() == []


def test_an_order_that_is_over_before_its_start_was_sent_is_not_started(pub: Evening) -> None:
    order = pub.order()
    pub.move(order, "acceptorder")
    pub.move(order, "cancelorder")
    assert pub.commands() == [("start", "22", "expired")]


@pytest.mark.parametrize(("action", "status"), [("completeorder", None), ("cancelorder", None)])
def test_what_we_started_is_cleared_with_its_order(pub: Evening, action: str, status: str | None) -> None:
    order = pub.order()
    pub.move(order, "acceptorder")
    key = pub.tell("created")
    pub.answer("start", key)
    pub.move(order, action, status)
    assert pub.commands()[1:] == [("clear", "22", "planned")]
    assert GatewayCommand.objects.get(verb="clear").order_uuid == str(key)


def test_what_we_did_not_start_is_cleared_only_when_staff_complete_the_order(pub: Evening) -> None:
    pub.tell("created")
    order = pub.order()
    pub.move(order, "acceptorder", "rejected")
    assert pub.commands() == []
    again = pub.order(table="8")
    pub.move(again, "acceptorder")
    pub.move(again, "completeorder")
    assert pub.commands() == [("clear", "22", "planned")]


def test_a_puck_that_came_back_by_itself_is_not_cleared_again(pub: Evening) -> None:
    order, key = pub.order(), pub.tell("created")
    pub.move(order, "acceptorder")
    pub.tell("cleared", key=key)
    pub.step()
    assert pub.where(order)[0] == "completed"
    assert pub.commands() == []


# In step


def test_a_venue_begins_with_its_first_agent_and_not_with_its_past() -> None:
    pub = Evening()
    order = pub.order()
    pub.move(order, "acceptorder", step=False)
    pub.venue.tracker_cursor.delete()
    pub.step()
    assert pub.commands() == []
    assert stepping.behind([pub.venue.pk]) == []


def test_an_order_without_a_uuid_is_passed_over_and_the_next_one_taken(pub: Evening) -> None:
    order = pub.order()
    pub.tell("created", uuid="none")
    pub.tell("created", tag="70")
    assert pub.where(order)[2] == "7"
    assert TrackedOrder.objects.count() == 1


def test_the_trackers_words_are_those_of_the_protocol() -> None:
    schema = yaml.safe_load((Path(__file__).parents[3] / "docs" / "asyncapi.yaml").read_text())
    words = schema["components"]["schemas"]["Order"]["properties"]["tracker_state"]["enum"]
    assert words == ["", STARTED, LOCATED, PAGED, RETURNED]


def test_beat_keeps_a_venue_in_step_whose_agent_is_away(pub: Evening) -> None:
    order = pub.order()
    pub.tell("created", tag="70", step=False)
    app.conf.task_always_eager = True
    try:
        look_for_venues_behind()
    finally:
        app.conf.task_always_eager = False
    assert pub.where(order)[2] == "7"
    assert stepping.all_behind() == []
