"""Orders being placed: what the database holds afterwards, and what is refused."""

import dataclasses
from datetime import date, timedelta
from decimal import Decimal

import pytest

from orders.changes import Done, Placement
from orders.commit import commit
from orders.errors import Refused, TooMany
from orders.models import Order, OrderLine, VenueEvent
from orders.services import pause
from orders.tables import clear_table, stop_table
from tests.orders.pub import Pub, make_pub, one, order_of, placed
from venues.models import Product, VenueFeed, VenueProduct

pytestmark = pytest.mark.django_db


@pytest.fixture
def pub() -> Pub:
    return make_pub()


def code_of(placement: Placement) -> str:
    outcome = one(placement)
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def test_an_order_is_its_row_its_lines_and_one_event(pub: Pub) -> None:
    first, second = pub.products[:2]
    done = pub.place({str(first.pk): 4, str(second.pk): 5})
    order = order_of(done)
    assert (order.state, order.number, order.total) == ("pending", 1, Decimal("14.00"))
    assert order.order_items == f'{{"{first.pk}":4,"{second.pk}":5}}'
    lines = OrderLine.objects.filter(order=order).order_by("position")
    assert [(line.name, line.quantity, line.unit_price) for line in lines] == [
        ("Ale 1", 4, Decimal("1.00")),
        ("Ale 2", 5, Decimal("2.00")),
    ]
    event = VenueEvent.objects.get(venue=pub.venue, seq=done.seq)
    assert (event.kind, event.change, event.order_id) == ("order", "placed", order.pk)


def test_seq_has_no_gap_whatever_is_refused_between(pub: Pub) -> None:
    start = VenueFeed.objects.get(venue=pub.venue).seq
    sold_out = pub.placement()
    pub.count_stock(0, 0)
    pub.place({str(pub.products[1].pk): 1})
    assert code_of(sold_out) == "sold_out"
    pub.place({str(pub.products[1].pk): 2})
    seqs = list(VenueEvent.objects.filter(venue=pub.venue, seq__gt=start).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(start + 1, start + 1 + len(seqs)))
    assert VenueFeed.objects.get(venue=pub.venue).seq == seqs[-1]


def test_one_bad_order_harms_no_other_of_its_batch(pub: Pub) -> None:
    good, bad, later = pub.placement(), pub.placement(), pub.placement(table=1)
    bad.session_id = 0
    outcomes, events = commit([good, bad, later])
    assert [type(outcome).__name__ for outcome in outcomes] == ["Done", "Refused", "Done"]
    assert [event.order_id for event in events] == [good.order_id, later.order_id]


def test_order_numbers_begin_again_with_the_business_day(pub: Pub) -> None:
    assert pub.place().order_number == 1
    assert pub.place().order_number == 2
    pub.tick(16 * 3600)  # past 05:00 local
    assert pub.place().order_number == 1
    assert Order.objects.filter(venue=pub.venue).order_by("-placed_at")[0].business_date == date(2026, 6, 2)


def test_a_clock_that_is_behind_does_not_go_back_a_day(pub: Pub) -> None:
    pub.place()
    late = pub.placement()
    late.at = late.at.replace(year=2025)
    assert placed(one(late)).order_number == 2


def test_a_repeat_answers_with_the_first_ack_whatever_changed_since(pub: Pub) -> None:
    first = pub.placement(client_order_id="k-1")
    done = placed(one(first))
    pub.move("acceptorder", done.order_id)
    again = placed(one(pub.placement(client_order_id="k-1")))
    assert (again.order_id, again.order_number, again.seq, again.repeat) == (done.order_id, 1, done.seq, True)
    assert Order.objects.filter(venue=pub.venue).count() == 1


def test_a_key_with_other_contents_is_an_error(pub: Pub) -> None:
    pub.place(client_order_id="k-1")
    assert code_of(pub.placement({str(pub.products[0].pk): 3}, client_order_id="k-1")) == "key_reused"


def test_a_key_with_another_tracker_number_is_other_contents(pub: Pub) -> None:
    pub.place(client_order_id="k-1", tracker_number="7")
    assert code_of(pub.placement(client_order_id="k-1", tracker_number="8")) == "key_reused"


def test_the_key_of_another_session_is_in_use_and_shows_nothing(pub: Pub) -> None:
    pub.place(client_order_id="k-1")
    outcome = one(pub.placement(client_order_id="k-1", table=1))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.message) == ("key_in_use", "This client_order_id is in use.")


def test_a_refused_order_does_not_use_up_its_key(pub: Pub) -> None:
    row = pub.count_stock(0, 1)
    early = pub.placement(client_order_id="k-1")
    assert code_of(early) == "sold_out"
    VenueProduct.objects.filter(pk=row.pk).update(stock=5)
    assert isinstance(one(pub.placement(client_order_id="k-1")), Done)


def test_a_key_may_be_used_at_another_venue(pub: Pub) -> None:
    other = make_pub()
    assert not pub.place(client_order_id="k-1").repeat
    assert not other.place(client_order_id="k-1").repeat


