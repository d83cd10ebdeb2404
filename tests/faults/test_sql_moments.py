"""A text of SQL is read for its moments, and for nothing that only looks like one."""

import pytest

from tests.faults.moments import Moment
from tests.faults.sql_moments import Found, moments_of

BEGIN, COMMIT = (Moment.BEGIN, None), (Moment.COMMIT_SENT, None)


def insert(table: str | None) -> Found:
    return Moment.INSERT, table


def update(table: str | None) -> Found:
    return Moment.UPDATE, table


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("BEGIN", (BEGIN,)),
        ("begin isolation level serializable", (BEGIN,)),
        ("START TRANSACTION", (BEGIN,)),
        ("COMMIT", (COMMIT,)),
        ("  -- now\n commit;", (COMMIT,)),
        ("END", (COMMIT,)),
        ("COMMIT PREPARED 'x'", ()),
        ("ROLLBACK", ()),
        ("SELECT 1", ()),
        ("", ()),
        ('INSERT INTO "orders_order" ("id") VALUES (1)', (insert("orders_order"),)),
        ("insert into public.orders_line select 1", (insert("orders_line"),)),
        ('INSERT INTO "odd""name" DEFAULT VALUES', (insert('odd"name'),)),
        ('UPDATE ONLY "public" . "orders_order" AS o SET a = 1', (update("orders_order"),)),
        ("UPDATE venues_feed SET seq = 1", (update("venues_feed"),)),
        ("BEGIN; INSERT INTO a VALUES (1); COMMIT", (BEGIN, insert("a"), COMMIT)),
        ("/* who */ UPDATE a SET b = 1", (update("a"),)),
    ],
)
def test_statements_are_named(sql: str, found: tuple[Found, ...]) -> None:
    assert moments_of(sql) == found


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM a FOR NO KEY UPDATE",
        "SELECT 'BEGIN; COMMIT'",
        "SELECT $note$; COMMIT; $note$",
        r"SELECT E'it\'s; COMMIT;'",
        "SELECT '; COMMIT; -- the text of this note goes on beyond what is held",
        'SELECT "; COMMIT"',
        "SELECT 1 /* ; COMMIT */",
        "CREATE TRIGGER t BEFORE UPDATE ON a EXECUTE FUNCTION f()",
    ],
)
def test_words_inside_other_things_are_no_moments(sql: str) -> None:
    assert moments_of(sql) == ()


def test_upsert_is_one_insert() -> None:
    assert moments_of("INSERT INTO a (update) VALUES (1) ON CONFLICT DO UPDATE SET b = 1") == (insert("a"),)


def test_writes_of_a_with_list_are_found() -> None:
    sql = "WITH fresh AS (INSERT INTO a SELECT 1 RETURNING *), b AS (SELECT 1 FOR UPDATE) UPDATE c SET d = 1"
    assert moments_of(sql) == (insert("a"), update("c"))
