"""How often something may happen: counted in this process, in sliding windows, bounded in memory."""

import threading
from collections import OrderedDict, deque
from collections.abc import Hashable

MOST_KEYS = 20_000


class Limit:
    """At most `most` events of one key within `seconds`. Forgets the keys that were quiet longest.

    Sockets ask on the event loop and pages in their threads, some of them the same limit.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._seen: OrderedDict[Hashable, deque[float]] = OrderedDict()
        self._lock = threading.RLock()

    def full(self, key: Hashable, now: float, most: int | None = None) -> bool:
        """Whether one more at `now` (monotonic seconds) would be too many."""
        with self._lock:
            seen = self._seen.get(key)
            if seen is None:
                return False
            while seen and seen[0] <= now - self.seconds:
                seen.popleft()
            return len(seen) >= (self.most if most is None else most)

    def count(self, key: Hashable, now: float) -> None:
        """Note that it happened."""
        with self._lock:
            seen = self._seen.get(key)
            if seen is None:
                if len(self._seen) >= MOST_KEYS:
                    self._seen.popitem(last=False)
                seen = self._seen[key] = deque()
            seen.append(now)
            self._seen.move_to_end(key)

    def take(self, key: Hashable, now: float, most: int | None = None) -> bool:
        """Count one more where it is allowed; whether it was."""
        with self._lock:
            if self.full(key, now, most):
                return False
            self.count(key, now)
            return True
