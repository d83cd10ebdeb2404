"""A pub full of people while something breaks: guests who order, boards that watch, and in the end a comparison.

with Crowd(database) as crowd:
    crowd.barman("1", board_url)
    crowd.keyed_guest("1", "7", [guest_url])
    crowd.serve()
    ...                                # whatever breaks, breaks here
    crowd.wait_acks(20)                # and is served again
    verdict = crowd.settle()           # nothing lost, doubled, out of order; every board shows what the database holds

Whoever loses the socket comes back by themselves. What anybody does that the protocol does not allow fails the test.
"""

import contextlib
import datetime as dt
import math
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, LiteralString, Protocol, Self
from uuid import UUID, uuid4

import psycopg
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.clients.case import Case
from tests.clients.inbox import NothingArrived, SocketClosed
from tests.clients.ledger import Ledger, Seat, Stored
from tests.clients.line import Refused
from tests.clients.showing import delays
from tests.clients.strict_json import JsonObject
from tests.clients.v1 import V1Board, V1Guest
from tests.clients.v2 import Answered, V2Board, V2Guest
from tests.clients.v2_frames import OPEN_STATES, Order
from tests.clients.v2_state import LocalState
from tests.clients.verdict import Verdict, check
from tests.clients.watching import watch_board, watch_guest

ITEMS: tuple[dict[str, int], ...] = ({"13": 4, "18": 5}, {"13": 1}, {"18": 2}, {"1": 1, "8": 1}, {"10": 3})
# Some 12 KB as a frame of version 2.
BIG: tuple[JsonObject, ...] = ({"product_id": "13", "quantity": 1, "note": "no ice " * 20},) * 40
TRY_AGAIN = ("unavailable", "busy", "too_many_orders")
GONE = (Refused, SocketClosed, NothingArrived, InvalidHandshake, ConnectionClosed, OSError)
ALL_EVENING = 3600.0
SOON = 10.0

_WITHOUT_EVENT: LiteralString = """
SELECT o.id FROM orders_order o
  LEFT JOIN orders_venueevent e ON e.venue_id = o.venue_id AND e.seq = o.placed_seq AND e.order_id = o.id
 WHERE e.seq IS NULL
"""
_WITHOUT_LINES: LiteralString = """
SELECT o.id FROM orders_order o WHERE NOT EXISTS (SELECT 1 FROM orders_orderline l WHERE l.order_id = o.id)
"""
_COUNTERS: LiteralString = """
SELECT f.venue_id, f.seq, count(e.seq), coalesce(max(e.seq), 0)
  FROM venues_venuefeed f LEFT JOIN orders_venueevent e ON e.venue_id = f.venue_id GROUP BY f.venue_id, f.seq
"""


class Database:
    """What the database holds, read past all of onTap: `where` is PostgreSQL's address or SQLite's file."""

    def __init__(self, where: str | Path) -> None:
        self._where = where

    @property
    def url(self) -> str:
        """PostgreSQL's address."""
        return str(self._where)

    def orders(self, since: float = 0.0) -> list[Stored]:
        """The orders placed from this moment on (seconds since the epoch)."""
        rows = self._ask(
            "SELECT id, client_order_id, state, venue_id, table_number, placed_seq, placed_at FROM orders_order"
        )
        found = [
            Stored(str(UUID(str(pk))), key, state, str(venue), table, seq, _seconds(placed_at))
            for pk, key, state, venue, table, seq, placed_at in rows
        ]
        return [order for order in found if order.placed_at is not None and order.placed_at >= since]

    def open_orders(self, venue: str) -> dict[str, str]:
        """The state of each open order of the venue, by id."""
        return {o.order_id: o.state for o in self.orders() if o.venue == venue and o.state in OPEN_STATES}

    def faults(self) -> list[str]:
        """What does not fit together: half an order, a gap in a venue's events, a counter that went its own way."""
        found = [f"order {pk} has no event of its placing" for (pk,) in self._ask(_WITHOUT_EVENT)]
        found += [f"order {pk} has no lines" for (pk,) in self._ask(_WITHOUT_LINES)]
        for venue, seq, count, last in self._ask(_COUNTERS):
            if not seq == count == last:
                found.append(f"venue {venue} counts {seq}, has {count} events and the last is {last}")
        return found

    def make_room(self) -> None:
        """No table and no venue is ever full, and the tables of all are open. Before the first socket."""
        self._tell("UPDATE venues_venue SET open_tables = true, max_open_per_table = 32000, max_per_minute = 1000000")

    def clear_tables(self) -> None:
        """Another evening: no order is open, and no table's session. While no socket is."""
        self._tell(
            "UPDATE orders_order SET state = 'completed', order_status = 'completed', finished_at = placed_at "
            "WHERE state IN ('pending', 'accepted', 'ready')"
        )
        self._tell("UPDATE venues_tablesession SET ended_at = opened_at WHERE ended_at IS NULL")

    def _ask(self, sql: LiteralString) -> list[tuple[Any, ...]]:
        if isinstance(self._where, Path):
            with closing(sqlite3.connect(self._where, timeout=20)) as file:
                return list(file.execute(sql))
        with psycopg.connect(self._where, connect_timeout=5) as connection:
            return list(connection.execute(sql))

    def _tell(self, sql: LiteralString) -> None:
        if isinstance(self._where, Path):
            with closing(sqlite3.connect(self._where, timeout=20)) as file, file:
                file.execute(sql)
            return
        with psycopg.connect(self._where, connect_timeout=5) as connection:
            connection.execute(sql)


