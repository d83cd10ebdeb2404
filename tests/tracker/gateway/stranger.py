"""Something on loopback that answers as a test says: a gateway, or what only claims to be one."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tracker.gateway.address import Address
from tracker.gateway.paired import Device, Paired
from tracker.gateway.token import Token

SECRET = "2f1f4339c7b77fa3474bf8ba8852349273e928bb8ad9d186"
DEVICE = Device("bar", "gateway.local")


@dataclass(frozen=True)
class Heard:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> object:
        return json.loads(self.body)


Answering = Callable[[Heard, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Stranger:
    address: Address
    heard: list[Heard] = field(default_factory=list, repr=False)  # holds the token

    @property
    def paired(self) -> Paired:
        return Paired(Token(SECRET), self.address, DEVICE)


@asynccontextmanager
async def stranger(answering: Answering | bytes) -> AsyncIterator[Stranger]:
    """Answers every request, one for each connection, by the function or with the same bytes."""
    found = Stranger(Address("127.0.0.1", 1))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            heard = await _read(reader)
            found.heard.append(heard)
            if isinstance(answering, bytes):
                writer.write(answering)
            else:
                await answering(heard, writer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    found.address = Address("127.0.0.1", server.sockets[0].getsockname()[1])
    try:
        yield found
    finally:
        server.close()


def says(envelope: object, status: int = 200) -> bytes:
    """An HTTP answer with this JSON."""
    return raw(json.dumps(envelope).encode(), status, "application/json")


def raw(body: bytes, status: int = 200, content_type: str = "text/html", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status} x\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


async def _read(reader: asyncio.StreamReader) -> Heard:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    return Heard(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
