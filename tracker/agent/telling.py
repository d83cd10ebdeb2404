"""Answers what the platform asks, one thing after the other, on the connection that it was asked on."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from tracker import wire
from tracker.agent.ledger import LedgerBroken, LedgerFull
from tracker.agent.readings import NotSpooled, Readings
from tracker.agent.status import Status
from tracker.gateway.errors import GatewayError

_LONGEST = 200


class Teller:
    """Of one connection: an answer is worth something only where it was asked for, and ends with it.

    `take` what is asked, send what `next_part` gives after everything else; `there_is_more` says that there is some.
    """

    def __init__(self, readings: Readings, status: Status, there_is_more: Callable[[], None]) -> None:
        self._readings, self._status, self._there_is_more = readings, status, there_is_more
        self._waiting: dict[wire.Subject, wire.Ask] = {}  # one of each: whoever asks again has given up on the first
        self._answering: int | None = None
        self._asked = asyncio.Event()
        # One part: what is told is read no faster than it is sent.
        self._parts: asyncio.Queue[wire.Told] = asyncio.Queue(1)

    def take(self, ask: wire.Ask) -> None:
        """Answer it in its turn; what is being answered already is not begun anew."""
        if ask.id == self._answering:
            return
        self._readings.begin(ask)
        self._waiting[ask.what] = ask
        self._asked.set()

    def next_part(self) -> wire.Told | None:
        """What to send next, None where there is nothing yet."""
        return None if self._parts.empty() else self._parts.get_nowait()

    async def run(self) -> None:
        """Until it is cancelled. Raises LedgerBroken."""
        while True:
            await self._asked.wait()
            ask = self._waiting.pop(next(iter(self._waiting)))
            if not self._waiting:
                self._asked.clear()
            self._answering = ask.id
            await self._answer(ask)
            self._answering = None

    async def _answer(self, ask: wire.Ask) -> None:
        """Whatever goes wrong ends this answer and nothing else, but for a ledger that all others need too."""
        telling = asyncio.create_task(self._tell(ask))
        try:
            await asyncio.wait({telling})
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        error = telling.exception()
        if isinstance(error, LedgerBroken):
            raise error
        if error is None:
            self._status.say(f"told_{ask.what}", f"The platform was told the gateway's {ask.what}.", once=True)
            return
        why = _why(error)
        words = f"The platform could not be told the gateway's {ask.what}: {why}."
        self._status.say(f"told_{ask.what}", words, level="warning", once=True)
        await self._put(wire.Told(ask=ask.id, outcome="failed", detail=why[:_LONGEST]))

    async def _tell(self, ask: wire.Ask) -> None:
        async with asyncio.timeout(self._readings.within(ask)), aclosing(self._readings.of(ask)) as reading:
            async for part in reading:
                await self._put(part)

    async def _put(self, part: wire.Told) -> None:
        await self._parts.put(part)
        self._there_is_more()


def _why(error: BaseException) -> str:
    if isinstance(error, GatewayError | NotSpooled):
        return str(error)
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, LedgerFull):
        return "the agent's disk takes nothing"
    return f"a fault of the agent's ({type(error).__name__})"
