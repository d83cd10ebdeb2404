"""Takes events into the spool, and holds them in memory while the disk takes none."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from tracker.agent.ledger import LedgerFull
from tracker.agent.moments import Clock
from tracker.agent.spool import Spool
from tracker.agent.status import Status

_MOST_HELD = 5_000  # events, of some 300 bytes


class Recorder:
    """In front of a spool. Raises LedgerBroken; `held` is then still to be recorded, by the next one."""

    def __init__(
        self, spool: Spool, clock: Clock, status: Status, recorded: Callable[[], None], held: Sequence[str] = ()
    ) -> None:
        self._spool, self._clock, self._status, self._recorded = spool, clock, status, recorded
        self._held = deque(held, maxlen=_MOST_HELD)
        self._was_full = False

    @property
    def held(self) -> tuple[str, ...]:
        """What only the memory has."""
        return tuple(self._held)

    def record(self, bodies: Sequence[str]) -> None:
        """Keep these, after what is held already."""
        if not bodies:
            return
        if len(self._held) + len(bodies) > _MOST_HELD:
            self._status.say("events_lost", "The disk is full, and so is the memory: events are lost.", once=True)
        self._held.extend(bodies)
        self.flush()

    def flush(self) -> None:
        if not self._held:
            return
        try:
            dropped = self._spool.append(tuple(self._held), self._clock.now())
        except LedgerFull as full:
            words = "The disk takes nothing: make room. Events wait in memory and are lost if the power goes."
            self._status.say("disk_full", words, level="error", once=True, why=str(full))
            self._was_full = True
            return
        self._held.clear()
        if self._was_full:
            self._was_full = False
            self._status.say("disk_full", "The disk takes events again; none was lost.")
        if dropped:
            words = "The spool is full: the oldest events were dropped. Is the internet gone for long?"
            self._status.say("spool_bound", words, level="warning", once=True)
        self._recorded()

    async def keep_trying(self, seconds: float) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(seconds)
            self.flush()
