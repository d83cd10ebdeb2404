"""One of our sockets without a server: the real consumer, driven message by message."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from orders.sockets import DirectSocket, Message


class DrivenSocket:
    """A consumer on the running loop. `closed` is its close code (403: refused); what it says goes to `heard`."""

    consumer: type[DirectSocket]

    def __init__(self, scope: dict[str, Any]) -> None:
        self.scope = scope
        self.closed: int | None = None
        self.accepted = False
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def heard(self, text: str) -> None:
        raise NotImplementedError

    async def connect(self) -> Self:
        self._task = asyncio.create_task(self.consumer()(self.scope, self._inbox.get, self._send))
        await self._inbox.put({"type": "websocket.connect"})
        await self.until(lambda: self.accepted or self.closed is not None)
        return self

    async def send(self, message: str | bytes) -> None:
        kind = "bytes" if isinstance(message, bytes) else "text"
        await self._inbox.put({"type": "websocket.receive", kind: message})

    @property
    def waiting(self) -> int:
        """Messages that the socket has not taken yet."""
        return self._inbox.qsize()

    async def drop(self) -> None:
        await self._inbox.put({"type": "websocket.disconnect", "code": 1006})
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await self._task

    async def until(self, condition: Callable[[], object], seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def _send(self, message: Message) -> None:
        if message["type"] == "websocket.accept":
            self.accepted = True
        elif message["type"] == "websocket.close":
            self.closed = message.get("code", 403)
        else:
            self.heard(message["text"])
        self._news.set()
