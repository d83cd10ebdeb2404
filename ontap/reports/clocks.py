"""The venues' own clocks, in SQL: the hour, the weekday and the business day of a moment, on any database alike.

Both databases only add: the offsets of a zone come from the same Python that the rest of onTap asks, so that figures
agree with what boards and order numbers called "today".
"""

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Case, Expression, F, Func, IntegerField, Q, Value, When

from venues.hours import DAY
from venues.models import Venue

HOUR_S, DAY_S = 3600, 86_400
EPOCH_ORDINAL = dt.date(1970, 1, 1).toordinal()
EPOCH_WEEKDAY = dt.date(1970, 1, 1).weekday()


@dataclass(frozen=True, slots=True)
class Clock:
    """A zone and the time when its business days begin, with the venues that go by them."""

    zone: zoneinfo.ZoneInfo
    day_starts: dt.time
    venues: tuple[int, ...]

    def begin(self, day: dt.date) -> dt.datetime:
        """When this business day begins, UTC."""
        return dt.datetime.combine(day, self.day_starts, self.zone).astimezone(dt.UTC)


def clocks_of(venues: Iterable[Venue]) -> tuple[Clock, ...]:
    """One clock for all venues that share it."""
    shared: dict[tuple[str, dt.time], list[int]] = {}
    for venue in venues:
        shared.setdefault((venue.timezone, venue.day_starts), []).append(venue.pk)
    return tuple(Clock(zoneinfo.ZoneInfo(zone), starts, tuple(ids)) for (zone, starts), ids in shared.items())


def within(clocks: Sequence[Clock], first: dt.date, last: dt.date) -> Q:
    """What was started from the business day `first` to `last`, both whole, by each venue's own clock."""
    found = Q(pk__in=())
    for clock in clocks:
        span = Q(started_at__gte=clock.begin(first), started_at__lt=clock.begin(last + DAY))
        found |= Q(venue__in=clock.venues) & span
    return found


def hour_of_day(clocks: Sequence[Clock], first: dt.date, last: dt.date, of: str = "started_at") -> Expression:
    """0 to 23, local time, `of` a moment."""
    return _integer(_local(clocks, first, last, of, business=False) / Value(HOUR_S) % Value(24))


def weekday(clocks: Sequence[Clock], first: dt.date, last: dt.date) -> Expression:
    """Of the business day: 0 is Monday."""
    return _integer((business_day(clocks, first, last) + Value(EPOCH_WEEKDAY)) % Value(7))


def business_day(clocks: Sequence[Clock], first: dt.date, last: dt.date, length: int = 1) -> Expression:
    """Days since 1970 of the business day; with `length` 7, of the Monday of its week."""
    day = _integer(_local(clocks, first, last, "started_at", business=True) / Value(DAY_S))
    if length == 1:
        return day
    return _integer(day - (day + Value(EPOCH_WEEKDAY)) % Value(length))


def number_of(day: dt.date, length: int = 1) -> int:
    """As `business_day` counts: days since 1970; with `length` 7, of the Monday of its week."""
    number = day.toordinal() - EPOCH_ORDINAL
    return number if length == 1 else number - (number + EPOCH_WEEKDAY) % length


def date_of(day: int) -> dt.date:
    """The date that `business_day` counted."""
    return dt.date.fromordinal(EPOCH_ORDINAL + day)


def offsets(zone: zoneinfo.ZoneInfo, first: dt.datetime, last: dt.datetime) -> list[tuple[dt.datetime, int]]:
    """The zone's seconds ahead of UTC: those at `first`, and each change until `last` with its moment, UTC."""
    found = [(first, _offset(zone, first))]
    day = first
    while day < last:
        following = min(day + DAY, last)
        if _offset(zone, following) != found[-1][1]:
            found.append(_change(zone, day, following))
        day = following
    return found


def _change(zone: zoneinfo.ZoneInfo, before: dt.datetime, after: dt.datetime) -> tuple[dt.datetime, int]:
    """The second of a change that lies between the two."""
    old = _offset(zone, before)
    while after - before > dt.timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0) if middle.replace(microsecond=0) > before else middle
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after, _offset(zone, after)


def _offset(zone: zoneinfo.ZoneInfo, moment: dt.datetime) -> int:
    ahead = moment.astimezone(zone).utcoffset()
    assert ahead is not None
    return int(ahead.total_seconds())


def _local(clocks: Sequence[Clock], first: dt.date, last: dt.date, of: str, *, business: bool) -> Any:
    """Seconds since 1970 on the wall's clock; `business`: as if each day began at midnight."""
    cases = []
    for clock in clocks:
        behind = (dt.datetime.combine(first, clock.day_starts) - dt.datetime.combine(first, dt.time())).seconds
        ahead = offsets(clock.zone, clock.begin(first) - DAY, clock.begin(last + DAY) + DAY)
        for moment, seconds in reversed(ahead):  # the newest first: most of a long period's orders are asked once
            since = Q(**{f"{of}__gte": moment})
            if len(clocks) > 1:
                since &= Q(venue__in=clock.venues)
            cases.append(When(since, then=Value(seconds - behind if business else seconds)))
    return Epoch(F(of)) + Case(*cases, default=Value(0), output_field=BigIntegerField())


def _integer(expression: Any) -> Expression:
    expression.output_field = IntegerField()
    made: Expression = expression
    return made


class Epoch(Func):
    """Whole seconds since 1970."""

    output_field = BigIntegerField()
    template = "CAST(strftime('%%%%s', substr(%(expressions)s, 1, 19)) AS INTEGER)"

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="floor(date_part('epoch', %(expressions)s))::bigint", **extra)
