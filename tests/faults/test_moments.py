"""Each moment is recognised between psycopg 3 and a real PostgreSQL, in all its manners of speaking."""

import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import ClientCursor, Connection

from tests.faults.moments import Direction, Moment, WireUnreadable
from tests.faults.postgres_wire import PostgresWire
from tests.faults.proxy import Proxy
from tests.faults.traps import (
    Action,
    Then,
    call_after,
    call_before,
    cut_after,
    cut_before,
    hang_after,
    hang_before,
    orphan_before,
)
from tests.stack.postgres import Postgres

SOON = 10
Db = Connection[tuple[object, ...]]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        with psycopg.connect(server.url, autocommit=True) as db:
            db.execute("CREATE TABLE placed (id int PRIMARY KEY)")
            db.execute("CREATE TABLE counter (n int)")
        yield server


@pytest.fixture
def proxy(postgres: Postgres) -> Iterator[Proxy]:
    with psycopg.connect(postgres.url) as db:
        db.execute("TRUNCATE placed, counter")
        db.execute("INSERT INTO counter VALUES (0)")
    with Proxy(("127.0.0.1", postgres.port), wire=PostgresWire) as proxy:
        yield proxy


def connect(postgres: Postgres, proxy: Proxy) -> Db:
    return psycopg.connect(proxy.url(postgres.url), connect_timeout=SOON)


def stored(postgres: Postgres) -> list[int]:
    with psycopg.connect(postgres.url) as db:
        return [int(str(number)) for (number,) in db.execute("SELECT id FROM placed ORDER BY id")]


def place(db: Db, number: int) -> None:
    db.execute("INSERT INTO placed VALUES (%s)", (number,))
    db.execute("UPDATE counter SET n = n + 1")
    db.commit()


def by_parameters(db: Db) -> None:
    place(db, 1)


def by_text(db: Db) -> None:
    """As Django speaks by default: parameters merged into the text."""
    db.cursor_factory = ClientCursor
    place(db, 1)


def by_prepared_statement(db: Db) -> None:
    db.prepare_threshold = 0
    place(db, 1)


def by_pipeline(db: Db) -> None:
    with db.pipeline():
        place(db, 1)


def by_one_text(db: Db) -> None:
    db.autocommit = True
    db.execute("BEGIN; INSERT INTO placed VALUES (1); UPDATE counter SET n = n + 1; COMMIT")


def by_transaction_block(db: Db) -> None:
    db.autocommit = True
    with db.transaction():
        db.execute("INSERT INTO placed VALUES (1)")
        db.execute("UPDATE counter SET n = n + 1")


manners = pytest.mark.parametrize(
    "speak", [by_parameters, by_text, by_prepared_statement, by_pipeline, by_one_text, by_transaction_block]
)
Speak = Callable[[Db], None]


@manners
@pytest.mark.parametrize("moment", Moment)
def test_every_moment_is_recognised(postgres: Postgres, proxy: Proxy, speak: Speak, moment: Moment) -> None:
    seen = threading.Event()
    trap = proxy.on(moment, seen.set)
    with connect(postgres, proxy) as db:
        speak(db)
    trap.wait()
    assert seen.is_set()
    assert stored(postgres) == [1]


@manners
@pytest.mark.parametrize("moment", [Moment.BEGIN, Moment.INSERT, Moment.UPDATE, Moment.COMMIT_SENT])
def test_cut_before_a_message_leaves_nothing(postgres: Postgres, proxy: Proxy, speak: Speak, moment: Moment) -> None:
    trap = proxy.on(moment, cut_before)
    with connect(postgres, proxy) as db, pytest.raises(psycopg.OperationalError):
        speak(db)
    trap.wait()
    assert stored(postgres) == []


@manners
@pytest.mark.parametrize(("moment", "action"), [(Moment.COMMIT_SENT, cut_after), (Moment.COMMIT_ANSWERED, cut_before)])
def test_cut_after_commit_was_sent_is_committed_and_never_heard(
    postgres: Postgres, proxy: Proxy, speak: Speak, moment: Moment, action: Action
) -> None:
    trap = proxy.on(moment, action)
    with connect(postgres, proxy) as db, pytest.raises(psycopg.OperationalError):
        speak(db)
    trap.wait()
    assert stored(postgres) == [1]


def test_a_statement_prepared_long_ago_is_still_recognised(postgres: Postgres, proxy: Proxy) -> None:
    with connect(postgres, proxy) as db:
        db.prepare_threshold = 0
        for number in (1, 2):
            place(db, number)
        trap = proxy.on(Moment.INSERT, cut_before, table="placed")
        with pytest.raises(psycopg.OperationalError):
            place(db, 3)
    trap.wait()
    assert stored(postgres) == [1, 2]


def test_nth_counts_from_the_call_over_all_connections(postgres: Postgres, proxy: Proxy) -> None:
    with connect(postgres, proxy) as first, connect(postgres, proxy) as second:
        place(first, 1)
        trap = proxy.on(Moment.COMMIT_SENT, cut_before, nth=3)
        place(first, 2)
        place(second, 3)
        assert not trap.sprung
        with pytest.raises(psycopg.OperationalError):
            place(first, 4)
        place(second, 5)
    assert stored(postgres) == [1, 2, 3, 5]


def test_the_table_tells_one_insert_from_another(postgres: Postgres, proxy: Proxy) -> None:
    other = proxy.on(Moment.INSERT, cut_before, table="counter")
    with connect(postgres, proxy) as db:
        place(db, 1)
    assert not other.sprung


