"""What all websockets of ours do alike: one task, straight to their handlers, an outbox that a close sends first."""

import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NoReturn

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer

from orders.outbox import Outbox

logger = logging.getLogger(__name__)

STRETCH_S = 10.0  # in which a socket's messages are counted

Message = dict[str, Any]


class DirectSocket(AsyncConsumer):  # type: ignore[misc]  # Channels has no types
    """A websocket without a channel of the layer's: whoever has something for it calls it.

    A subclass says what it does with a connection and with a message, how its close is run, and what leaving means.
    """

    outbox: Outbox

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        self.scope, self.base_send = scope, send
        self._open = False
        self._message_count, self._counting_since = 0, 0.0
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        finally:
            await self.ended()

    async def dispatch(self, message: Message) -> None:
        """Straight to the handler: Channels would hop to a thread before every message (design 10)."""
        kind = message["type"]
        if kind == "websocket.receive":
            await self.websocket_receive(message)
        elif kind == "websocket.connect":
            await self.websocket_connect()
        elif kind == "websocket.disconnect":
            raise StopConsumer

    async def websocket_connect(self) -> None:
        """Accept and set `_open`, or refuse."""
        raise NotImplementedError

    async def websocket_receive(self, message: Message) -> None:
        """A message came."""
        raise NotImplementedError

    def leave(self) -> None:
        """Nothing is delivered here any more. Called once for a socket that was open."""
        raise NotImplementedError

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run this on the loop, apart from the socket's own task."""
        raise NotImplementedError

    async def ended(self) -> None:
        """However it ended."""
        self._leave()

    async def refuse(self) -> NoReturn:
        """Close before accepting: the client sees 403, whatever was wrong."""
        await self.base_send({"type": "websocket.close"})
        raise StopConsumer

    def close(self, code: int) -> None:
        if self._open:
            self._leave()
            self.spawn(self._close(code))

    def _leave(self) -> None:
        if self._open:
            self._open = False
            self.leave()

    async def _close(self, code: int) -> None:
        try:
            await self.outbox.flushed()
            await self.base_send({"type": "websocket.close", "code": code})
        except (OSError, RuntimeError):
            logger.debug("The socket was gone before it was closed")

    def too_many(self, most: int) -> bool:
        """Count a message: whether this socket says more in a stretch of ten seconds than anybody needs."""
        moment = time.monotonic()
        if moment - self._counting_since > STRETCH_S:
            self._counting_since, self._message_count = moment, 0
        self._message_count += 1
        return self._message_count > most
