"""A venue's hours as a form sends them: parsed to openings, or the faults in words; and written, only what differs."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from venues.hours import Hours, Opening
from venues.hours_words import into_next_day, overlaps
from venues.models import OpeningException, OpeningHours, Venue
from venues.signals import menu_changing

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_OF_DAY, MOST_EXCEPTIONS = 6, 60
LONGEST_LAST_ORDER = 240  # minutes

Given = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OtherHours:
    """A date with other hours; without openings it is closed."""

    date: dt.date
    opening: Opening | None
    reason: str


@dataclass(slots=True)
class Wanted:
    """What the form says; to be written only where `faults` is empty."""

    week: list[list[Opening]] = field(default_factory=lambda: [[] for _ in DAYS])
    exceptions: list[OtherHours] = field(default_factory=list)
    last_order_minutes: int = 0
    faults: list[str] = field(default_factory=list)

    def hours(self, venue: Venue) -> Hours:
        dates: dict[dt.date, tuple[Opening, ...]] = defaultdict(tuple)
        for one in self.exceptions:
            dates[one.date] += (one.opening,) if one.opening is not None else ()
        week = tuple(tuple(day) for day in self.week)
        return Hours(venue.zone, week, dict(dates), dt.timedelta(minutes=self.last_order_minutes))


def read_hours(given: Given, today: dt.date) -> Wanted:
    """`d<weekday>-<n>-opens`, `-closes`, `d<weekday>-same` (as the day before); `e<n>-date`, `-opens`, `-closes`,
    `-reason`; `last_order_minutes`."""
    wanted = Wanted()
    for weekday, name in enumerate(DAYS):
        if weekday and given.get(f"d{weekday}-same"):
            wanted.week[weekday] = list(wanted.week[weekday - 1])
            continue
        for at in range(MOST_OF_DAY):
            opening = _opening(given, f"d{weekday}-{at}", name, wanted.faults.append)
            if opening is not None:
                wanted.week[weekday].append(opening)
    for at in range(MOST_EXCEPTIONS):
        _read_exception(given, f"e{at}", today, wanted)
    minutes = given.get("last_order_minutes", "").strip() or "0"
    if minutes.isdecimal() and minutes.isascii() and int(minutes[:6]) <= LONGEST_LAST_ORDER:
        wanted.last_order_minutes = int(minutes)
    else:
        wanted.faults.append(f"Last orders: give minutes, at most {LONGEST_LAST_ORDER}.")
    wanted.faults += _overlaps(wanted)
    return wanted


def seen_by(venue: Venue) -> str:
    """A word for the hours as they are now: another one says that somebody has changed them meanwhile."""
    week = sorted(OpeningHours.objects.filter(venue=venue).values_list("weekday", "opens", "closes"))
    dates = sorted(
        map(str, OpeningException.objects.filter(venue=venue).values_list("date", "opens", "closes", "reason"))
    )
    return hashlib.sha256(repr((week, dates, venue.last_order_minutes)).encode()).hexdigest()[:16]


def write_hours(venue: Venue, wanted: Wanted, today: dt.date) -> None:
    """Make them the venue's, row by row and only what differs: each is told to open pages. Exceptions of the past stay
    as they were."""
    with transaction.atomic():
        menu_changing.send(sender=Venue, venue_ids=[venue.pk])
        week = {(day, one.opens): one.closes for day, found in enumerate(wanted.week) for one in found}
        for hours in OpeningHours.objects.filter(venue=venue):
            closes = week.pop((hours.weekday, hours.opens), None)
            if closes is None:
                hours.delete()
            elif closes != hours.closes:
                hours.closes = closes
                hours.save(update_fields=["closes"])
        for (weekday, opens), closes in week.items():
            OpeningHours.objects.create(venue=venue, weekday=weekday, opens=opens, closes=closes)
        _write_exceptions(venue, wanted.exceptions, today)
        if venue.last_order_minutes != wanted.last_order_minutes:
            venue.last_order_minutes = wanted.last_order_minutes
            venue.save(update_fields=["last_order_minutes"])


def _write_exceptions(venue: Venue, wanted: Iterable[OtherHours], today: dt.date) -> None:
    dates = {(one.date, one.opening.opens if one.opening else None): one for one in wanted}
    for row in OpeningException.objects.filter(venue=venue, date__gte=today):
        one = dates.pop((row.date, row.opens), None)
        if one is None:
            row.delete()
            continue
        closes = one.opening.closes if one.opening else None
        if (closes, one.reason) != (row.closes, row.reason):
            row.closes, row.reason = closes, one.reason
            row.save(update_fields=["closes", "reason"])
    for (date, opens), one in dates.items():
        closes = one.opening.closes if one.opening else None
        OpeningException.objects.create(venue=venue, date=date, opens=opens, closes=closes, reason=one.reason)


def _read_exception(given: Given, prefix: str, today: dt.date, wanted: Wanted) -> None:
    typed = {name: given.get(f"{prefix}-{name}", "").strip() for name in ("date", "opens", "closes", "reason")}
    if not any(typed.values()):
        return
    fault: Callable[[str], Any] = wanted.faults.append
    try:
        date = dt.date.fromisoformat(typed["date"])
    except ValueError:
        fault(f"Which date is “{typed['reason'] or typed['date'] or typed['opens']}”? Give one such as 2026-12-25.")
        return
    named = f"{date.day} {date:%B %Y}"
    if date < today:
        fault(f"{named} is over: an exception before today changes nothing.")
    if len(typed["reason"]) > 80 or not typed["reason"].isprintable():
        fault(f"{named}: the reason is one line of at most 80 characters.")
    before = len(wanted.faults)
    opening = _opening(given, prefix, named, fault)
    if len(wanted.faults) == before:
        wanted.exceptions.append(OtherHours(date, opening, typed["reason"]))


def _opening(given: Given, prefix: str, named: str, fault: Callable[[str], Any]) -> Opening | None:
    opens, closes = (given.get(f"{prefix}-{name}", "").strip() for name in ("opens", "closes"))
    if not opens and not closes:
        return None
    if not opens or not closes:
        fault(f"{named}: give both times, when it opens and when it closes.")
        return None
    try:
        times = [dt.time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None) for text in (opens, closes)]
    except ValueError:
        fault(f"{named}: give times such as 12:00 and 23:30.")
        return None
    return Opening(*times)


def _overlaps(wanted: Wanted) -> Iterable[str]:
    for weekday, (name, day) in enumerate(zip(DAYS, wanted.week, strict=True)):
        if both := overlaps(day):
            yield f"{name}: {_told(both[0])} and {_told(both[1])} overlap. Make one of them."
        elif both := into_next_day(wanted.week[weekday - 1], day):
            before = DAYS[weekday - 1]
            yield f"{before} {_told(both[0])} runs into {name} {_told(both[1])}. Let one end where the other begins."
    dates: dict[dt.date, list[Opening | None]] = defaultdict(list)
    for one in wanted.exceptions:
        dates[one.date].append(one.opening)
    for date, found in dates.items():
        named, openings = f"{date.day} {date:%B %Y}", [one for one in found if one is not None]
        if None in found and len(found) > 1:
            yield f"{named}: it is given as closed and again in another row. Keep one of them."
        elif both := overlaps(openings):
            yield f"{named}: {_told(both[0])} and {_told(both[1])} overlap. Make one of them."


def _told(opening: Opening) -> str:
    return f"{opening.opens:%H:%M} to {opening.closes:%H:%M}"