def test_a_rolled_back_commit_is_not_answered_commit(postgres: Postgres, proxy: Proxy) -> None:
    trap = proxy.on(Moment.COMMIT_ANSWERED, cut_before)
    with connect(postgres, proxy) as db:
        with pytest.raises(psycopg.errors.UndefinedTable):
            db.execute("INSERT INTO nowhere VALUES (1)")
        db.execute("COMMIT")
    assert not trap.sprung


@pytest.mark.parametrize(("action", "left"), [(hang_before, []), (hang_after, [1])])
def test_hang_holds_the_connection_and_heal_lets_it_go_on(
    postgres: Postgres, proxy: Proxy, action: Action, left: list[int]
) -> None:
    trap = proxy.on(Moment.COMMIT_SENT, action)
    with connect(postgres, proxy) as db:
        guest = threading.Thread(target=place, args=(db, 1))
        guest.start()
        trap.wait()
        if left:
            wait_until_stored(postgres, left)
        assert guest.is_alive()
        assert stored(postgres) == left
        proxy.heal()
        guest.join(SOON)
        assert not guest.is_alive()
    assert stored(postgres) == [1]


def test_an_orphaned_commit_takes_effect_after_its_client_gave_up(postgres: Postgres, proxy: Proxy) -> None:
    trap = proxy.on(Moment.COMMIT_SENT, orphan_before)
    with connect(postgres, proxy) as db, pytest.raises(psycopg.OperationalError):
        place(db, 1)
    trap.wait()
    assert stored(postgres) == []
    proxy.heal()
    proxy.wait_for(lambda counts: counts.open == 0)
    assert stored(postgres) == [1]


def wait_until_stored(postgres: Postgres, numbers: list[int]) -> None:
    """The insert of the same key waits for the one that is not decided: PostgreSQL's own way to await an event."""
    with psycopg.connect(postgres.url) as db:
        db.execute("INSERT INTO placed SELECT unnest(%s::int[]) ON CONFLICT DO NOTHING", (numbers,))
        db.rollback()


CLIENT = """
import psycopg, sys
db = psycopg.connect(sys.argv[1])
db.execute("INSERT INTO placed VALUES (1)")
db.commit()
"""


@pytest.mark.parametrize(
    ("moment", "make", "then", "left"),
    [
        (Moment.INSERT, call_before, Then.PASS, []),
        (Moment.COMMIT_SENT, call_before, Then.CUT, []),
        (Moment.COMMIT_SENT, call_before, Then.PASS, [1]),
        (Moment.COMMIT_SENT, call_after, Then.PASS, [1]),
        (Moment.COMMIT_ANSWERED, call_before, Then.PASS, [1]),
    ],
)
def test_a_process_can_be_killed_at_a_moment(
    postgres: Postgres,
    proxy: Proxy,
    moment: Moment,
    make: Callable[[Callable[[], object], Then], Action],
    then: Then,
    left: list[int],
) -> None:
    started = threading.Event()

    def kill() -> None:
        started.wait(SOON)
        process.kill()
        process.wait(SOON)

    trap = proxy.on(moment, make(kill, then))
    process = subprocess.Popen([sys.executable, "-c", CLIENT, proxy.url(postgres.url)])
    started.set()
    trap.wait()
    assert process.wait(SOON) == -9
    proxy.wait_for(lambda counts: counts.open == 0)
    assert stored(postgres) == left


def test_the_test_gets_what_its_callback_raised(postgres: Postgres, proxy: Proxy) -> None:
    trap = proxy.on(Moment.INSERT, lambda: 1 / 0)
    with connect(postgres, proxy) as db:
        place(db, 1)
    with pytest.raises(ZeroDivisionError):
        trap.wait()


def test_a_callback_may_command_the_proxy(postgres: Postgres, proxy: Proxy) -> None:
    trap = proxy.on(Moment.COMMIT_SENT, proxy.down)
    with connect(postgres, proxy) as db, pytest.raises(psycopg.OperationalError):
        place(db, 1)
    trap.wait()
    with pytest.raises(psycopg.OperationalError):
        connect(postgres, proxy)
    assert stored(postgres) == []


def test_a_moment_that_never_came_is_named(proxy: Proxy) -> None:
    trap = proxy.on(Moment.INSERT, cut_before, table="placed")
    with pytest.raises(AssertionError, match="cut before INSERT placed"):
        trap.wait(0.01)


def test_heal_takes_traps_away(postgres: Postgres, proxy: Proxy) -> None:
    proxy.on(Moment.INSERT, cut_before)
    proxy.heal()
    with connect(postgres, proxy) as db:
        place(db, 1)
    assert stored(postgres) == [1]


def test_a_cut_answer_in_the_middle_is_a_broken_connection(postgres: Postgres, proxy: Proxy) -> None:
    with connect(postgres, proxy) as db:
        trap = proxy.cut_after(3, Direction.TO_CLIENT)
        with pytest.raises(psycopg.OperationalError):
            db.execute("SELECT 1")
    trap.wait()


def test_being_watched_costs_no_delayed_acknowledgement(postgres: Postgres, proxy: Proxy) -> None:
    """Small pieces without TCP_NODELAY cost 40 ms each, which would make every fault test a test of our proxy."""
    seconds = []
    with connect(postgres, proxy) as db:
        for number in range(15):
            start = time.monotonic()
            place(db, number)
            seconds.append(time.monotonic() - start)
    assert statistics.median(seconds) < 0.03


def test_a_stream_that_cannot_be_read_fails_the_test(postgres: Postgres) -> None:
    proxy = Proxy(("127.0.0.1", postgres.port), wire=PostgresWire)
    with socket.create_connection(proxy.address, SOON) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    with pytest.raises(WireUnreadable):
        proxy.__exit__(None, None, None)
