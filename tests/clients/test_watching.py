"""Clients write the ledger by themselves, each connection its own page."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.clients import test_v1_frames as v1
from tests.clients import test_v2_frames as v2
from tests.clients.ledger import Ledger, Stored
from tests.clients.scripted import ScriptedServer
from tests.clients.v1 import V1Board, V1Guest
from tests.clients.v2 import SUBPROTOCOL, V2Guest
from tests.clients.verdict import check
from tests.clients.watching import watch_board, watch_guest

ID = str(v1.TO_BOARD["order_id"])


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


def test_version_1_writes_what_it_hears(server: ScriptedServer) -> None:
    ledger = Ledger()
    seat, view = ledger.guest("g1", venue="1", table="1"), ledger.board("b1", venue="1")
    with ExitStack() as stack:
        guest = stack.enter_context(V1Guest(server.url("1"), watch=watch_guest(seat)))
        to_guest = server.accept()  # one after the other: which socket is whose
        board = stack.enter_context(V1Board(server.url("dashboard"), watch=watch_board(view)))
        to_board = server.accept()
        seat.sent("k")
        guest.order({"13": 4}, client_order_id="k")
        to_board.say(v1.TO_BOARD)
        to_guest.say(v1.TO_GUEST)
        board.next_order()
        guest.next_status()
        check(ledger, [Stored(ID, "k", "completed", "1", "1")]).assert_clean()
        assert check(ledger, []).of("lost") == [ID, "k"]


def test_an_old_connection_ends_without_ending_the_new_one(server: ScriptedServer) -> None:
    seat = Ledger().guest("g1", venue="1", table="1")
    old = V1Guest(server.url("1"), watch=watch_guest(seat))
    with V1Guest(server.url("1"), watch=watch_guest(seat)):
        old.drop()
        assert [connection.until is None for connection in seat.connections] == [False, True]


def test_version_2_writes_acks_and_refusals() -> None:
    ledger = Ledger()
    seat = ledger.guest("g1", venue="1", table="1")
    with (
        ScriptedServer(subprotocol=SUBPROTOCOL, greeting=v2.HELLO) as server,
        V2Guest(server.url("1"), watch=watch_guest(seat)) as guest,
    ):
        peer = server.accept()
        for key in ("k", "sold out"):
            seat.sent(key)
        peer.say(v2.SNAPSHOT)
        peer.say(v2.EVENT)
        peer.say(v2.ACK)
        peer.say(v2.ERROR | {"client_order_id": "sold out"})
        guest.next_error()
        check(ledger, [Stored(v2.ID, "k", "pending", "1", "1", seq=5)]).assert_clean()
