"""A gateway's history is kept by uuid, once; what is lost is named, and somebody is told before."""

import logging
import uuid
from datetime import timedelta

import pytest
import time_machine

from orders import standing
from tests.factories import make_agent, make_tracked, make_venue, now_ms
from tests.tracker.platform.asked import DAY, HOUR, MINUTE, Asked, ms, past, times
from tracker import losses, tasks, wire
from tracker.contents import HistoryContent, content_of
from tracker.models import EdgeAgent, Reading, TrackedOrder

pytestmark = pytest.mark.django_db(transaction=True)


def kept(pub: Asked) -> list[TrackedOrder]:
    return list(TrackedOrder.objects.filter(venue=pub.venue).order_by("pk"))


def alarms(caplog: pytest.LogCaptureFixture, level: int = logging.ERROR) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == level]


# Kept


def test_what_was_missed_is_kept_with_its_times_and_its_table() -> None:
    pub = Asked()
    order = past(2 * HOUR, located_ms=ms(HOUR), paged_ms=ms(40 * MINUTE), cleared_ms=ms(30 * MINUTE))
    reading = pub.read_history(order)
    (row,) = kept(pub)
    assert (row.uuid, row.name, row.type, row.tag, row.table_number) == (order.uuid, "22", "ON_PREMISE", "70", "7")
    assert (row.state, row.paged, row.order) == ("cleared", True, None)
    assert times(row) == tuple(pub.now - age for age in (2 * HOUR, HOUR, 40 * MINUTE, 30 * MINUTE))
    assert (reading.count, reading.read_until, reading.done_at) == (1, pub.now, pub.now)


def test_the_same_told_again_changes_nothing() -> None:
    pub = Asked()
    orders = [past(2 * HOUR, located_ms=ms(HOUR)) for _ in range(3)]
    pub.read_history(*orders)
    before = [list(TrackedOrder.objects.order_by("pk").values())]
    pub.read_history(*orders)
    pub.stay(HOUR)
    pub.read_history(*(order.model_copy(update={"started_ms": ms(3 * HOUR) + 7}) for order in orders))
    assert [list(TrackedOrder.objects.order_by("pk").values())] == before


def test_a_row_that_is_there_gets_only_what_it_lacks() -> None:
    pub = Asked()
    started = pub.now - timedelta(minutes=55)
    row = make_tracked(pub.venue, "23", type="TO_GO", started_at=started, cleared_at=pub.now, state="cleared")
    pub.read_history(past(HOUR, uuid=row.uuid, located_ms=ms(50 * MINUTE)))
    (row,) = kept(pub)
    assert (row.name, row.type, row.tag, row.table_number) == ("23", "TO_GO", "70", "7")
    assert times(row) == (started, pub.now - 50 * MINUTE, None, pub.now)


def test_nothing_is_cleared_by_history_but_a_whole_report_is_asked_for() -> None:
    pub = Asked()
    row = make_tracked(pub.venue, started_at=pub.now - HOUR)
    pub.read_history(past(HOUR, uuid=row.uuid, cleared_ms=ms(MINUTE)))
    assert not pub.reading("orders").snapshot_wanted, "its clearing may be on its way"
    pub.read_history(past(HOUR, uuid=row.uuid, cleared_ms=ms(3 * MINUTE)))
    assert kept(pub)[0].cleared_at is None
    assert pub.reading("orders").snapshot_wanted
    ask = pub.ask("orders")
    assert ask.snapshot
    pub.tell(ask, orders=())
    pub.read_history(past(HOUR, uuid=row.uuid, cleared_ms=ms(3 * MINUTE)))
    assert not pub.reading("orders").snapshot_wanted, "it was asked for a moment ago"


@pytest.mark.parametrize("subject", ["orders", "history", "repeaters"])
def test_an_answer_of_empty_parts_is_none(subject: str) -> None:
    pub = Asked()
    ask = pub.ask(subject)
    with pytest.raises(wire.WireError, match="brings nothing"):
        pub.tell(ask, "part", **{{"history": "past"}.get(subject, subject): ()})


def test_an_order_without_a_start_begins_with_its_first_time_and_one_without_any_is_counted() -> None:
    pub = Asked()
    reading = pub.read_history(past(None, located_ms=ms(HOUR), cleared_ms=ms(MINUTE)), past(None), past(None))
    (row,) = kept(pub)
    assert row.started_at == pub.now - HOUR
    assert (reading.count, reading.detail) == (3, "2 orders have no time at all, and no place here.")
    assert pub.read_history().detail == ""


def test_strange_words_are_kept_as_far_as_there_is_room() -> None:
    pub = Asked()
    pub.read_history(past(HOUR, name="\x00" * 200, order_type="t" * 200, tag="9" * 200))
    (row,) = kept(pub)
    assert (row.name, row.type, row.tag, row.table_number) == (" " * 32, "t" * 100, "9" * 32, "")


def test_another_venues_order_of_the_same_uuid_is_another_order() -> None:
    pub, other = Asked(), Asked()
    row = make_tracked(other.venue, started_at=other.now - HOUR)
    pub.read_history(past(HOUR, uuid=row.uuid))
    assert [own.uuid for own in kept(pub)] == [row.uuid]
    assert kept(other)[0].cleared_at is None


