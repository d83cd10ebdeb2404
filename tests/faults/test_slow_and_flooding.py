"""Readers that never read and guests who never stop cost a bounded amount of memory, and their neighbours nothing."""

import contextlib
import json
import math
import select
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.clients.v2 import Answered, V2Board, V2Guest
from tests.faults.conftest import NO_LIMITS, PRODUCTION, Pub, embedded_pub, production_pub
from tests.faults.crowd import Crowd, Watcher
from tests.ontap.raw_socket import TEXT, ConnectionEnded, RawSocket, encode

SOON = 10.0
NORMAL_S = 2.0  # on a busy machine of two cores, which the test itself keeps busy
MEGABYTES_OF_A_READER = 4
FLOOD_MEGABYTES = 60
NOISE_MEGABYTES = 16
TOO_MANY = 4008
MOST_OF_A_VENUE = 1000  # waiting for the writer
MOST_OF_A_SESSION = 60  # orders in a minute, as the settings have it


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
    """A board of version 2 whose owner never reads."""

    def __init__(self, pub: Pub) -> None:
        url = f"{pub.board()}&v=2"
        super().__init__(port_of(url), receive_buffer=4096)
        self.open(path_of(url))
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLRDHUP)

    @property
    def cut(self) -> bool:
        """Whether the server has ended the connection; finding out reads nothing."""
        return bool(self._poll.poll(0))


