"""When a venue is open, through the nights on which the clocks change, and how guests are told."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.hours import DAY, Hours, Opening, day_ends, moment_of
from venues.hours_words import next_days

LONDON, NEW_YORK, TOKYO = ZoneInfo("Europe/London"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")
SANTIAGO = ZoneInfo("America/Santiago")  # its clocks skip midnight
FORWARD, BACK = dt.date(2026, 3, 29), dt.date(2026, 10, 25)  # in London; Sundays, at 01:00 and 02:00
WEEKEND = dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC)


def opening(text: str) -> Opening:
    opens, closes = (dt.time.fromisoformat(part) for part in text.split("-"))
    return Opening(opens, closes)


def every_day(*texts: str, zone: ZoneInfo = LONDON, last: int = 0, **dates: tuple[str, ...]) -> Hours:
    """Hours that are the same on every day, but on dates such as d2026_11_28=()."""
    exceptions = {
        dt.date.fromisoformat(name[1:].replace("_", "-")): tuple(map(opening, found)) for name, found in dates.items()
    }
    return Hours(zone, (tuple(map(opening, texts)),) * 7, exceptions, dt.timedelta(minutes=last))


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "date", "time", "moment"),
    [
        (LONDON, FORWARD, "00:59", "2026-03-29T00:59"),
        (LONDON, FORWARD, "01:00", "2026-03-29T01:00"),  # never shown: the moment of the jump
        (LONDON, FORWARD, "01:30", "2026-03-29T01:00"),
        (LONDON, FORWARD, "02:00", "2026-03-29T01:00"),
        (LONDON, FORWARD, "02:15", "2026-03-29T01:15"),
        (LONDON, BACK, "01:30", "2026-10-25T00:30"),  # shown twice: the first
        (LONDON, BACK, "02:00", "2026-10-25T02:00"),
        (NEW_YORK, dt.date(2026, 3, 8), "02:30", "2026-03-08T07:00"),
        (NEW_YORK, dt.date(2026, 11, 1), "01:30", "2026-11-01T05:30"),
        (SANTIAGO, dt.date(2026, 9, 6), "00:00", "2026-09-06T04:00"),
        (TOKYO, FORWARD, "01:30", "2026-03-28T16:30"),
    ],
)
def test_a_time_on_the_clock_is_one_moment(zone: ZoneInfo, date: dt.date, time: str, moment: str) -> None:
    assert moment_of(date, dt.time.fromisoformat(time), zone) == utc(moment)


@pytest.mark.parametrize(
    ("text", "date", "span"),
    [
        ("22:00-03:00", FORWARD - DAY, ("2026-03-28T22:00", "2026-03-29T02:00")),  # four hours by the watch
        ("22:00-03:00", BACK - DAY, ("2026-10-24T21:00", "2026-10-25T03:00")),  # six
        ("22:00-01:30", FORWARD - DAY, ("2026-03-28T22:00", "2026-03-29T01:00")),
        ("22:00-01:30", BACK - DAY, ("2026-10-24T21:00", "2026-10-25T00:30")),
        ("01:30-02:15", FORWARD, ("2026-03-29T01:00", "2026-03-29T01:15")),  # opens in the gap
        ("01:30-02:30", BACK, ("2026-10-25T00:30", "2026-10-25T02:30")),
        ("00:00-00:00", FORWARD, ("2026-03-29T00:00", "2026-03-29T23:00")),
        ("00:00-00:00", BACK, ("2026-10-24T23:00", "2026-10-26T00:00")),
    ],
)
def test_a_night_on_which_the_clocks_change(text: str, date: dt.date, span: tuple[str, str]) -> None:
    assert every_day(text).spans_of(date) == [(utc(span[0]), utc(span[1]))]


def test_an_opening_that_the_clock_skips_whole_is_none() -> None:
    hours = every_day("01:10-01:50")
    assert hours.spans_of(FORWARD) == []
    assert hours.takes_orders(utc("2026-03-29T01:30")) == (False, utc("2026-03-30T00:10"))


def test_last_orders_are_before_the_last_closing_of_a_longer_night() -> None:
    hours = every_day("22:00-03:00", last=30)
    assert hours.takes_orders(utc("2026-10-25T01:30")) == (True, utc("2026-10-25T02:30"))
    assert hours.takes_orders(utc("2026-10-25T02:30")) == (False, utc("2026-10-25T22:00"))


def test_an_exception_on_the_day_of_the_change_counts_alone() -> None:
    hours = every_day("12:00-23:00", d2026_10_25=("00:30-01:30",))
    assert hours.spans_of(BACK) == [(utc("2026-10-24T23:30"), utc("2026-10-25T00:30"))]


def test_a_date_that_differs_closes_no_other_date_of_a_venue_that_is_always_open() -> None:
    hours = Hours(LONDON, ((),) * 7, {dt.date(2026, 12, 25): ()})
    assert hours.takes_orders(utc("2026-12-24T12:00")) == (True, utc("2026-12-25T00:00"))
    assert hours.takes_orders(utc("2026-12-25T12:00")) == (False, utc("2026-12-26T00:00"))
    assert hours.takes_orders(utc("2026-12-27T12:00"))[0]


def test_an_opening_shorter_than_its_last_orders_takes_none_and_is_announced_by_nobody() -> None:
    hours = every_day("12:00-12:20", last=30, d2026_11_30=("18:00-20:00",))
    assert hours.takes_orders(utc("2026-11-29T12:10")) == (False, utc("2026-11-30T18:00"))


times = st.builds(dt.time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
openings = st.lists(st.builds(Opening, times, times), max_size=3).map(tuple)
weeks = st.tuples(*[openings] * 7)
near_a_change = st.sampled_from([FORWARD, BACK, dt.date(2026, 3, 8), dt.date(2026, 11, 1), dt.date(2026, 9, 6)])


@given(
    st.sampled_from([LONDON, NEW_YORK, TOKYO, SANTIAGO]),
    weeks,
    near_a_change,
    st.dictionaries(st.integers(-2, 2), openings, max_size=3),
    st.sampled_from([0, 30, 240]),
    st.integers(0, 4 * 24 * 60),
)
def test_what_is_announced_holds_until_the_moment_and_not_after(
    zone: ZoneInfo,
    week: tuple[tuple[Opening, ...], ...],
    around: dt.date,
    dates: dict[int, tuple[Opening, ...]],
    last: int,
    minute: int,
) -> None:
    exceptions = {around + offset * DAY: found for offset, found in dates.items()}
    hours = Hours(zone, week, exceptions, dt.timedelta(minutes=last))
    now = dt.datetime.combine(around - 2 * DAY, dt.time(0), dt.UTC) + dt.timedelta(minutes=minute)
    state, until = hours.takes_orders(now)
    if until is None:
        assert hours.always
        return
    assert until > now
    for part in (0.25, 0.5, 0.75, 1):
        moment = now + (until - now - dt.timedelta(seconds=1)) * part
        assert hours.takes_orders(moment)[0] is state, moment
    if until < now + DAY and not (not state and until == now + DAY):
        assert hours.takes_orders(until)[0] is not state


@given(st.sampled_from([LONDON, NEW_YORK, TOKYO, SANTIAGO]), near_a_change, times, times)
def test_moments_of_a_date_come_in_the_order_of_its_clock(
    zone: ZoneInfo, date: dt.date, one: dt.time, other: dt.time
) -> None:
    early, late = sorted((one, other))
    assert moment_of(date, early, zone) <= moment_of(date, late, zone)


def test_a_business_day_ends_when_the_next_begins_also_where_the_clock_skips_it() -> None:
    now = utc("2026-03-28T12:00")
    assert day_ends(now, LONDON, dt.time(1, 30)).astimezone(dt.UTC) == utc("2026-03-29T01:00")


def told(hours: Hours, now: dt.datetime, day: int = 0) -> tuple[str, str, str]:
    found = next_days(hours, now)[day]
    return found.day, found.told, found.note


def test_guests_are_told_each_day_in_words() -> None:
    hours = every_day("12:00-01:00", last=30, d2026_11_29=(), d2026_11_30=("10:00-12:00", "18:00-22:00"))
    assert told(hours, WEEKEND) == ("Sat 28 Nov", "12:00 to 01:00, last orders 00:30", "")
    assert told(hours, WEEKEND, 1) == ("Sun 29 Nov", "closed", "")
    assert told(hours, WEEKEND, 2)[1] == "10:00 to 12:00, last orders 11:30, and 18:00 to 22:00, last orders 21:30"
    assert len(next_days(hours, WEEKEND)) == 7
    assert told(every_day(), WEEKEND)[1] == "open all day"
    assert told(every_day("12:00-12:15", last=30), WEEKEND)[1] == "12:00 to 12:15, too short for an order"


@pytest.mark.parametrize(
    ("zone", "now", "note"),
    [
        (
            LONDON,
            "2026-03-28T09:00",
            "The clocks go forward 1 hour on Sunday at 01:00. It is open 1 hour less than the clock says.",
        ),
        (
            LONDON,
            "2026-10-24T09:00",
            "The clocks go back 1 hour on Sunday at 02:00. It is open 1 hour more than the clock says.",
        ),
        (
            NEW_YORK,
            "2026-10-31T15:00",
            "The clocks go back 1 hour on Sunday at 02:00. It is open 1 hour more than the clock says.",
        ),
        (TOKYO, "2026-10-24T02:00", ""),
    ],
)
def test_a_night_on_which_the_clocks_change_says_so(zone: ZoneInfo, now: str, note: str) -> None:
    assert told(every_day("18:00-03:00", zone=zone), utc(now))[2] == note
    assert "is open" not in told(every_day("12:00-23:00", zone=zone), utc(now))[2]
