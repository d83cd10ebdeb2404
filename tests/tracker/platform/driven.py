"""An agent's socket without a server: the real consumer and switchboard, driven message by message."""

import asyncio
import json
import threading
import uuid
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from asgiref.sync import async_to_sync
from pydantic import BaseModel

from orders.reading import in_reader
from tests.orders.driven_socket import DrivenSocket
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
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:  # or one of them asks the readers for more
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            together = threading.Barrier(READERS, timeout=10)
            await asyncio.gather(*(in_reader(together.wait) for _ in range(READERS)))

    return async_to_sync(to_its_end)()


class DrivenAgent(DrivenSocket):
    """One AgentSocket. `said` is what it sent, parsed."""

    consumer = AgentSocket

    def __init__(self, *authorization: str, address: str = "agents") -> None:
        headers = [(b"authorization", value.encode("latin-1")) for value in authorization]
        super().__init__({"type": "websocket", "path": wire.PATH, "headers": headers, "client": (address, 1)})
        self.said: list[Any] = []

    @classmethod
    def of(cls, token: str) -> "DrivenAgent":
        return cls(f"Bearer {token}")

    def heard(self, text: str) -> None:
        self.said.append(wire.from_platform(text))

    async def greet(self, first: wire.Hello | None = None) -> wire.Welcome:
        """Say hello and hear the welcome."""
        await self.say(first or hello())
        welcome = await self.next(wire.Welcome)
        assert isinstance(welcome, wire.Welcome)
        return welcome

    async def say(self, message: BaseModel | str | bytes | dict[str, Any]) -> None:
        if isinstance(message, BaseModel):
            message = wire.to_text(message)
        await self.send(json.dumps(message) if isinstance(message, dict) else message)

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
