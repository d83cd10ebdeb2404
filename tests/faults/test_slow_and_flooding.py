"""Readers that never read and guests who never stop cost a bounded amount of memory, and their neighbours nothing."""

import contextlib
import json
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.clients.v2 import Answered, V2Guest
from tests.faults.conftest import NO_LIMITS, PRODUCTION, Pub, embedded_pub, production_pub
from tests.faults.crowd import Crowd, Watcher
from tests.faults.memory import Memory
from tests.ontap.raw_socket import CLOSE, TEXT, ConnectionEnded, RawSocket, encode

SOON = 10.0
PATIENCE_S = 5.0  # of the writer: who has waited longer is refused
LATE_S = 4.0  # on a busy machine of two cores, which the test itself keeps busy
MEGABYTES_OF_A_READER = 4
NOISE_MEGABYTES = 48  # the caches of a database's connections fill meanwhile
TOO_MANY = 4008
MOST_OF_A_VENUE = 1000  # waiting for the writer
MOST_OF_A_SESSION = 60  # orders in a minute, as the settings have it


def install(request: pytest.FixtureRequest, folder: Path, env: dict[str, str]) -> Iterator[Pub]:
    template = request.getfixturevalue("template")
    if PRODUCTION:
        servers = request.getfixturevalue("faulty_postgres"), request.getfixturevalue("faulty_redis")
        with production_pub(template, *servers, folder, env) as pub:
            yield pub
    else:
        with embedded_pub(template, folder, env) as pub:
            yield pub


@pytest.fixture(scope="module")
def pub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pub]:
    yield from install(request, tmp_path_factory.mktemp("unlimited"), NO_LIMITS)


@pytest.fixture(scope="module")
def limited_pub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pub]:
    yield from install(request, tmp_path_factory.mktemp("limited"), {})


def connect(url: str, *, receive_buffer: int | None = None) -> RawSocket:
    parts = urlsplit(url)
    return RawSocket(parts.port or 0, receive_buffer=receive_buffer).open(f"{parts.path}?{parts.query}&v=2")


class Flood:
    """A guest who orders and does not wait. All answers are read: `codes` counts them, and a close by its number;
    `waits` are the seconds until each ack."""

    def __init__(self, url: str) -> None:
        self.codes: Counter[str | int] = Counter()
        self.waits: list[float] = []
        self._since: dict[str, float] = {}
        self._socket = connect(url)
        while json.loads(self._socket.read_frame().text)["type"] != "snapshot":
            continue  # or a database that hangs would keep it from us, and the server close
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def order(self, count: int) -> None:
        """Send so many at once."""
        frames = []
        for _ in range(count):
            key = str(uuid4())
            self._since[key] = time.monotonic()
            frame = {"action": "order", "order_items": {"13": 1}, "client_order_id": key}
            frames.append(encode(TEXT, json.dumps(frame).encode()))
        with contextlib.suppress(OSError):  # closed for being too many
            self._socket.send(b"".join(frames))

    def close(self) -> None:
        with contextlib.suppress(OSError, ConnectionEnded):  # closed already
            self._socket.send(encode(CLOSE))
        self._thread.join(SOON)
        self._socket.close()

    def _read(self) -> None:
        with contextlib.suppress(ConnectionEnded, OSError):
            while True:
                frame = self._socket.read_frame()
                if frame.close_code is not None:
                    self.codes[frame.close_code] += 1
                elif frame.opcode == TEXT and (found := json.loads(frame.text))["type"] in ("ack", "error"):
                    self.codes[found.get("code", "ack")] += 1
                    if found["type"] == "ack":
                        self.waits.append(time.monotonic() - self._since[found["client_order_id"]])


@contextlib.contextmanager
def floods_at(pub: Pub) -> Iterator[list[Flood]]:
    """At four tables of venue 1."""
    with ExitStack() as stack:
        yield [stack.enter_context(closing(Flood(pub.table(table)))) for table in range(1, 5)]


def codes_of(floods: Sequence[Flood]) -> Counter[str | int]:
    return sum((flood.codes for flood in floods), Counter[str | int]())


def neighbours(crowd: Crowd, pub: Pub, *, pace: float) -> list[Watcher]:
    """An ordinary evening at venue 2, and its boards."""
    crowd.barman("2", pub.board(2))
    boards = [crowd.watcher("2", pub.board(2)) for _ in range(2)]
    for table in range(1, 5):
        crowd.keyed_guest("2", str(table), [pub.table(table, 2)], pace=pace, patient=True)
    crowd.serve()
    crowd.wait_acks(4)
    return boards


