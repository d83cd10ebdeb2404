"""The version 2 clients keep a page's state, and raise where a page would go wrong."""

from collections.abc import Iterator

import pytest

from tests.clients.inbox import NothingArrived
from tests.clients.scripted import Peer, ScriptedServer
from tests.clients.strict_json import Unexpected
from tests.clients.test_v2_frames import ACK, ERROR, EVENT, HELLO, ID, ORDER, SNAPSHOT
from tests.clients.v2 import SUBPROTOCOL, Answered, V2Board, V2Guest

ACCEPTED = ORDER | {"state": "accepted", "order_status": "accepted"}


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(subprotocol=SUBPROTOCOL, greeting=HELLO) as server:
        yield server


@pytest.fixture
def guest(server: ScriptedServer) -> Iterator[V2Guest]:
    guest = V2Guest(server.url("1"))
    yield guest
    guest.close()


@pytest.fixture
def peer(guest: V2Guest, server: ScriptedServer) -> Peer:
    peer = server.accept()
    peer.say(SNAPSHOT)
    guest.snapshot()
    return peer


@pytest.fixture
def board() -> Iterator[V2Board]:
    with ScriptedServer(subprotocol=SUBPROTOCOL, greeting=HELLO | {"role": "board"}) as server:
        board = V2Board(server.url("dashboard"))
        board.peer = server.accept()  # type: ignore[attr-defined]
        yield board
        board.close()


def test_an_order_carries_a_key_and_gets_its_ack(guest: V2Guest, peer: Peer) -> None:
    key = guest.order({"13": 4}, tracker_number="7")
    told = {"action": "order", "venue_id": "1", "table_number": "1", "order_items": {"13": 4}}
    assert peer.hear() == told | {"client_order_id": key, "tracker_number": "7"}
    peer.say(ACK | {"client_order_id": "another"})
    peer.say(ACK | {"client_order_id": key})
    assert guest.ack(key).order_number == 12


def test_an_order_in_lines_has_no_items(guest: V2Guest, peer: Peer) -> None:
    lines: list[dict[str, object]] = [{"product_id": "13", "quantity": 1, "options": ["2"], "note": "no ice"}]
    guest.order(lines=lines, client_order_id="k")
    heard = peer.hear()
    assert heard == {
        "action": "order",
        "venue_id": "1",
        "table_number": "1",
        "lines": lines,
        "client_order_id": "k",
    }


def test_an_error_in_answer_to_an_order_raises(guest: V2Guest, peer: Peer) -> None:
    peer.say(ERROR | {"client_order_id": "k"})
    with pytest.raises(Answered, match="sold_out") as answered:
        guest.place({"13": 4}, client_order_id="k")
    assert answered.value.error.client_order_id == "k"


def test_the_state_follows_the_events(guest: V2Guest, peer: Peer) -> None:
    peer.say(EVENT)
    peer.say(EVENT | {"seq": 6, "change": "accepted", "order": ACCEPTED})
    assert guest.wait_state(ID, "accepted").order_status == "accepted"
    assert guest.state.seq == 6
    assert guest.next_event(change="accepted").seq == 6


def test_a_state_that_does_not_come_is_named(guest: V2Guest, peer: Peer) -> None:
    peer.say(EVENT)
    guest.wait_state(ID, "pending")
    with pytest.raises(NothingArrived, match=f"{ID} being ready"):
        guest.wait_state(ID, "ready", 0.01)


def test_a_doubled_event_raises(guest: V2Guest, peer: Peer) -> None:
    peer.say(EVENT)
    peer.say(EVENT)
    with pytest.raises(Unexpected, match="seq 5 twice"):
        guest.wait_closed()


def test_an_event_twice_on_two_connections_is_harmless(guest: V2Guest, peer: Peer, server: ScriptedServer) -> None:
    peer.say(EVENT)
    guest.wait_state(ID, "pending")
    with V2Guest(server.url("1"), state=guest.state) as again:
        other = server.accept()
        again.resume(seq=4)
        assert other.hear() == {"action": "resume", "epoch": "e", "seq": 4}
        other.say(EVENT)
        assert again.next_event().seq == 5
        assert again.state.seq == 5


def test_resume_asks_for_what_came_after_the_state(guest: V2Guest, peer: Peer) -> None:
    peer.say({"type": "heartbeat", "seq": 9})
    guest.next_heartbeat(5)
    guest.resume()
    assert peer.hear() == {"action": "resume", "epoch": "e", "seq": 9}


def test_heartbeats_are_silence(guest: V2Guest, peer: Peer) -> None:
    peer.say({"type": "heartbeat", "seq": 9})
    guest.silence(0.05)


def test_notices_and_the_end_of_the_session_are_told(guest: V2Guest, peer: Peer) -> None:
    peer.say({"type": "notice", "kind": "pause", "epoch": "e", "seq": 5, "until": None})
    peer.say({"type": "session_ended", "reason": "cleared"})
    peer.close(4001)
    assert guest.next_notice("pause").body["until"] is None
    assert guest.session_ended().reason == "cleared"
    assert guest.wait_closed() == 4001


def test_the_query_asks_for_version_2_as_well() -> None:
    with ScriptedServer(greeting=HELLO) as server, V2Guest(server.url("1"), by_query=True) as guest:
        request = server.accept().connection.request
        assert request is not None
        assert request.path.endswith("&v=2")
        assert guest.hello.heartbeat_s == 15


def test_a_server_without_version_2_is_refused() -> None:
    with ScriptedServer(greeting=HELLO) as server, pytest.raises(Unexpected, match="subprotocol"):
        V2Guest(server.url("1"))


def test_a_board_moves_orders_with_the_keys_of_the_seed(board: V2Board) -> None:
    peer: Peer = board.peer  # type: ignore[attr-defined]
    peer.say(SNAPSHOT | {"orders": [ORDER]})
    (order,) = board.snapshot().orders
    board.accept(order)
    board.reject(order, "no limes")
    board.undo(order, 5, "wrong table")
    told = {"action": "acceptorder", "order_id": ID, "order_time": 1594120013360, "venue_id": "1", "table_number": "1"}
    assert peer.hear() == told | {"order_status": "accepted"}
    assert peer.hear() == told | {"order_status": "rejected", "reason": "no limes"}
    assert peer.hear() == {"action": "undoorder", "order_id": ID, "seq": 5, "reason": "wrong table"}
