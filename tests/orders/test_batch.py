"""What one transaction holds, beside others of the same process."""

import threading
from datetime import UTC, datetime
from typing import Any

from orders.batch import Batch

NOW = datetime(2026, 7, 1, 20, tzinfo=UTC)
SOON = 5.0


class Rows:
    """Rows that were asked for and come when they may."""

    def __init__(self, may_come: threading.Event) -> None:
        self._may_come = may_come
        self.waiting = threading.Event()

    def rows(self) -> list[dict[str, Any]]:
        self.waiting.set()
        assert self._may_come.wait(SOON)
        return [{"venue_id": 1, "seq": 7}]


class Waiting:
    """Statements whose lock is somebody else's until `may_come`."""

    def __init__(self, may_come: threading.Event) -> None:
        self.asked = Rows(may_come)

    def ask_for(self, *_: Any, **__: Any) -> Rows:
        return self.asked


def batch_on(statements: Any) -> Batch:
    return Batch(statements, [1], NOW)


def test_who_waits_for_the_venues_keeps_their_holder_waiting_for_nothing() -> None:
    """The holder needs its counters to end: waiting for one another, both would stand until a time limit."""
    held, free = threading.Event(), threading.Event()
    free.set()
    waiter = Waiting(held)
    thread = threading.Thread(target=lambda: batch_on(waiter).feeds, daemon=True)
    thread.start()
    assert waiter.asked.waiting.wait(SOON)
    seen = threading.Event()
    holder = threading.Thread(target=lambda: seen.set() if batch_on(Waiting(free)).feeds else None, daemon=True)
    holder.start()
    assert seen.wait(SOON / 2)
    held.set()
    thread.join(SOON)
