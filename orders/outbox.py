"""What waits to be sent on one socket: bounded, in order, never a single message dropped."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

MOST_WAITING = 1_048_576  # characters; a reader slower than this is cut off and catches up when it returns

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Outbox:
    """Sends texts one after another; the sender never waits."""

    __slots__ = ("_cut", "_loop", "_send", "_size", "_task", "_texts")

    def __init__(self, send: Send, cut: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._send, self._cut = send, cut
        self._texts: deque[str] | None = None  # made when needed: most sockets are idle
        self._size = 0
        self._task: asyncio.Task[None] | None = None

    def push(self, text: str) -> None:
        """Send this after what waits. Calls `cut` where more than MOST_WAITING does."""
        self._size += len(text)
        if self._size > MOST_WAITING and self._task is not None:
            self.drop()
            self._cut()
            return
        if self._texts is None:
            self._texts = deque()
        self._texts.append(text)
        if self._task is None:
            self._task = self._loop.create_task(self._pump())

    async def flushed(self) -> None:
        """Return when everything pushed so far is sent."""
        if self._task is not None:
            await asyncio.shield(self._task)

    def drop(self) -> None:
        """Nothing of this is wanted any more."""
        self._texts = None
        self._size = 0
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _pump(self) -> None:
        try:
            while self._texts:
                text = self._texts.popleft()
                await self._send({"type": "websocket.send", "text": text})
                self._size -= len(text)
        except (OSError, RuntimeError):  # closed meanwhile: the disconnect is on its way
            self._texts = None
        finally:
            self._task = None
            if not self._texts:
                self._texts, self._size = None, 0
