"""The device on the network: its port, its power, its announcement."""

import asyncio

from starlette.types import ASGIApp

from tracker.simulator.announce import Announcer
from tracker.simulator.device import Device
from tracker.simulator.serving import Server, listen


class Front:
    """Serves the device at `host`. `port` is the real one, also while the power is cut."""

    def __init__(self, device: Device, app: ASGIApp, host: str, port: int, *, announced: bool) -> None:
        self.host = host
        self._device = device
        self._app = app
        self._announced = announced
        self._announcer: Announcer | None = None
        # Bound at once: what is wrong with the port is said before anything is promised.
        self._server: Server | None = Server(app, listen(host, port))
        self.port = self._server.port
        self.trouble: str | None = None
        self._changing = asyncio.Lock()
        device.drop_sockets = self.drop_sockets

    async def start(self) -> None:
        """Serve, and announce it; `trouble` says what hinders the announcement. Nothing new while it serves."""
        async with self._changing:
            await self._start()

    async def cut_power(self) -> None:
        """Everything ends without a word: connections, the window, the numbers of notifications."""
        async with self._changing:
            await self._cut_power()

    async def move(self, port: int) -> None:
        """Come back elsewhere, as after a new lease of its address. Raises PortTaken and stays where it was."""
        async with self._changing:
            elsewhere = Server(self._app, listen(self.host, port))
            await self._cut_power()
            self._server, self.port = elsewhere, elsewhere.port
            await self._start()

    async def stop(self) -> None:
        """End politely."""
        async with self._changing:
            if self._server is not None:
                await self._server.stop()
            await self._withdraw(goodbye=True)

    def drop_sockets(self) -> None:
        """Cut the websockets, without a close frame."""
        if self._server is not None:
            self._server.cut(sockets_only=True)

    async def _start(self) -> None:
        if self._device.powered:
            return
        if self._server is None:
            self._server = Server(self._app, listen(self.host, self.port))
        self._device.powered = True
        await self._server.start()
        if self._announced:
            self._announcer = Announcer(self._device.name, self._device.gateway.serial, self.host, self.port)
            self.trouble = await self._announcer.start()

    async def _cut_power(self) -> None:
        self._device.powered = False
        self._device.gateway.lose_power()
        self._device.hub.restart()
        if self._server is not None:
            server, self._server = self._server, None
            await server.cut_off()
        await self._withdraw(goodbye=False)

    async def _withdraw(self, *, goodbye: bool) -> None:
        if self._announcer is not None:
            announcer, self._announcer = self._announcer, None
            await announcer.stop(goodbye=goodbye)
