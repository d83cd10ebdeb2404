"""When a venue is open: weekly hours and dated exceptions, in the venue's own zone. Pure."""

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass

DAY = dt.timedelta(days=1)

Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, slots=True)
class Opening:
    """From `opens` of a local date until `closes`; at or before `opens` means on the next day."""

    opens: dt.time
    closes: dt.time


ALL_DAY = Opening(dt.time(0), dt.time(0))


@dataclass(frozen=True, slots=True)
class Hours:
    """A week of openings (0 is Monday), and dates that differ. No opening in the whole week means always open, but on
    those dates."""

    zone: zoneinfo.ZoneInfo
    week: tuple[tuple[Opening, ...], ...]
    exceptions: dict[dt.date, tuple[Opening, ...]]
    last_order: dt.timedelta = dt.timedelta(0)

    @property
    def always(self) -> bool:
        return not any(self.week) and not self.exceptions

    def of_date(self, date: dt.date) -> tuple[Opening, ...]:
        """The openings that begin on a local date."""
        usual = self.week[date.weekday()] if any(self.week) else (ALL_DAY,)
        return self.exceptions.get(date, usual)

    def spans_of(self, date: dt.date) -> list[Span]:
        """The same as UTC (from, until), those that touch made one; without those that the clock skips whole."""
        found = []
        for opening in self.of_date(date):
            ends = date if opening.closes > opening.opens else date + DAY
            span = moment_of(date, opening.opens, self.zone), moment_of(ends, opening.closes, self.zone)
            if span[0] < span[1]:
                found.append(span)
        return _joined(sorted(found))

    def spans(self, around: dt.datetime) -> list[Span]:
        """Openings as UTC (from, until) that touch the local day of `around`, the one before and the eight after."""
        today = around.astimezone(self.zone).date()
        return _joined(sorted(span for offset in range(-1, 9) for span in self.spans_of(today + offset * DAY)))

    def takes_orders(self, now: dt.datetime) -> tuple[bool, dt.datetime | None]:
        """Whether orders are taken, and the moment (UTC) until which that holds; None where it always does.

        Where no opening is near, that is a day from now: nothing changes then but the day that is looked at.
        """
        if self.always:
            return True, None
        spans = [(opens, closes - self.last_order) for opens, closes in self.spans(now)]
        for opens, last in spans:
            if opens <= now < last:
                return True, last
            if now < opens < last:
                return False, opens
        return False, now + DAY


def moment_of(date: dt.date, time: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The first moment (UTC) at which the zone's clock shows this time of this date, or, where it skips it, a later
    one: what it shows twice counts as the first, what it never shows as the moment of the jump.

    So times of one date stand in UTC in the order in which they stand on the clock.
    """
    naive = dt.datetime.combine(date, time.replace(fold=0))
    at = naive.replace(tzinfo=zone).astimezone(dt.UTC)
    if at.astimezone(zone).replace(tzinfo=None) == naive:
        return at
    before = naive.replace(tzinfo=zone, fold=1).astimezone(dt.UTC)  # the clock has not jumped yet; at `at` it has
    offset = before.astimezone(zone).utcoffset()
    while at - before > dt.timedelta(seconds=1):
        middle = before + (at - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            at = middle
    return at.replace(microsecond=0)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Sorted spans with those that touch made one: open all day on two days is open through midnight."""
    joined: list[Span] = []
    for opens, closes in spans:
        if joined and opens <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], closes)
        else:
            joined.append((opens, closes))
    return joined


def business_date(now: dt.datetime, zone: zoneinfo.ZoneInfo, day_starts: dt.time) -> dt.date:
    """The business day of a moment: it begins at `day_starts`, local time."""
    local = now.astimezone(zone)
    return local.date() if local.time() >= day_starts else local.date() - DAY


def day_ends(now: dt.datetime, zone: zoneinfo.ZoneInfo, day_starts: dt.time) -> dt.datetime:
    """The end of the business day of a moment: where the next one begins."""
    return moment_of(business_date(now, zone, day_starts) + DAY, day_starts, zone).astimezone(zone)


def within_times(local: dt.time, served_from: dt.time | None, served_until: dt.time | None) -> bool:
    """True inside a daily span that may cross midnight; without a span always."""
    if served_from is None or served_until is None:
        return True
    if served_from <= served_until:
        return served_from <= local < served_until
    return local >= served_from or local < served_until
