"""When a venue is open: weekly hours and dated exceptions, in the venue's own zone. Pure."""

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Opening:
    """From `opens` of a local date until `closes`; at or before `opens` means on the next day."""

    opens: dt.time
    closes: dt.time


@dataclass(frozen=True, slots=True)
class Hours:
    """A week of openings (0 is Monday), and dates that differ. No opening in the whole week means always open."""

    zone: zoneinfo.ZoneInfo
    week: tuple[tuple[Opening, ...], ...]
    exceptions: dict[dt.date, tuple[Opening, ...]]
    last_order: dt.timedelta = dt.timedelta(0)

    @property
    def always(self) -> bool:
        return not any(self.week) and not self.exceptions

    def spans(self, around: dt.datetime) -> list[tuple[dt.datetime, dt.datetime]]:
        """Openings as UTC (from, until) that touch the local day of `around`, the one before and the eight after."""
        today = around.astimezone(self.zone).date()
        found = []
        for offset in range(-1, 9):
            date = today + offset * DAY
            for opening in self.exceptions.get(date, self.week[date.weekday()]):
                ends = date if opening.closes > opening.opens else date + DAY
                found.append((self._utc(date, opening.opens), self._utc(ends, opening.closes)))
        return _joined(sorted(found))

    def takes_orders(self, now: dt.datetime) -> tuple[bool, dt.datetime | None]:
        """Whether orders are taken, and the moment (UTC) of the next change; None where it never changes."""
        if self.always:
            return True, None
        spans = self.spans(now)
        for opens, closes in spans:
            last = closes - self.last_order
            if opens <= now < last:
                return True, last
            if now < opens:
                return False, opens
        return False, spans[-1][1] if spans and spans[-1][1] > now else now + DAY

    def _utc(self, date: dt.date, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(date, time, self.zone).astimezone(dt.UTC)


def _joined(spans: Iterable[tuple[dt.datetime, dt.datetime]]) -> list[tuple[dt.datetime, dt.datetime]]:
    """Sorted spans with those that touch made one: open all day on two days is open through midnight."""
    joined: list[tuple[dt.datetime, dt.datetime]] = []
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
    return dt.datetime.combine(business_date(now, zone, day_starts) + DAY, day_starts, zone)


def within_times(local: dt.time, served_from: dt.time | None, served_until: dt.time | None) -> bool:
    """True inside a daily span that may cross midnight; without a span always."""
    if served_from is None or served_until is None:
        return True
    if served_from <= served_until:
        return served_from <= local < served_until
    return local >= served_from or local < served_until
