"""What a run left in the database, against what the generator saw: nothing lost, doubled, wrong or out of order."""

import hashlib
import json
import sqlite3
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

Database = Callable[[str], list[tuple[Any, ...]]]
"""Rows of a query that both databases understand."""


@contextmanager
def postgres_database(address: str) -> Iterator[Database]:
    """A PostgreSQL database to read from."""
    with psycopg.connect(address, autocommit=True) as connection:
        yield lambda query: connection.execute(query.encode()).fetchall()


@contextmanager
def sqlite_database(path: Path) -> Iterator[Database]:
    """A SQLite database to read from."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as connection:
        yield lambda query: connection.execute(query).fetchall()


@dataclass(frozen=True)
class Written:
    """What a database holds of orders: counts by name, and each venue's seq."""

    counts: dict[str, int]
    seqs: dict[str, int]


_COUNTED = {
    "orders": "orders_order",
    "lines": "orders_orderline",
    "events of placing": "orders_venueevent WHERE kind = 'order' AND change = 'placed'",
    "events of accepting": "orders_venueevent WHERE kind = 'order' AND change = 'accepted'",
    "events of orders": "orders_venueevent WHERE kind = 'order'",
    "accepted orders": "orders_order WHERE state = 'accepted'",
}


def look(database: Database) -> Written:
    """What there is before a run."""
    counts = {what: database(f"SELECT count(*) FROM {which}")[0][0] for what, which in _COUNTED.items()}  # noqa: S608  our own words
    return Written(counts, {str(venue): seq for venue, seq in database("SELECT venue_id, seq FROM venues_venuefeed")})


def faults_in(database: Database, result: Mapping[str, Any], before: Written) -> list[str]:
    """What is wrong, a sentence each; empty when what was seen is what was written."""
    faults = [f"{count} {kind}" for kind, count in result["faults"].items()]
    placed, accepted = result["orders"], result["orders"] if result["mode"] == "loops" else 0
    wanted = dict(zip(_COUNTED, (placed, 2 * placed, placed, accepted, placed + accepted, accepted), strict=True))
    after = look(database)
    for what, count in wanted.items():
        found = after.counts[what] - before.counts[what]
        if found != count:
            faults.append(f"{found} {what} in the database, not {count}")
    faults += gaps_in(database)
    if "sequences" in result:
        written = sequences_in(database, before.seqs)
        nothing = hashlib.sha256(b"").hexdigest()
        for venue, seen in result["sequences"].items():
            if written.get(venue, nothing) != seen:
                faults.append(f"venue {venue}: its board saw another sequence of orders than the database has")
    return faults


def gaps_in(database: Database) -> list[str]:
    """Seqs and order numbers that are missing, or that the venue's counters do not know of."""
    faults = []
    for venue, first, last, count, counter in database(
        "SELECT f.venue_id, min(e.seq), max(e.seq), count(e.seq), f.seq FROM venues_venuefeed f"
        " LEFT JOIN orders_venueevent e ON e.venue_id = f.venue_id GROUP BY f.venue_id, f.seq"
    ):
        if count and (last - first + 1 != count or first != 1):
            faults.append(f"venue {venue}: {count} events from seq {first} to {last}")
        if (last or 0) != counter:
            faults.append(f"venue {venue}: the counter says {counter}, the last event {last}")
    for venue, date, last, count in database(
        "SELECT venue_id, business_date, max(number), count(*) FROM orders_order GROUP BY venue_id, business_date"
    ):
        if last != count:
            faults.append(f"venue {venue}, {date}: {count} orders with numbers up to {last}")
    return faults


def sequences_in(database: Database, after: Mapping[str, int]) -> dict[str, str]:
    """By venue, a hash of its orders after a seq in the order of their events, as the generator makes it for boards."""
    ids: dict[str, list[str]] = defaultdict(list)
    for venue, seq, order_id in database(
        "SELECT venue_id, seq, order_id FROM orders_venueevent WHERE kind = 'order' AND change = 'placed'"
        " ORDER BY venue_id, seq"
    ):
        if seq > after.get(str(venue), 0):
            ids[str(venue)].append(str(uuid.UUID(str(order_id))))
    return {venue: hashlib.sha256(",".join(found).encode()).hexdigest() for venue, found in ids.items()}


def shape_of(database: Database) -> Any:
    """The first order of the run at venue 1, with its lines and events, without what differs from order to order.

    Two servers that write the same rows have the same shape: what is null, what is empty, the keys of each payload.
    """
    order = "orders_order o WHERE o.venue_id = 1 AND o.number = 1 AND o.state = 'accepted'"
    return [
        [_shape(row) for row in database(query)]
        for query in (
            f"SELECT o.* FROM {order}",  # noqa: S608  our own words
            f"SELECT l.* FROM orders_orderline l WHERE order_id IN (SELECT o.id FROM {order}) ORDER BY position",  # noqa: S608
            f"SELECT e.* FROM orders_venueevent e WHERE order_id IN (SELECT o.id FROM {order}) ORDER BY seq",  # noqa: S608
        )
    ]


def _shape(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        value = json.loads(value)
    if isinstance(value, dict):
        return {key: _shape(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_shape(one) for one in value]
    return value if value in (None, "") or isinstance(value, bool) else type(value).__name__
