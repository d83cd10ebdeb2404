"""What one connection may cost, what waits for its application, and how a message becomes a frame."""

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Message = dict[str, Any]


@dataclass(frozen=True)
class Limits:
    """What one connection may cost, in bytes, messages and seconds."""

    message_bytes: int = 131_072  # one frame or message of a client; beyond it 1009
    body_bytes: int = 33_554_432  # one HTTP request, held whole before Django sees it; beyond it 413
    waiting_messages: int = 64  # received, not yet taken by the application; beyond it we stop reading
    waiting_bytes: int = 262_144
    unread_bytes: int = 1_048_576  # sent, not yet taken by the reader; beyond it the reader is cut off
    unread_seconds: float = 10  # to bring half of that down again while the application waits
    ping_interval: float = 20
    ping_timeout: float = 30
    # Of an agent's socket: that a pub has lost its power is known at its boards within half a minute.
    agent_ping_interval: float = 5
    agent_ping_timeout: float = 8
    accept_seconds: float = 20  # for the application to accept or refuse
    close_seconds: float = 5  # for a client to answer our close and to take what it is owed
    leave_seconds: float = 10  # for the application once its client is gone
    stop_seconds: float = 3  # for everybody when the server ends


class Inbox:
    """What waits for an application, first in, first out. Full at the limits, and until it is empty again.

    asyncio.Queue would do, but costs 2.5 KB while it is idle, times every socket.
    """

    __slots__ = ("_bytes", "_limits", "_messages", "_on_empty", "_waiter", "full")

    def __init__(self, limits: Limits, on_empty: Callable[[], None]) -> None:
        self.full = False
        self._limits = limits
        self._on_empty = on_empty
        self._bytes = 0
        self._messages: list[Message] = []
        self._waiter: asyncio.Future[None] | None = None

    def put(self, message: Message, size: int) -> None:
        self._messages.append(message)
        self._bytes += size
        self.full = len(self._messages) >= self._limits.waiting_messages or self._bytes >= self._limits.waiting_bytes
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def put_nowait(self, message: Message) -> None:
        """As daphne calls it, for messages that no client can multiply."""
        self.put(message, 0)

    async def get(self) -> Message:
        """The `receive` of ASGI, for one task at a time."""
        while not self._messages:
            if self._waiter is not None and not self._waiter.done():
                raise RuntimeError("Two tasks receive from one connection")
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        message = self._messages.pop(0)
        if not self._messages:
            self._bytes = 0
            if self.full:
                self.full = False
                self._on_empty()
        return message


def frame(first_byte: int, payload: bytes) -> bytes:
    """The payload in one frame of a server."""
    size = len(payload)
    if size < 126:
        return bytes((first_byte, size)) + payload
    if size < 65_536:
        return struct.pack("!BBH", first_byte, 126, size) + payload
    return struct.pack("!BBQ", first_byte, 127, size) + payload
