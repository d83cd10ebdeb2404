"""The gateway's active orders, as told each minute, are held against our copy, and what differs is put right."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import make_agent, make_tracked, now_ms
from tests.tracker.platform.asked import DAY, HOUR, MINUTE, Asked
from tests.tracker.platform.driven import SPOOL, events
from tracker import ingestion, mending, stepping, wire
from tracker.answers import SNAPSHOT_EVERY
from tracker.models import TrackedOrder

pytestmark = pytest.mark.django_db(transaction=True)

KEY = uuid.UUID(int=22)


@pytest.fixture
def pub() -> Asked:
    pub = Asked()
    spooled(pub, 1)
    return pub


def words(key: uuid.UUID = KEY, tag: str = "70") -> dict[str, Any]:
    return {"uuid": str(key), "name": "22", "orderType": "ON_PREMISE", "locationName": tag, "state": "located"}


def spooled(pub: Asked, number: int, *, step: bool = True, **fields: Any) -> None:
    """An event of the gateway's that we keep, and take."""
    told = events(number, **{"order": words()} | fields)
    ingestion.keep_events(pub.link, SPOOL, told.events, pub.now)
    if step:
        stepping.catch_up(pub.venue.pk, pub.now)


def told(key: uuid.UUID = KEY, **fields: Any) -> wire.ToldOrder:
    given = {"uuid": key, "name": "22", "order_type": "ON_PREMISE", "tag": "70", "state": "located"}
    return wire.ToldOrder.model_validate(given | fields)


def test_what_is_in_step_is_compared_and_left_alone(pub: Asked) -> None:
    reading = pub.tell_orders(told(), number=1)
    assert (reading.compared_at, reading.count, reading.detail) == (pub.now, 1, "")
    assert (reading.wanted_at, reading.snapshot_wanted) == (None, False)


@pytest.mark.parametrize(
    "orders",
    [
        (),
        (told(tag="80"),),
        (told(paged=True),),
        (told(order_type="TO_GO"),),
        (told(), told(uuid.UUID(int=9))),
    ],
    ids=["gone", "elsewhere", "paged", "another type", "unknown"],
)
def test_what_differs_is_asked_for_as_a_whole_and_put_right_by_the_join(
    pub: Asked, orders: tuple[wire.ToldOrder, ...]
) -> None:
    reading = pub.tell_orders(*orders, number=1)
    assert (reading.detail, reading.snapshot_wanted) == ("1 order differs. A whole report is asked for.", True)
    ask = pub.ask("orders")
    assert ask.snapshot
    report = [words(one.uuid, one.tag) | {"paged": one.paged, "orderType": one.order_type} for one in orders]
    spooled(pub, 2, type="snapshot", orders=report, order=None)
    pub.tell(ask, orders=orders, spool=SPOOL, number=2)
    reading = pub.reading("orders")
    assert (reading.detail, reading.snapshot_wanted) == ("1 order differed and was put right.", False)
    pub.stay(MINUTE)
    assert pub.tell_orders(*orders, number=2).detail == ""


@pytest.mark.parametrize("why", ["more came", "on its way", "not taken", "another spool", "no number"])
def test_out_of_step_nothing_is_compared_and_it_says_since_when(pub: Asked, why: str) -> None:
    first = pub.tell_orders(told(), number=1).compared_at
    assert first is not None
    pub.stay(MINUTE)
    if why == "not taken":
        spooled(pub, 2, step=False)
    number = {"more came": 0, "on its way": 3, "not taken": 2}.get(why, 1)
    ask = pub.ask("orders")
    spool = None if why == "no number" else uuid.uuid4() if why == "another spool" else SPOOL
    pub.tell(ask, orders=(), number=number, spool=spool)
    reading = pub.reading("orders")
    assert (reading.done_at, reading.compared_at, reading.snapshot_wanted) == (pub.now, first, False)
    assert reading.detail == f"Not compared since {first:%d %b %H:%M} UTC: something was on its way."


def test_an_answer_in_parts_is_compared_as_a_whole(pub: Asked) -> None:
    other = uuid.UUID(int=9)
    spooled(pub, 2, order=words(other))
    ask = pub.ask("orders")
    pub.tell(ask, "part", orders=(told(),), spool=SPOOL, number=2)
    pub.tell(ask, orders=(told(other),), spool=SPOOL, number=2)
    assert pub.reading("orders").detail == ""
    assert pub.tell_orders(told(), number=2).snapshot_wanted


def test_what_is_cleared_in_our_copy_stays_so_and_is_no_difference(pub: Asked) -> None:
    spooled(pub, 2, type="cleared")
    assert TrackedOrder.objects.get().cleared_at is not None
    assert pub.tell_orders(told(), number=2).detail == ""


def test_a_whole_report_that_did_not_help_is_not_asked_for_again_at_once(pub: Asked) -> None:
    pub.tell_orders(number=1)
    pub.tell(pub.ask("orders"), orders=(), spool=SPOOL, number=1)
    pub.stay(MINUTE)
    reading = pub.tell_orders(number=1)
    assert (reading.snapshot_wanted, reading.wanted_at) == (False, None)
    pub.stay(SNAPSHOT_EVERY)
    assert pub.tell_orders(number=1).snapshot_wanted


def test_a_whole_report_that_was_lost_on_its_way_is_asked_for_again(pub: Asked) -> None:
    pub.tell_orders(number=1)
    assert pub.ask("orders").snapshot
    pub.connect()
    assert pub.ask("orders").snapshot
    pub.tell(wire.Ask(id=pub.reading("orders").question, what="orders"), "failed")
    assert pub.ask("orders").snapshot


def test_pucks_that_are_out_since_yesterday_and_were_seen_by_nobody_are_looked_at_once(pub: Asked) -> None:
    assert mending.venues_unseen(pub.now + HOUR) == []
    later = pub.now + 25 * HOUR
    assert mending.venues_unseen(later) == [pub.venue.pk]
    assert mending.look_at_unseen(pub.venue.pk, later)
    assert not mending.look_at_unseen(pub.venue.pk, later)
    assert mending.venues_unseen(later) == []


def test_a_puck_that_is_told_each_minute_may_stay_out_for_days(pub: Asked) -> None:
    pub.stay(3 * DAY)
    pub.tell_orders(told(), number=1)
    assert mending.venues_unseen(pub.now + HOUR) == []


def test_rows_of_a_venue_without_an_agent_are_looked_at_when_it_has_one_again(pub: Asked) -> None:
    make_tracked(pub.venue, "23", started_at=now_ms() - 2 * DAY)
    pub.agent.revoked_at = pub.now
    pub.agent.save()
    assert mending.look_at_unseen(pub.venue.pk, pub.now + timedelta(hours=25))
    pub.agent, pub.token = make_agent(pub.venue)
    pub.connect()
    assert pub.ask("orders").snapshot
