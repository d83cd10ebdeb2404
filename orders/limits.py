"""How often something may happen: counted in this process, in sliding windows, bounded in memory."""

from collections import OrderedDict, deque
from collections.abc import Hashable

MOST_KEYS = 20_000


class Limit:
    """At most `most` events of one key within `seconds`. Forgets the keys that were quiet longest."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._seen: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def full(self, key: Hashable, now: float, most: int | None = None) -> bool:
        """Whether one more at `now` (monotonic seconds) would be too many."""
        seen = self._seen.get(key)
        if seen is None:
            return False
        while seen and seen[0] <= now - self.seconds:
            seen.popleft()
        return len(seen) >= (self.most if most is None else most)

    def count(self, key: Hashable, now: float) -> None:
        """Note that it happened."""
        seen = self._seen.get(key)
        if seen is None:
            if len(self._seen) >= MOST_KEYS:
                self._seen.popitem(last=False)
            seen = self._seen[key] = deque()
        seen.append(now)
        self._seen.move_to_end(key)

    def take(self, key: Hashable, now: float, most: int | None = None) -> bool:
        """Count one more where it is allowed; whether it was."""
        if self.full(key, now, most):
            return False
        self.count(key, now)
        return True
