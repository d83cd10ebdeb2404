"""What waits to be sent: in order, bounded, and without a task where nothing has to wait."""

import asyncio
from typing import Any

from orders.outbox import MOST_WAITING, Outbox


class Server:
    """The `send` of a server whose reader can be made slow."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.free = asyncio.Event()
        self.free.set()
        self.cut = 0

    async def send(self, message: dict[str, Any]) -> None:
        await self.free.wait()
        self.sent.append(message["text"])

    def cut_off(self) -> None:
        self.cut += 1


def test_what_need_not_wait_is_sent_before_push_returns() -> None:
    async def run() -> None:
        server = Server()
        outbox = Outbox(server.send, server.cut_off)
        outbox.push("a")
        outbox.push("b")
        assert server.sent == ["a", "b"]
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())


def test_what_waits_for_a_slow_reader_keeps_its_order() -> None:
    async def run() -> None:
        server = Server()
        server.free.clear()
        outbox = Outbox(server.send, server.cut_off)
        for text in "abc":
            outbox.push(text)
        await asyncio.sleep(0)
        assert server.sent == []
        server.free.set()
        await outbox.flushed()
        outbox.push("d")
        assert server.sent == ["a", "b", "c", "d"]

    asyncio.run(run())


def test_a_reader_slower_than_the_bound_is_cut_off_and_nothing_is_kept_for_it() -> None:
    async def run() -> None:
        server = Server()
        server.free.clear()
        outbox = Outbox(server.send, server.cut_off)
        for _ in range(3):
            outbox.push("x" * (MOST_WAITING // 2))
        assert server.cut == 0
        outbox.push("y")
        assert server.cut == 1
        server.free.set()
        await asyncio.sleep(0)
        assert server.sent == []

    asyncio.run(run())


def test_a_server_that_closed_meanwhile_is_no_error() -> None:
    async def broken(message: dict[str, Any]) -> None:
        await asyncio.sleep(0)
        raise RuntimeError("closed")

    async def run() -> None:
        outbox = Outbox(broken, lambda: None)
        outbox.push("a")
        outbox.push("b")
        await outbox.flushed()
        outbox.push("c")
        await outbox.flushed()
        assert outbox._task is None

    asyncio.run(run())
