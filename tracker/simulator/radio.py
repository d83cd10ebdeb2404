"""Repeaters, and the activation with LRSConnect (API reference, section 6)."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tracker.gateway.codes import ReturnCode
from tracker.simulator.refusals import Refused

LONGEST_PAIRING = 254
DEVICE_CODE = re.compile(r"\d{3}-\d{4}-\d{3}")
# The documentation's example, the one code that this gateway recognises.
OUR_DEVICE_CODE = "012-3456-789"


@dataclass(frozen=True, slots=True)
class Repeater:
    """A repeater that has joined. Its other fields are made from its number."""

    number: int
    label: str
    last_seen: datetime


@dataclass(slots=True)
class Radio:
    """The repeaters that have joined, and whether others may join now."""

    repeaters: list[Repeater] = field(default_factory=list)
    listening_until: datetime | None = None
    given: int = 0  # numbers are not used again

    def listens(self, now: datetime) -> bool:
        """Whether a repeater that is switched on now would join."""
        return self.listening_until is not None and now < self.listening_until

    def begin_pairing(self, seconds: int, now: datetime) -> ReturnCode:
        """Listen for so long; 0 stops, as the documentation has it. Raises Refused (-16 out of bounds)."""
        if not 0 <= seconds <= LONGEST_PAIRING:
            raise Refused(ReturnCode.INVALID_PAIRING_TIMEOUT)
        if not seconds:
            return self.end_pairing()
        self.listening_until = now + timedelta(seconds=seconds)
        return ReturnCode.LISTENING_FOR_REPEATERS

    def end_pairing(self) -> ReturnCode:
        """Stop listening."""
        self.listening_until = None
        return ReturnCode.STOPPED_LISTENING

    def join(self, label: str, now: datetime) -> Repeater:
        """A repeater was switched on while the gateway listens."""
        self.given += 1
        repeater = Repeater(self.given, label, now)
        self.repeaters.append(repeater)
        return repeater


def check_device_code(code: object) -> None:
    """Raises Refused (-18 missing, -17 malformed, -19 not recognised)."""
    if code is None:
        raise Refused(ReturnCode.DEVICE_CODE_MISSING)
    if not isinstance(code, str) or not DEVICE_CODE.fullmatch(code):
        raise Refused(ReturnCode.MALFORMED_DEVICE_CODE)
    if code != OUR_DEVICE_CODE:
        raise Refused(ReturnCode.UNKNOWN_DEVICE_CODE)
