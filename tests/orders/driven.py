"""A socket of ours without a server: the real consumer, feed and writer, driven message by message."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from orders.consumers import OrderSocket
from orders.protocol import DASHBOARD, SUBPROTOCOL_V2


class Driven:
    """One OrderSocket on the running loop, by a device's key or a member's token.

    `frames` is what it sent, parsed; `closed` its close code.
    """

    def __init__(self, venue_id: int, table_number: str, secret: str, *, v2: bool = True) -> None:
        prefix = f"/{'k' if table_number == DASHBOARD else 's'}/{secret}"
        self.scope: dict[str, Any] = {
            "type": "websocket",
            "path": f"{prefix}/Test",
            "query_string": f"venue_id={venue_id}&table_number={table_number}".encode(),
            "headers": [],
            "client": (f"client of venue {venue_id}", 1),  # handshakes are limited per address
            "subprotocols": [SUBPROTOCOL_V2] if v2 else [],
        }
        self.frames: list[dict[str, Any]] = []
        self.texts: list[str] = []
        self.closed: int | None = None
        self.accepted = False
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def connect(self) -> "Driven":
        self._task = asyncio.create_task(OrderSocket()(self.scope, self._inbox.get, self._send))
        await self._inbox.put({"type": "websocket.connect"})
        await self.until(lambda: self.accepted or self.closed is not None)
        return self

    async def say(self, frame: Mapping[str, Any]) -> None:
        await self._inbox.put({"type": "websocket.receive", "text": json.dumps(frame, separators=(",", ":"))})

    @property
    def waiting(self) -> int:
        """Messages that the socket has not taken yet."""
        return self._inbox.qsize()

    async def drop(self) -> None:
        await self._inbox.put({"type": "websocket.disconnect", "code": 1006})
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await self._task

    async def until(self, condition: Any, seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.accept":
            self.accepted = True
        elif message["type"] == "websocket.close":
            self.closed = message.get("code", 403)
        else:
            self.texts.append(message["text"])
            self.frames.append(json.loads(message["text"]))
        self._news.set()
