"""What staff note on the board's tickets: lines that are made, IDs that were seen, bills that are paid; and orders by
which they try things out."""

import json
from dataclasses import replace
from typing import Any

import orjson
import pytest

from orders import feed, protocol, snapshots
from orders.changes import Done, Event, Placement
from orders.commit import Outcome
from orders.errors import Refused
from orders.frames import Frames
from orders.models import VenueEvent
from orders.protocol import Speaker
from orders.requests import PlaceOrder, TickOrder
from orders.services import pause
from tests.orders.pub import Pub, make_pub, one, order_of, placed
from venues.models import Product

pytestmark = pytest.mark.django_db

ORDER_ID = "0bc09aea-f152-4386-b1b0-f741f1e01fff"
BOARD = Speaker(1, board=True, version=2)
GUEST = Speaker(1, board=False, version=2, table_number="1")


@pytest.fixture
def pub() -> Pub:
    return make_pub()


def code_of(outcome: Outcome) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def newest(pub: Pub) -> Event:
    return next(iter(feed.events_of(VenueEvent.objects.filter(venue=pub.venue).order_by("-seq")[:1])))


def two_lines(pub: Pub) -> Done:
    return pub.place({str(pub.products[0].pk): 2, str(pub.products[1].pk): 1})


def lines_done(done: Done) -> Any:
    return orjson.loads(order_of(done).lines_done)


def test_a_line_is_made_and_not_after_all(pub: Pub) -> None:
    order = two_lines(pub)
    placed(pub.tick_line(order.order_id, 1))
    placed(pub.tick_line(order.order_id, 0))
    assert lines_done(order) == [0, 1]
    placed(pub.tick_line(order.order_id, 1, done=False))
    assert lines_done(order) == [0]


def test_what_staff_try_out_takes_no_place_of_the_guests_orders() -> None:
    pub = make_pub(max_open_per_table=1)
    trial = pub.placement()
    trial.wanted = replace(trial.wanted, test=True)
    placed(one(trial))
    placed(one(pub.placement()))
    assert code_of(one(pub.placement({str(pub.products[1].pk): 1}))) == "too_many_orders"


def test_two_boards_that_tick_the_same_line_write_once(pub: Pub) -> None:
    order = two_lines(pub)
    first = placed(pub.tick_line(order.order_id, 1))
    again = placed(pub.tick_line(order.order_id, 1))
    assert (again.seq, again.repeat) == (first.seq, True)


def test_a_line_that_is_not_there_is_no_line(pub: Pub) -> None:
    assert code_of(pub.tick_line(two_lines(pub).order_id, 2)) == "unknown_line"


def test_a_finished_order_takes_no_tick(pub: Pub) -> None:
    order = two_lines(pub)
    pub.move("acceptorder", order.order_id, "rejected")
    assert code_of(pub.tick_line(order.order_id, 0)) == "order_moved"


def test_a_tick_leaves_the_last_step_to_undo(pub: Pub) -> None:
    order = two_lines(pub)
    accepted = placed(pub.move("acceptorder", order.order_id))
    pub.tick_line(order.order_id, 0)
    placed(pub.undo(order.order_id, accepted.seq))
    assert order_of(order).state == "pending"
    assert lines_done(order) == [0]


def test_an_id_is_checked_where_something_needs_one(pub: Pub) -> None:
    plain = two_lines(pub)
    assert code_of(pub.check_id(plain.order_id)) == "no_id_needed"
    Product.objects.filter(pk=pub.products[0].pk).update(age_restricted=True)
    order = two_lines(pub)
    placed(pub.check_id(order.order_id))
    assert order_of(order).id_checked


def test_guests_hear_nothing_of_a_tick(pub: Pub) -> None:
    order = two_lines(pub)
    pub.tick_line(order.order_id, 0)
    frames = Frames(newest(pub), "epoch")
    assert (frames.v1_board, frames.v1_guest, frames.v2_guest) == (None, None, None)
    assert json.loads(frames.v2_board or "")["order"]["lines_done"] == [0]


def test_a_bill_is_paid_and_the_guest_sees_it(pub: Pub) -> None:
    order = two_lines(pub)
    placed(pub.pay(order.order_id))
    frames = Frames(newest(pub), "epoch")
    assert (frames.v1_board, frames.v1_guest) == (None, None)
    told = json.loads(frames.v2_guest or "")
    assert (told["change"], told["order"]["paid_at"]) == ("paid", protocol.to_ms(pub.now))
    placed(pub.pay(order.order_id, paid=False))
    assert order_of(order).paid_at is None


def test_what_is_not_made_is_not_paid(pub: Pub) -> None:
    order = two_lines(pub)
    pub.move("acceptorder", order.order_id, "rejected")
    assert code_of(pub.pay(order.order_id)) == "order_moved"


