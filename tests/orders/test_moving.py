"""Orders changing state: who wins, what is a repeat, what goes back."""

import pytest

from orders.changes import Done, OrderMove
from orders.commit import Outcome, commit
from orders.errors import OrderMoved, Refused
from orders.models import Order, VenueEvent
from orders.requests import MoveOrder
from orders.states import move_for
from tests.orders.pub import Pub, make_pub, one, order_of, placed

pytestmark = pytest.mark.django_db


@pytest.fixture
def pub() -> Pub:
    return make_pub()


def state_of(done: Done) -> tuple[str, str]:
    order = order_of(done)
    return order.state, order.order_status


def code_of(outcome: Outcome) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def test_an_order_goes_from_pending_to_completed(pub: Pub) -> None:
    done = pub.place()
    for action, state in (("acceptorder", "accepted"), ("readyorder", "ready"), ("completeorder", "completed")):
        assert isinstance(pub.move(action, done.order_id), Done)
        assert state_of(done) == (state, state)
    order = order_of(done)
    assert order.accepted_at is not None
    assert order.ready_at is not None
    assert order.finished_at is not None
    assert order.accepted_at < order.ready_at < order.finished_at


def test_second_bartender_is_told_the_order_moved(pub: Pub) -> None:
    done = pub.place()
    pub.move("acceptorder", done.order_id)
    outcome = pub.move("acceptorder", done.order_id, "rejected")
    assert isinstance(outcome, OrderMoved)
    assert "already accepted" in outcome.message
    assert state_of(done) == ("accepted", "accepted")


def test_the_same_again_is_a_repeat_that_writes_nothing(pub: Pub) -> None:
    done = pub.place()
    first = placed(pub.move("acceptorder", done.order_id, "accepted"))
    events = VenueEvent.objects.filter(venue=pub.venue).count()
    again = placed(pub.move("acceptorder", done.order_id, "accepted"))
    assert (again.seq, again.repeat) == (first.seq, True)
    assert VenueEvent.objects.filter(venue=pub.venue).count() == events


def test_the_same_action_with_other_words_changes_the_words(pub: Pub) -> None:
    done = pub.place()
    pub.move("acceptorder", done.order_id, "accepted")
    pub.move("acceptorder", done.order_id, "Being poured")
    assert state_of(done) == ("accepted", "Being poured")
    assert VenueEvent.objects.filter(order_id=done.order_id).order_by("-seq")[0].change == "reworded"


def test_completing_a_pending_order_says_to_accept_first(pub: Pub) -> None:
    assert code_of(pub.move("completeorder", pub.place().order_id)) == "too_early"


def test_an_order_of_another_venue_does_not_exist_here(pub: Pub) -> None:
    done = make_pub().place()
    assert code_of(pub.move("acceptorder", done.order_id)) == "unknown_order"


def test_another_table_or_time_than_the_orders_is_an_error(pub: Pub) -> None:
    done = pub.place()
    assert code_of(pub.move("acceptorder", done.order_id, table_number="2")) == "wrong_table"
    assert code_of(pub.move("acceptorder", done.order_id, order_time=1594120013360)) == "wrong_time"


def guest_cancel(pub: Pub, done: Done, session_id: int) -> Outcome:
    assert done.order_id is not None
    wanted = MoveOrder(done.order_id, move_for("cancelorder", None), worded=False, action="cancelorder")
    return one(OrderMove(pub.venue.pk, pub.tick(), wanted, "guest", "guest", session_id))


def test_a_guest_cancels_while_pending_and_nobody_undoes_it(pub: Pub) -> None:
    done = pub.place()
    cancelled = placed(guest_cancel(pub, done, pub.sessions[0].pk))
    assert state_of(done)[0] == "cancelled"
    assert code_of(pub.undo(done.order_id, cancelled.seq)) == "cannot_undo"


def test_a_guest_cannot_cancel_what_is_being_made_nor_anothers_order(pub: Pub) -> None:
    done = pub.place()
    other = pub.session(1)
    assert code_of(guest_cancel(pub, done, other.pk)) == "unknown_order"
    pub.move("acceptorder", done.order_id)
    assert code_of(guest_cancel(pub, done, pub.sessions[0].pk)) == "order_moved"


def test_undo_goes_back_exactly_one_step(pub: Pub) -> None:
    done = pub.place()
    pub.move("acceptorder", done.order_id, "Being poured")
    ready = placed(pub.move("readyorder", done.order_id))
    undone = placed(pub.undo(done.order_id, ready.seq))
    assert state_of(done) == ("accepted", "Being poured")
    assert order_of(done).ready_at is None
    assert code_of(pub.undo(done.order_id, undone.seq)) == "cannot_undo"


def test_undo_names_the_last_change_or_is_refused(pub: Pub) -> None:
    done = pub.place()
    accepted = placed(pub.move("acceptorder", done.order_id))
    pub.move("readyorder", done.order_id)
    assert code_of(pub.undo(done.order_id, accepted.seq)) == "cannot_undo"


def test_undo_is_open_for_ten_minutes(pub: Pub) -> None:
    done = pub.place()
    completed = placed(pub.move("acceptorder", done.order_id))
    pub.tick(601)
    assert code_of(pub.undo(done.order_id, completed.seq)) == "undo_too_late"


def test_a_rejected_order_gives_its_stock_back_and_undo_takes_it_again(pub: Pub) -> None:
    row = pub.count_stock(0, 2)
    done = pub.place()
    rejected = placed(pub.move("acceptorder", done.order_id, "rejected"))
    row.refresh_from_db()
    assert row.stock == 2
    pub.undo(done.order_id, rejected.seq)
    row.refresh_from_db()
    assert (row.stock, state_of(done)[0]) == (0, "pending")


def test_undo_says_so_when_the_stock_is_gone(pub: Pub) -> None:
    pub.count_stock(0, 2)
    done = pub.place()
    rejected = placed(pub.move("acceptorder", done.order_id, "rejected"))
    pub.place(table=1)
    outcome = pub.undo(done.order_id, rejected.seq)
    assert isinstance(outcome, Refused)
    assert outcome.message.startswith("Ale 1 is sold out")
    assert state_of(done)[0] == "rejected"


def test_a_completed_order_keeps_its_stock(pub: Pub) -> None:
    row = pub.count_stock(0, 2)
    done = pub.place()
    pub.move("acceptorder", done.order_id)
    pub.move("completeorder", done.order_id)
    row.refresh_from_db()
    assert row.stock == 0


def test_every_event_is_the_whole_order_as_a_fresh_read_has_it(pub: Pub) -> None:
    import json

    import orjson

    from orders.render import whole_order

    done = pub.place(client_order_id="k")
    for action in ("acceptorder", "readyorder", "completeorder"):
        moved = placed(pub.move(action, done.order_id))
        row = Order.objects.filter(venue=pub.venue).values().get()
        event = VenueEvent.objects.get(venue=pub.venue, seq=moved.seq)
        assert json.loads(event.payload) == json.loads(orjson.dumps(whole_order(dict(row))))


def test_moves_of_many_orders_share_a_transaction(pub: Pub) -> None:
    orders = [pub.place({str(pub.products[i].pk): 1}) for i in range(4)]
    changes = []
    for done in orders:
        assert done.order_id is not None
        wanted = MoveOrder(done.order_id, move_for("acceptorder", None), worded=False, action="acceptorder")
        changes.append(OrderMove(pub.venue.pk, pub.tick(), wanted, "bar"))
    outcomes, events = commit(changes)
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert [event.seq for event in events] == list(range(events[0].seq, events[0].seq + 4))