def test_boards_that_never_read_are_cut_off_for_little_memory_and_harm_nobody(pub: Pub, trials: bool) -> None:
    """Neither those that only listen nor those that ask again and again for all orders."""
    question = encode(TEXT, json.dumps({"action": "openorders"}).encode())
    with pub.evening() as crowd, ExitStack() as stack:
        crowd.barman("1", pub.board())
        boards = [crowd.watcher("1", pub.board()) for _ in range(2)]
        for table in range(1, 7):
            crowd.keyed_guest("1", str(table), [pub.table(table)], pace=0.2, patient=True, big=True)
        crowd.serve()
        crowd.wait_acks(20)
        memory, since = Memory(pub), time.time()
        deaf = [stack.enter_context(connect(pub.board(), receive_buffer=4096)) for _ in range(40 if trials else 6)]
        for board in deaf[::2]:
            board.send(question * 100)
        crowd.wait_acks(250, 60)  # each some 12 KB to every board, two or three times
        growth, late = memory.growth, max(crowd.delays(boards, since))
        assert all(board.is_cut(1) for board in deaf)
        crowd.settle()
        print(f"{growth:.1f} MB for {len(deaf)}, boards {late:.2f} s late")
        assert growth < MEGABYTES_OF_A_READER * len(deaf) + NOISE_MEGABYTES
        assert late < LATE_S
        assert crowd.breaks == 0


def test_a_flood_over_the_limits_is_refused_and_the_neighbour_venue_served(limited_pub: Pub, trials: bool) -> None:
    pub, codes = limited_pub, Counter[str | int]()
    with pub.evening() as crowd:
        boards = neighbours(crowd, pub, pace=3)
        memory, since = Memory(pub), time.time()
        for _ in range(60 if trials else 5):
            with floods_at(pub) as floods:
                for flood in floods:
                    flood.order(500)
                crowd.wait_until(lambda: all(flood.codes[TOO_MANY] for flood in floods), SOON, "4008")
            codes += codes_of(floods)
        crowd.wait_acks(4)
        growth, late = memory.growth, max(crowd.delays(boards, since))
        crowd.settle()
        print(f"{codes}, {growth:.1f} MB, boards {late:.2f} s late")
        stored = sum(order.venue == "1" for order in pub.database.orders(crowd.began))
        assert 0 < stored <= 4 * MOST_OF_A_SESSION
        assert {answer.code for answer in crowd.answers} == {"ack"}
        assert late < LATE_S
        assert growth < NOISE_MEGABYTES
        assert crowd.breaks == 0


def test_a_flood_without_limits_leaves_room_in_the_queue_for_the_neighbour_venue(pub: Pub, trials: bool) -> None:
    with pub.evening() as crowd, ExitStack() as stack:
        boards = neighbours(crowd, pub, pace=0.3)
        floods = stack.enter_context(floods_at(pub))
        memory, since = Memory(pub), time.time()
        while time.time() < since + (30 if trials else 6) or len(crowd.of("ack", "2", since)) < 10:
            for flood in floods:
                flood.order(20)
            crowd.check()
            time.sleep(0.03)  # it is the queue that is to be full, not the test's own process
        waits, growth = [answer.seconds for answer in crowd.of("ack", "2", since)], memory.growth
        floods_waits = [wait for flood in floods for wait in flood.waits.copy()]
        late = max(crowd.delays(boards, since))
        print(f"{codes_of(floods)}, {growth:.1f} MB, boards {late:.2f} s late")
        print(f"the flood waited {median(floods_waits):.2f} s, at worst {max(floods_waits):.2f}")
        print(f"its neighbours waited {median(waits):.2f} s, at worst {max(waits):.2f}")
        crowd.settle(60)
        assert codes_of(floods)["busy"]
        assert {answer.code for answer in crowd.answers} == {"ack"}
        assert median(waits) < median(floods_waits) / 2
        assert max(waits) < max(floods_waits)
        assert late < LATE_S
        assert growth < NOISE_MEGABYTES
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


def test_what_finds_the_queue_full_is_refused_at_once_and_what_is_in_it_is_answered(pub: Pub) -> None:
    """Of one venue the queue takes half of what it holds; the other half is for others."""
    with pub.evening() as crowd, V2Guest(pub.table(9)) as guest, V2Guest(pub.table(9, 2)) as neighbour:
        guest.snapshot()
        neighbour.snapshot()
        with floods_at(pub) as floods:
            with hung_database(pub):
                for flood in floods:
                    flood.order(400)
                refused = 1600 - MOST_OF_A_VENUE
                crowd.wait_until(lambda: codes_of(floods)["busy"] == refused, SOON, f"{refused} refusals")
                waits, began = neighbour.order({"13": 1}), time.monotonic()
                with pytest.raises(Answered, match="busy"):
                    guest.place({"13": 1})
                refused_after = time.monotonic() - began
            neighbour.ack(waits, SOON)
            crowd.wait_until(lambda: codes_of(floods).total() == 1600, SOON, "an answer for each")
            print(f"refused after {refused_after:.2f} s; {codes_of(floods)}")
            assert refused_after < PATIENCE_S / 2
            assert codes_of(floods)["busy"] == refused
        guest.place({"13": 1})
