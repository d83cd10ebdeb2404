"""What was begun for the platform and what became of it: on the disk before anything is done at the gateway."""

from dataclasses import dataclass
from datetime import datetime

from tracker import wire
from tracker.agent.ledger import Ledger
from tracker.agent.moments import Moment

_REMEMBERED = 2_000  # commands whose result the platform has: should it send one again, it hears the same


@dataclass(frozen=True, slots=True)
class Entry:
    """A command with the moment at which it was begun; `result` is None while it is unfinished.

    `kept`: the platform has the result.
    """

    command: wire.Command
    begun: Moment
    result: wire.Result | None
    kept: bool


class Journal:
    """Of one ledger. Raises LedgerBroken and LedgerFull from every method."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def find(self, command: int) -> Entry | None:
        with self._ledger.reading() as db:
            row = db.execute(f"SELECT {_COLUMNS} FROM command WHERE id = ?", (command,)).fetchone()  # noqa: S608
        return None if row is None else _entry(row)

    def unfinished(self) -> list[Entry]:
        """In the order in which they were begun."""
        with self._ledger.reading() as db:
            rows = db.execute(f"SELECT {_COLUMNS} FROM command WHERE outcome = '' ORDER BY place").fetchall()  # noqa: S608
        return [_entry(row) for row in rows]

    def begin(self, command: wire.Command, now: Moment) -> None:
        """The intent. A command that the platform has the result of gives its number to another one."""
        with self._ledger.writing() as db:
            db.execute("DELETE FROM command WHERE id = ? AND kept", (command.id,))
            db.execute(
                "INSERT INTO command (id, body, boot, uptime, date) VALUES (?, ?, ?, ?, ?)",
                (command.id, wire.to_text(command), now.boot, now.uptime, now.date.isoformat()),
            )

    def finish(self, result: wire.Result) -> None:
        with self._ledger.writing() as db:
            db.execute(
                "UPDATE command SET outcome = ?, detail = ?, order_uuid = ? WHERE id = ?",
                (result.outcome, result.detail, result.order_uuid, result.command),
            )

    def untold(self) -> list[wire.Result]:
        """Results that the platform may not have yet."""
        with self._ledger.reading() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM command WHERE outcome <> '' AND NOT kept ORDER BY place LIMIT 1000"  # noqa: S608
            ).fetchall()
        return [result for row in rows if (result := _entry(row).result) is not None]

    def keep(self, command: int) -> None:
        """The platform has the result."""
        with self._ledger.writing() as db:
            db.execute("UPDATE command SET kept = 1 WHERE id = ? AND outcome <> ''", (command,))
            db.execute(
                "DELETE FROM command WHERE kept AND place <= (SELECT max(place) FROM command) - ?", (_REMEMBERED,)
            )


_COLUMNS = "id, body, boot, uptime, date, outcome, detail, order_uuid, kept"
_Row = tuple[int, str, str, float, str, wire.Outcome, str, str, int]


def _entry(row: _Row) -> Entry:
    number, body, boot, uptime, date, outcome, detail, order_uuid, kept = row
    command = wire.Command.model_validate_json(body)
    begun = Moment(boot, uptime, datetime.fromisoformat(date))
    result = None
    if outcome:
        result = wire.Result(command=number, outcome=outcome, detail=detail, order_uuid=order_uuid)
    return Entry(command, begun, result, bool(kept))
