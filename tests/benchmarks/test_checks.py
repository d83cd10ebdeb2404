"""What a run left behind is judged from the database alone."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.benchmarks.checks import Database, Written, faults_in, look, sequences_in

TABLES = """
CREATE TABLE venues_venuefeed (venue_id integer, seq integer);
CREATE TABLE orders_order (id text, venue_id integer, business_date text, number integer, state text);
CREATE TABLE orders_orderline (order_id text);
CREATE TABLE orders_venueevent (venue_id integer, seq integer, kind text, change text, order_id text);
"""


HISTORY = 2  # orders of an earlier day


@pytest.fixture
def written() -> Iterator[sqlite3.Connection]:
    """Orders of venue 7, accepted, as a server should leave them: two of an earlier day and three of the run."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(TABLES)
        connection.execute("INSERT INTO venues_venuefeed VALUES (7, 0)")
        for date, numbers in (("2026-01-01", (1, 2)), ("2026-01-02", (1, 2, 3))):
            for number in numbers:
                write_order(connection, date, number)
        yield connection


def write_order(connection: sqlite3.Connection, date: str, number: int) -> None:
    key = uuid.uuid4().hex
    connection.execute("INSERT INTO orders_order VALUES (?, 7, ?, ?, 'accepted')", [key, date, number])
    connection.executemany("INSERT INTO orders_orderline VALUES (?)", [[key], [key]])
    for change in ("placed", "accepted"):
        connection.execute("UPDATE venues_venuefeed SET seq = seq + 1")
        connection.execute(
            "INSERT INTO orders_venueevent SELECT 7, seq, 'order', ?, ? FROM venues_venuefeed", [change, key]
        )


def judge(written: sqlite3.Connection, **seen: Any) -> str:
    database: Database = lambda query: written.execute(query).fetchall()  # noqa: E731
    counts = dict.fromkeys(look(database).counts, HISTORY)
    counts |= {"lines": 2 * HISTORY, "events of orders": 2 * HISTORY}
    before = Written(counts, {"7": 2 * HISTORY})
    result = {"mode": "loops", "orders": 3, "faults": {}, "sequences": sequences_in(database, before.seqs), **seen}
    return "; ".join(faults_in(database, result, before))


def test_a_run_without_faults_has_none(written: sqlite3.Connection) -> None:
    assert judge(written) == ""


def test_an_order_that_is_in_no_row_is_missed(written: sqlite3.Connection) -> None:
    assert "3 orders in the database, not 4" in judge(written, orders=4)


def test_a_missing_line_is_missed(written: sqlite3.Connection) -> None:
    written.execute("DELETE FROM orders_orderline WHERE rowid = 1")
    assert "5 lines in the database, not 6" in judge(written)


def test_a_gap_in_the_seqs_is_seen(written: sqlite3.Connection) -> None:
    written.execute("UPDATE orders_venueevent SET seq = 12 WHERE seq = 10")
    assert "venue 7: 10 events from seq 1 to 12" in judge(written)


def test_a_counter_that_is_behind_its_events_is_seen(written: sqlite3.Connection) -> None:
    written.execute("UPDATE venues_venuefeed SET seq = 9")
    assert "the counter says 9, the last event 10" in judge(written)


def test_an_order_number_that_was_left_out_is_seen(written: sqlite3.Connection) -> None:
    written.execute("UPDATE orders_order SET number = 4 WHERE number = 3")
    assert "3 orders with numbers up to 4" in judge(written)


def test_a_board_that_saw_another_sequence_is_seen(written: sqlite3.Connection) -> None:
    assert "another sequence" in judge(written, sequences={"7": "0" * 64})


def test_what_the_generator_found_comes_first(written: sqlite3.Connection) -> None:
    assert judge(written, faults={"doubled": 2}).startswith("2 doubled")