def test_a_look_alike_within_ten_seconds_is_marked_and_kept(pub: Pub) -> None:
    first = pub.place()
    pub.tick(9)
    second = pub.place()
    pub.tick(11)
    third = pub.place()
    marks = dict(Order.objects.filter(venue=pub.venue).values_list("id", "possible_duplicate_of"))
    assert first.order_id is not None
    assert second.order_id is not None
    assert third.order_id is not None
    assert marks == {first.order_id: None, second.order_id: first.order_id, third.order_id: None}


def test_two_alike_in_one_batch_are_marked_too(pub: Pub) -> None:
    one_, two = pub.placement(), pub.placement()
    commit([one_, two])
    assert Order.objects.get(pk=two.order_id).possible_duplicate_of == one_.order_id


def test_only_the_first_order_of_a_session_says_so(pub: Pub) -> None:
    first, second = pub.place(), pub.place()
    flags = dict(Order.objects.filter(venue=pub.venue).values_list("id", "first_of_session"))
    assert first.order_id is not None
    assert second.order_id is not None
    assert flags == {first.order_id: True, second.order_id: False}


def test_a_cleared_session_orders_nothing(pub: Pub) -> None:
    late = pub.placement()
    clear_table(pub.tables[0], pub.now)
    assert code_of(late) == "session_ended"


def test_a_stopped_table_orders_nothing_but_staff_may_for_it(pub: Pub) -> None:
    guest, staff = pub.placement(), pub.placement()
    staff.by_staff = True
    stop_table(pub.tables[0], pub.now)
    assert code_of(guest) == "table_stopped"
    assert isinstance(one(staff), Done)


def test_stock_counts_down_and_never_below_nothing(pub: Pub) -> None:
    row = pub.count_stock(0, 3)
    outcomes, _ = commit([pub.placement(), pub.placement(table=1)])
    assert [type(outcome).__name__ for outcome in outcomes] == ["Done", "Refused"]
    row.refresh_from_db()
    assert row.stock == 1


def test_the_last_one_sold_makes_a_new_menu_version(pub: Pub) -> None:
    pub.count_stock(0, 2)
    before = VenueFeed.objects.get(venue=pub.venue).menu_version
    pub.place()
    assert VenueFeed.objects.get(venue=pub.venue).menu_version == before + 1
    assert VenueEvent.objects.filter(venue=pub.venue, kind="availability").count() == 1
    with pytest.raises(Refused, match="sold out"):
        pub.placement()


def test_the_price_is_the_one_of_the_moment_of_writing(pub: Pub) -> None:
    waiting = pub.placement()
    product = Product.objects.get(pk=pub.products[0].pk)
    product.price = Decimal("9.50")
    product.save()
    done = placed(one(waiting))
    assert order_of(done).total == Decimal("19.00")


def test_a_product_gone_from_the_menu_meanwhile_is_refused(pub: Pub) -> None:
    waiting = pub.placement()
    product = Product.objects.get(pk=pub.products[0].pk)
    product.active = False
    product.save()
    assert code_of(waiting) == "unknown_product"


def test_a_table_has_a_cap_of_open_orders() -> None:
    pub = make_pub(max_open_per_table=2)
    first = pub.place()
    pub.place({str(pub.products[1].pk): 1})
    outcome = one(pub.placement({str(pub.products[2].pk): 1}))
    assert isinstance(outcome, TooMany)
    pub.move("acceptorder", first.order_id, "rejected")
    assert isinstance(one(pub.placement({str(pub.products[2].pk): 1})), Done)


def test_a_venue_may_refuse_while_nobody_watches() -> None:
    pub = make_pub(refuse_without_board=True)
    assert code_of(pub.placement()) == "no_board"


def test_a_guest_of_one_venue_cannot_order_into_anothers_session(pub: Pub) -> None:
    other = make_pub()
    crossed = dataclasses.replace(pub.placement(), session_id=other.session().pk)
    assert code_of(crossed) == "session_ended"


def test_an_event_handed_over_and_one_read_again_give_the_same_bytes(pub: Pub) -> None:
    from orders.feed import events_of
    from orders.frames import Frames

    first, second = pub.products[:2]
    _, (handed,) = commit([pub.placement({str(second.pk): 2, str(first.pk): 1}, client_order_id="e-1")])
    (read,) = events_of(VenueEvent.objects.filter(venue=pub.venue, seq=handed.seq))
    assert handed.order is not None
    assert read.order is None
    for kind in ("v1_board", "v2_board", "v2_guest"):
        assert getattr(Frames(handed, "e"), kind) == getattr(Frames(read, "e"), kind)


def test_a_repeat_is_answered_though_everything_speaks_against_the_order_now(pub: Pub) -> None:
    row = pub.count_stock(0, 2)
    done = pub.place(client_order_id="k-1")
    row.refresh_from_db()
    assert row.stock == 0
    pause(pub.venue.pk, pub.now + timedelta(hours=1), "busy", pub.now)
    again = placed(one(pub.placement(client_order_id="k-1", refused_at_the_door=True)))
    assert (again.order_id, again.repeat) == (done.order_id, True)
    assert code_of(pub.placement(client_order_id="k-2", refused_at_the_door=True)) == "paused"
