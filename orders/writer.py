"""The one thread of a process that writes orders: it commits what is waiting, many changes in one transaction.

No timer: under no load a batch is one order. A consumer never waits for its commit; the answer comes back on the loop.
"""

import asyncio
import itertools
import logging
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from django.db import DatabaseError, Error, InterfaceError, OperationalError, connection

from orders.changes import Change, Event
from orders.commit import Outcome, OutcomeUnknown, TryAlone, commit, settle
from orders.errors import TooMany, Unavailable
from orders.feed import hub
from orders.reading import leave_pool

logger = logging.getLogger(__name__)

MOST_IN_BATCH = 128  # of 64 a change costs a sixth more of our CPU
MOST_OF_VENUE = 32  # so that a flood at one venue leaves room for its neighbours
MOST_WAITING = 2_000
MOST_WAITING_OF_VENUE = 1_000  # the flood again: its neighbours find the queue half empty
PATIENCE_S = 5.0  # how long a change waits for the database
HUNG_S = 6.0  # nobody in the batch wants to wait any more: cut, and it is answered, or its COMMIT looked up


@dataclass(slots=True, eq=False)
class Waiting:
    change: Change
    done: Callable[[Outcome], None]
    since: float = field(default_factory=time.monotonic)
    _free: list[None] = field(default_factory=lambda: [None])

    @property
    def too_long(self) -> bool:
        return time.monotonic() - self.since > PATIENCE_S

    @property
    def claimed(self) -> bool:
        return not self._free

    def claim(self) -> bool:
        """Whether the caller, and nobody else, deals with this: the writer, or who answers for waiting too long."""
        try:
            self._free.pop()  # atomic, so no lock between the loop and the writer
        except IndexError:
            return False
        return True


