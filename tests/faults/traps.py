"""What shall happen at a moment: actions, and the trap that waits for its moment and tells the test."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from tests.faults.moments import Direction, Edge, Moment, Sighting


class Then(Enum):
    PASS = "pass"
    CUT = "cut"
    HANG = "hang"
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class Action:
    """Before or after the moment's message: call `call` (the connection waits for it), then pass, cut, hang or orphan.

    Orphan: the client is cut off at once, while the backend waits for the rest of what it said until `heal`. An outcome
    that is unknown then is also not decided yet: a COMMIT that arrives after the client looked whether it did.
    """

    edge: Edge
    then: Then
    call: Callable[[], object] | None = None


cut_before = Action(Edge.BEFORE, Then.CUT)
cut_after = Action(Edge.AFTER, Then.CUT)
hang_before = Action(Edge.BEFORE, Then.HANG)
hang_after = Action(Edge.AFTER, Then.HANG)
orphan_before = Action(Edge.BEFORE, Then.ORPHAN)


def call_before(call: Callable[[], object], then: Then = Then.PASS) -> Action:
    """Calls while the message is held, in a thread of its own; the control methods of the proxy may be called."""
    return Action(Edge.BEFORE, then, call)


def call_after(call: Callable[[], object], then: Then = Then.PASS) -> Action:
    """Calls when the message has been handed to the other side's kernel, and nothing after it."""
    return Action(Edge.AFTER, then, call)


class Trap:
    """Springs once, at the `nth` sighting of its moment since it was set, over all connections of the proxy."""

    def __init__(self, what: str, action: Action, *, moment: Moment | None, table: str | None, nth: int) -> None:
        self._what = what
        self.action = action
        self._moment = moment
        self._table = table
        self._nth = nth
        self._seen = 0
        self._sprung = threading.Event()
        self._error: BaseException | None = None

    def meets(self, sighting: Sighting) -> bool:
        """True where it has to spring now; counts the sighting."""
        if sighting.moment is not self._moment or sighting.edge is not self.action.edge:
            return False
        if self._table not in (None, sighting.table):
            return False
        self._seen += 1
        return self._seen == self._nth

    def spring(self, error: BaseException | None = None) -> None:
        """Tells whoever waits; `error` is what the callback raised."""
        self._error = error
        self._sprung.set()

    @property
    def sprung(self) -> bool:
        return self._sprung.is_set()

    def wait(self, timeout: float = 10.0) -> None:
        """Returns when it has sprung and its action is done; raises what the callback raised.

        After a cut that means: both sides are closed, and the backend has read all that was forwarded to it and has
        hung up (or had five seconds for it). What PostgreSQL decided is decided.
        """
        if not self._sprung.wait(timeout):
            raise AssertionError(f"{self._what}: not within {timeout} s ({self._seen} of {self._nth} seen)")
        if self._error is not None:
            raise self._error


@dataclass(frozen=True, slots=True)
class ByteLimit:
    """Cut a connection when `count` more bytes went in `direction`; the first only, where `once`."""

    direction: Direction
    count: int
    once: bool
    trap: Trap
