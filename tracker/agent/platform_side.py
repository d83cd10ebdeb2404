"""The websocket to the platform: a thin asyncio shell around `Link`."""

import asyncio
import socket
import time
from collections import OrderedDict
from contextlib import suppress
from random import Random

from websockets.asyncio.client import ClientConnection

from tracker import wire
from tracker.agent import VERSION
from tracker.agent.backoff import delays, jittered
from tracker.agent.ledger import Ledger, LedgerFull
from tracker.agent.link import Ears, Forget, Link, Refuse, SpoolIsOld, Strange, Welcomed
from tracker.agent.moments import Clock
from tracker.agent.platform_socket import ENDS, EventsDropped, Loss, meaning, open_socket
from tracker.agent.readings import Readings
from tracker.agent.server_address import Server
from tracker.agent.spool import Spool
from tracker.agent.state_files import Enrolment
from tracker.agent.status import Status
from tracker.agent.telling import Teller
from tracker.agent.timings import Timings

_TICK_S = 0.5
_STEADY_S = 10.0  # a connection that lasted so long was a good one
_REFUSALS = 2  # in a row, before a person is troubled
_MOST_RESULTS = 1_000


class PlatformSide:
    """Keeps the connection for as long as it runs. Raises LedgerBroken.

    `refused` is set while the platform does not take the token, `accepted` while it does; it is tried again all the
    same, because the platform refuses alike whatever the cause.
    """

    def __init__(
        self,
        server: Server,
        enrolment: Enrolment,
        ledger: Ledger,
        spool: Spool,
        ears: Ears,
        readings: Readings,
        *,
        clock: Clock,
        status: Status,
        timings: Timings,
    ) -> None:
        self._server, self._enrolment, self._ledger, self._spool = server, enrolment, ledger, spool
        self._ears, self._readings = ears, readings
        self._clock, self._status, self._timings = clock, status, timings
        self._wake = asyncio.Event()
        self._results: OrderedDict[int, tuple[wire.Result, float]] = OrderedDict()  # with when to send it next
        self._doubtful_until: float | None = None  # the first welcome after the journal was lost sets it
        self._news_due = True
        self._retry = asyncio.Event()
        self.refused, self.accepted = asyncio.Event(), asyncio.Event()
        self.words = "connecting to the platform"

    def use(self, enrolment: Enrolment) -> None:
        """Another token for the same venue."""
        self._enrolment = enrolment
        self.refused.clear()
        self._retry.set()

    def tell(self, result: wire.Result) -> None:
        """To the platform, and again until it has it."""
        self._results[result.command] = (result, 0.0)
        while len(self._results) > _MOST_RESULTS:
            self._results.popitem(last=False)
        self._wake.set()

    def recorded(self) -> None:
        """There are new events in the spool."""
        self._wake.set()

    def changed(self) -> None:
        """There is news of the gateway."""
        self._news_due = True
        self._wake.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        random, refusals = Random(), 0
        waits = delays(self._timings.retry_first, self._timings.retry_most, random)
        while True:
            began = time.monotonic()
            wait = None
            try:
                await self._connect_once()
            except SpoolIsOld:
                self._ledger.begin_anew()
                self._lost(Loss("the spool is an older copy than the platform knows; it gets a new number"))
            except ENDS as error:
                loss = meaning(error)
                refusals = refusals + 1 if loss.refused else 0
                if refusals >= _REFUSALS or loss.revoked:
                    self.refused.set()
                if loss.long:
                    wait = self._timings.retry_fenced
                self._lost(loss)
            if time.monotonic() - began > _STEADY_S:
                waits = delays(self._timings.retry_first, self._timings.retry_most, random)
            self.accepted.clear()
            self._retry.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(next(waits) if wait is None else jittered(wait, random)):
                    await self._retry.wait()

    def _lost(self, loss: Loss) -> None:
        self.words = loss.words
        level = "error" if loss.long else "warning"
        self._status.say("platform", loss.words[0].upper() + loss.words[1:] + ".", level=level, once=True)

    async def _connect_once(self) -> None:
        """Until the connection ends, which raises what ended it."""
        async with open_socket(self._server, self._enrolment) as socket_:
            link = Link(self._enrolment.venue, self._spool.held(), self._timings.ack_within)
            teller = Teller(self._readings, self._status, self._wake.set)
            await socket_.send(wire.to_text(link.hello(VERSION, socket.gethostname())))
            async with asyncio.timeout(self._timings.welcome_within):
                while not link.welcomed:
                    self._take(link, teller, await socket_.recv())
            self.words = "live"
            self.refused.clear()
            self.accepted.set()
            self._status.say("platform", "Connected to the platform.", once=True)
            self._news_due = True
            self._results = OrderedDict((number, (result, 0.0)) for number, (result, _) in self._results.items())
            work = (self._send_all(socket_, link, teller), self._read(socket_, link, teller), teller.run())
            tasks = [asyncio.create_task(one) for one in work]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, socket_: ClientConnection, link: Link, teller: Teller) -> None:
        while True:
            self._take(link, teller, await socket_.recv())

    def _take(self, link: Link, teller: Teller, text: str | bytes) -> None:
        got = link.received(text, self._spool.held().last, time.monotonic())
        match got:
            case Welcomed(gap):
                if self._ledger.replaces and self._doubtful_until is None:
                    self._doubtful_until = time.monotonic() + self._timings.doubtful
                if gap:
                    self._ears.snapshot_wanted()
            case Forget(number):
                with suppress(LedgerFull):  # it stays, is sent once more after a restart, and is then known
                    self._spool.forget(number)
            case Refuse(result):
                self._status.say("command", f"The platform sent what cannot be done: {result.detail}", level="warning")
                self.tell(result)
            case Strange(why):
                self._status.say("platform_message", f"A message of the platform was passed over: {why}", once=True)
            case wire.Command():
                self._ears.command(got, self._doubtful_until is not None and time.monotonic() < self._doubtful_until)
            case wire.Kept(command=number):
                self._results.pop(number, None)
                self._ears.kept(number)
            case wire.Choose():
                self._ears.choose(got)
            case wire.Ask():
                teller.take(got)
        self._wake.set()

    async def _send_all(self, socket_: ClientConnection, link: Link, teller: Teller) -> None:
        while True:
            self._wake.clear()
            now = time.monotonic()
            if self._news_due:
                self._news_due = False
                await socket_.send(wire.to_text(self._ears.news()))
            for number, (result, due) in list(self._results.items()):
                if due <= now:
                    await socket_.send(wire.to_text(result))
                    if number in self._results:
                        self._results[number] = (result, now + self._timings.result_again)
            held = self._spool.held()
            while (after := link.next_after(held.last, now)) is not None:
                batch = self._spool.after(after, self._clock.now())
                if not batch or batch[0].number != after + 1:
                    raise EventsDropped
                await socket_.send(wire.to_text(wire.Events(spool=held.spool, events=tuple(batch))))
                link.sent(batch[-1].number, now)
            if (part := teller.next_part()) is not None:  # one at a time: results and events go first
                await socket_.send(wire.to_text(part))
                continue
            try:
                async with asyncio.timeout(_TICK_S):
                    await self._wake.wait()
            except TimeoutError:
                continue
