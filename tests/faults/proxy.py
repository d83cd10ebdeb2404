"""A TCP proxy for tests: its own thread, a port that stays the same, and faults on command.

with Proxy(("127.0.0.1", postgres.port), wire=PostgresWire) as proxy:
    trap = proxy.on(Moment.COMMIT_SENT, cut_before)
    ...
    trap.wait()
"""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlsplit

from tests.faults.link import CHUNK, End, Link
from tests.faults.moments import Direction, Edge, Moment, Wire, WireUnreadable
from tests.faults.plan import Plan
from tests.faults.traps import Action, ByteLimit, Then, Trap, call_before

HOST = "127.0.0.1"
CONTROL_SECONDS = 10.0
POLL_SECONDS = 0.02
Address = tuple[str, int]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Counts:
    """What went through so far; `open` is the number of connections now."""

    connections: int
    open: int
    cuts: int
    to_backend: int
    to_client: int


class Proxy:
    """Forwards a free loopback port to `backend`. All methods may be called from any thread, also from callbacks."""

    def __init__(self, backend: Address, wire: Callable[[], Wire] | None = None) -> None:
        self._backend = backend
        self._wire = wire
        self._plan = Plan()
        self._links: dict[asyncio.Task[object], Link] = {}
        self._connections = 0
        self._refuses = False
        self._server: asyncio.Server | None = None
        # Bound and never listening: while we are down the port refuses, and nobody else can take it.
        self._port_keeper = _bound(0)
        self.port: int = self._port_keeper.getsockname()[1]
        self.address: Address = (HOST, self.port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"proxy-{self.port}", daemon=True)
        self._thread.start()
        self._call(self._listen())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()
        if error is None and self._plan.unreadable is not None:
            raise self._plan.unreadable

    def stop(self) -> None:
        """Drops every connection and gives the port back. Idempotent."""
        if self._loop.is_closed():
            return
        self._call(self._down())
        self._call(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CONTROL_SECONDS)
        self._loop.close()
        self._port_keeper.close()

    def url(self, backend_url: str) -> str:
        """The same address, through the proxy."""
        parts = urlsplit(backend_url)
        user, at, _ = parts.netloc.rpartition("@")
        return parts._replace(netloc=f"{user}{at}{HOST}:{self.port}").geturl()

    def down(self) -> None:
        """Refuses new connections and resets those that are open, until `heal`."""
        self._call(self._down())

    def drop(self) -> None:
        """Resets the connections that are open; new ones are welcome."""
        self._call(self._drop())

    def hang(self, *directions: Direction) -> None:
        """Accepts, and forwards nothing in `directions` (none given: both), until `heal`. Nothing is lost by it."""
        self._call(self._hang(set(directions or Direction)))

    def latency(self, seconds: float) -> None:
        """Each direction delivers `seconds` late, at any rate, until `heal`."""
        self._call(self._latency(seconds))

    def cut_after(self, n_bytes: int, direction: Direction, *, once: bool = True) -> Trap:
        """Lets exactly `n_bytes` more pass in `direction` of a connection, then cuts it: the first that gets there, or
        each until `heal` where not `once`. Open connections count from now, new ones from their first byte."""
        action = Action(Edge.AFTER, Then.CUT)
        trap = Trap(f"cut after {n_bytes} bytes {direction.value}", action, moment=None, table=None, nth=1)
        self._call(self._limit(ByteLimit(direction, n_bytes, once, trap)))
        return trap

    def swap(self, backend: Address) -> None:
        """Resets what is open and sends new connections to `backend`: a failover."""
        self._call(self._swap(backend))

    def on(
        self, moment: Moment, action: Action | Callable[[], object], *, nth: int = 1, table: str | None = None
    ) -> Trap:
        """At the `nth` such moment from now, over all connections, does `action`, once. A callable runs before it."""
        if self._wire is None:
            raise ValueError("this proxy knows no moments: give it a wire, such as PostgresWire")
        act = action if isinstance(action, Action) else call_before(action)
        name = f"{moment.value} {table or ''}".strip()
        trap = Trap(f"{act.then.value} {act.edge.value} {name}", act, moment=moment, table=table, nth=nth)
        self._call(self._set(trap))
        return trap

    def heal(self) -> None:
        """Listens and forwards as if nothing had been; what hung flows again, traps not yet sprung are gone."""
        self._call(self._heal())

    @property
    def counts(self) -> Counts:
        return self._call(self._count())

    def wait_for(self, true_of: Callable[[Counts], bool], timeout: float = 10.0) -> Counts:
        """The counts once they are as wished; AssertionError after `timeout` seconds."""
        end = time.monotonic() + timeout
        while not true_of(counts := self.counts):
            if time.monotonic() > end:
                raise AssertionError(f"not within {timeout} s; the proxy has {counts}")
            time.sleep(POLL_SECONDS)
        return counts

    def _call(self, coroutine: Coroutine[object, object, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(CONTROL_SECONDS)

    async def _listen(self) -> None:
        self._refuses = False
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, sock=_bound(self.port), limit=CHUNK)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        client = End(reader, writer)
        link = self._links[task] = Link(self._plan, self._wire() if self._wire else None, client)
        self._connections += 1
        try:
            if self._refuses:  # accepted by the kernel a moment before `down`
                return
            await link.opened()
            backend = End(*await asyncio.open_connection(*self._backend, limit=CHUNK))
            await link.run(backend)
        except* (OSError, asyncio.CancelledError, WireUnreadable):
            pass  # no backend, told to drop, or kept in the plan: in each case this connection is over
        finally:
            await client.reset()
            del self._links[task]

    async def _drop(self) -> None:
        tasks = list(self._links)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _down(self) -> None:
        self._refuses = True
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._drop()

    async def _hang(self, directions: set[Direction]) -> None:
        self._plan.hung = directions
        for link in self._links.values():
            link.hang(directions)

    async def _latency(self, seconds: float) -> None:
        self._plan.latency = seconds

    async def _limit(self, limit: ByteLimit | None) -> None:
        self._plan.limit = limit
        for link in self._links.values():
            link.limit(limit)

    async def _set(self, trap: Trap) -> None:
        self._plan.traps.append(trap)

    async def _swap(self, backend: Address) -> None:
        self._backend = backend
        await self._drop()

    async def _heal(self) -> None:
        self._plan.latency = 0.0
        self._plan.traps.clear()
        await self._limit(None)
        await self._hang(set())
        await self._listen()

    async def _count(self) -> Counts:
        forwarded = self._plan.forwarded
        return Counts(
            connections=self._connections,
            open=len(self._links),
            cuts=self._plan.cuts,
            to_backend=forwarded[Direction.TO_BACKEND],
            to_client=forwarded[Direction.TO_CLIENT],
        )


def _bound(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((HOST, port))
    return bound
