"""What every guest sent and heard and every board saw, to be compared with the database at the end.

    ledger = Ledger()
    seat, view = ledger.guest("g1", venue="1", table="7"), ledger.board("b1", venue="1")
    guest, board = seat.connected(), view.connected()
    seat.sent(key); guest.acked(key, order_id); board.saw(order_id)    # all but `sent` by themselves: see `watching`
    check(ledger, stored, late_after=3.0).assert_clean()               # from `verdict`

Times are seconds since the epoch, one clock for all, because `order_time` of the frames is on it too. Safe to write to
from many threads.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stored:
    """An order as the database has it; `seq` is that of the event that placed it, `placed_at` its order_time."""

    order_id: str
    client_order_id: str | None
    state: str
    venue: str
    table: str
    seq: int | None = None
    placed_at: float | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    key: str | None
    at: float


@dataclass(frozen=True, slots=True)
class Heard:
    order_id: str
    status: str
    at: float
    seq: int | None
    listed: bool


@dataclass(frozen=True, slots=True)
class Shown:
    order_id: str
    at: float
    seq: int | None
    listed: bool


class Ledger:
    """The book of one test."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.seats: list[Seat] = []
        self.views: list[View] = []
        self.undone_orders: set[str] = set()

    def guest(self, name: str, *, venue: str, table: str) -> "Seat":
        seat = Seat(self, name, venue, table)
        self.seats.append(seat)
        return seat

    def board(self, name: str, *, venue: str) -> "View":
        view = View(self, name, venue)
        self.views.append(view)
        return view

    def undone(self, order_id: str) -> None:
        """A status of this order may go back."""
        with self.lock:
            self.undone_orders.add(order_id)


class Seat:
    """One guest at a table, over all connections."""

    def __init__(self, ledger: Ledger, name: str, venue: str, table: str) -> None:
        self.ledger = ledger
        self.name = name
        self.venue = venue
        self.table = table
        self.connections: list[GuestConnection] = []
        self.acks: dict[str, list[tuple[str, float]]] = {}
        self.refusals: dict[str, int] = {}

    def connected(self, at: float | None = None) -> "GuestConnection":
        with self.ledger.lock:
            self.connections.append(GuestConnection(self, _now(at)))
            return self.connections[-1]

    def sent(self, key: str | None = None, at: float | None = None) -> None:
        """An order is about to be sent, for the first time or again; `key` is its client_order_id."""
        with self.ledger.lock:
            self.connections[-1].attempts.append(Attempt(key, _now(at)))


class GuestConnection:
    """What one connection of a guest said and heard."""

    def __init__(self, seat: Seat, since: float) -> None:
        self.since = since
        self.until: float | None = None
        self.attempts: list[Attempt] = []
        self.heard_statuses: list[Heard] = []
        self.nameless_refusals = 0
        self._seat = seat
        self._lock = seat.ledger.lock

    def acked(self, key: str, order_id: str, at: float | None = None) -> None:
        with self._lock:
            self._seat.acks.setdefault(key, []).append((order_id, _now(at)))

    def refused(self, key: str | None = None) -> None:
        """An error frame answered an order; without a key, one of those that this connection sent."""
        with self._lock:
            if key is None:
                self.nameless_refusals += 1
            else:
                self._seat.refusals[key] = self._seat.refusals.get(key, 0) + 1

    def heard(
        self, order_id: str, status: str, at: float | None = None, seq: int | None = None, *, listed: bool = False
    ) -> None:
        """A status frame or an order event; `listed` where it stood in a snapshot."""
        with self._lock:
            self.heard_statuses.append(Heard(order_id, status, _now(at), seq, listed))

    def closed(self, at: float | None = None) -> None:
        """It ended, from whichever side. What it sent without an answer may or may not be stored."""
        with self._lock:
            self.until = _now(at)


class View:
    """One board, over all connections."""

    def __init__(self, ledger: Ledger, name: str, venue: str) -> None:
        self.ledger = ledger
        self.name = name
        self.venue = venue
        self.connections: list[BoardConnection] = []

    def connected(self, at: float | None = None) -> "BoardConnection":
        with self.ledger.lock:
            self.connections.append(BoardConnection(self.ledger.lock, _now(at)))
            return self.connections[-1]


class BoardConnection:
    """What one connection of a board was shown."""

    def __init__(self, lock: threading.Lock, since: float) -> None:
        self.since = since
        self.until: float | None = None
        self.shown: list[Shown] = []
        self._lock = lock

    def saw(self, order_id: str, at: float | None = None, seq: int | None = None) -> None:
        """The order came as new."""
        with self._lock:
            self.shown.append(Shown(order_id, _now(at), seq, listed=False))

    def listed(self, order_ids: Iterable[str], at: float | None = None) -> None:
        """The orders stood in a list or a snapshot, or something happened to them."""
        with self._lock:
            now = _now(at)
            self.shown += [Shown(order_id, now, None, listed=True) for order_id in order_ids]

    def closed(self, at: float | None = None) -> None:
        with self._lock:
            self.until = _now(at)


def _now(at: float | None) -> float:
    return time.time() if at is None else at
