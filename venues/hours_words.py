"""Opening hours as guests are told them, day by day, and what is odd about a day."""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

from venues.hours import DAY, Hours, Opening, Span, moment_of

CLOSED, ALL_DAY = "closed", "open all day"


@dataclass(frozen=True, slots=True)
class ToldDay:
    """One day in words: "Sat 28 Nov", "12:00 to 01:00, last orders 00:30", and notes on its clock."""

    day: str
    told: str
    note: str = ""
    is_exception: bool = False
    is_today: bool = False


def next_days(hours: Hours, now: dt.datetime, days: int = 7) -> list[ToldDay]:
    """Today and the days after it, each with the openings that begin on it."""
    today = now.astimezone(hours.zone).date()
    return [_told(hours, today + offset * DAY, is_today=offset == 0) for offset in range(days)]


def overlaps(openings: list[Opening]) -> tuple[Opening, Opening] | None:
    """Two openings of one day that are open at the same time, or None. By the clock, as they are written."""
    for first, second in pairwise(sorted(openings, key=_minutes)):
        if _minutes(second)[0] < _minutes(first)[1]:
            return first, second
    return None


def into_next_day(before: list[Opening], day: list[Opening]) -> tuple[Opening, Opening] | None:
    """An opening of the day before that is still open when one of this day begins, and that one; or None."""
    for late in before:
        ends = _minutes(late)[1] - 24 * 60
        for early in day:
            if _minutes(early)[0] < ends:
                return late, early
    return None


def _told(hours: Hours, date: dt.date, *, is_today: bool) -> ToldDay:
    spans = hours.spans_of(date)
    told = ", and ".join(_span_told(hours, date, span) for span in spans) or CLOSED
    note = _clock_note(hours, date, spans)
    return ToldDay(f"{date:%a} {date.day} {date:%b}", told, note, date in hours.exceptions, is_today)


def _span_told(hours: Hours, date: dt.date, span: Span) -> str:
    opens, closes = span
    begins, ends = moment_of(date, dt.time(0), hours.zone), moment_of(date + DAY, dt.time(0), hours.zone)
    whole = opens <= begins and closes >= ends
    words = ALL_DAY if whole else f"{_clock(hours, opens)} to {_clock(hours, closes)}"
    last = closes - hours.last_order
    if not hours.last_order or _goes_on(hours, date, closes):
        return words
    return f"{words}, last orders {_clock(hours, last)}" if last > opens else f"{words}, too short for an order"


def _goes_on(hours: Hours, date: dt.date, closes: dt.datetime) -> bool:
    """Whether the next day is open from where this one ends: then nobody closes, and no order is the last."""
    return any(opens <= closes < ends for opens, ends in hours.spans_of(date + DAY))


def _clock_note(hours: Hours, date: dt.date, spans: list[Span]) -> str:
    """What the clock does between the day's begin and its last closing, where it does anything."""
    begins = moment_of(date, dt.time(0), hours.zone)
    ends = max([moment_of(date + DAY, dt.time(0), hours.zone), *(closes for _, closes in spans)])
    shift = _offset(hours, ends) - _offset(hours, begins)
    if not shift:
        return ""
    minutes = int(abs(shift).total_seconds() // 60)
    much = f"{minutes // 60} hour" if minutes == 60 else f"{minutes} minutes"
    at = _jump(hours, begins, ends)
    forward = shift > dt.timedelta(0)
    how = "forward" if forward else "back"
    before = (at - dt.timedelta(seconds=1)).astimezone(hours.zone) + dt.timedelta(seconds=1)
    day = f"{at.astimezone(hours.zone):%A}"
    touched = any(opens < at < closes for opens, closes in spans)
    effect = f" It is open {much} {'less' if forward else 'more'} than the clock says." if touched else ""
    return f"The clocks go {how} {much} on {day} at {before:%H:%M}.{effect}"


def _jump(hours: Hours, begins: dt.datetime, ends: dt.datetime) -> dt.datetime:
    low, high, offset = begins, ends, _offset(hours, begins)
    while high - low > dt.timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if _offset(hours, middle) == offset else (low, middle)
    return high.replace(microsecond=0)


def _offset(hours: Hours, at: dt.datetime) -> dt.timedelta:
    return at.astimezone(hours.zone).utcoffset() or dt.timedelta(0)


def _clock(hours: Hours, at: dt.datetime) -> str:
    return f"{at.astimezone(hours.zone):%H:%M}"


def _minutes(opening: Opening) -> tuple[int, int]:
    opens = opening.opens.hour * 60 + opening.opens.minute
    closes = opening.closes.hour * 60 + opening.closes.minute
    return opens, closes if closes > opens else closes + 24 * 60
