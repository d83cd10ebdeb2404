"""The device's time: this machine's, moved on by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """The machine's time, aware, UTC."""
    return datetime.now(UTC)


class Clock:
    """Gives the device's time (aware, UTC); `move` makes two weeks pass at once."""

    def __init__(self, machine: Callable[[], datetime] = utc_now, moved: timedelta = timedelta()) -> None:
        self._machine = machine
        self.moved = moved

    def now(self) -> datetime:
        """The time that the device believes it is."""
        return self._machine() + self.moved

    def move(self, by: timedelta) -> None:
        """Let this much time pass. Raises OverflowError beyond the year 9999, having changed nothing."""
        moved = self.moved + by
        # A day of room: what is shown in local time must fit too.
        _ = self._machine() + moved + timedelta(days=1)
        self.moved = moved