class Writer:
    """Takes changes on the event loop, commits them in its thread, answers on the loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._incoming: SimpleQueue[Waiting | None] = SimpleQueue()  # None: the end
        self._open: dict[Waiting, None] = {}  # on the loop: everything not answered yet, oldest first
        self._open_of: Counter[int] = Counter()  # how many of them are a venue's
        self._venues: dict[int, deque[Waiting]] = {}  # in the thread: what it has not taken yet
        self._stopped = False
        self._busy_since: float | None = None
        self._socket: int | None = None
        self._cutting = threading.Lock()
        self._watch: asyncio.Task[None] = self._loop.create_task(self._watch_over())
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str | None:
        """What keeps it from writing, in words; None where it works, or waits for work."""
        busy = self._busy_since
        if not self._thread.is_alive():
            return "its thread has ended"
        if busy is not None and time.monotonic() - busy > PATIENCE_S:
            return f"no answer from the database for {time.monotonic() - busy:.0f} s"
        return None

    def submit(self, change: Change, done: Callable[[Outcome], None]) -> None:
        """Queue a change; `done` is called on the loop with its outcome. Raises TooMany where 2,000 are waiting, or
        1,000 of this venue."""
        if len(self._open) >= MOST_WAITING or self._open_of[change.venue_id] >= MOST_WAITING_OF_VENUE:
            raise TooMany("The venue's system is busy. Please try again in a moment.", "busy")
        waiting = Waiting(change, done)
        self._open[waiting] = None
        self._open_of[change.venue_id] += 1
        self._incoming.put(waiting)

    def stop(self) -> None:
        """End the thread after what it has begun, its connection closed; what waits is not written."""
        self._watch.cancel()
        self._incoming.put(None)
        self._thread.join(PATIENCE_S)

    async def write(self, change: Change) -> Outcome:
        """The outcome of a change, awaited. For whoever has time; sockets use `submit`."""
        outcome: asyncio.Future[Outcome] = self._loop.create_future()
        self.submit(change, lambda result: None if outcome.done() else outcome.set_result(result))
        return await outcome

    def _take(self) -> list[Waiting]:
        """The next batch: venues in turn, nothing twice that must see the other. Waits until there is something."""
        batch: list[Waiting] = []
        taken: set[object] = set()
        while not batch and not self._stopped:
            self._sort_in(wait=not self._venues)
            for venue_id in list(self._venues):
                queue = self._venues.pop(venue_id)
                self._take_turn(queue, batch, taken)
                if queue:
                    self._venues[venue_id] = queue  # behind the others: first in the next batch are those left out
        return batch

    def _sort_in(self, *, wait: bool) -> None:
        """Move what came in to its venue's queue."""
        try:
            if wait:
                self._enqueue(self._incoming.get())
            while True:
                self._enqueue(self._incoming.get_nowait())
        except Empty:
            pass

    def _enqueue(self, waiting: Waiting | None) -> None:
        if waiting is None:
            self._stopped = True
            return
        self._venues.setdefault(waiting.change.venue_id, deque()).append(waiting)

    def _take_turn(self, queue: deque[Waiting], batch: list[Waiting], taken: set[object]) -> None:
        """Move up to a turn's worth of a venue into the batch."""
        most = min(MOST_IN_BATCH, len(batch) + MOST_OF_VENUE)
        while queue and len(batch) < most and queue[0].change.alone not in taken:
            waiting = queue.popleft()
            if waiting.claim():
                taken.add(waiting.change.alone)
                batch.append(waiting)

    def _run(self) -> None:
        leave_pool()
        while not self._stopped:
            batch = self._take()
            try:
                self._commit(batch)
            except Exception:
                logger.exception("The writer failed on %s changes", len(batch))
                self._answer(batch, [Unavailable() for _ in batch], [])
                self._disconnect()
        self._disconnect()

    def _commit(self, batch: list[Waiting]) -> None:
        """Commit a batch and answer it, however long the database is away."""
        wait = 0.05
        while batch:
            changes = [waiting.change for waiting in batch]
            self._busy_since = time.monotonic()
            try:
                self._connect()
                outcomes, events = commit(changes)
            except OutcomeUnknown as unknown:
                logger.warning("COMMIT of %s changes had no answer; looking them up", len(batch))
                self._disconnect()
                if self._settled(unknown):
                    self._answer(batch, unknown.outcomes, unknown.events)
                    return
                batch = self._give_up(batch)
            except (OperationalError, InterfaceError) as error:
                logger.warning("The database is away (%s); %s changes wait", _word_of(error), len(batch))
                self._disconnect()
                batch = self._give_up(batch)
                self._forget_answered()
                time.sleep(wait)
                wait = min(wait * 2, 0.5)
            except (DatabaseError, TryAlone) as error:
                if len(batch) == 1:
                    raise
                logger.warning("A batch of %s failed (%s); taking each alone", len(batch), _word_of(error))
                for waiting in batch:
                    self._commit_alone(waiting)
                return
            else:
                self._answer(batch, outcomes, events)
                return
            finally:
                self._busy_since = None

    def _commit_alone(self, waiting: Waiting) -> None:
        try:
            self._commit([waiting])
        except DatabaseError:
            logger.exception("One change was refused by the database")
            self._answer([waiting], [Unavailable()], [])

    def _settled(self, unknown: OutcomeUnknown) -> bool:
        """Whether an unanswered COMMIT happened: asked until the database is back, since nobody else can say."""
        wait = 0.05
        while True:
            self._busy_since = time.monotonic()
            try:
                self._connect()
                return settle(unknown)
            except Error as error:
                logger.warning(
                    "The database is away (%s); %s changes are unsettled", _word_of(error), len(unknown.outcomes)
                )
                self._disconnect()
                self._forget_answered()
                time.sleep(wait)
                wait = min(wait * 2, 0.5)

    def _give_up(self, batch: list[Waiting]) -> list[Waiting]:
        """Those that may still wait; the others, surely not committed, are answered so."""
        late = [waiting for waiting in batch if waiting.too_long]
        self._answer(late, [Unavailable() for _ in late], [])
        return [waiting for waiting in batch if not waiting.too_long]

    def _forget_answered(self) -> None:
        """Let go of what was answered for waiting too long: it would pile up for as long as the database is away."""
        self._sort_in(wait=False)
        for venue_id, queue in list(self._venues.items()):
            left = deque(waiting for waiting in queue if not waiting.claimed)
            if left:
                self._venues[venue_id] = left
            else:
                del self._venues[venue_id]

    def _answer(self, batch: list[Waiting], outcomes: list[Outcome], events: list[Event]) -> None:
        if batch:
            self._loop.call_soon_threadsafe(self._finish, batch, outcomes, events)

    def _connect(self) -> None:
        connection.ensure_connection()
        pgconn = getattr(connection.connection, "pgconn", None)
        self._socket = pgconn.socket if pgconn is not None else None

    def _disconnect(self) -> None:
        with self._cutting:  # or the number could be another connection's by the time it is cut
            self._socket = None
            connection.close()

    def _finish(self, batch: list[Waiting], outcomes: list[Outcome], events: list[Event]) -> None:
        """On the loop, in this order: the answers, our own feeds, the nudge to other processes."""
        for waiting, outcome in zip(batch, outcomes, strict=True):
            self._close(waiting, outcome)
        if events:
            hub().committed(events)

    def _close(self, waiting: Waiting, outcome: Outcome) -> None:
        """Answer a change, once."""
        if waiting in self._open:
            del self._open[waiting]
            self._open_of[waiting.change.venue_id] -= 1
            try:
                waiting.done(outcome)
            except Exception:
                logger.exception("A socket failed at an answer")

    def _answer_late(self) -> None:
        """What has waited too long behind others was surely not committed; what the writer has is the writer's."""
        late = [w for w in itertools.takewhile(lambda w: w.too_long, self._open) if w.claim()]
        for waiting in late:
            self._close(waiting, Unavailable())

    async def _watch_over(self) -> None:
        """Answer what waits too long behind a hung batch, and cut a connection that hangs beyond every timeout."""
        cut_at = 0.0
        while True:
            await asyncio.sleep(0.5)
            self._answer_late()
            busy, moment = self._busy_since, time.monotonic()
            if busy is not None and moment - max(busy, cut_at) > HUNG_S:
                cut_at = moment
                self._cut()

    def _cut(self) -> None:
        """End the writer's connection under it, so that its thread comes back from a call that hangs."""
        with self._cutting:
            if self._socket is None:
                return
            logger.warning("The database has not answered for %.0f s; cutting the connection", HUNG_S)
            try:
                with socket.socket(fileno=self._socket) as hung:
                    try:
                        hung.shutdown(socket.SHUT_RDWR)
                    finally:
                        hung.detach()
            except OSError as error:
                logger.info("It was gone already (%s)", error.strerror)


def _word_of(error: Exception) -> str:
    return type(error.__cause__ or error).__name__


_writer: Writer | None = None


def writer() -> Writer:
    """This process's writer; made on first use, on the loop that serves its sockets."""
    global _writer
    if _writer is None:
        _writer = Writer()
    return _writer


def writer_trouble() -> str | None:
    """`Writer.trouble` of this process; None also where no socket has needed a writer yet."""
    return _writer.trouble if _writer is not None else None
