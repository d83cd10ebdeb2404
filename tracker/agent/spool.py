"""Events on their way to the platform: numbered, on the disk, until acknowledged; bounded, the oldest dropped first."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from tracker import wire
from tracker.agent.ledger import Ledger
from tracker.agent.moments import Moment, elapsed_s

MOST_EVENTS = 50_000
MOST_BYTES = 64 * 1024 * 1024
MOST_BYTES_SENT = wire.MOST_BYTES - 8_192  # of a message; one event is never larger (see `events`)
_UNKNOWN_AGE_MS = 14 * 24 * 3_600_000  # older than anything that matters: nobody takes it for fresh
_EVENT: TypeAdapter[wire.SpooledEvent] = TypeAdapter(wire.SpooledEvent)


@dataclass(frozen=True, slots=True)
class Held:
    """What a spool holds: `first` is the oldest number that is still there, last + 1 where there is none."""

    spool: uuid.UUID
    first: int
    last: int


class Spool:
    """Of one ledger. Raises LedgerBroken and LedgerFull from every method."""

    def __init__(self, ledger: Ledger, *, most_events: int = MOST_EVENTS, most_bytes: int = MOST_BYTES) -> None:
        self._ledger, self._most_events, self._most_bytes = ledger, most_events, most_bytes
        with ledger.reading() as db:
            count, self._bytes = db.execute("SELECT count(*), coalesce(sum(length(body)), 0) FROM event").fetchone()
        self._count = int(count)

    def held(self) -> Held:
        with self._ledger.reading() as db:
            first = db.execute("SELECT min(number) FROM event").fetchone()[0]
        last = int(self._ledger.get("last"))
        return Held(self._ledger.uuid, last + 1 if first is None else int(first), last)

    def append(self, bodies: Sequence[str], now: Moment) -> int:
        """Keep events, as `events` wrote them, on the disk: how many old ones had to go for them."""
        size = sum(map(len, bodies))
        dropped = dropped_bytes = 0
        with self._ledger.writing() as db:
            last = int(db.execute("SELECT value FROM about WHERE key = 'last'").fetchone()[0])
            rows = [(last + n, now.boot, now.uptime, now.date.isoformat(), body) for n, body in enumerate(bodies, 1)]
            db.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?)", rows)
            db.execute("UPDATE about SET value = ? WHERE key = 'last'", (str(last + len(rows)),))
            while (
                self._count + len(rows) - dropped > self._most_events
                or self._bytes + size - dropped_bytes > self._most_bytes
            ):
                number, length = db.execute("SELECT number, length(body) FROM event ORDER BY number LIMIT 1").fetchone()
                db.execute("DELETE FROM event WHERE number = ?", (number,))
                dropped, dropped_bytes = dropped + 1, dropped_bytes + int(length)
        self._count += len(rows) - dropped
        self._bytes += size - dropped_bytes
        return dropped

    def forget(self, up_to: int) -> None:
        """The platform has everything up to this number."""
        with self._ledger.writing() as db:
            db.execute("DELETE FROM event WHERE number <= ?", (up_to,))
            count, size = db.execute("SELECT count(*), coalesce(sum(length(body)), 0) FROM event").fetchone()
        self._count, self._bytes = int(count), int(size)

    def after(self, number: int, now: Moment) -> list[wire.SpooledEvent]:
        """The next events, as many as go into one message."""
        found: list[wire.SpooledEvent] = []
        room = MOST_BYTES_SENT
        with self._ledger.reading() as db:
            rows = db.execute(
                "SELECT number, boot, uptime, date, body FROM event WHERE number > ? ORDER BY number LIMIT ?",
                (number, wire.MOST_EVENTS),
            )
            for at, boot, uptime, date, body in rows:
                room -= len(body.encode()) + 100
                if found and (room < 0 or at != found[-1].number + 1):
                    break
                age = elapsed_s(Moment(boot, uptime, datetime.fromisoformat(date)), now)
                age_ms = _UNKNOWN_AGE_MS if age is None else round(age * 1000)
                found.append(_EVENT.validate_python({**json.loads(body), "number": at, "age_ms": age_ms}))
        return found