def test_what_was_paid_before_it_was_cancelled_can_be_noted_as_given_back(pub: Pub) -> None:
    order = two_lines(pub)
    pub.pay(order.order_id)
    pub.move("cancelorder", order.order_id)
    placed(pub.pay(order.order_id, paid=False))
    assert order_of(order).paid_at is None
    assert code_of(pub.pay(order.order_id)) == "order_moved"


def test_an_order_that_is_over_can_be_paid(pub: Pub) -> None:
    order = two_lines(pub)
    for action in ("acceptorder", "completeorder"):
        pub.move(action, order.order_id)
    placed(pub.pay(order.order_id))
    assert order_of(order).state == "completed"
    assert order_of(order).paid_at == pub.now


def tried_out(pub: Pub) -> Placement:
    placement = pub.placement({str(pub.products[3].pk): 2})
    wanted = protocol.parse_request(
        {"action": "order", "table_number": "1", "test": True, "order_items": {str(pub.products[3].pk): 2}},
        Speaker(pub.venue.pk, board=True, version=2),
    )
    assert isinstance(wanted, PlaceOrder)
    placement.wanted, placement.by_staff = wanted, True
    return placement


def test_a_test_order_counts_no_stock_and_is_no_first_order(pub: Pub) -> None:
    stock = pub.count_stock(3, 1)
    tried = placed(one(tried_out(pub)))
    stock.refresh_from_db()
    assert (order_of(tried).test, order_of(tried).first_of_session, stock.stock) == (True, False, 1)
    assert order_of(pub.place()).first_of_session
    pub.move("acceptorder", tried.order_id, "rejected")
    stock.refresh_from_db()
    assert stock.stock == 1


def test_no_guest_sees_a_test_order(pub: Pub) -> None:
    tried = placed(one(tried_out(pub)))
    pub.move("acceptorder", tried.order_id)
    for event in feed.events_of(VenueEvent.objects.filter(order_id=tried.order_id)):
        frames = Frames(event, "epoch")
        assert frames.v2_board is not None
        assert (frames.v1_guest, frames.v2_guest) == (None, None)


def test_staff_try_things_out_while_the_venue_is_paused(pub: Pub) -> None:
    from orders.pricing import price_order

    placement = tried_out(pub)
    pause(pub.venue.pk, pub.now.replace(year=2100), "Kitchen", pub.tick())
    assert price_order(placement.catalogue, placement.wanted, pub.now).total == 8


def parse(frame: dict[str, Any], speaker: Speaker) -> Any:
    return protocol.parse_request(frame, speaker)


def test_a_guest_cannot_make_a_test_order() -> None:
    wanted = parse({"action": "order", "test": True, "order_items": {"1": 1}}, GUEST)
    assert isinstance(wanted, PlaceOrder)
    assert not wanted.test


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({}, "line"),
        ({"line": 0, "id_checked": True}, "line"),
        ({"line": "0"}, "line"),
        ({"line": -1}, "line"),
        ({"line": 0, "done": "yes"}, "done"),
        ({"id_checked": 1}, "id_checked"),
    ],
)
def test_a_tick_says_what_it_ticks(more: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        parse({"action": "tickorder", "order_id": ORDER_ID} | more, BOARD)
    assert refused.value.field == field


def test_a_tick_is_for_boards() -> None:
    asked = {"action": "tickorder", "order_id": ORDER_ID, "line": 0}
    assert isinstance(parse(asked, BOARD), TickOrder)
    with pytest.raises(Refused, match="Forbidden"):
        parse(asked, GUEST)


@pytest.mark.parametrize("initials", ["SK", "é", "Ana"])
def test_a_tablet_says_whose_hand_it_is(initials: str) -> None:
    assert protocol.initials_of({"initials": initials}, BOARD) == initials


@pytest.mark.parametrize("initials", ["S K", "<b>", "ABCDE", 7, "R2"])
def test_initials_are_letters(initials: Any) -> None:
    with pytest.raises(Refused) as refused:
        protocol.initials_of({"initials": initials}, BOARD)
    assert refused.value.field == "initials"


def test_a_guest_has_no_initials() -> None:
    assert protocol.initials_of({"initials": "SK"}, GUEST) == ""


def test_a_snapshot_shows_ticks(pub: Pub) -> None:
    order = two_lines(pub)
    pub.tick_line(order.order_id, 0)
    row = snapshots.read_board(pub.venue.pk).orders[0]
    assert row["lines_done"] == order_of(order).lines_done == "[0]"


def test_a_board_that_has_no_word_for_a_test_hears_nothing_of_it(pub: Pub) -> None:
    trial = pub.placement()
    trial.wanted = replace(trial.wanted, test=True)
    placed(one(trial))
    frames = Frames(newest(pub), "epoch")
    assert frames.v1_board is None
    assert frames.v2_board is not None
