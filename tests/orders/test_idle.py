"""Table sessions that end by themselves, on the pub's own clock."""

from datetime import datetime, time, timedelta

import pytest

from orders import idle
from tests.orders.beats import LONDON, at_once, beat, beat_twice, local, notices, open_from, pub
from tests.orders.pub import NOON, Pub
from venues.catalogue import hours_of
from venues.hours import Hours, Opening
from venues.models import TableSession

__all__ = ["at_once", "pub"]

pytestmark = pytest.mark.django_db(transaction=True)


def ended(session: TableSession) -> str | None:
    session.refresh_from_db()
    return session.end_reason if session.ended_at is not None else None


def test_a_session_ends_after_four_hours_without_order_or_socket(pub: Pub) -> None:
    session = pub.session()
    beat(NOON + timedelta(hours=4, seconds=-1))
    assert ended(session) is None
    beat_twice(NOON + timedelta(hours=4))
    assert ended(session) == "idle"
    assert [event.change for event in notices(pub, "session")] == ["ended"]


def test_an_order_keeps_a_session(pub: Pub) -> None:
    session = pub.session()
    pub.now = NOON + timedelta(hours=3)
    pub.place()
    beat(NOON + timedelta(hours=6))
    assert ended(session) is None


def test_an_open_socket_keeps_a_session(pub: Pub) -> None:
    session = pub.session()
    TableSession.objects.update(last_seen_at=NOON + timedelta(hours=3))
    beat(NOON + timedelta(hours=6))
    assert ended(session) is None


def test_a_business_day_ends_every_session_even_with_a_socket(pub: Pub) -> None:
    pub.now = local(23)
    session = pub.session()
    TableSession.objects.update(last_seen_at=local(5, day=2))
    beat(local(4, 59, day=2))
    assert ended(session) is None
    TableSession.objects.update(last_seen_at=local(5, day=2))
    beat_twice(local(5, day=2))
    assert ended(session) == "closed"


def test_an_hour_after_closing_time_even_a_session_with_a_socket_ends(pub: Pub) -> None:
    open_from(pub, 11, 23)
    pub.now = local(22)
    session = pub.session()
    TableSession.objects.update(last_seen_at=local(23, 59))
    beat(local(23, 59))
    assert ended(session) is None
    beat_twice(local(0, 0, day=2))
    assert ended(session) == "closed"


def test_guests_of_the_afternoon_and_of_the_evening_do_not_share_a_session(pub: Pub) -> None:
    open_from(pub, 12, 15)
    open_from(pub, 18, 23)
    pub.now = local(14, 30)
    session = pub.session()
    beat(local(15, 59))
    assert ended(session) is None
    beat(local(16))
    assert ended(session) == "closed"


@pytest.mark.parametrize(
    ("opened", "now", "over"),
    [
        (local(22), local(23, 59), False),
        (local(22), local(0, 0, day=2), True),
        (local(23, 30), local(3, day=2), False),  # staff opened it after closing time
        (local(12), local(17), False),  # a break of half an hour is no end
        (local(10), local(12), False),  # opened before opening time
    ],
)
def test_business_is_over_an_hour_after_a_closing_that_the_session_has_seen(
    opened: datetime, now: datetime, over: bool
) -> None:
    day = (Opening(time(11), time(15)), Opening(time(15, 30), time(23)))
    assert idle.business_is_over(opened, Hours(LONDON, (day,) * 7, {}), now) is over


def test_a_venue_that_is_always_open_has_business_days_only(pub: Pub) -> None:
    assert not idle.business_is_over(NOON, hours_of(pub.venue), NOON + timedelta(days=2))


def test_an_order_that_comes_between_look_and_end_keeps_the_session(pub: Pub) -> None:
    session = pub.session()
    late = NOON + timedelta(hours=4)
    assert idle.sessions_due(late) == [session.pk]
    pub.now = late
    pub.place()
    assert idle.end_if_over(session.pk, late) is None
    assert ended(session) is None
