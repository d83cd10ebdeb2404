"""What went by lately, for the page: short, bounded, without a token."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

KEPT = 60
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of the page's log. `direction` is in, out or lost; `time` is the device's, local."""

    number: int
    direction: str
    what: str
    detail: str
    time: str
    seq: int | None = None
    status: int | None = None


class Frames:
    """The last ones. `changed` is called whenever there is something new to show."""

    def __init__(self, time: Callable[[], datetime]) -> None:
        self._time = time
        self._frames: deque[Frame] = deque(maxlen=KEPT)
        self._number = 0
        self.changed: Callable[[], None] = lambda: None

    def add(
        self, direction: str, what: str, detail: str = "", *, seq: int | None = None, status: int | None = None
    ) -> None:
        """Note that this went by."""
        self._number += 1
        time = self._time().strftime("%H:%M:%S")
        self._frames.append(Frame(self._number, direction, what[:LONGEST], detail[:LONGEST], time, seq, status))
        self.changed()

    def add_notification(self, frame: Mapping[str, Any], *, direction: str = "out") -> None:
        """Note a notification that was sent, or lost on purpose."""
        place = f" at {frame['locationName']}" if frame["locationName"] else ""
        detail = f"order {frame['name']}, {frame['state']}{place}, {frame['orderType']}"
        if frame.get("paged"):
            detail += ", paged"
        self.add(direction, frame["type"], detail, seq=frame["seq"])

    def newest_first(self) -> list[dict[str, Any]]:
        """All that are kept, as JSON."""
        return [asdict(frame) for frame in reversed(self._frames)]
