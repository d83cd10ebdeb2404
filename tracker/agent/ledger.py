"""The agent's one SQLite file: the spool of events and the journal of commands, safe against power cuts.

A file that cannot be read is set aside, never deleted and never used: its successor has another uuid, by which the
platform sees that numbers begin anew.
"""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracker.agent.state_files import StateUnusable, free_name

NAME = "spool.sqlite3"
_VERSION = 1
_SCHEMA = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE event (
    number INTEGER PRIMARY KEY, boot TEXT NOT NULL, uptime REAL NOT NULL, date TEXT NOT NULL, body TEXT NOT NULL
);
CREATE TABLE command (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id INTEGER NOT NULL UNIQUE, body TEXT NOT NULL,
    boot TEXT NOT NULL, uptime REAL NOT NULL, date TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT '', detail TEXT NOT NULL DEFAULT '', order_uuid TEXT NOT NULL DEFAULT '',
    kept INTEGER NOT NULL DEFAULT 0
);
"""


class LedgerBroken(Exception):
    """The file cannot be used any more: open it anew, which sets it aside."""


class LedgerFull(Exception):
    """Nothing can be written now: the disk is full, most likely. What was written before is safe."""


class Ledger:
    """The open file. `aside` is the new name of a broken one that it replaces, else "".

    `replaces` says that there must have been one before: what the journal said of commands is then lost.
    """

    def __init__(self, folder: Path, venue: str, *, expected: bool = False) -> None:
        """Raises StateUnusable where not even a new file can be had.

        `venue` is whose events these are: those of another one are set aside too. `expected` says that there should be
        a file already.
        """
        self.path = folder / NAME
        self.aside = ""
        self.replaces = expected and not self.path.exists()
        try:
            self._db = self._open(venue)
        except LedgerBroken:
            self.aside = self._set_aside()
            self.replaces = True
            try:
                self._db = self._open(venue)
            except (LedgerBroken, LedgerFull) as error:
                raise StateUnusable(f"{self.path} cannot be made: {error}.") from None
        except LedgerFull as error:
            raise StateUnusable(f"{self.path} cannot be written: {error}.") from None

    @property
    def uuid(self) -> uuid.UUID:
        return uuid.UUID(self.get("uuid"))

    def begin_anew(self) -> None:
        """Another uuid for the same events, because the platform has seen more of them than are here."""
        with self.writing() as db:
            db.execute("UPDATE about SET value = ? WHERE key = 'uuid'", (str(uuid.uuid4()),))

    def get(self, key: str) -> str:
        with self.reading() as db:
            row = db.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
        return "" if row is None else str(row[0])

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Raises LedgerBroken or LedgerFull, and nothing else of SQLite's."""
        try:
            yield self._db
        except sqlite3.DatabaseError as error:
            raise _named(error) from None

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on the disk at its end. Raises LedgerBroken or LedgerFull; nothing is written then."""
        with self.reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        self._db.close()

    def _open(self, venue: str) -> sqlite3.Connection:
        try:
            db = sqlite3.connect(self.path, isolation_level=None, timeout=5)
        except sqlite3.DatabaseError as error:
            raise _named(error) from None
        try:
            self.path.chmod(0o600)
            _prepare(db, venue)
        except sqlite3.DatabaseError as error:
            db.close()
            raise _named(error) from None
        except BaseException:
            db.close()
            raise
        return db

    def _set_aside(self) -> str:
        aside = free_name(self.path.with_name(f"{NAME}.broken"))
        try:
            self.path.replace(aside)
            for more in ("-wal", "-shm"):
                beside = self.path.with_name(NAME + more)
                if beside.exists():
                    beside.replace(aside.with_name(aside.name + more))
        except OSError as error:
            raise StateUnusable(f"{self.path} is broken and cannot be moved away: {error.strerror}.") from None
        return aside.name


def check(path: Path) -> str:
    """What is wrong with a file, as SQLite says it; "" where nothing is. Reads only."""
    try:
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
        try:
            said = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
        finally:
            db.close()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if said == "ok" else said


def _prepare(db: sqlite3.Connection, venue: str) -> None:
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA journal_size_limit = 1048576")
    db.execute("PRAGMA cache_size = -512")
    if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise LedgerBroken("it is damaged")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
    elif version != _VERSION:
        raise LedgerBroken("another version of this program wrote it")
    first = {"uuid": str(uuid.uuid4()), "venue": venue, "last": "0"}
    db.executemany("INSERT OR IGNORE INTO about VALUES (?, ?)", first.items())
    whose = db.execute("SELECT value FROM about WHERE key = 'venue'").fetchone()[0]
    if whose != venue:
        raise LedgerBroken("it is of another venue")


def _named(error: sqlite3.DatabaseError) -> LedgerBroken | LedgerFull:
    # SQLITE_FULL, and SQLITE_IOERR with its kinds, where writing beyond a limit or onto a dying card ends.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY,
                sqlite3.SQLITE_CANTOPEN):  # fmt: skip
        return LedgerFull(str(error))
    return LedgerBroken(str(error))
