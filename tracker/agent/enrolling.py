"""Whose agent this is: as the folder has it, or as a manager confirms it; on the disk before it is used."""

import asyncio
import platform
from contextlib import suppress
from random import Random

from tracker.agent.backoff import delays
from tracker.agent.enrolment import CodeOver, NotEnrolled, enrol
from tracker.agent.server_address import Server
from tracker.agent.state_files import PLATFORM, Enrolment, StateFolder, StateUnusable
from tracker.agent.status import Status
from tracker.agent.timings import Timings


class Enrolling:
    """Of one agent with one server."""

    def __init__(self, server: Server, state: StateFolder, status: Status, timings: Timings) -> None:
        self._server, self._state, self._status, self._timings = server, state, status, timings

    def kept(self) -> Enrolment | None:
        """As the folder has it. Raises StateUnusable where it is another server's."""
        try:
            found = self._state.enrolment()
        except StateUnusable as error:
            aside = self._state.set_aside(PLATFORM)
            self._status.say("state", f"{error} It is kept as {aside}; a new pairing is needed.", level="error")
            return None
        if found is not None and found.server != self._server.url:
            raise StateUnusable(
                f"This agent belongs to {found.server}. To give it to {self._server.url}, move"
                f" {self._state.path / PLATFORM} away first."
            )
        return found

    async def anew(self) -> Enrolment:
        """Code after code, until one is confirmed."""
        waits = delays(self._timings.retry_first, self._timings.retry_most, Random())
        while True:
            try:
                return await self._enrol_once()
            except CodeOver as over:
                self._status.say("enrolment", f"{over} Here is a new one.")
            except NotEnrolled as error:
                self._status.say("enrolment", f"{error}", level="warning", once=True)
            await asyncio.sleep(next(waits))

    async def again(self) -> Enrolment | None:
        """A new enrolment, or None after the time of one code."""
        try:
            return await self._enrol_once()
        except NotEnrolled as error:
            self._status.say("enrolment", f"{error}", level="warning", once=True)
            await asyncio.sleep(self._timings.retry_most)
            return None

    async def _enrol_once(self) -> Enrolment:
        enrolment = await enrol(self._server, platform.node() or "agent", self._show_code)
        self._status.hide(enrolment.token)
        while True:
            try:
                self._state.keep_enrolment(enrolment)
            except StateUnusable as error:
                self._status.say("disk_full", f"{error} The platform's token waits in memory.", once=True)
                await asyncio.sleep(self._timings.disk_again)
            else:
                self._status.say("enrolled", "A manager has confirmed this agent.")
                return enrolment

    def _show_code(self, code: str, seconds: float) -> None:
        self._status.say("code", f"Code {code}: a manager confirms it at {self._server.url}", valid_s=round(seconds))
        self._status.show(f"code {code}: confirm it on the platform")
        with suppress(StateUnusable):
            self._state.keep_status({"platform": f"code {code} waits to be confirmed", "gateway": "", "waiting": 0})
