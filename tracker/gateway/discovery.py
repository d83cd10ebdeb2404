"""Finds gateways on the local network by DNS-SD: a thin shell around zeroconf and `Sightings`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from zeroconf import InterfaceChoice, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from tracker.gateway.errors import Unreachable
from tracker.gateway.sightings import SERVICE_TYPE, News, Sighting, Sightings, read_sighting

RESOLVE_MS = 3_000
_MOST_WAITING = 200  # names to be looked up; a flood beyond that is dropped


class Discovery:
    """What is announced while `discovering`."""

    def __init__(self, zeroconf: AsyncZeroconf, *, loopback: bool) -> None:
        self._zeroconf, self._loopback = zeroconf, loopback
        self._sightings = Sightings()
        self._waiting: dict[str, ServiceStateChange] = {}  # the newest of each name, oldest name first
        self._wake = asyncio.Event()

    @property
    def gateways(self) -> tuple[Sighting, ...]:
        """All that are there now."""
        return self._sightings.gateways

    async def next_news(self) -> list[News]:
        """The next news, at least one. Safe to cancel."""
        while True:
            while self._waiting:
                name = next(iter(self._waiting))
                change = self._waiting.pop(name)
                try:
                    news = await self._look_up(name, change)
                except asyncio.CancelledError:
                    self._waiting.setdefault(name, change)
                    raise
                if news:
                    return news
            self._wake.clear()
            await self._wake.wait()

    def heard(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        """The browser's handler, called in the event loop with these names of parameters."""
        if name in self._waiting or len(self._waiting) < _MOST_WAITING:
            self._waiting[name] = state_change
            self._wake.set()

    async def _look_up(self, name: str, change: ServiceStateChange) -> list[News]:
        if change is ServiceStateChange.Removed:
            return self._sightings.withdrawn(name)
        info = AsyncServiceInfo(SERVICE_TYPE, name)
        if not await info.async_request(self._zeroconf.zeroconf, RESOLVE_MS):
            return []  # announced and gone; it will be announced again
        sighting = read_sighting(
            name, info.server, info.parsed_addresses(IPVersion.V4Only), info.port, loopback=self._loopback
        )
        return [] if sighting is None else self._sightings.announced(name, sighting)


@asynccontextmanager
async def discovering(*, interfaces: list[str] | None = None, loopback: bool = False) -> AsyncIterator[Discovery]:
    """Listens on all interfaces, or on those with these addresses. `loopback` believes in gateways on this machine.

    Raises Unreachable where the network cannot be listened to at all: an address can still be typed in.
    """
    try:
        zeroconf = AsyncZeroconf(interfaces=interfaces or InterfaceChoice.All, ip_version=IPVersion.V4Only)
    except OSError:
        raise Unreachable("this machine's network cannot be listened to for gateways: type the address in") from None
    discovery = Discovery(zeroconf, loopback=loopback)
    try:
        async with AsyncServiceBrowser(zeroconf.zeroconf, SERVICE_TYPE, handlers=[discovery.heard]):
            yield discovery
    finally:
        await zeroconf.async_close()
