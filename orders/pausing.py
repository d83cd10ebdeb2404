"""Until when staff pause orders: so many minutes, the rest of the day, or a time on the venue's clock."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from venues.hours import day_ends

MINUTES = (15, 30, 60)
REST_OF_DAY, UNTIL = "day", "until"
LONGEST_REASON = 140
_CLOCK = re.compile(r"^([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])\Z")


@dataclass(frozen=True, slots=True)
class Pause:
    until: datetime
    reason: str


class NotUnderstood(ValueError):
    """What was typed into `field` makes no pause; the message says what does."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def read_pause(given: dict[str, str], now: datetime, zone: ZoneInfo, day_starts: time) -> Pause:
    """The pause that a form asks for: `minutes` (15, 30, 60, day, until), `until` ("21:30"), `reason`.

    Raises NotUnderstood.
    """
    reason = given.get("reason", "").strip()
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        raise NotUnderstood("reason", f"The reason is one line of at most {LONGEST_REASON} characters.")
    return Pause(_until(given, now, zone, day_starts), reason)


def _until(given: dict[str, str], now: datetime, zone: ZoneInfo, day_starts: time) -> datetime:
    for_how_long = given.get("minutes", "")
    if for_how_long == UNTIL:
        return next_time(given.get("until", ""), now, zone)
    if for_how_long == REST_OF_DAY:
        return day_ends(now, zone, day_starts)
    if for_how_long not in map(str, MINUTES):
        raise NotUnderstood("minutes", "Choose for how long.")
    return now + timedelta(minutes=int(for_how_long))


def next_time(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The next moment at which the venue's clock shows this time: always within 24 hours (25 when it is put back)."""
    found = _CLOCK.match(text.strip())
    if found is None:
        raise NotUnderstood("until", "Give a time such as 21:30.")
    clock = time(int(found[1]), int(found[2]))
    today = now.astimezone(zone).date()
    moments = [datetime.combine(today + timedelta(days=days), clock, zone).astimezone(UTC) for days in (0, 1)]
    return next(at for at in moments if at > now)
