"""The version 1 clients say what the seed says, and raise as soon as the server does not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.inbox import NothingArrived, SocketClosed
from tests.clients.line import Refused
from tests.clients.scripted import Peer, ScriptedServer
from tests.clients.strict_json import Unexpected
from tests.clients.test_v1_frames import ERROR, LISTED, OLDER, TO_BOARD, TO_GUEST
from tests.clients.v1 import V1Board, V1Guest


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def guest(server: ScriptedServer) -> Iterator[V1Guest]:
    guest = V1Guest(server.url("1"))
    yield guest
    guest.close()


@pytest.fixture
def board(server: ScriptedServer) -> Iterator[V1Board]:
    board = V1Board(server.url("dashboard"))
    yield board
    board.close()


@pytest.fixture
def peer(server: ScriptedServer, request: pytest.FixtureRequest) -> Peer:
    """The other end of the client that the test also asks for."""
    request.getfixturevalue("guest" if "guest" in request.fixturenames else "board")
    return server.accept()


def as_text(message: Any) -> str:
    return json.dumps(message)


def test_order_is_as_in_the_seed(guest: V1Guest, peer: Peer) -> None:
    guest.order({"13": 4, "18": 5}, client_order_id="k")
    items = {"13": 4, "18": 5}
    told = {"action": "order", "venue_id": "1", "table_number": "1", "order_items": items, "client_order_id": "k"}
    assert as_text(peer.hear()) == as_text(told)


def test_status_comes_back_to_the_guest(guest: V1Guest, peer: Peer) -> None:
    peer.say(TO_GUEST)
    assert guest.next_status().order_status == "completed"


def test_moves_are_as_in_the_seed(board: V1Board, peer: Peer) -> None:
    peer.say(TO_BOARD)
    order = board.next_order()
    board.accept(order)
    board.complete(order, "brought")
    told = {
        "action": "acceptorder",
        "order_id": TO_BOARD["order_id"],
        "order_time": TO_BOARD["order_time"],
        "venue_id": "1",
        "table_number": "1",
        "order_status": "accepted",
    }
    assert as_text(peer.hear()) == as_text(told)
    assert as_text(peer.hear()) == as_text(told | {"action": "completeorder", "order_status": "brought"})


def test_orders_that_come_before_the_list_stay_unread(board: V1Board, peer: Peer) -> None:
    peer.say(TO_BOARD)
    peer.say({"openOrders": [LISTED, OLDER]})
    assert [order.order_id for order in board.open_orders().orders] == [LISTED["order_id"], OLDER["order_id"]]
    assert peer.hear() == {"action": "openorders", "venue_id": "1"}
    assert board.next_order().order_id == TO_BOARD["order_id"]


def test_an_error_frame_is_read(guest: V1Guest, peer: Peer) -> None:
    peer.say(ERROR)
    assert guest.next_error().message == "Forbidden"


@pytest.mark.parametrize("message", [b"\x00", "hello", TO_BOARD, TO_GUEST | {"version": 2}])
def test_whatever_is_not_given_raises_in_every_call_from_then_on(guest: V1Guest, peer: Peer, message: object) -> None:
    peer.say(TO_GUEST)
    peer.say(message)
    for _ in range(2):
        with pytest.raises(Unexpected):
            guest.wait_closed(5)
    with pytest.raises(Unexpected):
        guest.next_status()


def test_leaving_the_block_raises_what_nobody_asked_about(server: ScriptedServer) -> None:
    guest = V1Guest(server.url("1"))
    server.accept().say("hello")
    with pytest.raises(Unexpected):
        guest.wait_closed()
    with pytest.raises(Unexpected):
        guest.__exit__(None, None, None)


def test_silence_is_silence(guest: V1Guest, peer: Peer) -> None:
    guest.silence(0.01)
    peer.say(TO_GUEST)
    with pytest.raises(Unexpected, match="no silence"):
        guest.silence(5)
    guest.next_status()


def test_waiting_in_vain_says_what_came_instead(guest: V1Guest, peer: Peer) -> None:
    peer.say(ERROR)
    guest.next_error()
    peer.say(ERROR | {"requestId": "r2", "message": "sold out"})
    with pytest.raises(NothingArrived, match="sold out"):
        guest.next_status(0.3)


@pytest.mark.parametrize("code", [4001, 1003])
def test_the_close_code_is_told(guest: V1Guest, peer: Peer, code: int) -> None:
    peer.close(code)
    assert guest.wait_closed() == code
    assert guest.close_code == code
    with pytest.raises(SocketClosed, match=str(code)):
        guest.next_status()
    with pytest.raises(SocketClosed):
        guest.order({"13": 1})


def test_a_dropped_socket_ends_without_a_close_frame(guest: V1Guest, peer: Peer) -> None:
    guest.drop()
    assert guest.wait_closed() == 1006


def test_a_refused_handshake_tells_its_status() -> None:
    with ScriptedServer(refuse_with=403) as server, pytest.raises(Refused) as refused:
        V1Guest(server.url())
    assert refused.value.status == 403


def test_cookie_and_origin_are_sent(server: ScriptedServer) -> None:
    with V1Guest(server.url(), cookie="a=b", origin="http://pub.example", headers={"X-Real": "1"}):
        request = server.accept().connection.request
    assert request is not None
    assert [request.headers[name] for name in ("Cookie", "Origin", "X-Real")] == ["a=b", "http://pub.example", "1"]
    assert "Sec-WebSocket-Protocol" not in request.headers
