"""Moments that can be told apart after a restart, although no clock of a small computer can be trusted.

A Raspberry Pi has no clock that runs without power, so its date jumps when it finds the internet. Elapsed time comes
from the kernel's clock since the boot; only over a reboot is there nothing but the date, and then an answer may be "who
knows".
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Moment:
    """`boot` names the run of the machine, `uptime` is seconds since it began, `date` is UTC as the machine has it."""

    boot: str
    uptime: float
    date: datetime


def elapsed_s(since: Moment, now: Moment) -> float | None:
    """Seconds between the two, or None where that cannot be known."""
    if since.boot == now.boot:
        return max(now.uptime - since.uptime, 0.0)
    passed = (now.date - since.date).total_seconds()
    # The second boot alone took now.uptime: a date that says less has jumped.
    return passed if passed >= now.uptime else None


class Clock:
    """This machine's time."""

    def __init__(self) -> None:
        try:
            self._boot = _BOOT_ID.read_text().strip()
        except OSError:  # not Linux: every start of the agent then counts as a boot
            self._boot = f"{time.time_ns()}"
        self._source = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    def now(self) -> Moment:
        return Moment(self._boot, time.clock_gettime(self._source), datetime.now(UTC))
