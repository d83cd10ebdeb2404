"""The gateway's settings (API reference, section 6, "Settings")."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tracker.gateway.codes import ReturnCode
from tracker.simulator.refusals import Refused

OFFSET = re.compile(r"(?:UTC)?([+-])(\d{1,2}):?(\d{2})?")


@dataclass(frozen=True, slots=True)
class Settings:
    """As GET /gateway/settings shows them; the target time is in seconds."""

    zigbee_preset: str = "A"
    target_time: int = 300
    timezone: str = "UTC"

    @property
    def zone(self) -> tzinfo:
        """The zone of every datetime that the gateway writes."""
        return read_zone(self.timezone)

    def changed(self, wanted: Mapping[str, Any]) -> "Settings":
        """The settings after POST /gateway/settings, all or nothing. Raises Refused (-20 key, -21 value)."""
        after = self
        for key, value in wanted.items():
            if key == "zigbeePreset":
                after = replace(after, zigbee_preset=_preset(value))
            elif key == "targetTimeDefault":
                after = replace(after, target_time=_target_time(value))
            elif key == "timezone":
                after = replace(after, timezone=_zone_name(value))
            else:
                raise Refused(ReturnCode.UNKNOWN_SETTING, f"Invalid settings key: {key}")
        return after


def read_zone(name: str) -> tzinfo:
    """The zone of a name or of an offset such as +02:00. Raises ValueError."""
    offset = OFFSET.fullmatch(name)
    if offset is not None:
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(ahead if offset[1] == "+" else -ahead)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:  # a folder of the database is an OSError
        raise ValueError(f"“{name}” is no time zone; take one like Europe/London, or +01:00.") from error


def _preset(value: object) -> str:
    # Only "A" was ever seen.
    if isinstance(value, str) and re.fullmatch(r"[A-Z]", value):
        return value
    raise _invalid("zigbeePreset", value, "One capital letter.")


def _target_time(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 86_400:
        return value
    raise _invalid("targetTimeDefault", value, "Seconds, 1 to 86400.")


def _zone_name(value: object) -> str:
    if isinstance(value, str):
        try:
            read_zone(value)
        except ValueError:
            pass
        else:
            return value
    raise _invalid("timezone", value, "The name of a zone, or an offset of UTC.")


def _invalid(key: str, value: object, hint: str) -> Refused:
    return Refused(ReturnCode.INVALID_SETTING, f"Invalid value {value} for key {key}. {hint}")
