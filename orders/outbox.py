"""What waits to be sent on one socket: bounded, in order, never a single message dropped."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Generator
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
        """Send this after what waits. Calls `cut` where more than MOST_WAITING characters do."""
        if self._task is None:
            self._task = self._begin({"type": "websocket.send", "text": text})
            return
        self._size += len(text)
        if self._size > MOST_WAITING:
            self.drop()
            self._cut()
            return
        if self._texts is None:
            self._texts = deque()
        self._texts.append(text)

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

    def _begin(self, message: dict[str, Any]) -> "asyncio.Task[None] | None":
        """Send on the spot as far as it goes without waiting, which is nearly always all the way.

        A task for each frame would cost more than the frame. Where the server has to wait for its reader, a task goes
        on from that very point.
        """
        steps = self._send(message).__await__()
        try:
            waited_for = next(steps)
        except StopIteration:
            return None
        except (OSError, RuntimeError):  # closed meanwhile: the disconnect is on its way
            return None
        return self._loop.create_task(self._pump(_Rest(steps, waited_for)))

    async def _pump(self, rest: "_Rest") -> None:
        try:
            await rest
            while self._texts:
                text = self._texts.popleft()
                await self._send({"type": "websocket.send", "text": text})
                self._size -= len(text)
        except (OSError, RuntimeError):
            pass
        finally:
            self._task = self._texts = None
            self._size = 0


class _Rest:
    """What is left of an awaitable that was begun outside a task and waits for `waited_for`."""

    __slots__ = ("_steps", "_waited_for")

    def __init__(self, steps: Generator[Any, Any, Any], waited_for: Any) -> None:
        self._steps, self._waited_for = steps, waited_for

    def __await__(self) -> Generator[Any, Any, Any]:
        yield self._waited_for
        yield from self._steps
