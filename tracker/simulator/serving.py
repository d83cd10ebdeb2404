"""Ports, servers, power: what makes the device reachable, cuts it off and moves it."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

LOOPBACK = "127.0.0.1"
SECONDS_TO_START = 5.0
SECONDS_TO_END = 1.0
LONGEST_MESSAGE = 65_536


class PortTaken(Exception):
    """Nobody can listen there; the message says where and why."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one. Raises PortTaken."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        # With TCP named, or asyncio leaves Nagle's algorithm on: 40 ms for every answer.
        bound = socket.socket(found[0], socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise PortTaken(f"{host} is no address of this machine: {error.strerror}.") from error
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(found[4])
    except OSError as error:
        bound.close()
        raise PortTaken(
            f"Port {port} of {host} cannot be had: {error.strerror}. Another --port may be free."
        ) from error
    return bound


class _Uvicorn(uvicorn.Server):
    """A server that leaves the signals to us, as there are two in one process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Server:
    """One application on one bound socket."""

    def __init__(self, app: ASGIApp, bound: socket.socket) -> None:
        self.host, self.port = bound.getsockname()[:2]
        self._bound = bound
        config = uvicorn.Config(
            app,
            lifespan="off",
            # No access log: paths and headers may hold what is nobody's business.
            access_log=False,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            ws="websockets-sansio",
            ws_max_size=LONGEST_MESSAGE,
            # ws4py answers pings and sends none, and compresses nothing (API reference, section 1).
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _Uvicorn(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns once it serves."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._bound]))
        async with asyncio.timeout(SECONDS_TO_START):
            while not self._server.started and not self._task.done():  # noqa: ASYNC110  uvicorn has no event for it
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Let answers that are being written end, for a second at most, then close everything."""
        self._server.should_exit = True
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=SECONDS_TO_END)
            self.cut()
            self._server.force_exit = True
            await asyncio.wait({self._task}, timeout=SECONDS_TO_END)

    async def cut_off(self) -> None:
        """As a cut of the power: every connection ends without a word."""
        self.cut()
        await self.stop()

    def cut(self, *, sockets_only: bool = False) -> None:
        """End the connections without a close frame; `sockets_only` leaves plain HTTP."""
        for connection in list(self._server.server_state.connections):
            if isinstance(connection, WebSocketsSansIOProtocol) or not sockets_only:
                connection.transport.abort()
