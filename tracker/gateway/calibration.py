"""What a gateway's times mean: they carry no zone, and whether they are local or UTC nobody says (API reference, 9).

So it is measured: what the gateway calls the creation of an order that we have just made, against our own UTC clock.
The settings' zone is the fallback, and tells a measured offset's past and future (the clocks change twice a year).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from tracker.gateway.errors import ClockIsWrong

STEP = timedelta(minutes=15)  # every zone's offset is a multiple
_NEAR = timedelta(hours=3)  # more than any zone's clocks are put forward or back
_EAST, _WEST = timedelta(hours=14), timedelta(hours=-12)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])([0-9]{1,2})(?::?([0-9]{2}))?", re.IGNORECASE)


class Source(StrEnum):
    """Where a calibration comes from, best first."""

    MEASURED = "measured"
    SETTINGS = "settings"
    ASSUMED = "assumed"  # UTC, because nothing is known


@dataclass(frozen=True, slots=True)
class Calibration:
    """How to read a gateway's times. `skew` is how much its clock is wrong beyond its zone, where that was measured."""

    zone: tzinfo
    source: Source
    skew: timedelta = timedelta(0)

    def to_utc(self, at: datetime) -> datetime:
        """The aware UTC time of what the gateway wrote. A time with an offset means what it says."""
        if at.tzinfo is None:
            at = at.replace(tzinfo=self.zone)
        return _moved(at.astimezone(UTC), -self.skew)

    def to_local(self, at: datetime) -> datetime:
        """The naive time that the gateway would write for an aware one."""
        return _moved(at, self.skew).astimezone(self.zone).replace(tzinfo=None)

    def change_near(self, at: datetime) -> timedelta:
        """By how much the gateway's clock is put forward or back within hours of an aware time; 0 on most days.

        In such a night a naive time may mean two moments, or none.
        """
        shown = _moved(at, self.skew)
        before, after = ((shown + by).astimezone(self.zone).utcoffset() for by in (-_NEAR, _NEAR))
        return timedelta(0) if before is None or after is None else abs(after - before)


def measure(created: datetime, sent: datetime, answered: datetime, setting: str = "") -> Calibration:
    """The calibration by an order that we made: `created` as the gateway wrote it, and our clock around the request.

    `setting` is the zone of the gateway's settings: where it agrees with what was measured it is used, so that times of
    another season are right too. Raises ClockIsWrong where no zone explains the difference.
    """
    ours = sent + (answered - sent) / 2
    if created.tzinfo is not None:
        return Calibration(UTC, Source.MEASURED, _whole(created.astimezone(UTC) - ours))
    offset = created.replace(tzinfo=UTC) - ours
    rounded = round(offset / STEP) * STEP
    if not _WEST <= rounded <= _EAST:
        raise ClockIsWrong(f"the gateway's clock is wrong by {abs(offset)}")
    named = zone_of(setting)
    agrees = named is not None and ours.astimezone(named).utcoffset() == rounded
    zone = named if named is not None and agrees else timezone(rounded)
    return Calibration(zone, Source.MEASURED, _whole(offset - rounded))


def measure_any(created: datetime, seen: datetime, setting: str = "") -> Calibration:
    """As `measure`, by an order that was created when we saw it, and however wrong the clock: the rest is its skew."""
    try:
        return measure(created, seen, seen, setting)
    except ClockIsWrong:
        zone = zone_of(setting) or UTC
        return Calibration(zone, Source.MEASURED, _whole(created.replace(tzinfo=zone) - seen))


def from_settings(setting: str) -> Calibration:
    """The calibration by the settings alone, or UTC where they say nothing that we can read."""
    zone = zone_of(setting)
    return Calibration(UTC, Source.ASSUMED) if zone is None else Calibration(zone, Source.SETTINGS)


def zone_of(setting: str) -> tzinfo | None:
    """A zone's name (`America/New_York`) or an offset from UTC (`+02:00`, `UTC-5`), as the settings allow; or None."""
    if (offset := _OFFSET.fullmatch(setting.strip())) is not None:
        sign = -1 if offset[1] == "-" else 1
        difference = sign * timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(difference) if _WEST <= difference <= _EAST else None
    try:
        return ZoneInfo(setting)
    except (KeyError, ValueError, OSError):  # the name becomes the path of a file: it may lead out, or to a folder
        return None


def _whole(skew: timedelta) -> timedelta:
    """Whole seconds, and none where it is within what the gateway's rounding and the network explain."""
    seconds = round(skew.total_seconds())
    return timedelta(0) if abs(seconds) <= 2 else timedelta(seconds=seconds)


def _moved(at: datetime, by: timedelta) -> datetime:
    try:
        return at + by
    except OverflowError:
        return at