def _seconds(moment: Any) -> float:
    at = moment if isinstance(moment, dt.datetime) else dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
    return at.timestamp()


class Socket(Protocol):
    """What everybody's connection can do."""

    @property
    def close_code(self) -> int | None: ...

    def close(self) -> None: ...

    def drop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """How an order was answered: "ack" or an error's code, `seconds` after it was first sent."""

    venue: str
    code: str
    at: float
    seconds: float
    patient: bool


class Person:
    """Somebody who connects, does what they do, and comes back whenever the socket has ended."""

    def __init__(self, crowd: "Crowd", name: str, urls: Sequence[str]) -> None:
        self.crowd, self.name, self.urls = crowd, name, urls
        self.socket: Socket | None = None
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)
        self._thread.start()

    def visit(self, url: str) -> None:
        """Connect and stay; what is raised because the socket went, or never came, is no fault of theirs."""
        raise NotImplementedError

    @property
    def connected(self) -> bool:
        """Whether the socket is open, and has said how things stand."""
        socket = self.socket
        return socket is not None and socket.close_code is None and self.knows

    @property
    def knows(self) -> bool:
        return True

    def cut_off(self) -> None:
        """The socket has ended, and it was not us."""
        if self.socket is not None and self.crowd.open.is_set() and not self.crowd.over.is_set():
            self.crowd.breaks += 1

    def join(self) -> None:
        """Wait until they have gone home."""
        self._thread.join(SOON)

    def _live(self) -> None:
        while not self.crowd.over.is_set():
            try:
                self.visit(random.choice(self.urls))
                self.cut_off()
            except NothingArrived:  # and so they leave
                if self.socket is not None:
                    with contextlib.suppress(OSError):
                        self.socket.drop()
            except GONE:
                self.cut_off()
            except BaseException as error:  # noqa: BLE001 - raised again in the test's own thread
                self.crowd.fail(self.name, error)
                return
            finally:
                self.socket = None
            self.crowd.over.wait(random.uniform(0.05, 0.3))


class KeyedGuest(Person):
    """Orders under one key after the other, and sends each again, at will and over any address, until it is
    acknowledged. The patient wait for an answer instead, and take no for one."""

    def __init__(
        self, crowd: "Crowd", seat: Seat, urls: Sequence[str], *, pace: float, patient: bool, big: bool
    ) -> None:
        self.seat, self.pace, self.patient, self.big = seat, pace, patient, big
        self.state = LocalState()
        self.at_rest = threading.Event()
        self.key: str | None = None
        self._since = 0.0
        super().__init__(crowd, seat.name, urls)

    def visit(self, url: str) -> None:
        with V2Guest(url, state=self.state, watch=watch_guest(self.seat)) as guest:
            self.socket = guest
            if self.state.epoch is not None:
                guest.resume()
            while self.key is not None or self.crowd.goes_on(self.pace):
                self._order(guest)
            self.at_rest.set()
            guest.wait_closed(ALL_EVENING)

    def _order(self, guest: V2Guest) -> None:
        if self.key is None:
            self.key, self._since = str(uuid4()), time.time()
        key, items = self.key, ITEMS[UUID(self.key).int % len(ITEMS)]
        for _ in range(1 if self.patient else random.choice((1, 1, 1, 2))):
            self.seat.sent(key)
            if self.big:
                guest.order(lines=BIG, client_order_id=key)
            else:
                guest.order(items, client_order_id=key)
        try:
            ack = guest.ack(key, 30 if self.patient else random.uniform(0.3, 7))
        except Answered as answered:
            if answered.error.code not in TRY_AGAIN:
                raise
            self._note(answered.error.code, time.time())
            if self.patient:
                self.key = None
            self.crowd.over.wait(random.uniform(0.05, 0.3))
        except NothingArrived:
            if self.patient or random.random() < 0.5:
                raise
        else:
            self.key = None
            self._note("ack", ack.at)

    def _note(self, code: str, at: float) -> None:
        self.crowd.answered(Answer(self.seat.venue, code, at, at - self._since, self.patient))

    @property
    def knows(self) -> bool:
        return self.state.epoch is not None