def test_parts_are_kept_though_the_rest_fails_and_counted_as_they_come() -> None:
    pub = Asked()
    ask = pub.ask("history")
    for number in (200, 150):
        assert pub.tell(ask, "part", past=[past(HOUR, uuid=uuid.uuid4()) for _ in range(number)])
    assert pub.reading("history").count == 350
    pub.tell(ask, "failed", detail="The gateway went away.")
    reading = pub.reading("history")
    assert (len(kept(pub)), reading.read_until, reading.count) == (350, None, 350)


def test_it_goes_on_where_a_venue_uses_no_pucks() -> None:
    pub = Asked(tracker_use="off")
    pub.read_history(past(HOUR))
    assert len(kept(pub)) == 1


def test_how_far_it_is_read_never_goes_back() -> None:
    pub = Asked()
    until = pub.read_history().read_until
    pub.tell(pub.ask("history"), from_ms=ms(2 * HOUR), through_ms=ms(HOUR))
    assert pub.reading("history").read_until == until
    pub.tell(pub.ask("history"))  # of an agent that does not say how far
    assert pub.reading("history").read_until == until


def test_a_read_begins_before_what_was_open_at_the_last_one() -> None:
    pub = Asked()
    pub.read_history()
    make_tracked(pub.venue, "1", started_at=pub.now - 5 * HOUR, cleared_at=pub.now + MINUTE)
    make_tracked(pub.venue, "2", started_at=pub.now - 9 * HOUR, cleared_at=pub.now - MINUTE)
    pub.stay(HOUR)
    assert pub.ask("history").since_ms == ms(6 * HOUR + timedelta(minutes=70))


# Lost


def test_what_the_gateway_purged_before_it_was_read_is_named(caplog: pytest.LogCaptureFixture) -> None:
    pub = Asked()
    pub.read_history()
    last = pub.now
    pub.stay(20 * DAY)
    reading = pub.read_history()
    assert (reading.lost_from, reading.lost_until) == (last, pub.now - 14 * DAY)
    assert sum("are lost" in line for line in alarms(caplog)) == 1
    pub.stay(HOUR)
    again = pub.read_history()
    assert (again.lost_from, again.lost_until) == (reading.lost_from, reading.lost_until)
    assert sum("are lost" in line for line in alarms(caplog)) == 1


def test_each_stretch_that_is_lost_is_kept() -> None:
    pub = Asked()
    for _ in range(3):
        pub.read_history()
        pub.stay(15 * DAY)
    pub.read_history()
    gaps = content_of(pub.reading("history"), HistoryContent).gaps
    assert len(gaps) == 3
    assert all(gap.end - gap.begin == DAY for gap in gaps)


def test_a_reading_in_time_loses_nothing() -> None:
    pub = Asked()
    for days in (0, 1, 13, 13.9):
        pub.stay(timedelta(days=days))
        assert pub.read_history().lost_from is None


def test_what_was_purged_before_the_first_reading_is_lost_since_the_agent_came() -> None:
    pub = Asked()
    enrolled = pub.agent.enrolled_at
    pub.stay(15 * DAY)
    assert pub.read_history().lost_from == enrolled


# The alarm


def test_somebody_is_told_once_four_days_before_and_once_that_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    pub = Asked()
    caplog.set_level(logging.INFO)
    pub.read_history()
    last = pub.now
    pub.now += 10 * DAY
    assert losses.venues_at_risk(pub.now) == []
    pub.now += timedelta(minutes=10)
    for _ in range(2):
        with time_machine.travel(pub.now, tick=False):
            for venue_id in (*losses.venues_at_risk(pub.now), pub.venue.pk):
                tasks.tell_history_at_risk(venue_id)
    assert pub.reading("history").at_risk_since == pub.now
    assert len(alarms(caplog)) == 1
    assert last + 14 * DAY - pub.now >= 3 * DAY
    pub.stay(HOUR)
    assert pub.read_history().at_risk_since is None
    pub.read_history()
    assert sum("is read again" in line for line in alarms(caplog, logging.WARNING)) == 1


def test_an_agent_that_never_read_anything_is_at_risk_too(caplog: pytest.LogCaptureFixture) -> None:
    now = now_ms()
    agent, _ = make_agent(make_venue())
    tasks.look_for_histories_at_risk()
    EdgeAgent.objects.update(enrolled_at=now - 9 * DAY)
    assert losses.venues_at_risk(now) == []
    assert losses.venues_at_risk(now + 2 * DAY) == [agent.venue_id]
    assert losses.tell_at_risk(agent.venue_id, now + 2 * DAY)
    assert len(alarms(caplog)) == 1


def test_who_had_a_gateway_is_told_though_its_agent_was_revoked_and_who_never_read_one_is_not() -> None:
    pub = Asked()
    pub.read_history()
    fresh, _ = make_agent(make_venue())
    tasks.look_for_histories_at_risk()
    EdgeAgent.objects.update(revoked_at=pub.now)
    assert losses.venues_at_risk(pub.now + 11 * DAY) == [pub.venue.pk]
    assert Reading.objects.filter(venue=fresh.venue).exists()


def test_guests_are_asked_for_their_pucks_all_the_same() -> None:
    pub = Asked()
    Reading.objects.filter(subject="history").update(at_risk_since=pub.now)
    assert list(standing.troubles_of(pub.venue.pk, pub.now)) == []
    assert standing.sees_pucks(pub.venue.pk, pub.now)
