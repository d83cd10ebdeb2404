"""When to look at the gateway's orders once more, and when to say what all there is. Pure.

One report may leave orders out by mistake, and a snapshot that does so would end every meal in the pub. So whatever
follows a beginning is looked at twice, and only then told. `now` is seconds of a monotonic clock.
"""

from tracker.gateway.book import ABSENT_FOR_S

CONFIRM_S = ABSENT_FOR_S + 0.5


class Snapshots:
    """Of one watch over a gateway."""

    def __init__(self) -> None:
        self._confirm_at: float | None = None
        self._due = True
        self.told_once = False

    def begin(self, now: float) -> None:
        """A connection was made, or events were lost on their way."""
        self._due = True
        self.look_again(now)

    def look_again(self, now: float) -> None:
        """An order is missing from a report."""
        if self._confirm_at is None:
            self._confirm_at = now + CONFIRM_S

    def wait(self, now: float, otherwise: float) -> float:
        """Seconds to the next look, where `otherwise` is the usual wait."""
        return otherwise if self._confirm_at is None else min(otherwise, max(self._confirm_at - now, 0.05))

    def looked(self, began: float) -> bool:
        """A look that began then has succeeded: whether to tell a snapshot now."""
        if self._confirm_at is None or began < self._confirm_at:
            return False
        self._confirm_at = None
        tell, self._due = self._due, False
        self.told_once = self.told_once or tell
        return tell