class KeylessGuest(Person):
    """Orders as the seed does: without a key, without an answer, once."""

    def __init__(self, crowd: "Crowd", seat: Seat, urls: Sequence[str], *, pace: float = 0.5) -> None:
        self.seat, self.pace = seat, pace
        super().__init__(crowd, seat.name, urls)

    def visit(self, url: str) -> None:
        with V1Guest(url, watch=watch_guest(self.seat)) as guest:
            self.socket = guest
            while self.crowd.goes_on(self.pace):
                self.seat.sent()
                guest.order(random.choice(ITEMS))
            guest.wait_closed(ALL_EVENING)


class Watcher(Person):
    """A board that only looks. After a break it goes on where it stopped."""

    def __init__(self, crowd: "Crowd", name: str, venue: str, urls: Sequence[str]) -> None:
        self.venue = venue
        self.view = crowd.ledger.board(name, venue=venue)
        self.state = LocalState()
        super().__init__(crowd, name, urls)

    def visit(self, url: str) -> None:
        with V2Board(url, state=self.state, watch=watch_board(self.view)) as board:
            self.socket = board
            if self.state.epoch is not None:
                board.resume()
            self.stay(board)

    @property
    def knows(self) -> bool:
        return self.state.epoch is not None

    def stay(self, board: V2Board) -> None:
        board.wait_closed(ALL_EVENING)

    def shown(self) -> dict[str, str]:
        """The state of each open order as this board shows it."""
        # A copy first: the reading thread adds to it.
        return {key: order.state for key, order in self.state.orders.copy().items() if order.state in OPEN_STATES}


class Barman(Watcher):
    """A board whose people accept what comes and complete it, until it is done."""

    def stay(self, board: V2Board) -> None:
        tried: dict[tuple[str, str], float] = {}
        while not self.crowd.over.wait(0.1):
            if board.close_code is not None:
                return
            for order in list(self.state.orders.copy().values()):
                if order.state in OPEN_STATES and time.monotonic() - tried.get((order.order_id, order.state), 0) > 2:
                    tried[order.order_id, order.state] = time.monotonic()
                    self._work(board, order)

    def _work(self, board: V2Board, order: Order) -> None:
        if order.state == "pending":
            board.accept(order)
        elif not self.crowd.stopping.is_set():  # at the end some are left open, for boards to show
            board.complete(order)


class FirstVersionWatcher(Person):
    """A board as the seed has it: asks what is open when it comes, then listens."""

    def __init__(self, crowd: "Crowd", name: str, venue: str, urls: Sequence[str]) -> None:
        self.venue = venue
        self.view = crowd.ledger.board(name, venue=venue)
        self.board: V1Board | None = None
        super().__init__(crowd, name, urls)

    def visit(self, url: str) -> None:
        with V1Board(url, watch=watch_board(self.view)) as board:
            self.socket = self.board = board
            board.open_orders()
            board.wait_closed(ALL_EVENING)

    def shown(self) -> dict[str, str]:
        """What it is told when it asks."""
        if self.board is None:
            return {}
        return {order.order_id: order.order_status for order in self.board.open_orders().orders}


