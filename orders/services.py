"""The only writers of orders and of events, for whoever is not a socket: pages, admin actions, Celery tasks.

Sockets give the same changes to the process's writer thread; both end in `orders.commit`.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from orders.batch import Batch
from orders.changes import Change, Event, Notice, OrderChange, OrderTracked, Whereabouts
from orders.commit import Outcome, commit, write_batch, write_notice
from orders.feed import announce
from orders.protocol import to_ms
from orders.rows import statements
from venues.models import Venue


def write(change: Change) -> Outcome:
    """Commit one change and tell everybody of it. Not inside a transaction of the caller's."""
    outcomes, events = commit([change])
    announce(events)
    return outcomes[0]


def publish(notice: Notice) -> Event:
    """A notice's event within the caller's transaction (or one of its own), told to everybody on commit."""
    with transaction.atomic():
        with statements() as s:
            batch = Batch(s, [notice.venue_id], notice.at)
            write_notice(batch, notice)
            batch.write()
        transaction.on_commit(lambda: announce(batch.events))
    return batch.events[0]


def take_within(changes: Sequence[OrderChange]) -> list[Outcome]:
    """Changes of different orders within the caller's transaction, told to everybody on commit.

    The caller holds the locks of the orders' venues already (docs/operations.md), or none of anything.
    """
    with transaction.atomic():
        with statements() as s:
            outcomes, events = write_batch(s, changes)
        transaction.on_commit(lambda: announce(events))
    return outcomes


def record_location(venue_id: int, order_id: uuid.UUID, where: Whereabouts, *, actor: str, now: datetime) -> Outcome:
    """Note where an open order's guest is, within the caller's transaction: the only writer of it."""
    return take_within([OrderTracked(venue_id, now, order_id, where, actor)])[0]


def pause(venue_id: int, until: datetime | None, reason: str, now: datetime) -> None:
    """Stop taking orders until a moment, or go on (None); every page and board hears of it."""
    with transaction.atomic():
        told = {"until": None if until is None else to_ms(until), "reason": reason}
        publish(Notice(venue_id, now, "pause", "", told, menu=True))
        # An end ahead of time is kept as the end: what was placed before the pause waits from here.
        Venue.objects.filter(pk=venue_id).update(paused_until=until or now, pause_reason=reason)
