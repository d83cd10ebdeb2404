"""Finds the gateways, lets one be chosen, and gets a token by the button: up to the moment it is on the disk."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from tracker import wire
from tracker.agent.finding import chosen_of
from tracker.agent.neighbours import mac_of
from tracker.agent.standing import Stand, described_device
from tracker.agent.state_files import KnownGateway, StateFolder, StateUnusable
from tracker.agent.status import Status
from tracker.agent.timings import Timings
from tracker.gateway.address import Address
from tracker.gateway.client import GatewayClient
from tracker.gateway.discovery import Discovery, discovering
from tracker.gateway.errors import FirmwareTooOld, GatewayError, Unreachable
from tracker.gateway.paired import Device, Paired
from tracker.gateway.pairing import Outcome, Pairing
from tracker.gateway.sightings import Sighting
from tracker.gateway.transport import GatewayHttp

NextChoice = Callable[[float | None], Awaitable[wire.Choose | None]]


@dataclass(frozen=True, slots=True)
class Network:
    """Where to look: `typed` is a gateway's address as somebody gave it; `interfaces` None are all of them."""

    typed: Address | None = None
    loopback: bool = False
    interfaces: tuple[str, ...] | None = None

    def listen(self) -> AbstractAsyncContextManager[Discovery]:
        return discovering(interfaces=list(self.interfaces) if self.interfaces else None, loopback=self.loopback)


class PairingSide:
    """One pairing from the search to the file. Never gives the token to anybody."""

    def __init__(
        self,
        state: StateFolder,
        stand: Stand,
        status: Status,
        next_choice: NextChoice,
        *,
        network: Network,
        venue: str,
        timings: Timings,
    ) -> None:
        self._state, self._stand, self._status, self._next_choice = state, stand, status, next_choice
        self._network, self._timings = network, timings
        self._token_name = "onTap" + re.sub(r"[^A-Za-z0-9]", "", venue)[:27]

    async def pair(self) -> KnownGateway:
        """The paired gateway, once its token is on the disk."""
        while True:
            address, device = await self._find()
            self._stand.choose(described_device(device, str(address)))
            known = await self._press(address, device)
            if known is not None:
                self._status.hide(known.paired.token)
                await self._keep(known)
                self._status.say("paired", f"Paired with the gateway at {address}.")
                return known

    async def _find(self) -> tuple[Address, Device | None]:
        if self._network.typed is not None:
            return self._network.typed, None
        while True:
            self._stand.set("searching")
            self._status.say("gateway", "Looking for gateways on this network.", once=True)
            try:
                async with self._network.listen() as discovery:
                    found = await self._choose(discovery)
                    return found.address, found.device
            except Unreachable as error:
                self._stand.set("searching", str(error))
                await asyncio.sleep(self._timings.gateway_retry_most)

    async def _choose(self, discovery: Discovery) -> Sighting:
        """The only one that is there, or the one that a manager chose."""
        settled_at: float | None = None
        while True:
            seen = discovery.gateways
            if seen and settled_at is None:
                settled_at = time.monotonic() + self._timings.search
            if len(seen) == 1 and settled_at is not None and time.monotonic() >= settled_at:
                return seen[0]
            if len(seen) > 1:
                self._stand.set("choose", seen=seen)
                self._status.say("gateway", "There are several gateways: choose one on the platform.", once=True)
            else:
                self._stand.set("searching", seen=seen)
            hearing = asyncio.create_task(discovery.next_news())
            try:
                wait = None if settled_at is None else max(settled_at - time.monotonic(), 0.1)
                choice = await self._first(hearing, wait)
            finally:
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)
            if choice is not None and choice.choice == "use":
                chosen = chosen_of(choice.gateway, discovery.gateways)
                if chosen is not None:
                    return chosen
                self._status.say("gateway", "The chosen gateway is not there any more.", level="warning")

    async def _first(self, hearing: "asyncio.Task[object]", wait: float | None) -> wire.Choose | None:
        """A choice, or None where news or the time came first."""
        choosing = asyncio.ensure_future(self._next_choice(wait))
        try:
            await asyncio.wait({hearing, choosing}, return_when=asyncio.FIRST_COMPLETED)
            return choosing.result() if choosing.done() else None
        finally:
            choosing.cancel()
            await asyncio.gather(choosing, return_exceptions=True)

    async def _press(self, address: Address, device: Device | None) -> KnownGateway | None:
        """The gateway with its token, or None where everything is to begin anew."""
        async with GatewayHttp(address) as http:
            client = GatewayClient(http)
            if not await self._answers(client, address):
                return None
            attempt = Pairing.begin(time.monotonic())
            self._status.say("gateway", f"Press the button of the gateway at {address} now.")
            while not attempt.at(time.monotonic()).outcome.is_final:
                attempt = attempt.at(time.monotonic())
                detail = attempt.outcome.value if attempt.error is None else str(attempt.error)
                self._stand.set("press_button", detail, window_ends=attempt.ends_at)
                asked_at = time.monotonic()
                try:
                    attempt = attempt.granted(await client.request_token(self._token_name))
                except GatewayError as error:
                    attempt = attempt.refused(error, asked_at=asked_at, now=time.monotonic())
                if attempt.outcome.is_final:
                    break
                choice = await self._next_choice(max(attempt.poll_at - time.monotonic(), 0.0))
                if choice is not None:
                    return None
            if attempt.token is not None:
                return KnownGateway(Paired(attempt.token, address, device), mac_of(address.host))
            ended = attempt.at(time.monotonic())
            words = ended.outcome.value if ended.error is None else f"{ended.outcome.value} {ended.error}"
            if ended.outcome is Outcome.EXPIRED:
                words += " Ask for it on the platform, or restart this agent."
            self._stand.set("press_button", words)
            self._status.say("gateway", words, level="warning")
            await self._next_choice(None)
            return None

    async def _answers(self, client: GatewayClient, address: Address) -> bool:
        """True once there is a gateway; False where a manager said something else meanwhile, or it is none."""
        while True:
            wait = self._timings.poll_alone
            try:
                if await client.is_online():
                    return True
                self._stand.set("offline", f"nothing answers at {address}")
            except FirmwareTooOld as old:
                self._stand.set("too_old", str(old))
                wait = self._timings.too_old_again
            except GatewayError as error:
                self._stand.set("offline", str(error))
            self._status.say("gateway", f"The gateway at {address}: {self._stand.now.detail}.", once=True)
            if await self._next_choice(wait) is not None:
                return False

    async def _keep(self, known: KnownGateway) -> None:
        """On the disk before anybody hears of it; the gateway shows its token never again."""
        while True:
            try:
                self._state.keep_gateway(known)
            except StateUnusable as error:
                self._status.say("disk_full", f"{error} The gateway's token waits in memory: make room.", once=True)
                await asyncio.sleep(self._timings.disk_again)
            else:
                return
