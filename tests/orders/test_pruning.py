"""What is kept for a while only, on the pub's own clock."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session

from orders import tasks
from orders.models import BoardPresence, VenueEvent
from tests.orders.beats import at_once, beat, beat_twice, notices, pub, pub_at_noon
from tests.orders.pub import NOON, Pub
from venues.models import Member, TableSession

__all__ = ["at_once", "pub"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_events_are_kept_seven_days_and_the_last_for_ever(pub: Pub) -> None:
    for _ in range(3):
        pub.notice("menu")
    last_old = pub.now
    pub.now = NOON + timedelta(days=3)
    for _ in range(2):
        pub.notice("menu")
    seqs = list(VenueEvent.objects.filter(venue=pub.venue).order_by("seq").values_list("seq", flat=True))
    beat_twice(last_old + timedelta(days=7, seconds=-1))
    assert [event.seq for event in notices(pub, "menu")] == seqs
    beat_twice(last_old + timedelta(days=7, seconds=1))
    assert [event.seq for event in notices(pub, "menu")] == seqs[-2:]
    beat_twice(NOON + timedelta(days=100))
    assert [event.seq for event in notices(pub, "menu")] == seqs[-1:]


def test_pruning_one_venue_leaves_the_others_whole(pub: Pub) -> None:
    other = pub_at_noon()
    for own in (pub, other):
        own.notice("menu")
        own.notice("menu")
    others = VenueEvent.objects.filter(venue=other.venue).count()
    with time_machine.travel(NOON + timedelta(days=8), tick=False):
        tasks.prune_events(pub.venue.pk)
    assert VenueEvent.objects.filter(venue=pub.venue).count() == 1
    assert VenueEvent.objects.filter(venue=other.venue).count() == others


def test_many_events_go_in_several_statements(pub: Pub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.pruning.AT_ONCE", 2)
    for _ in range(9):
        pub.notice("menu")
    beat_twice(NOON + timedelta(days=30))
    assert VenueEvent.objects.filter(venue=pub.venue).count() == 1


def test_a_scan_without_a_session_is_forgotten_after_a_day(pub: Pub) -> None:
    def scan(token: str, session: TableSession | None = None) -> Member:
        return Member.objects.create(
            venue=pub.venue, table=pub.tables[0], session=session, token_hash=token, code_version=1, created_at=NOON
        )

    scan("unused")
    used = scan("used", pub.session())
    beat(NOON + timedelta(days=1))
    assert Member.objects.count() == 2
    beat_twice(NOON + timedelta(days=1, seconds=1))
    assert list(Member.objects.all()) == [used]


def test_leases_and_logins_that_have_run_out_go(pub: Pub) -> None:
    for days in (0, 2):
        BoardPresence.objects.create(venue=pub.venue, boards=1, expires_at=NOON + timedelta(days=days))
        Session.objects.create(session_key=f"s{days}", session_data="", expire_date=NOON + timedelta(days=days))
    beat_twice(NOON + timedelta(days=1, seconds=1))
    assert BoardPresence.objects.count() == 1
    assert [session.session_key for session in Session.objects.all()] == ["s2"]
