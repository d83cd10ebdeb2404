"""The venue's gateway from the agent's side: paired, watched, healed, paired again; events go to the recorder."""

import asyncio
from collections.abc import Callable

from tracker import wire
from tracker.agent.asking import Access
from tracker.agent.pairing_side import Network, PairingSide
from tracker.agent.searching import HasMoved, PairAgain
from tracker.agent.standing import Stand, described_device
from tracker.agent.state_files import GATEWAY, KnownGateway, StateFolder, StateUnusable
from tracker.agent.status import Status
from tracker.agent.timings import Timings
from tracker.agent.watching import TokenIsRefused, Watch
from tracker.gateway.book import OrderBook
from tracker.gateway.errors import GatewayError, TokenMissing, Unreachable
from tracker.gateway.paired import Paired

_MOST_CHOICES = 10


class GatewaySide:
    """Runs until it is cancelled; `stand` says where it is."""

    def __init__(
        self,
        state: StateFolder,
        stand: Stand,
        status: Status,
        record: Callable[[list[str]], None],
        *,
        network: Network,
        venue: str,
        timings: Timings,
    ) -> None:
        self._state, self._stand, self._status, self._record = state, stand, status, record
        self._network, self._timings = network, timings
        self._choices: asyncio.Queue[wire.Choose] = asyncio.Queue(_MOST_CHOICES)
        self._pairing = PairingSide(
            state, stand, status, self.next_choice, network=network, venue=venue, timings=timings
        )
        self._watch: Watch | None = None
        self._book = OrderBook()
        self._no_access: GatewayError = Unreachable("the gateway is not reached yet")

    def access(self) -> Access | GatewayError:
        """The way to the paired gateway, or why there is none: permanent where only a person can change it."""
        return self._no_access if self._watch is None else self._watch.access

    def reached(self) -> Access | GatewayError:
        """The same for what can wait: also not while the gateway does not answer."""
        trouble = None if self._watch is None else self._watch.trouble
        return self.access() if trouble is None else trouble

    def choose(self, choice: wire.Choose) -> None:
        """A manager has said something."""
        if not self._choices.full():
            self._choices.put_nowait(choice)

    def want_snapshot(self) -> None:
        if self._watch is not None:
            self._watch.want_snapshot()

    async def next_choice(self, seconds: float | None) -> wire.Choose | None:
        """What a manager says within so many seconds (None: however long it takes), or None."""
        try:
            async with asyncio.timeout(seconds):
                return await self._choices.get()
        except TimeoutError:
            return None

    async def run(self) -> None:
        known = self._load()
        while True:
            if known is None:
                self._no_access = TokenMissing("no gateway is paired")
                known = await self._pairing.pair()
                self._book = OrderBook()
            try:
                await self._watch_over(known)
            except HasMoved as has_moved:
                known = has_moved.known
                self._status.say("gateway_moved", f"The gateway is at {known.paired.address} now.")
                await self._keep(known)
            except PairAgain:
                known = None
            except TokenIsRefused:
                known = await self._refused(known)

    async def _watch_over(self, known: KnownGateway) -> None:
        self._no_access = Unreachable("the gateway is not reached yet")
        self._status.hide(known.paired.token)
        self._stand.choose(described_device(known.paired.device, str(known.paired.address)))
        self._watch = Watch(
            known,
            self._book,
            self._stand,
            self._status,
            self._record,
            network=self._network,
            timings=self._timings,
        )
        try:
            await self._watch.run(self.next_choice)
        finally:
            self._watch = None

    async def _refused(self, known: KnownGateway) -> KnownGateway | None:
        """After a while the same once more, for a gateway that was restored; or None for a new pairing."""
        words = "The gateway refuses our token. Choose “pair again” on the platform and press the gateway's button"
        self._no_access = TokenMissing("the gateway refuses our token")
        self._stand.set("token_refused", words)
        self._status.say("gateway", f"{words}.", level="error", once=True)
        choice = await self.next_choice(self._timings.token_again)
        return None if choice is not None and choice.choice == "pair_again" else known

    def _load(self) -> KnownGateway | None:
        try:
            known = self._state.gateway()
        except StateUnusable as error:
            aside = self._state.set_aside(GATEWAY)
            self._status.say("state", f"{error} It is kept as {aside}; the gateway is paired anew.", level="error")
            return None
        typed = self._network.typed
        if known is not None and typed is not None and typed != known.paired.address:
            # Whoever started the agent says where the gateway is: that is a person's word.
            return KnownGateway(Paired(known.paired.token, typed, None))
        return known

    async def _keep(self, known: KnownGateway) -> None:
        try:
            self._state.keep_gateway(known)
        except StateUnusable as error:
            self._status.say("disk_full", f"{error} The new address is found again after a restart.", once=True)
