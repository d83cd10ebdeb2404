"""Readers that never read and guests who never stop cost a bounded amount of memory, and their neighbours nothing."""

import json
import select
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.faults.conftest import NO_LIMITS, PRODUCTION, Pub, embedded_pub, production_pub
from tests.faults.crowd import Crowd, Watcher
from tests.ontap.raw_socket import TEXT, ConnectionEnded, RawSocket, encode

MEGABYTE = 1024 * 1024


def install(request: pytest.FixtureRequest, folder: Path, env: dict[str, str]) -> Iterator[Pub]:
    if PRODUCTION:
        servers = request.getfixturevalue("faulty_postgres"), request.getfixturevalue("faulty_redis")
        with production_pub(*servers, folder, env) as pub:
            yield pub
    else:
        with embedded_pub(folder, env) as pub:
            yield pub


@pytest.fixture(scope="module")
def pub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pub]:
    yield from install(request, tmp_path_factory.mktemp("unlimited"), NO_LIMITS)


@pytest.fixture(scope="module")
def limited_pub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pub]:
    yield from install(request, tmp_path_factory.mktemp("limited"), {})


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


class Memory:
    """The memory of the web process, looked at all the time: `growth` since the start, at its highest."""

    def __init__(self, pub: Pub) -> None:
        self._rollup = Path(f"/proc/{pub.running.web.pid}/smaps_rollup")
        self._over = threading.Event()
        self._first = self._highest = self._read()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    @property
    def growth(self) -> float:
        """In megabytes."""
        return (self._highest - self._first) / 1024

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            self._highest = max(self._highest, self._read())

    def _read(self) -> int:
        """Its share of all that it uses, in kilobytes."""
        return next(int(line.split()[1]) for line in self._rollup.read_text().splitlines() if line.startswith("Pss:"))


class Deaf(RawSocket):
    """A socket whose owner never reads."""

    def __init__(self, url: str) -> None:
        super().__init__(urlsplit(url).port or 0, receive_buffer=4096)
        self.open(path_of(url))
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLRDHUP)

    @property
    def cut(self) -> bool:
        """Whether the server has ended the connection; read is nothing to find that out."""
        return bool(self._poll.poll(0))


def test_deaf(pub: Pub) -> None:
    with pub.evening() as crowd, ExitStack() as stack:
        crowd.barman("1", pub.board())
        boards = [crowd.watcher("1", pub.board()) for _ in range(2)]
        for table in range(1, 7):
            crowd.keyed_guest("1", str(table), [pub.table(table)], pace=0.05, patient=True, big=True)
        crowd.keyed_guest("1", "20", [pub.table(20)], pace=0.3, patient=True)
        crowd.serve()
        crowd.wait_acks(100)
        began = time.time()
        before = [a.seconds for a in crowd.of("ack")]
        memory = stack.enter_context(Memory(pub))
        deaf = [stack.enter_context(Deaf(pub.board() + "&v=2")) for _ in range(5)]
        try:
            crowd.wait_until(lambda: all(d.cut for d in deaf), 60, "cut")
        finally:
            print("cut after", time.time() - began, "growth", memory.growth, [d.cut for d in deaf])
        since = time.time()
        after = [a.seconds for a in crowd.of("ack", since=began)]
        print("acks", len(before), max(before), len(after), max(after), "delays", max(crowd.delays(boards, crowd.began, began)), max(crowd.delays(boards, began, since)))
        crowd.settle()
        assert crowd.breaks == 0