class Crowd:
    """Everybody of one test, and its book."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ledger = Ledger()
        # Whole milliseconds, as orders have it.
        self.began = int(time.time() * 1000) / 1000
        self.breaks = 0  # sockets that the other side ended since orders are taken
        self.open = threading.Event()
        self.stopping = threading.Event()
        self.over = threading.Event()
        self.answers: list[Answer] = []
        self._people: list[Person] = []
        self._failures: list[tuple[str, BaseException]] = []
        self._changed = threading.Condition()

    def keyed_guest(
        self,
        venue: str,
        table: str,
        urls: Sequence[str],
        *,
        pace: float = 0.3,
        patient: bool = False,
        big: bool = False,
    ) -> None:
        seat = self.ledger.guest(self._name("guest"), venue=venue, table=table)
        self._people.append(KeyedGuest(self, seat, urls, pace=pace, patient=patient, big=big))

    def keyless_guest(self, venue: str, table: str, urls: Sequence[str], *, pace: float = 0.5) -> None:
        seat = self.ledger.guest(self._name("keyless guest"), venue=venue, table=table)
        self._people.append(KeylessGuest(self, seat, urls, pace=pace))

    def watcher(self, venue: str, url: str) -> Watcher:
        watcher = Watcher(self, self._name("board"), venue, [url])
        self._people.append(watcher)
        return watcher

    def barman(self, venue: str, url: str) -> None:
        self._people.append(Barman(self, self._name("barman"), venue, [url]))

    def first_version_watcher(self, venue: str, url: str) -> None:
        self._people.append(FirstVersionWatcher(self, self._name("v1 board"), venue, [url]))

    @property
    def connected(self) -> int:
        """How many sockets are open."""
        return sum(person.connected for person in self._people)

    def serve(self) -> None:
        """Let guests order, now that everybody is there."""
        self.wait_connected()
        self.open.set()

    def goes_on(self, pace: float) -> bool:
        """Wait for a while, about `pace` seconds, or until the evening begins; whether there is to be another order."""
        self.open.wait()
        return not self.stopping.wait(random.uniform(0.1, 2) * pace)

    def answered(self, answer: Answer) -> None:
        with self._changed:
            self.answers.append(answer)
            self._changed.notify_all()

    def fail(self, name: str, error: BaseException) -> None:
        with self._changed:
            self._failures.append((name, error))
            self._changed.notify_all()

    def of(self, code: str, venue: str | None = None, since: float = 0.0) -> list[Answer]:
        """The answers with this code."""
        with self._changed:
            return [a for a in self.answers if a.code == code and venue in (None, a.venue) and a.at >= since]

    def wait_acks(self, count: int, seconds: float = 30.0) -> None:
        """Return when so many more orders are acknowledged. AssertionError after some seconds."""
        wanted = len(self.of("ack")) + count
        self.wait_until(lambda: len(self.of("ack")) >= wanted, seconds, f"{count} acks")

    def wait_connected(self, seconds: float = 30.0) -> None:
        """Return when everybody is connected."""
        self.wait_until(lambda: self.connected == len(self._people), seconds, f"{len(self._people)} open sockets")

    def wait_until(self, true: Callable[[], bool], seconds: float, what: str) -> None:
        end = time.monotonic() + seconds
        while not true():
            self.check()
            with self._changed:
                self._changed.wait(0.1)
            assert time.monotonic() < end, f"no {what} within {seconds} s; {self.connected} sockets are open"

    def check(self) -> None:
        """Raise what somebody met that must not be."""
        if self._failures:
            name, error = self._failures[0]
            raise AssertionError(f"{name}: {error}") from error

    def delays(self, boards: Collection[Watcher], since: float, until: float = math.inf) -> list[float]:
        """Seconds that these boards did not show what was placed in the time and surely there, as the ledger counts."""
        stored = self.database.orders(self.began)
        chosen = {o.order_id for o in stored if o.placed_at and since <= o.placed_at < until}
        names = {board.name for board in boards}
        with self.ledger.lock:
            found = list(delays(Case(self.ledger, stored)))
        return [late for name, order_id, late in found if name in names and order_id in chosen]

    def settle(self, seconds: float = 30.0, *, late_after: float | None = None) -> Verdict:
        """Let everybody finish, and compare what they were told with the database. AssertionError where it differs."""
        self.stopping.set()
        for guest in self._people:
            if isinstance(guest, KeyedGuest):
                self.wait_until(guest.at_rest.is_set, seconds, f"ack for {guest.key} of {guest.name}")
        self.wait_connected(seconds)
        venues = {person.venue for person in self._people if isinstance(person, Barman)}
        self.wait_until(lambda: not any(self._pending(venue) for venue in venues), seconds, "end of what is pending")
        end = time.monotonic() + SOON
        while (verdict := self._compare(late_after)).findings and time.monotonic() < end:
            time.sleep(0.1)  # the last frames are on their way
        verdict.assert_clean()
        assert self.database.faults() == []
        while (differences := list(self._differences())) and time.monotonic() < end + SOON:
            time.sleep(0.1)
        assert not differences, f"who shows what the database does not hold: {differences}"
        self.check()
        return verdict

    def close(self) -> None:
        """Everybody goes home."""
        self.stopping.set()
        self.open.set()
        self.over.set()
        for person in self._people:
            if (socket := person.socket) is not None:
                with contextlib.suppress(OSError):
                    socket.drop()
        for person in self._people:
            person.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if error is None:
            self.check()

    def _compare(self, late_after: float | None) -> Verdict:
        self.check()
        return check(self.ledger, self.database.orders(self.began), late_after=late_after)

    def _pending(self, venue: str) -> bool:
        return "pending" in self.database.open_orders(venue).values()

    def _differences(self) -> Iterator[tuple[str, object]]:
        """Boards whose open orders are not those of the database."""
        for person in self._people:
            if isinstance(person, Watcher | FirstVersionWatcher):
                truth = self.database.open_orders(person.venue).items()
                shown = person.shown().items()
                if truth != shown:
                    yield person.name, sorted(truth ^ shown)

    def _name(self, role: str) -> str:
        return f"{role} {len(self._people) + 1}"