class Flood(RawSocket):
    """A guest who orders without end: `count` orders, or as many as go until `stop`, `rate` a second where one is
    given. All answers are read: `codes` counts them, and a close by its number."""

    def __init__(self, pub: Pub, venue: int, table: int, *, count: float = math.inf, rate: float = math.inf) -> None:
        url = f"{pub.table(table, venue)}&v=2"
        super().__init__(port_of(url))
        self.open(path_of(url))
        self.codes: Counter[str | int] = Counter()
        self.sent = 0
        self._frame = {"action": "order", "venue_id": str(venue), "table_number": str(table), "order_items": {"13": 1}}
        self._count, self._rate = count, rate
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._order, self._read)]

    def begin(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Order no more."""
        self._over.set()
        self._threads[0].join(SOON)

    def close(self) -> None:
        self.stop()
        with contextlib.suppress(OSError):  # closed already
            self.reset()
        self._threads[1].join(SOON)

    def _order(self) -> None:
        with contextlib.suppress(OSError):
            while self.sent < self._count and not self._over.wait(20 / self._rate):
                frames = [json.dumps({**self._frame, "client_order_id": str(uuid4())}).encode() for _ in range(20)]
                self.send(b"".join(encode(TEXT, frame) for frame in frames))
                self.sent += len(frames)

    def _read(self) -> None:
        with contextlib.suppress(ConnectionEnded, OSError, ValueError):
            while True:
                frame = self.read_frame()
                if frame.close_code is not None:
                    self.codes[frame.close_code] += 1
                elif frame.opcode == TEXT and (found := json.loads(frame.text))["type"] in ("ack", "error"):
                    self.codes[found.get("code", "ack")] += 1


def port_of(url: str) -> int:
    return urlsplit(url).port or 0


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def warm_up(pub: Pub) -> None:
    """Have every thread of the process read once: what a database's cache takes is no reader's cost."""

    def look(_: int) -> None:
        with V2Board(pub.board()) as board:
            board.snapshot(SOON)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(look, range(16)))


def big_evening(crowd: Crowd, pub: Pub) -> list[Watcher]:
    """Boards, and guests with so much to say that a reader who does not read is soon far behind."""
    crowd.barman("1", pub.board())
    boards = [crowd.watcher("1", pub.board()) for _ in range(2)]
    for table in range(1, 7):
        crowd.keyed_guest("1", str(table), [pub.table(table)], pace=0.05, patient=True, big=True)
    crowd.serve()
    crowd.wait_acks(100)
    warm_up(pub)
    return boards


def test_boards_that_never_read_are_cut_off_for_little_memory_and_harm_nobody(pub: Pub, trials: bool) -> None:
    with pub.evening() as crowd, ExitStack() as stack:
        boards = big_evening(crowd, pub)
        since = time.time()
        memory = stack.enter_context(Memory(pub))
        deaf = [stack.enter_context(Deaf(pub)) for _ in range(40 if trials else 5)]
        crowd.wait_until(lambda: all(board.cut for board in deaf), 60, "cut of all that do not read")
        cut_after, late = time.time() - since, crowd.delays(boards, since)
        waits = [answer.seconds for answer in crowd.of("ack", since=since)]
        crowd.settle()
        print(f"cut after {cut_after:.1f} s, {memory.growth:.1f} MB for {len(deaf)}, boards {max(late):.2f} s late")
        assert memory.growth < MEGABYTES_OF_A_READER * len(deaf) + NOISE_MEGABYTES
        assert max(*late, *waits) < NORMAL_S
        assert crowd.breaks == 0


def test_a_board_that_asks_for_all_orders_and_never_reads_is_cut_off_too(pub: Pub) -> None:
    with pub.evening() as crowd, ExitStack() as stack:
        boards = big_evening(crowd, pub)
        since = time.time()
        memory = stack.enter_context(Memory(pub))
        deaf = [stack.enter_context(Deaf(pub)) for _ in range(5)]
        question = encode(TEXT, json.dumps({"action": "openorders", "venue_id": "1"}).encode())
        for board in deaf:
            board.send(question * 500)
        crowd.wait_until(lambda: all(board.cut for board in deaf), 60, "cut of all that do not read")
        late = crowd.delays(boards, since)
        crowd.settle()
        print(f"{memory.growth:.1f} MB, boards {max(late):.2f} s late")
        assert memory.growth < 2 * MEGABYTES_OF_A_READER * len(deaf) + NOISE_MEGABYTES
        assert max(late) < NORMAL_S
        assert crowd.breaks == 0


def neighbours(crowd: Crowd, pub: Pub, *, pace: float) -> list[Watcher]:
    """An ordinary evening at venue 2."""
    crowd.barman("2", pub.board(2))
    boards = [crowd.watcher("2", pub.board(2)) for _ in range(2)]
    for table in range(1, 5):
        crowd.keyed_guest("2", str(table), [pub.table(table, 2)], pace=pace, patient=True)
    crowd.serve()
    crowd.wait_acks(4)
    return boards


def served_meanwhile(crowd: Crowd, boards: list[Watcher], since: float) -> tuple[float, float]:
    """The longest that a neighbour waited for an ack, and a board for an order. None was refused."""
    crowd.wait_until(lambda: len(crowd.of("ack", "2", since)) >= 4, SOON, "acks at the neighbour's")
    assert {answer.code for answer in crowd.answers} == {"ack"}
    return max(answer.seconds for answer in crowd.of("ack", "2", since)), max(crowd.delays(boards, since))


def test_a_flood_over_the_limits_is_refused_and_the_neighbour_venue_served(limited_pub: Pub, trials: bool) -> None:
    pub = limited_pub
    with pub.evening() as crowd, ExitStack() as stack:
        boards = neighbours(crowd, pub, pace=3)
        memory = stack.enter_context(Memory(pub))
        since, codes = time.time(), Counter[str | int]()
        while time.time() < since + (60 if trials else 5):
            floods = [stack.enter_context(Flood(pub, 1, table, count=2000)).begin() for table in range(1, 5)]
            crowd.wait_until(lambda: all(flood.codes[TOO_MANY] for flood in floods), SOON, "4008")  # noqa: B023
            for flood in floods:
                flood.close()
                codes += flood.codes
        waited, late = served_meanwhile(crowd, boards, since)
        crowd.settle()
        print(f"{codes}, {memory.growth:.1f} MB, neighbours waited {waited:.2f} s, boards {late:.2f} s")
        assert codes["ack"] <= 4 * MOST_OF_A_SESSION
        assert max(waited, late) < NORMAL_S
        assert memory.growth < NOISE_MEGABYTES
        assert crowd.breaks == 0


def test_a_flood_without_limits_leaves_room_in_the_queue_for_the_neighbour_venue(pub: Pub, trials: bool) -> None:
    with pub.evening() as crowd, ExitStack() as stack:
        boards = neighbours(crowd, pub, pace=0.3)
        memory = stack.enter_context(Memory(pub))
        since = time.time()
        floods = [stack.enter_context(Flood(pub, 1, table)).begin() for table in range(1, 5)]
        time.sleep(30 if trials else 5)
        waited, late = served_meanwhile(crowd, boards, since)
        for flood in floods:
            flood.stop()
        growth = memory.growth
        codes = sum((flood.codes for flood in floods), Counter[str | int]())
        print(f"{codes}, {growth:.1f} MB, neighbours waited {waited:.2f} s, boards {late:.2f} s")
        stack.close()
        crowd.settle(60)
        assert codes["ack"]
        assert codes["busy"]
        assert max(waited, late) < NORMAL_S
        assert growth < FLOOD_MEGABYTES
        assert crowd.breaks == 0


@contextlib.contextmanager
def hung_database(pub: Pub) -> Iterator[None]:
    """Nothing can be written meanwhile."""
    if PRODUCTION:
        pub.wire.hang()
        yield
        pub.wire.heal()
    else:
        with closing(sqlite3.connect(pub.running.data / "ontap.sqlite3", isolation_level=None)) as file:
            file.execute("BEGIN IMMEDIATE")
            yield
            file.execute("ROLLBACK")


def test_what_finds_the_queue_full_is_refused_at_once_and_what_is_in_it_is_served(pub: Pub) -> None:
    """Of one venue the queue takes half of what it holds; the other half is for others."""
    with pub.evening(), ExitStack() as stack:
        guest, neighbour = (stack.enter_context(V2Guest(pub.table(9, venue))) for venue in (1, 2))
        guest.place({"13": 1})
        neighbour.place({"13": 1})
        floods = [stack.enter_context(Flood(pub, 1, table, count=400)) for table in range(1, 5)]
        with hung_database(pub):
            for flood in floods:
                flood.begin()
            wait_until(lambda: sum(flood.codes["busy"] for flood in floods) >= 1600 - MOST_OF_A_VENUE - 100)
            waits = neighbour.order({"13": 1})
            began = time.monotonic()
            with pytest.raises(Answered, match="busy"):
                guest.place({"13": 1})
            refused_after = time.monotonic() - began
        print(f"refused after {refused_after:.2f} s")
        neighbour.ack(waits, SOON)
        wait_until(lambda: all(sum(flood.codes.values()) == 400 for flood in floods))
        codes = sum((flood.codes for flood in floods), Counter[str | int]())
        assert codes["busy"] + codes["ack"] == 1600
        assert refused_after < 1
        guest.place({"13": 1})


def test_orders_that_were_refused_for_a_hung_database_are_forgotten(pub: Pub, trials: bool) -> None:
    """They lie in the queue of a writer that waits: were they kept, an outage would fill the memory."""
    with pub.evening(), ExitStack() as stack:
        warm_up(pub)
        floods = [stack.enter_context(Flood(pub, venue, 1, rate=300)) for venue in (1, 2)]
        with hung_database(pub), Memory(pub) as memory:
            for flood in floods:
                flood.begin()
            time.sleep(90 if trials else 15)
            for flood in floods:
                flood.stop()
        codes = sum((flood.codes for flood in floods), Counter[str | int]())
        print(f"{codes}, {memory.growth:.1f} MB")
        assert codes["unavailable"] > MOST_OF_A_VENUE
        assert memory.growth < NOISE_MEGABYTES
        with V2Guest(pub.table(9)) as guest:
            guest.place({"13": 1}, timeout=30)


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
