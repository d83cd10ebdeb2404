"""Carries commands out at the gateway: one after the other for each puck, the intent on the disk before the act."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC
from random import Random

from tracker import wire
from tracker.agent.asking import Access, ask
from tracker.agent.backoff import delays
from tracker.agent.commands import Intent, carry_out
from tracker.agent.journal import Journal
from tracker.agent.ledger import LedgerFull
from tracker.agent.moments import Clock, elapsed_s
from tracker.agent.status import Status
from tracker.agent.steps import Answer, Pause, Value
from tracker.agent.timings import Timings
from tracker.gateway.calibration import Calibration, Source
from tracker.gateway.errors import GatewayError

_MOST_IN_HAND = 500  # the platform repeats what is not taken
UNCALIBRATED = Calibration(UTC, Source.ASSUMED)


class Performer:
    """Takes commands and gives results to `tell`, each at least once. Raises LedgerBroken from `run`."""

    def __init__(
        self,
        journal: Journal,
        gateway: Callable[[], Access | GatewayError],
        tell: Callable[[wire.Result], None],
        clock: Clock,
        status: Status,
        timings: Timings,
    ) -> None:
        self._journal, self._gateway, self._tell, self._clock = journal, gateway, tell, clock
        self._status, self._timings = status, timings
        self._queues: dict[str, deque[tuple[wire.Command, float, bool]]] = {}
        self._in_hand: set[int] = set()
        self._unstored: dict[int, wire.Result] = {}
        self._group: asyncio.TaskGroup | None = None
        self.idle = asyncio.Event()  # while no command is in hand
        self.idle.set()

    async def run(self, started: asyncio.Event) -> None:
        """Until it is cancelled. What an earlier run left unfinished comes first."""
        async with asyncio.TaskGroup() as self._group:
            for entry in self._journal.unfinished():
                passed = elapsed_s(entry.begun, self._clock.now())
                left = -1.0 if passed is None else entry.command.not_after_ms / 1000 - passed
                self._queue(entry.command, time.monotonic() + left, resumed=True)
            started.set()
            await asyncio.Event().wait()

    def take(self, command: wire.Command, *, doubtful: bool) -> None:
        """A command has come, perhaps once more. `doubtful`: what an earlier run did of it may have been forgotten."""
        if command.id in self._in_hand or len(self._in_hand) >= _MOST_IN_HAND:
            return
        known = self._journal.find(command.id)
        result = self._unstored.get(command.id) or (known.result if known is not None else None)
        if known is not None and result is not None and _same(known.command, command):
            self._tell(result)
        elif known is not None and not known.kept:
            self._tell(wire.Result(command=command.id, outcome="refused", detail="another command has this number"))
        elif doubtful and command.verb == "page":
            detail = "the agent's journal was lost: the puck may have been paged"
            self._tell(wire.Result(command=command.id, outcome="unknown", detail=detail))
        else:
            self._queue(command, time.monotonic() + command.not_after_ms / 1000, resumed=False)

    def _queue(self, command: wire.Command, ends_at: float, *, resumed: bool) -> None:
        assert self._group is not None, "it does not run"
        self._in_hand.add(command.id)
        self.idle.clear()
        waiting = self._queues.get(command.name)
        if waiting is not None:
            waiting.append((command, ends_at, resumed))
            return
        self._queues[command.name] = deque([(command, ends_at, resumed)])
        self._group.create_task(self._work_off(command.name))

    async def _work_off(self, name: str) -> None:
        waiting = self._queues[name]
        while waiting:
            command, ends_at, resumed = waiting.popleft()
            result = await self._perform(command, ends_at, resumed=resumed)
            self._in_hand.discard(command.id)
            if not self._in_hand:
                self.idle.set()
            self._status.say("command", f"{command.verb} {command.name}: {result.outcome}", detail=result.detail)
            self._tell(result)
        del self._queues[name]

    async def _perform(self, command: wire.Command, ends_at: float, *, resumed: bool) -> wire.Result:
        left_ms = max(round((ends_at - time.monotonic()) * 1000), 0)
        if not resumed:
            if not left_ms:
                return wire.Result(command=command.id, outcome="expired", detail="it came too late")
            try:
                self._journal.begin(command.model_copy(update={"not_after_ms": left_ms}), self._clock.now())
            except LedgerFull:
                detail = "the agent's disk is full: nothing was begun"
                return wire.Result(command=command.id, outcome="failed", detail=detail)
        entry = self._journal.find(command.id)
        assert entry is not None
        access = self._gateway()
        calibration = access.time.calibration if isinstance(access, Access) else UNCALIBRATED
        intent = Intent(entry.command, entry.begun.date, calibration)
        work = carry_out(intent, resumed=resumed, late=time.monotonic() >= ends_at)
        pauses = delays(self._timings.command_first, self._timings.command_most, Random())
        try:
            step = next(work)
            while True:
                if isinstance(step, Pause):
                    await asyncio.sleep(min(next(pauses), max(ends_at - time.monotonic(), 0.0) + 0.01))
                    value: Value = None
                else:
                    access = self._gateway()
                    value = await ask(access, step, intent) if isinstance(access, Access) else access
                step = work.send(Answer(value, late=time.monotonic() >= ends_at))
        except StopIteration as end:
            result: wire.Result = end.value
        try:
            self._journal.finish(result)
        except LedgerFull:
            self._unstored[command.id] = result  # a restart reads back, and says "unknown" of a page
        return result


def _same(one: wire.Command, other: wire.Command) -> bool:
    return one.model_copy(update={"not_after_ms": other.not_after_ms}) == other
