"""An agent's socket without a server: the real consumer and switchboard, driven message by message."""

import asyncio
import json
import threading
import uuid
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from asgiref.sync import async_to_sync
from pydantic import BaseModel

from orders.reading import in_reader
from tracker import wire
from tracker.consumers import AgentSocket

T = TypeVar("T")
READERS = 4  # threads of `orders.reading`
SPOOL = uuid.UUID(int=7)


def hello(spool: uuid.UUID = SPOOL, first: int = 1, last: int = 0, **more: Any) -> wire.Hello:
    return wire.Hello(agent_version="1.0", host="bar-pi", spool=spool, first=first, last=last, **more)


def events(*numbers: int, spool: uuid.UUID = SPOOL, **fields: Any) -> wire.Events:
    """One message with an event for each number."""
    rows = [{"age_ms": 0, "type": "created", "order": {"name": "22"}} | fields | {"number": n} for n in numbers]
    return wire.Events.model_validate({"spool": spool, "events": rows})


def run(story: Callable[..., Coroutine[Any, Any, T]], *words: Any) -> T:
    """A story on a loop of its own, at whose end no reader works for it any more: the tables are emptied next."""

    async def to_its_end() -> T:
        try:
            return await story(*words)
        finally:
            together = threading.Barrier(READERS, timeout=10)
            await asyncio.gather(*(in_reader(together.wait) for _ in range(READERS)))

    return async_to_sync(to_its_end)()


class DrivenAgent:
    """One AgentSocket on the running loop. `said` is what it sent, parsed; `closed` its close code (403: refused)."""

    def __init__(self, *authorization: str, address: str = "agents") -> None:
        headers = [(b"authorization", value.encode("latin-1")) for value in authorization]
        self.scope: dict[str, Any] = {"type": "websocket", "path": wire.PATH, "headers": headers}
        self.scope["client"] = (address, 1)
        self.said: list[Any] = []
        self.closed: int | None = None
        self.accepted = False
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def of(cls, token: str) -> "DrivenAgent":
        return cls(f"Bearer {token}")

    async def connect(self) -> "DrivenAgent":
        self._task = asyncio.create_task(AgentSocket()(self.scope, self._inbox.get, self._send))
        await self._inbox.put({"type": "websocket.connect"})
        await self.until(lambda: self.accepted or self.closed is not None)
        return self

    async def greet(self, first: wire.Hello | None = None) -> wire.Welcome:
        """Say hello and hear the welcome."""
        await self.say(first or hello())
        welcome = await self.next(wire.Welcome)
        assert isinstance(welcome, wire.Welcome)
        return welcome

    async def say(self, message: BaseModel | str | bytes | dict[str, Any]) -> None:
        if isinstance(message, bytes):
            await self._inbox.put({"type": "websocket.receive", "bytes": message})
            return
        text = wire.to_text(message) if isinstance(message, BaseModel) else message
        text = text if isinstance(text, str) else json.dumps(text)
        await self._inbox.put({"type": "websocket.receive", "text": text})

    async def next(self, kind: type[BaseModel]) -> Any:
        """The next message of a kind, taken out of what was said."""
        await self.until(lambda: any(isinstance(message, kind) for message in self.said) or self.closed is not None)
        found = next((message for message in self.said if isinstance(message, kind)), None)
        assert found is not None, f"closed with {self.closed} instead"
        self.said.remove(found)
        return found

    async def end(self, seconds: float = 10) -> int:
        """The close code, once it is closed."""
        await self.until(lambda: self.closed is not None, seconds)
        assert self.closed is not None
        return self.closed

    async def drop(self) -> None:
        await self._inbox.put({"type": "websocket.disconnect", "code": 1006})
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await self._task

    async def until(self, condition: Callable[[], bool], seconds: float = 10) -> None:
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
            self.said.append(wire.from_platform(message["text"]))
        self._news.set()
