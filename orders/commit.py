"""One transaction for many changes: what the writer thread, Celery tasks and admin actions all go through."""

import logging
from collections.abc import Sequence

import orjson
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from orders.batch import Batch
from orders.changes import Change, Done, Event, Notice, OrderChange, Placement
from orders.errors import Refused
from orders.models import VenueEvent
from orders.moving import MovingRules
from orders.placing import PlacingRules
from orders.rows import OutOfStep, Statements, statements
from venues.models import VenueFeed

logger = logging.getLogger(__name__)

Outcome = Done | Refused
# PostgreSQL: deadlock detected, lock not available, serialization failure, statement timeout.
_WORTH_A_RETRY = frozenset({"40P01", "55P03", "40001", "57014"})


class OutcomeUnknown(Exception):
    """COMMIT was sent and no answer came: the changes may be in the database or not (see `settle`)."""

    def __init__(self, outcomes: list[Outcome], events: list[Event]) -> None:
        super().__init__("COMMIT had no answer")
        self.outcomes, self.events = outcomes, events


class TryAlone(Exception):
    """The database took this batch neither at the first nor at the second try: take each change alone."""


def commit(changes: Sequence[Change]) -> tuple[list[Outcome], list[Event]]:
    """Write the changes in one transaction; an outcome for each, and the events in the order of their seq.

    A deadlock or lock timeout is retried once; then TryAlone for several changes, the error itself for one, so that
    one bad order harms no other. Raises OutcomeUnknown where the connection died around COMMIT, OperationalError
    where surely nothing was written.
    """
    try:
        return _commit_once(changes)
    except OutOfStep:
        logger.warning("An order was not as the lock promises; reading it again")
    except OperationalError as error:
        if not _worth_a_retry(error):
            raise
        logger.info("The database asked for another try: %s", type(error.__cause__).__name__)
    try:
        return _commit_once(changes)
    except (OutOfStep, OperationalError) as error:
        if len(changes) > 1 and (isinstance(error, OutOfStep) or _worth_a_retry(error)):
            raise TryAlone from error
        raise


def settle(unknown: OutcomeUnknown) -> bool:
    """Whether changes whose COMMIT had no answer are in the database: all of them are, or none.

    Waits for their venues' locks first: while the old transaction holds them, it may still commit. Ids and times are
    made before the first attempt, so one event of the batch is known again by venue, seq, moment and content.
    """
    if not unknown.events:
        return True
    event = unknown.events[0]
    with transaction.atomic(), statements() as s:
        s.ask_for(VenueFeed, {e.venue_id for e in unknown.events}, lock=True).rows()
        return VenueEvent.objects.filter(
            venue_id=event.venue_id, seq=event.seq, at=event.at, order_id=event.order_id, payload=event.payload
        ).exists()


def _commit_once(changes: Sequence[Change]) -> tuple[list[Outcome], list[Event]]:
    written: tuple[list[Outcome], list[Event]] | None = None
    outermost = not connection.in_atomic_block
    try:
        with transaction.atomic(), statements() as s:
            written = write_batch(s, changes)
            if outermost:
                s.commit()
    except (DatabaseError, InterfaceError) as error:
        if written is not None and _unanswered(error):
            raise OutcomeUnknown(*written) from error
        raise
    return written


def _unanswered(error: Exception) -> bool:
    """Whether COMMIT failed without the database saying no: no word from it, or the word that it shuts down."""
    if connection.vendor == "sqlite":
        return False
    sqlstate = getattr(error.__cause__, "sqlstate", None)
    return sqlstate is None or (sqlstate[:2] in ("08", "57") and sqlstate not in _WORTH_A_RETRY)


def write_batch(s: Statements, changes: Sequence[Change]) -> tuple[list[Outcome], list[Event]]:
    """The changes within the current transaction: an outcome for each, and the events in the order of their seq."""
    batch = Batch(s, (change.venue_id for change in changes), at=max(change.at for change in changes))
    placements = [change for change in changes if isinstance(change, Placement)]
    moves = [change for change in changes if isinstance(change, OrderChange)]
    placing = PlacingRules(batch, placements) if placements else None
    moving = MovingRules(batch, moves) if moves else None
    if placing is not None:
        placing.read()
    if moving is not None:
        moving.read()
    outcomes: list[Outcome] = []
    for change in changes:
        if isinstance(change, Placement):
            assert placing is not None
            outcomes.append(placing.place(change))
        elif isinstance(change, Notice):
            outcomes.append(write_notice(batch, change))
        else:
            assert moving is not None
            outcomes.append(moving.take(change))
    batch.write()
    return outcomes, batch.events


def write_notice(batch: Batch, change: Notice) -> Done:
    """A notice's event, into the batch."""
    if change.menu:
        batch.new_menu(change.venue_id)
    seq = batch.next_seq(change.venue_id)
    payload = orjson.dumps(change.payload, default=str).decode()
    batch.event(change.venue_id, seq, change.at, change.kind, change.change, payload, change.session_id)
    return Done(seq)


def _worth_a_retry(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in _WORTH_A_RETRY
