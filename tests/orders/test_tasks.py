"""Orders that nobody answers, on the pub's own clock; and what is true of all tasks."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from functools import partial

import pytest
import time_machine
from django.conf import settings
from django.db import OperationalError, connection

from ontap.celery import app
from orders import idle, tasks, unanswered
from orders.changes import Done
from orders.feed import events_of
from orders.frames import Frames
from orders.models import Order, VenueEvent
from orders.services import pause
from orders.states import State
from orders.unanswered import ALERT, ESCALATE, REJECT, Patience, counts_from, due_step, reason_after
from tests.orders.beats import LONDON, at_once, beat, beat_twice, local, notices, open_from, pub, pub_at_noon, rows
from tests.orders.pub import NOON, Pub
from venues.hours import Hours, Opening
from venues.models import TableSession

__all__ = ["at_once", "pub"]

pytestmark = pytest.mark.django_db(transaction=True)

MINUTES = Patience(timedelta(minutes=1), timedelta(minutes=3), timedelta(minutes=10))


def order_of(done: Done) -> Order:
    assert done.order_id is not None
    return Order.objects.get(pk=done.order_id)


@pytest.mark.parametrize(
    ("seconds", "alerted", "escalated", "step"),
    [
        (59, False, False, None),
        (60, False, False, ALERT),
        (179, True, False, None),
        (180, True, False, ESCALATE),
        (599, True, True, None),
        (600, True, True, REJECT),
        (200, False, False, ALERT),  # the worker was away: one step at a time
        (3600, False, False, REJECT),  # but nobody is alerted to what is too late
    ],
)
def test_each_step_is_due_once_and_at_its_time(seconds: int, alerted: bool, escalated: bool, step: str | None) -> None:
    assert due_step(timedelta(seconds=seconds), MINUTES, alerted=alerted, escalated=escalated) == step


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(600, "10 minutes"), (60, "1 minute"), (90, "90 seconds"), (1, "1 second"), (4_000_000_000, "4000000000 seconds")],
)
def test_the_guest_reads_how_long_nobody_answered(seconds: int, words: str) -> None:
    assert reason_after(seconds) == f"Nobody answered for {words}. Please order at the bar."
    assert len(reason_after(seconds)) <= 140


def test_an_order_is_left_alone_for_a_minute(pub: Pub) -> None:
    done = pub.place()
    before = rows()
    beat(pub.now + timedelta(seconds=59))
    assert rows() == before
    assert order_of(done).state == State.PENDING


def test_boards_are_alerted_once(pub: Pub) -> None:
    done = pub.place()
    beat_twice(pub.now + timedelta(seconds=60))
    beat_twice(pub.now + timedelta(seconds=120))
    order = order_of(done)
    (notice,) = notices(pub, "unanswered")
    assert (order.alerted_at is not None, order.escalated_at, order.state) == (True, None, State.PENDING)
    frames = Frames(next(iter(events_of([notice]))), "epoch")
    assert frames.v2_board is not None
    assert str(order.pk) in frames.v2_board
    assert '"kind":"unanswered"' in frames.v2_board
    assert (frames.v2_guest, frames.v1_board, frames.v1_guest) == (None, None, None)


def test_others_are_told_once_after_three_minutes(pub: Pub, caplog: pytest.LogCaptureFixture) -> None:
    done = pub.place()
    beat(pub.now + timedelta(seconds=60))
    with caplog.at_level(logging.WARNING, "orders.unanswered"):
        beat_twice(pub.now + timedelta(seconds=180))
        beat_twice(pub.now + timedelta(seconds=240))
    order = order_of(done)
    told = [record.getMessage() for record in caplog.records if record.name == "orders.unanswered"]
    assert told == [f"{pub.venue.name}: nobody has answered order {order.number} for 180 s"]
    assert order.escalated_at is not None


def test_after_ten_minutes_the_guest_is_told_to_order_at_the_bar(pub: Pub) -> None:
    pub.count_stock(0, 5)
    done = pub.place()
    beat_twice(pub.now + timedelta(seconds=600))
    order = order_of(done)
    assert (order.state, order.order_status) == (State.REJECTED, "rejected")
    assert order.reason == "Nobody answered for 10 minutes. Please order at the bar."
    assert order.changed_by == "onTap"
    assert pub.count_stock(0, 5).stock == 5  # what it held is back
    assert VenueEvent.objects.filter(order_id=order.pk, change="rejected").count() == 1


def test_an_expiry_cannot_be_undone(pub: Pub) -> None:
    done = pub.place()
    beat(pub.now + timedelta(seconds=600))
    order = order_of(done)
    assert order.undo_seq is None
    assert not isinstance(pub.undo(order.pk, order.seq), Done)


def test_the_venues_own_patience_counts() -> None:
    pub = pub_at_noon(alert_after=5, escalate_after=6, reject_after=120)
    done = pub.place()
    beat(pub.now + timedelta(seconds=119))
    assert order_of(done).state == State.PENDING
    beat(pub.now + timedelta(seconds=120))
    assert order_of(done).reason == "Nobody answered for 2 minutes. Please order at the bar."


@pytest.mark.parametrize("action", ["acceptorder", "cancelorder"])
def test_an_answered_order_is_nobodys_business(pub: Pub, action: str) -> None:
    done = pub.place()
    pub.move(action, done.order_id)
    before = rows()
    beat(pub.now + timedelta(hours=1))
    assert rows() == before


def test_an_answer_that_comes_between_look_and_reject_wins(pub: Pub) -> None:
    done = pub.place()
    late = pub.now + timedelta(seconds=600)
    assert unanswered.orders_due(late) == [done.order_id]
    pub.move("acceptorder", done.order_id)
    with time_machine.travel(late, tick=False):
        tasks.answer_unanswered_order(str(done.order_id))
    assert order_of(done).state == State.ACCEPTED


def test_a_task_for_an_order_that_is_gone_returns_quietly() -> None:
    tasks.answer_unanswered_order("00000000-0000-0000-0000-000000000000")
    tasks.end_idle_session(2**40)
    tasks.prune_events(2**40)


def test_nothing_is_done_while_the_venue_is_paused(pub: Pub) -> None:
    done = pub.place()
    pause(pub.venue.pk, pub.now + timedelta(hours=1), "The kitchen is full.", pub.now)
    before = rows()
    beat(pub.now + timedelta(minutes=59))
    assert rows() == before
    beat(pub.now + timedelta(minutes=61))  # paused until a minute ago: the alert is due, nothing else
    assert (order_of(done).state, len(notices(pub, "unanswered"))) == (State.PENDING, 1)


def test_nothing_is_done_while_the_venue_is_closed(pub: Pub) -> None:
    pub.now = local(22, 55)
    done = pub.place()
    open_from(pub, 11, 23)
    before = rows()
    beat(local(23, 30))
    assert [Order, before[0]] == [Order, rows()[0]]
    beat(local(11, 5, day=2))  # open for five minutes: nobody could answer before
    assert (order_of(done).state, order_of(done).alerted_at is not None) == (State.PENDING, True)
    beat(local(11, 10, day=2))
    assert order_of(done).state == State.REJECTED


def test_a_wait_counts_from_the_latest_of_order_opening_and_end_of_a_pause() -> None:
    day = (Opening(time(11), time(23)),)
    hours = Hours(LONDON, (day,) * 7, {})
    always = Hours(LONDON, ((),) * 7, {})
    noon, one, two = local(12), local(13), local(14)
    assert counts_from(noon, hours, None, one) == noon
    assert counts_from(local(10), hours, None, noon) == local(11)
    assert counts_from(noon, hours, one, two) == one
    assert counts_from(noon, always, None, two) == noon
    assert counts_from(noon, hours, two, one) is None
    assert counts_from(noon, hours, None, local(23)) is None


def test_workers_that_do_the_same_at_once_do_it_once(pub: Pub) -> None:
    done = pub.place()
    session = TableSession.objects.get(venue=pub.venue)

    def in_four_threads(work: Callable[[], object]) -> None:
        def alone(_: int) -> None:
            try:
                work()
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(alone, range(4)))

    assert done.order_id is not None
    for seconds in (60, 180, 600):
        late = NOON + timedelta(seconds=seconds + 1)
        in_four_threads(partial(unanswered.answer_for_nobody, done.order_id, late))
    in_four_threads(partial(idle.end_if_over, session.pk, NOON + timedelta(hours=5)))
    changes = VenueEvent.objects.filter(venue=pub.venue).exclude(kind="menu").order_by("seq")
    assert [(event.kind, event.change) for event in changes] == [
        ("order", "placed"),
        ("unanswered", "alert"),
        ("order", "rejected"),
        ("session", "ended"),
    ]


def test_one_order_that_fails_does_not_keep_the_others_waiting(pub: Pub, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = pub.place(), pub.place(table=1)
    sent: list[str] = []
    monkeypatch.setattr(tasks.answer_unanswered_order, "apply_async", lambda args, **options: sent.append(args[0]))
    with time_machine.travel(pub.now + timedelta(seconds=600), tick=False):
        tasks.look_for_unanswered_orders()
    assert sent == [str(first.order_id), str(second.order_id)]


def test_a_task_is_tried_again_for_a_database_that_was_away_only() -> None:
    task = tasks.answer_unanswered_order
    assert OperationalError in task.autoretry_for
    assert Exception not in task.autoretry_for
    assert task.retry_jitter
    assert task.max_retries == 5


def test_beat_sends_tasks_that_exist() -> None:
    assert all(entry["task"] in app.tasks for entry in settings.CELERY_BEAT_SCHEDULE.values())
