"""The recogniser changes no byte, whatever the cuts between packets, and holds back little."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.moments import Direction, Edge, Moment, Sighting, WireUnreadable
from tests.faults.postgres_wire import HEAD, PostgresWire

UP, DOWN = Direction.TO_BACKEND, Direction.TO_CLIENT
STARTUP = (20).to_bytes(4, "big") + (196608).to_bytes(4, "big") + b"user\0bob\0\0\0\0"
SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")


def message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body


def query(sql: str) -> bytes:
    return message(b"Q", sql.encode() + b"\0")


def run(portal: bytes, statement: bytes) -> bytes:
    bind = message(b"B", portal + b"\0" + statement + b"\0" + b"\0" * 6)
    return bind + message(b"E", portal + b"\0" + b"\0" * 4) + message(b"S", b"")


def prepare(statement: bytes, sql: bytes) -> bytes:
    return message(b"P", statement + b"\0" + sql + b"\0\0\0")


def around(moment: Moment, table: str | None, data: bytes) -> list[bytes | Sighting]:
    return [Sighting(moment, Edge.BEFORE, table), data, Sighting(moment, Edge.AFTER, table)]


@pytest.fixture
def wire() -> PostgresWire:
    wire = PostgresWire()
    assert list(wire.feed(UP, STARTUP)) == [STARTUP]
    return wire


def test_a_moment_stands_before_and_after_its_whole_message(wire: PostgresWire) -> None:
    plain, commit = query("SELECT 1"), query("COMMIT")
    assert list(wire.feed(UP, plain + commit + plain)) == [plain, *around(Moment.COMMIT_SENT, None, commit), plain]


def test_a_prepared_statement_is_a_moment_each_time_it_runs(wire: PostgresWire) -> None:
    assert list(wire.feed(UP, prepare(b"s1", b"INSERT INTO a VALUES ($1)"))) != []
    found = [piece for piece in wire.feed(UP, run(b"", b"s1") * 2) if isinstance(piece, Sighting)]
    assert found == [Sighting(Moment.INSERT, edge, "a") for edge in (Edge.BEFORE, Edge.AFTER)] * 2


def test_a_closed_statement_is_forgotten(wire: PostgresWire) -> None:
    data = prepare(b"s1", b"COMMIT") + message(b"C", b"Ss1\0") + run(b"", b"s1")
    assert list(wire.feed(UP, data)) == [data]


def test_only_the_answer_commit_is_the_answer_to_commit(wire: PostgresWire) -> None:
    rollback, commit = message(b"C", b"ROLLBACK\0"), message(b"C", b"COMMIT\0")
    assert list(wire.feed(DOWN, rollback + commit)) == [rollback, *around(Moment.COMMIT_ANSWERED, None, commit)]


def test_refused_encryption_is_stepped_over() -> None:
    wire = PostgresWire()
    assert list(wire.feed(UP, SSL_REQUEST)) == [SSL_REQUEST]
    assert list(wire.feed(DOWN, b"N")) == [b"N"]
    commit = query("COMMIT")
    assert list(wire.feed(UP, STARTUP + commit)) == [STARTUP, *around(Moment.COMMIT_SENT, None, commit)]


@pytest.mark.parametrize("nonsense", [b"GET / HTTP/1.1\r\n", b"\0\0\0\x08\0\0\0\0"])
def test_another_protocol_is_refused(nonsense: bytes) -> None:
    with pytest.raises(WireUnreadable):
        list(PostgresWire().feed(UP, nonsense))


def test_accepted_encryption_is_refused() -> None:
    wire = PostgresWire()
    list(wire.feed(UP, SSL_REQUEST))
    with pytest.raises(WireUnreadable, match="sslmode=disable"):
        list(wire.feed(DOWN, b"S"))


def test_a_large_message_flows_through_once_its_head_is_known(wire: PostgresWire) -> None:
    insert = query("INSERT INTO a VALUES ('" + "x" * (3 * HEAD) + "')")
    first = list(wire.feed(UP, insert[:HEAD]))
    assert first == [Sighting(Moment.INSERT, Edge.BEFORE, "a"), insert[:HEAD]]
    assert list(wire.feed(UP, insert[HEAD:-1])) == [insert[HEAD:-1]]
    assert list(wire.feed(UP, insert[-1:])) == [insert[-1:], Sighting(Moment.INSERT, Edge.AFTER, "a")]


DIALOGUE = (
    SSL_REQUEST + STARTUP + query("BEGIN") + prepare(b"s", b"INSERT INTO a VALUES (1)") + run(b"p", b"s") + query("END")
)


@given(st.lists(st.integers(0, len(DIALOGUE)), max_size=20))
def test_cuts_between_packets_change_neither_bytes_nor_moments(cuts: list[int]) -> None:
    wire = PostgresWire()
    edges = [0, *sorted(cuts), len(DIALOGUE)]
    pieces = [piece for start, end in itertools.pairwise(edges) for piece in wire.feed(UP, DIALOGUE[start:end])]
    assert b"".join(piece for piece in pieces if isinstance(piece, bytes)) == DIALOGUE
    found = [piece.moment for piece in pieces if isinstance(piece, Sighting)]
    assert found == [moment for moment in (Moment.BEGIN, Moment.INSERT, Moment.COMMIT_SENT) for _ in Edge]
