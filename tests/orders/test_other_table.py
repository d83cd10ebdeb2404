"""Staff have an order brought to another table than the one that ordered it."""

import json
from typing import Any

import pytest

from orders import protocol
from orders.changes import Done, Whereabouts
from orders.commit import Outcome
from orders.errors import OrderMoved, Refused, TooMany
from orders.feed import events_of
from orders.frames import Frames
from orders.models import VenueEvent
from orders.protocol import Speaker
from orders.requests import MoveToTable
from orders.services import record_location
from tests.orders.pub import Pub, make_pub, one, order_of, placed

pytestmark = pytest.mark.django_db
BOARD = Speaker(1, board=True, version=2)
ORDER_ID = "0bc09aea-f152-4386-b1b0-f741f1e01fff"


@pytest.fixture
def pub() -> Pub:
    return make_pub()


def code_of(outcome: Outcome) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def table_of(done: Done) -> tuple[str, str, str | None]:
    """The table of the order, its number on the order, and the one that it was moved from."""
    order = order_of(done)
    return order.table.number, order.table_number, order.moved_from


def locate(pub: Pub, done: Done, table: str) -> None:
    assert done.order_id is not None
    record_location(
        pub.venue.pk, done.order_id, Whereabouts("22", table, "located"), actor="Table Tracker", now=pub.tick()
    )


def last_frames(pub: Pub) -> Frames:
    """What sockets hear of the venue's last event."""
    (event,) = events_of(VenueEvent.objects.filter(venue=pub.venue).order_by("-seq")[:1])
    return Frames(event, "e")


def test_the_request_names_order_and_table() -> None:
    frame = {"action": "moveorder", "order_id": ORDER_ID, "table_number": "9"}
    request = protocol.parse_request(frame, BOARD)
    assert isinstance(request, MoveToTable)
    assert (str(request.order_id), request.table_number) == (ORDER_ID, "9")


@pytest.mark.parametrize(
    ("more", "code"), [({}, "missing"), ({"table_number": ""}, "missing"), ({"table_number": 9}, "wrong_type")]
)
def test_a_request_without_a_table_says_what_is_missing(more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        protocol.parse_request({"action": "moveorder", "order_id": ORDER_ID} | more, BOARD)
    assert (refusal.value.code, refusal.value.field) == (code, "table_number")


def test_an_open_order_goes_to_another_table_and_back(pub: Pub) -> None:
    done = pub.place()
    for action in ("acceptorder", "readyorder"):
        placed(pub.move_to_table(done.order_id, "2"))
        assert table_of(done) == ("2", "2", "1")
        placed(pub.move_to_table(done.order_id, "3"))
        assert table_of(done) == ("3", "3", "1")
        placed(pub.move_to_table(done.order_id, "1"))
        assert table_of(done) == ("1", "1", None)
        pub.move(action, done.order_id)


def test_the_same_table_again_is_a_repeat_that_writes_nothing(pub: Pub) -> None:
    done = pub.place()
    first = placed(pub.move_to_table(done.order_id, "2"))
    events = VenueEvent.objects.filter(venue=pub.venue).count()
    again = placed(pub.move_to_table(done.order_id, "2"))
    assert (again.seq, again.repeat) == (first.seq, True)
    assert VenueEvent.objects.filter(venue=pub.venue).count() == events


def test_a_table_that_the_venue_does_not_have_is_refused(pub: Pub) -> None:
    done = pub.place()
    pub.tables[3].delete()
    make_pub()  # where there is a table 4
    outcome = pub.move_to_table(done.order_id, "4")
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.field) == ("unknown_table", "table_number")
    assert outcome.message == "There is no table 4 here."
    assert table_of(done) == ("1", "1", None)


def test_a_finished_order_stays_where_it_was_brought(pub: Pub) -> None:
    done = pub.place()
    pub.move("cancelorder", done.order_id)
    assert isinstance(pub.move_to_table(done.order_id, "2"), OrderMoved)
    assert table_of(done) == ("1", "1", None)


def test_an_order_of_another_venue_does_not_exist_here(pub: Pub) -> None:
    assert code_of(pub.move_to_table(make_pub().place().order_id, "2")) == "unknown_order"


def test_the_last_step_can_be_undone_as_before_and_leaves_the_table(pub: Pub) -> None:
    done = pub.place()
    accepted = placed(pub.move("acceptorder", done.order_id))
    moved = placed(pub.move_to_table(done.order_id, "2"))
    assert code_of(pub.undo(done.order_id, moved.seq)) == "cannot_undo"
    placed(pub.undo(done.order_id, accepted.seq))
    assert order_of(done).state == "pending"
    assert table_of(done) == ("2", "2", "1")


def test_whether_the_guest_sits_elsewhere_is_judged_by_the_new_table(pub: Pub) -> None:
    done = pub.place(tracker_number="22")
    locate(pub, done, "2")
    assert order_of(done).location_mismatch
    pub.move_to_table(done.order_id, "2")
    assert not order_of(done).location_mismatch
    pub.move_to_table(done.order_id, "3")
    assert order_of(done).location_mismatch
    locate(pub, done, "3")
    assert not order_of(done).location_mismatch


def test_the_order_stays_one_of_the_session_that_ordered_it() -> None:
    pub = make_pub(max_open_per_table=1)
    done = pub.place()
    pub.move_to_table(done.order_id, "2")
    assert order_of(done).session == pub.sessions[0]
    (event,) = VenueEvent.objects.filter(order_id=done.order_id, change="moved")
    assert event.session_id == pub.sessions[0].pk
    assert isinstance(one(pub.placement({str(pub.products[1].pk): 1})), TooMany)
    pub.place(table=1)


def test_boards_and_guests_of_version_2_hear_of_it_and_nobody_of_version_1(pub: Pub) -> None:
    done = pub.place()
    pub.move_to_table(done.order_id, "2")
    frames = last_frames(pub)
    assert (frames.v1_board, frames.v1_guest) == (None, None)
    for text in (frames.v2_board, frames.v2_guest):
        assert text is not None
        frame = json.loads(text)
        assert (frame["change"], frame["order"]["table_number"], frame["order"]["moved_from"]) == ("moved", "2", "1")


def test_later_frames_of_version_1_have_the_guests_own_table(pub: Pub) -> None:
    done = pub.place()
    pub.move_to_table(done.order_id, "2")
    pub.move("acceptorder", done.order_id)
    text = last_frames(pub).v1_guest
    assert text is not None
    frame = json.loads(text)
    assert list(frame) == ["order_status", "order_id", "order_items", "order_time", "venue_id", "table_number"]
    assert (frame["order_status"], frame["table_number"]) == ("accepted", "1")


@pytest.mark.parametrize("table", ["1", "2"])
def test_who_names_the_orders_table_names_the_new_one_or_that_which_ordered(pub: Pub, table: str) -> None:
    done = pub.place()
    pub.move_to_table(done.order_id, "2")
    assert code_of(pub.move("acceptorder", done.order_id, table_number="3")) == "wrong_table"
    assert isinstance(pub.move("acceptorder", done.order_id, table_number=table), Done)


def test_every_event_is_the_whole_order_as_a_fresh_read_has_it(pub: Pub) -> None:
    import orjson

    from orders.models import Order
    from orders.render import whole_order

    done = pub.place()
    moved = placed(pub.move_to_table(done.order_id, "2"))
    row = Order.objects.filter(venue=pub.venue).values().get()
    event = VenueEvent.objects.get(venue=pub.venue, seq=moved.seq)
    assert json.loads(event.payload) == json.loads(orjson.dumps(whole_order(dict(row))))
