"""Watches a paired gateway for months: its websocket, and a read now and then."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

from tracker.agent import events
from tracker.agent.asking import Access
from tracker.agent.backoff import delays
from tracker.agent.gateway_time import GatewayTime
from tracker.agent.pairing_side import Network, NextChoice
from tracker.agent.searching import Search
from tracker.agent.snapshots import Snapshots
from tracker.agent.standing import Stand
from tracker.agent.state_files import KnownGateway
from tracker.agent.status import Status
from tracker.agent.timings import Timings
from tracker.gateway.admin import GatewayAdmin
from tracker.gateway.book import Change, ChangeKind, OrderBook
from tracker.gateway.client import GatewayClient
from tracker.gateway.connection import open_feed
from tracker.gateway.errors import (
    FeedLost,
    FirmwareTooOld,
    GatewayError,
    NoAnswer,
    TokenUnusable,
    Unreachable,
)
from tracker.gateway.orders import ActiveOrder
from tracker.gateway.session import Output
from tracker.gateway.transport import GatewayHttp

_REFUSALS = 2  # of the token, in a row, before a person is troubled


class TokenIsRefused(Exception):
    """The gateway does not know our token any more."""


class Watch:
    """One gateway at one address. `run` ends by one of this module's errors."""

    def __init__(
        self,
        known: KnownGateway,
        book: OrderBook,
        stand: Stand,
        status: Status,
        record: Callable[[list[str]], None],
        *,
        network: Network,
        timings: Timings,
    ) -> None:
        self._known, self._book, self._stand, self._status, self._record = known, book, stand, status, record
        self._network, self._timings = network, timings
        self._http = GatewayHttp(known.paired.address, known.paired)
        self._client, self._admin = GatewayClient(self._http), GatewayAdmin(self._http)
        self._time = GatewayTime(stand)
        self._turn = asyncio.Lock()
        self.access = Access(self._client, self._admin, self._time, self._turn, self.look)
        self._look = asyncio.Event()  # read the orders now
        self._reachable = asyncio.Event()
        self._lost = asyncio.Event()
        self._socket_live = False
        self._header = True
        self._snapshots = Snapshots()
        self._told = asyncio.Event()  # the first snapshot, without which no event says what is there
        self.trouble: GatewayError | None = Unreachable("the gateway is not reached yet")

    def want_snapshot(self) -> None:
        """Events were lost on their way: say once more what there is."""
        self._snapshots.begin(time.monotonic())
        self._look.set()

    async def look(self) -> tuple[ActiveOrder, ...]:
        """What is active after a fresh look, with nothing that is not in the spool. Raises GatewayError."""
        async with self._turn:
            await self._look_once()
        await self._told.wait()
        return tuple(self._book.orders.values())

    async def run(self, next_choice: NextChoice) -> None:
        """Raises TokenIsRefused, PairAgain or HasMoved."""
        search = Search(self._known, self._lost, self._stand, self._status, self._network, self._timings)
        tasks = [asyncio.create_task(one) for one in (self._poll(), self._follow(), search.run(next_choice))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._http.close()

    async def _poll(self) -> None:
        """Reads the orders: now and then beside the websocket, each few seconds without it, at once where one asks."""
        refusals, failing_since = 0, None
        while True:
            self._look.clear()
            try:
                await self._read()
                refusals, failing_since, self.trouble = 0, None, None
                self._is_well()
            except TokenUnusable as error:
                self.trouble = error
                refusals += 1
                if refusals >= _REFUSALS:
                    raise TokenIsRefused from None
            except GatewayError as error:
                self._reachable.clear()
                self.trouble = error
                failing_since = failing_since or time.monotonic()
                if isinstance(error, FirmwareTooOld) or time.monotonic() - failing_since >= self._timings.offline_after:
                    self._is_gone(error)
            await self._until_next(failing=refusals > 0 or failing_since is not None)

    async def _read(self) -> None:
        if not self._reachable.is_set():
            # Before the token goes anywhere: is there a gateway at all?
            if not await self._client.is_online():
                raise Unreachable(f"nothing answers at {self._known.paired.address}")
            await self._read_settings()
        async with self._turn:
            began = time.monotonic()
            await self._look_once()
        if not self._reachable.is_set():
            self._reachable.set()
            self._snapshots.begin(began)
        elif self._snapshots.looked(began):
            self._record(events.of_snapshot(self._book.orders.values()))
            self._told.set()

    async def _look_once(self) -> None:
        mark = self._book.mark()
        report = await self._client.active_orders()
        self._take([*self._book.replace(report, time.monotonic(), mark)])

    async def _read_settings(self) -> None:
        try:
            self._time.set_zone((await self._admin.settings()).timezone)
        except TokenUnusable:
            raise
        except GatewayError:
            return  # a gateway without that endpoint is one all the same

    async def _until_next(self, *, failing: bool) -> None:
        wait = self._timings.poll_connected if self._socket_live else self._timings.poll_alone
        if failing:
            wait = min(wait, self._timings.poll_alone / 2)
        try:
            async with asyncio.timeout(self._snapshots.wait(time.monotonic(), wait)):
                await self._look.wait()
            await asyncio.sleep(0.2)  # one read for a burst of reasons
        except TimeoutError:
            pass

    async def _follow(self) -> None:
        """Keeps the websocket open while the gateway can be reached."""
        waits = delays(1.0, self._timings.gateway_retry_most, Random())
        while True:
            await self._reachable.wait()
            try:
                async with open_feed(self._known.paired, self._book, by_header=self._header) as feed:
                    while True:
                        outputs = await feed.receive()
                        self._time.hear(outputs, datetime.now(UTC))
                        if not self._socket_live:
                            self._socket_live = True
                            waits = delays(1.0, self._timings.gateway_retry_most, Random())
                            self._status.say("websocket", "The gateway's websocket is open.", once=True)
                            self._is_well()
                            self.want_snapshot()
                        self._take(outputs)
            except GatewayError as error:
                self._status.say("websocket", f"The gateway's websocket ended: {error}.", level="warning", once=True)
                if not isinstance(error, FeedLost | Unreachable | NoAnswer):
                    self._header = not self._header  # some gateways refuse a handshake with the header
            self._socket_live = False
            self._look.set()
            await asyncio.sleep(next(waits))

    def _take(self, outputs: list[Change] | list[Output]) -> None:
        changes = [one for one in outputs if isinstance(one, Change)]
        if len(changes) < len(outputs):
            self._look.set()
        if any(one.kind is ChangeKind.VANISHED for one in changes):
            self._snapshots.look_again(time.monotonic())
            self._look.set()
        if not self._snapshots.told_once:  # what was there already did not happen now: the snapshot tells of it
            changes = [one for one in changes if one.kind is ChangeKind.CLEARED]
        self._record(events.of_changes(changes))

    def _is_well(self) -> None:
        self._lost.clear()
        detail = "" if self._socket_live else "without its websocket, read every few seconds"
        self._stand.set("live", detail)
        self._status.say("gateway", f"The gateway at {self._known.paired.address} is live.", once=True)

    def _is_gone(self, error: GatewayError) -> None:
        old = isinstance(error, FirmwareTooOld)
        if self._stand.now.state != "changed":
            self._stand.set("too_old" if old else "offline", str(error))
        self._status.say("gateway", f"The gateway is offline: {error}.", level="warning", once=True)
        self._lost.set()
