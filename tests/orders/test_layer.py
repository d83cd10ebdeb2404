"""Who listens to the channel layer comes back whatever the layer does, and goes when it is told to."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from orders import layer as ours


class Layer:
    """A layer whose joining and receiving a test can make fail."""

    def __init__(self) -> None:
        self.joining, self.joined, self.failures = asyncio.Event(), 0, 0
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.slow = asyncio.Event()
        self.slow.set()

    async def new_channel(self) -> str:
        return "channel"

    async def group_add(self, group: str, channel: str) -> None:
        self.joining.set()
        with suppress(asyncio.CancelledError):  # as wait_for of Python 3.11 does now and then
            await self.slow.wait()
        self.joined += 1

    async def receive(self, channel: str) -> dict[str, Any]:
        if self.failures:
            self.failures -= 1
            raise OSError("gone")
        return await self.messages.get()

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await self.slow.wait()
        await self.messages.put(message)


@pytest.fixture
def layers(monkeypatch: pytest.MonkeyPatch) -> list[Layer]:
    """The layer in use, once a story on a loop has made it."""
    made: list[Layer] = []
    monkeypatch.setattr(ours, "get_channel_layer", lambda: made[0])
    monkeypatch.setattr(ours, "FIRST_WAIT_S", 0.01)
    return made


def test_a_listener_ends_though_the_layer_swallowed_its_cancellation(layers: list[Layer]) -> None:
    async def story() -> bool:
        layers.append(Layer())
        layers[0].slow.clear()
        listener = asyncio.create_task(ours.listen("group", lambda message: None))
        await layers[0].joining.wait()
        listener.cancel()
        done, _ = await asyncio.wait([listener], timeout=2)
        listener.cancel()
        return bool(done)

    assert async_to_sync(story)()


def test_a_listener_joins_again_after_each_failure_and_hears_on(layers: list[Layer]) -> None:
    async def story() -> Mapping[str, Any]:
        layers.append(Layer())
        layers[0].failures = 2
        heard: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        listener = asyncio.create_task(ours.listen("group", heard.put_nowait))
        async with asyncio.timeout(5):
            await ours.tell("group", venue=7)
            message = await heard.get()
        listener.cancel()
        return message

    assert async_to_sync(story)() == {"type": "nudge", "venue": 7}
    assert layers[0].joined == 3


def test_a_layer_that_hangs_costs_who_tells_a_quarter_of_a_second(layers: list[Layer]) -> None:
    async def story() -> float:
        layers.append(Layer())
        layers[0].slow.clear()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await ours.tell("group", venue=7)
        return loop.time() - begun

    assert 0.2 < async_to_sync(story)() < 2
