"""Puts the parts together: enrolment first, then the gateway's side and the platform's beside each other."""

import asyncio
import os
import time
from collections.abc import Sequence
from contextlib import suppress

from tracker.agent import VERSION
from tracker.agent.enrolling import Enrolling
from tracker.agent.gateway_side import GatewaySide
from tracker.agent.journal import Journal
from tracker.agent.ledger import Ledger, LedgerBroken, LedgerFull
from tracker.agent.link import Ears
from tracker.agent.moments import Clock
from tracker.agent.pairing_side import Network
from tracker.agent.performing import Performer
from tracker.agent.platform_side import PlatformSide
from tracker.agent.readings import Readings
from tracker.agent.recorder import Recorder
from tracker.agent.server_address import Server
from tracker.agent.spool import Spool
from tracker.agent.standing import Stand
from tracker.agent.state_files import GATEWAY, Enrolment, StateFolder, StateUnusable
from tracker.agent.status import Status
from tracker.agent.timings import Timings

_LINE_S = 1.0


class AnotherVenue(Exception):
    """A manager has confirmed this agent for another venue: nothing of the old one's may go there."""


class Agent:
    """One venue's agent on one state folder, which it holds."""

    def __init__(self, server: Server, state: StateFolder, network: Network, status: Status, timings: Timings) -> None:
        self._server, self._state, self._network, self._status, self._timings = server, state, network, status, timings
        self._clock = Clock()
        self._enrolling = Enrolling(server, state, status, timings)
        self._held: Sequence[str] = ()  # events that the disk has not taken yet

    async def run(self) -> None:
        """Until it is cancelled. Raises StateUnusable where it cannot work at all."""
        self._status.say("started", f"onTap agent {VERSION} for {self._server.url}.", pid=os.getpid())
        enrolment = self._enrolling.kept()
        while True:
            if enrolment is None:
                enrolment = await self._enrolling.anew()
            self._status.hide(enrolment.token)
            try:
                await self._serve(enrolment)
            except* AnotherVenue:
                enrolment, self._held = self._enrolling.kept(), ()
                self._status.say("enrolled", "This agent is another venue's now.")
            except* LedgerBroken as broken:
                self._status.say("spool", f"The spool cannot be read: {_first(broken)}.", level="error")
                await asyncio.sleep(self._timings.disk_again)
            except* LedgerFull as full:
                self._status.say("disk_full", f"The disk takes nothing: {_first(full)}.", level="error")
                await asyncio.sleep(self._timings.disk_again)

    async def _serve(self, enrolment: Enrolment) -> None:
        ledger = await self._open_ledger(enrolment)
        try:
            await self._work(enrolment, ledger)
        finally:
            ledger.close()

    async def _work(self, enrolment: Enrolment, ledger: Ledger) -> None:
        spool, journal = Spool(ledger), Journal(ledger)
        recorder = Recorder(spool, self._clock, self._status, lambda: platform_side.recorded(), self._held)
        stand = Stand(lambda: platform_side.changed())
        gateway = GatewaySide(
            self._state, stand, self._status, recorder.record,
            network=self._network, venue=enrolment.venue, timings=self._timings,
        )  # fmt: skip
        performer = Performer(
            journal, gateway.access, lambda result: platform_side.tell(result), self._clock, self._status, self._timings
        )
        ears = Ears(
            command=lambda command, doubtful: performer.take(command, doubtful=doubtful),
            choose=gateway.choose,
            kept=lambda number: _keep(journal, number),
            snapshot_wanted=gateway.want_snapshot,
            news=lambda: stand.now.news(time.monotonic()),
        )
        readings = Readings(
            gateway.reached,
            lambda: None if recorder.held else spool.held(),
            gateway.want_snapshot,
            performer.idle,
            lambda: self._clock.now().date,
            self._timings,
        )
        platform_side = PlatformSide(
            self._server, enrolment, ledger, spool, ears, readings,
            clock=self._clock, status=self._status, timings=self._timings,
        )  # fmt: skip
        for result in journal.untold():
            platform_side.tell(result)
        recorder.flush()
        started = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(performer.run(started))
                await started.wait()
                group.create_task(recorder.keep_trying(self._timings.disk_again))
                group.create_task(gateway.run())
                group.create_task(platform_side.run())
                group.create_task(self._mind_refusals(platform_side, enrolment))
                group.create_task(self._show(stand, platform_side, spool))
        finally:
            self._held = recorder.held

    async def _mind_refusals(self, platform_side: PlatformSide, enrolment: Enrolment) -> None:
        """Asks for a new pairing while the platform refuses, beside the old token's being tried. Raises AnotherVenue.

        The old token stays on the disk until there is another: the refusal may be a mistake of an hour.
        """
        while True:
            await platform_side.refused.wait()
            words = "The platform does not accept this agent any more. A new pairing is needed."
            self._status.say("refused", words, level="error")
            enrolling = asyncio.create_task(self._enrolling.again())
            accepting = asyncio.create_task(platform_side.accepted.wait())
            try:
                await asyncio.wait({enrolling, accepting}, return_when=asyncio.FIRST_COMPLETED)
                new = enrolling.result() if enrolling.done() else None
            finally:
                enrolling.cancel()
                accepting.cancel()
                await asyncio.gather(enrolling, accepting, return_exceptions=True)
            if new is not None and new.venue != enrolment.venue:
                raise AnotherVenue
            if new is not None:
                platform_side.use(new)

    async def _open_ledger(self, enrolment: Enrolment) -> Ledger:
        expected = (self._state.path / GATEWAY).exists()
        while True:
            try:
                ledger = Ledger(self._state.path, enrolment.venue, expected=expected)
            except StateUnusable as error:
                self._status.say("disk_full", f"{error} Make room.", level="error", once=True)
                await asyncio.sleep(self._timings.disk_again)
                continue
            if ledger.aside:
                words = f"The spool could not be used and is kept as {ledger.aside}; a new one is begun."
                self._status.say("spool", words, level="error")
            elif ledger.replaces:
                self._status.say("spool", "The spool is gone; a new one is begun.", level="error")
            return ledger

    async def _show(self, stand: Stand, platform_side: PlatformSide, spool: Spool) -> None:
        """The status line, and the same for `doctor`, at each change."""
        shown: tuple[str, str] = ("", "")
        while True:
            held = spool.held()
            waiting = held.last - held.first + 1
            gateway, words = stand.now.words(time.monotonic()), platform_side.words
            self._status.show(f"platform: {words} | gateway: {gateway} | waiting: {waiting}")
            if (stand.now.state, words) != shown:
                shown = (stand.now.state, words)
                with suppress(StateUnusable):  # said by those who have something to lose
                    self._state.keep_status({"platform": words, "gateway": gateway, "waiting": waiting})
            await asyncio.sleep(_LINE_S)


def _keep(journal: Journal, number: int) -> None:
    with suppress(LedgerFull):  # the result is told once more after a restart, and kept then
        journal.keep(number)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
