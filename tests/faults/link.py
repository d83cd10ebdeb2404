"""One connection through the proxy: each direction has a reader and a writer, with a bounded queue between them."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from tests.faults.moments import Direction, Sighting, Wire, WireUnreadable
from tests.faults.plan import Plan
from tests.faults.traps import ByteLimit, Then, Trap

CHUNK = 64 * 1024
QUEUED_CHUNKS = 16
LINGER_SECONDS = 5.0
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class End:
    """One side of a link."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def __post_init__(self) -> None:
        # Zero: `drain` returns when the kernel has it all, so that "forwarded" means forwarded.
        self.writer.transport.set_write_buffer_limits(high=0)
        # We write in pieces: without this each waits for the acknowledgement of the one before, 40 ms.
        self.writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def close(self) -> None:
        """Sends what is left, if it is read within a few seconds, and a goodbye."""
        self.writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                await self.writer.wait_closed()

    async def reset(self) -> None:
        """Closes at once, with a TCP reset. Harmless where it is closed already."""
        if not self.writer.is_closing():
            self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.writer.transport.abort()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


class _Cut(Exception):
    def __init__(self, trap: Trap, error: BaseException | None = None) -> None:
        self.trap = trap
        self.error = error


class Link:
    """Forwards between two ends until the backend has finished, or a fault says otherwise."""

    def __init__(self, plan: Plan, wire: Wire | None, client: End) -> None:
        self._plan = plan
        self._wire = wire
        self._client = client
        self._gates = {direction: asyncio.Event() for direction in Direction}
        self._left: int | None = None
        self.hang(plan.hung)
        self.limit(plan.limit)

    def hang(self, directions: Iterable[Direction]) -> None:
        """Forwards nothing in `directions`, and again in all others."""
        for direction, gate in self._gates.items():
            gate.clear() if direction in directions else gate.set()

    def limit(self, limit: ByteLimit | None) -> None:
        """Counts the bytes of the plan's limit from now on."""
        self._left = limit.count if limit else None

    async def opened(self) -> None:
        """Returns when at least one direction flows."""
        waits = [asyncio.ensure_future(gate.wait()) for gate in self._gates.values()]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def run(self, backend: End) -> None:
        """Forwards; raises WireUnreadable. Both ends are closed afterwards, whatever happens."""
        client = self._client
        cuts: list[_Cut] = []
        try:
            async with asyncio.TaskGroup() as group:
                upwards = self._pump(group, Direction.TO_BACKEND, client, backend)
                downwards = self._pump(group, Direction.TO_CLIENT, backend, client)
                await downwards[-1]
                for task in upwards:
                    task.cancel()
            await client.close()
        except* _Cut as found:
            cuts = [error for error in found.exceptions if isinstance(error, _Cut)]
            self._plan.cuts += 1
            await client.close()
            await _let_it_read(backend)
        finally:
            await client.reset()
            await backend.reset()
            for cut in cuts:
                cut.trap.spring(cut.error)

    def _pump(self, group: asyncio.TaskGroup, direction: Direction, source: End, sink: End) -> list[asyncio.Task[None]]:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(QUEUED_CHUNKS)
        read = group.create_task(self._read(source.reader, queue))
        return [read, group.create_task(self._write(direction, queue, sink.writer))]

    async def _read(self, reader: asyncio.StreamReader, queue: asyncio.Queue[tuple[float, bytes]]) -> None:
        clock = asyncio.get_running_loop().time
        data = b"more"
        while data:
            try:
                data = await reader.read(CHUNK)
            except OSError:
                # A reset is an end like another: what this side sent before, its kernel would have delivered.
                data = b""
            await queue.put((clock() + self._plan.latency, data))

    async def _write(
        self, direction: Direction, queue: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due, data = await queue.get()
            if due > clock():
                await asyncio.sleep(due - clock())
            if not data:
                break
            await self._pass_on(direction, data, writer)
        await self._gates[direction].wait()
        with contextlib.suppress(OSError):
            writer.write_eof()

    async def _pass_on(self, direction: Direction, data: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            for piece in self._wire.feed(direction, data) if self._wire else (data,):
                if isinstance(piece, Sighting):
                    for trap in self._plan.springs(piece):
                        await self._spring(trap)
                else:
                    await self._forward(direction, piece, writer)
        except WireUnreadable as unreadable:
            self._plan.unreadable = unreadable
            raise

    async def _forward(self, direction: Direction, data: bytes, writer: asyncio.StreamWriter) -> None:
        await self._gates[direction].wait()
        limit = self._plan.limit
        if limit is None or self._left is None or limit.direction is not direction:
            await self._send(direction, data, writer)
            return
        await self._send(direction, data[: self._left], writer)
        self._left -= min(self._left, len(data))
        if not self._left:
            if limit.once:
                self._plan.limit = None
            raise _Cut(limit.trap)

    async def _send(self, direction: Direction, data: bytes, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):  # a dead receiver takes nothing from the other direction
            writer.write(data)
            await writer.drain()
        self._plan.forwarded[direction] += len(data)

    async def _spring(self, trap: Trap) -> None:
        error: BaseException | None = None
        if trap.action.call is not None:
            try:
                await asyncio.get_running_loop().run_in_executor(None, trap.action.call)
            except Exception as raised:  # noqa: BLE001 - whatever it was, the test gets it from `trap.wait()`
                error = raised
            except asyncio.CancelledError:  # the callback itself said `down` or `drop`
                trap.spring()
                raise
        if trap.action.then is Then.CUT:
            raise _Cut(trap, error)
        if trap.action.then is Then.HANG:
            self.hang(Direction)
        if trap.action.then is Then.ORPHAN:
            self.hang({Direction.TO_BACKEND})
            await self._client.close()
        trap.spring(error)


async def _let_it_read(backend: End) -> None:
    """Says goodbye and waits for the backend to hang up: it reads what was forwarded, no reset overtakes that."""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            backend.writer.write_eof()
            while await backend.reader.read(CHUNK):
                pass
