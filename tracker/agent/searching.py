"""Where a paired gateway is when it does not answer any more, and what a manager says of it meanwhile."""

import asyncio

from tracker import wire
from tracker.agent.finding import chosen_of, confirmed, moved, sort_out
from tracker.agent.neighbours import mac_of
from tracker.agent.pairing_side import Network, NextChoice
from tracker.agent.standing import Stand
from tracker.agent.state_files import KnownGateway
from tracker.agent.status import Status
from tracker.agent.timings import Timings
from tracker.gateway.address import Address
from tracker.gateway.client import GatewayClient
from tracker.gateway.discovery import Discovery
from tracker.gateway.errors import GatewayError, NotTheSameDevice, Unreachable
from tracker.gateway.transport import GatewayHttp


class PairAgain(Exception):
    """A manager wants another pairing."""


class HasMoved(Exception):
    """The same device, or one that a person takes for it, is at another address."""

    def __init__(self, known: KnownGateway) -> None:
        super().__init__("moved")
        self.known = known


class Search:
    """Of one gateway; `lost` is set while it does not answer."""

    def __init__(
        self,
        known: KnownGateway,
        lost: asyncio.Event,
        stand: Stand,
        status: Status,
        network: Network,
        timings: Timings,
    ) -> None:
        self._known, self._lost, self._stand, self._status = known, lost, stand, status
        self._network, self._timings = network, timings

    async def run(self, next_choice: NextChoice) -> None:
        """Raises PairAgain or HasMoved."""
        while True:
            if not self._lost.is_set():
                await self._hear(next_choice)
                continue
            try:
                async with self._network.listen() as discovery:
                    listening = asyncio.create_task(_listen(discovery))
                    try:
                        await self._look_around(discovery, next_choice)
                    finally:
                        listening.cancel()
                        await asyncio.gather(listening, return_exceptions=True)
            except Unreachable:
                heed(await next_choice(self._timings.gateway_retry_most))

    async def _look_around(self, discovery: Discovery, next_choice: NextChoice) -> None:
        """Until the gateway answers again where it was."""
        while self._lost.is_set():
            await self._try(discovery)
            choice = await next_choice(self._timings.poll_alone / 4)
            heed(choice)
            if choice is not None and choice.choice == "accept_change":
                await self._accept(choice.gateway, discovery)

    async def _hear(self, next_choice: NextChoice) -> None:
        """Until the gateway is lost, or a manager has said something."""
        losing = asyncio.create_task(self._lost.wait())
        choosing = asyncio.ensure_future(next_choice(None))
        try:
            await asyncio.wait({losing, choosing}, return_when=asyncio.FIRST_COMPLETED)
            heed(choosing.result() if choosing.done() else None)
        finally:
            losing.cancel()
            choosing.cancel()
            await asyncio.gather(losing, choosing, return_exceptions=True)

    async def _try(self, discovery: Discovery) -> None:
        found = sort_out(self._known, discovery.gateways)
        others = list(found.others)
        if found.same is not None and await _answers(found.same.address):
            try:
                raise HasMoved(moved(self._known, found.same, mac_of(found.same.address.host)))
            except NotTheSameDevice as error:
                self._status.say("gateway_changed", f"{error}.", level="warning", once=True)
                others.append(found.same)
        if others and self._lost.is_set():
            self._stand.set("changed", "another gateway announces itself; our token stays here", seen=others)

    async def _accept(self, choice: wire.SeenGateway | None, discovery: Discovery) -> None:
        chosen = chosen_of(choice, discovery.gateways)
        if chosen is not None and await _answers(chosen.address):
            raise HasMoved(confirmed(self._known, chosen, mac_of(chosen.address.host)))


def heed(choice: wire.Choose | None) -> None:
    """Raises PairAgain where that was said."""
    if choice is not None and choice.choice == "pair_again":
        raise PairAgain


async def _listen(discovery: Discovery) -> None:
    """Keeps `discovery.gateways` up to date, which it is only while somebody waits for news."""
    while True:
        await discovery.next_news()


async def _answers(address: Address) -> bool:
    """Whether something that speaks as a gateway is there. It is sent no token."""
    async with GatewayHttp(address) as http:
        try:
            return await GatewayClient(http).is_online()
        except GatewayError:
            return False
