"""The founding document's dialogue, word for word, on real processes and every server that we name.

Golden are the JSON blocks in tests/wire_samples: sent as they stand there, white space and all, and compared with what
comes back byte for byte. Only `order_id` and `order_time` are of the moment.
"""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from tests.clients.line import Line
from tests.clients.strict_json import compact
from tests.clients.v2 import V2Board, V2Guest
from tests.journeys.process import Web
from tests.journeys.running import Running
from tests.stack.ports import LOOPBACK, free_port

SAMPLES = Path(__file__).parents[1] / "wire_samples"
SOON = 5.0
FORBIDDEN = "Forbidden"

# As docs/operations.md has it.
UVICORN = (
    "-m uvicorn ontap.asgi:application --host {host} --port {port} --ws websockets-sansio --ws-max-size 131072"
    " --ws-ping-interval 20 --ws-ping-timeout 30 --ws-per-message-deflate false --lifespan off"
    " --no-access-log --log-level warning --no-proxy-headers --timeout-graceful-shutdown 5"
)
STOCK_DAPHNE = "-m daphne -b {host} -p {port} ontap.asgi:application"
# Ours is what `manage.py up` and production start; the embedded column is that one process.
SERVERS: dict[str, str | None] = {"ours": None}
if os.environ.get("ONTAP_ENV") == "production":
    SERVERS |= {"uvicorn": UVICORN, "stock daphne": STOCK_DAPHNE}


class Wire:
    """One socket whose frames are compared as they came."""

    def __init__(self, url: str) -> None:
        self._line = Line(url, lambda message, at: message)
        self.missed = self._until_forbidden()  # what came on connect: the statuses of the session's recent orders

    def say(self, text: str) -> None:
        self._line.send(text)

    def hear(self) -> str:
        return self._line.inbox.take(str, SOON)

    def hears_no_more(self) -> None:
        """Nothing waits unread: the next frame is the answer to a question that is asked only now."""
        assert self._until_forbidden() == []

    def open_orders(self) -> list[dict[str, object]]:
        """A board's list, and whatever came before it is passed over."""
        self.say(sample("openorders.request"))
        while "openOrders" not in (frame := json.loads(self.hear())):
            pass
        found: list[dict[str, object]] = frame["openOrders"]
        return found

    def close(self) -> None:
        self._line.close()

    def _until_forbidden(self) -> list[str]:
        self.say('{"action":"nothing"}')
        frames: list[str] = []
        while not (frame := self.hear()).startswith(f'{{"message":"{FORBIDDEN}"'):
            frames.append(frame)
        return frames


def sample(name: str) -> str:
    return (SAMPLES / f"{name}.json").read_text()


def request(name: str, **values: object) -> str:
    """A request of the document as it stands there, with these values in the place of its own."""
    text = sample(name)
    for key, old in json.loads(text).items():
        if key in values:
            assert text.count(json.dumps(old)) == 1, f"{key} is not the only {old} in {name}"
            text = text.replace(json.dumps(old), json.dumps(values[key]))
    return text


def golden(name: str, **values: object) -> str:
    """A response of the document with these values, white space compact."""
    frame = json.loads(sample(name))
    assert values.keys() <= frame.keys()
    return compact({key: values.get(key, value) for key, value in frame.items()})


def moment_of(frame: str) -> dict[str, object]:
    """What is of the moment in a frame, as values for `request` and `golden`."""
    found = json.loads(frame)
    return {"order_id": found["order_id"], "order_time": found["order_time"]}


def order(table: str, items: object, **more: object) -> str:
    frame = {"action": "order", "venue_id": "1", "table_number": table, "order_items": items, **more}
    return json.dumps(frame)


def move(action: str, placed: str, status: str) -> str:
    frame = json.loads(placed)
    keys = ("order_id", "order_time", "venue_id", "table_number")
    return compact({"action": action, **{key: frame[key] for key in keys}, "order_status": status})


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, running: Running) -> Iterator[str]:
    """The websocket base address of an installation behind this server."""
    command = SERVERS[request.param]
    if command is None:
        yield running.ws
        return
    port = free_port()
    arguments = command.format(host=LOOPBACK, port=port).split()
    with Web(arguments, running.environ, running.data / "logs", request.param.replace(" ", "-"), port=port) as web:
        web.start()
        web.wait_ready()
        yield web.ws


class Pub:
    """Sockets at venue 1, closed at the end with nothing left open for the next test."""

    def __init__(self, running: Running, server: str, path: str) -> None:
        self._running, self._server, self._path = running, server, path
        self._wires: list[Wire] = []

    def address(self, table: str) -> str:
        known = self._running.device_socket(1) if table == "dashboard" else self._running.table_socket(1, table)
        return known.replace(self._running.ws, self._server).replace("/Test?", f"{self._path}?")

    def table(self, number: str = "1") -> Wire:
        wire = Wire(self.address(number))
        self._wires.append(wire)
        return wire

    def board(self) -> Wire:
        return self.table("dashboard")

    def close(self) -> None:
        for wire in self._wires:
            wire.close()
        board = Wire(self.address("dashboard"))
        for left in board.open_orders():
            pending = left["order_status"] == "pending"
            board.say(move("acceptorder", compact(left), "rejected") if pending else "{}")
            board.say(move("completeorder", compact(left), "completed"))
        ended = time.monotonic() + SOON
        while board.open_orders():  # an answer to a move is its event, and others' events come between
            assert time.monotonic() < ended, "orders stay open"
            time.sleep(0.02)
        board.close()


@pytest.fixture
def pub(running: Running, server: str) -> Iterator[Pub]:
    pub = Pub(running, server, "/Test")
    yield pub
    pub.close()


@pytest.fixture(params=["/Test", "/ws"])
def pub_at_either_address(request: pytest.FixtureRequest, running: Running, server: str) -> Iterator[Pub]:
    pub = Pub(running, server, request.param)
    yield pub
    pub.close()


def test_the_seeds_dialogue_goes_word_for_word(pub_at_either_address: Pub) -> None:
    board, guest = pub_at_either_address.board(), pub_at_either_address.table("1")
    guest.say(sample("order.request"))
    placed = board.hear()
    now = moment_of(placed)
    assert placed == golden("order.response", **now)
    board.say(request("acceptorder.request", **now))
    assert guest.hear() == golden("acceptorder.response", **now)
    board.say(request("completeorder.request", **now))
    assert guest.hear() == golden("completeorder.response", **now, order_items={"13": 4, "18": 5})
    board.hears_no_more()
    guest.hears_no_more()


def test_an_order_by_name_and_price_is_echoed_as_it_was_placed(pub_at_either_address: Pub) -> None:
    board, guest = pub_at_either_address.board(), pub_at_either_address.table("1")
    by_name = json.loads(sample("completeorder.response"))["order_items"]
    guest.say(order("1", by_name))
    placed = board.hear()
    now = moment_of(placed)
    assert placed == golden("order.response", **now, order_items=by_name)
    board.say(request("acceptorder.request", **now))
    assert guest.hear() == golden("acceptorder.response", **now, order_items=by_name)
    board.say(request("completeorder.request", **now))
    assert guest.hear() == golden("completeorder.response", **now)


def test_openorders_lists_what_is_open_newest_first(pub_at_either_address: Pub) -> None:
    board = pub_at_either_address.board()
    newer, older = json.loads(sample("openorders.response"))["openOrders"]
    pub_at_either_address.table("24").say(order("24", older["order_items"]))
    first = board.hear()
    board.say(move("acceptorder", first, "accepted"))
    pub_at_either_address.table("1").say(order("1", newer["order_items"]))
    second = board.hear()
    board.say(sample("openorders.request"))
    assert board.hear() == golden(
        "openorders.response", openOrders=[newer | moment_of(second), older | moment_of(first)]
    )


def test_the_addresses_that_are_printed_are_all_that_a_client_needs(running: Running, server: str) -> None:
    printed = [running.addresses[name] for name in ("board_socket", "guest_socket")]
    if os.environ.get("ONTAP_ENV") != "production":
        assert all(address in running.output for address in printed)
    board, guest = (Wire(f"{server}{urlsplit(one).path}?{urlsplit(one).query}") for one in printed)
    guest.say(sample("order.request"))
    placed = board.hear()
    assert placed == golden("order.response", **moment_of(placed))
    board.say(request("acceptorder.request", **moment_of(placed)))
    assert guest.hear() == golden("acceptorder.response", **moment_of(placed))
    board.say(request("completeorder.request", **moment_of(placed)))
    board.close()
    guest.close()


def test_order_id_is_a_uuid_and_order_time_is_now(pub: Pub) -> None:
    board, guest = pub.board(), pub.table()
    before = time.time_ns() // 1_000_000
    guest.say(sample("order.request"))
    placed = json.loads(board.hear())
    assert before <= placed["order_time"] <= time.time_ns() // 1_000_000
    assert str(UUID(placed["order_id"])) == placed["order_id"]


def test_keys_of_order_items_keep_their_order(pub: Pub) -> None:
    board, guest = pub.board(), pub.table()
    items = {"18": 1, "8": 2, "13": 3, "1": 4, "10": 5}
    guest.say(order("1", items))
    placed = board.hear()
    assert placed == golden("order.response", **moment_of(placed), order_items=items)


def test_every_board_of_the_venue_gets_the_same_frame(pub: Pub) -> None:
    boards, guest = [pub.board(), pub.board()], pub.table()
    guest.say(sample("order.request"))
    assert boards[0].hear() == boards[1].hear()
    guest.hears_no_more()


def test_every_phone_at_the_table_hears_of_its_orders_and_no_other_table_does(pub: Pub) -> None:
    board, orderer, friend, stranger = pub.board(), pub.table("1"), pub.table("1"), pub.table("2")
    orderer.say(sample("order.request"))
    placed = board.hear()
    for action, status in (("acceptorder", "accepted"), ("completeorder", "completed")):
        board.say(move(action, placed, status))
        assert (
            orderer.hear()
            == friend.hear()
            == golden(f"{action}.response", **json.loads(placed) | {"order_status": status})
        )
    stranger.hears_no_more()


def test_two_tables_order_at_once_and_each_hears_of_its_own(pub: Pub) -> None:
    board, seven, eight = pub.board(), pub.table("7"), pub.table("8")
    seven.say(order("7", {"13": 1}))
    eight.say(order("8", {"18": 2}))
    placed = {json.loads(frame)["table_number"]: frame for frame in (board.hear(), board.hear())}
    board.say(move("acceptorder", placed["7"], "accepted"))
    board.say(move("acceptorder", placed["8"], "rejected"))
    for guest, number, status in ((seven, "7", "accepted"), (eight, "8", "rejected")):
        assert guest.hear() == golden("acceptorder.response", **json.loads(placed[number]) | {"order_status": status})
        guest.hears_no_more()


@pytest.mark.parametrize("words", ["accepted", "Accepted", "Being poured", "x" * 32, "Dauert 5 Minuten…", "🍺"])
def test_other_words_for_accepted_are_kept_and_echoed(pub: Pub, words: str) -> None:
    board, guest = pub.board(), pub.table()
    guest.say(sample("order.request"))
    placed = board.hear()
    board.say(move("acceptorder", placed, words))
    assert guest.hear() == golden("acceptorder.response", **moment_of(placed), order_status=words)
    board.say(sample("openorders.request"))
    assert [one["order_status"] for one in json.loads(board.hear())["openOrders"]] == [words]
    board.say(move("completeorder", placed, f"{words[:20]} done"))
    assert json.loads(guest.hear())["order_status"] == f"{words[:20]} done"


def test_a_rejected_order_is_told_to_the_table_and_is_open_no_more(pub: Pub) -> None:
    board, guest = pub.board(), pub.table()
    guest.say(sample("order.request"))
    placed = board.hear()
    board.say(move("acceptorder", placed, "rejected"))
    assert guest.hear() == golden("acceptorder.response", **moment_of(placed), order_status="rejected")
    board.say(sample("openorders.request"))
    assert board.hear() == '{"openOrders":[]}'


def test_the_same_action_with_the_same_words_sends_nothing_twice(pub: Pub) -> None:
    board, guest = pub.board(), pub.table()
    guest.say(sample("order.request"))
    placed = board.hear()
    for words in ("accepted", "accepted", "Nearly there", "Nearly there"):
        board.say(move("acceptorder", placed, words))
    assert [json.loads(guest.hear())["order_status"] for _ in range(2)] == ["accepted", "Nearly there"]
    board.hears_no_more()
    guest.hears_no_more()


def test_the_second_of_two_boards_is_told_the_state_that_won(pub: Pub) -> None:
    first, second, guest = pub.board(), pub.board(), pub.table()
    guest.say(sample("order.request"))
    placed = first.hear()
    assert second.hear() == placed
    first.say(move("acceptorder", placed, "accepted"))
    assert json.loads(guest.hear())["order_status"] == "accepted"
    second.say(move("acceptorder", placed, "rejected"))
    lost = json.loads(second.hear())
    assert list(lost) == ["message", "connectionId", "requestId"]
    assert "accepted" in lost["message"]
    guest.hears_no_more()


def test_a_phone_that_returns_is_told_how_its_recent_orders_stand(pub: Pub) -> None:
    board, guest = pub.board(), pub.table("3")
    guest.say(order("3", {"13": 4}))
    accepted = board.hear()
    guest.say(order("3", {"18": 1}))
    still_pending = board.hear()
    board.say(move("acceptorder", accepted, "Being poured"))
    told = guest.hear()
    returned = pub.table("3").missed
    assert told in returned
    assert not any(json.loads(still_pending)["order_id"] in frame for frame in returned)


def test_a_board_hears_nothing_unasked_of_what_came_before(pub: Pub) -> None:
    witness = pub.board()
    pub.table().say(sample("order.request"))
    witness.hear()
    pub.board().hears_no_more()
    assert pub.board().missed == []


def test_a_board_hears_only_what_came_after_its_open_orders(pub: Pub) -> None:
    board, guest = pub.board(), pub.table("5")
    for count in range(20):
        guest.say(order("5", {"13": count + 1}))
        if count == 10:
            board.say(sample("openorders.request"))
    frames = [json.loads(board.hear())]
    while "openOrders" not in frames[-1]:
        frames.append(json.loads(board.hear()))
    *before, answer = frames
    listed = {one["order_id"] for one in answer["openOrders"]}
    after = [json.loads(board.hear())["order_id"] for _ in range(20 - len(listed))]
    assert listed.isdisjoint(after)
    assert {one["order_id"] for one in before} <= listed
    board.hears_no_more()


def test_a_client_order_id_makes_a_repeat_safe_and_changes_no_frame(pub: Pub) -> None:
    board, guest = pub.board(), pub.table()
    key = os.urandom(8).hex()
    for _ in range(3):
        guest.say(order("1", {"13": 4, "18": 5}, client_order_id=key))
    placed = board.hear()
    assert placed == golden("order.response", **moment_of(placed))
    guest.hears_no_more()
    board.hears_no_more()
    board.say(request("acceptorder.request", **moment_of(placed)))
    assert guest.hear() == golden("acceptorder.response", **moment_of(placed))


def test_a_client_order_id_with_other_contents_is_an_error(pub: Pub) -> None:
    board, guest = pub.board(), pub.table()
    key = os.urandom(8).hex()
    guest.say(order("1", {"13": 4}, client_order_id=key))
    board.hear()
    guest.say(order("1", {"13": 5}, client_order_id=key))
    assert list(json.loads(guest.hear())) == ["message", "connectionId", "requestId"]
    board.hears_no_more()


def test_orders_without_a_key_are_all_taken(pub: Pub) -> None:
    board, guest = pub.board(), pub.table()
    guest.say(sample("order.request"))
    guest.say(sample("order.request"))
    assert json.loads(board.hear())["order_id"] != json.loads(board.hear())["order_id"]


def test_an_unknown_action_is_forbidden_in_the_shape_of_the_seeds_host(pub: Pub) -> None:
    for wire in (pub.board(), pub.table()):
        wire.say('{"action":"dance"}')
        frame = json.loads(wire.hear())
        assert list(frame) == ["message", "connectionId", "requestId"]
        assert frame["message"] == FORBIDDEN


@pytest.mark.parametrize("by_query", [False, True], ids=["subprotocol", "query"])
def test_version_2_is_spoken_where_it_is_asked_for_and_nowhere_else(pub: Pub, by_query: bool) -> None:
    board, guest = pub.board(), pub.table("6")
    with (
        V2Board(pub.address("dashboard"), by_query=by_query) as new_board,
        V2Guest(pub.address("6"), by_query=by_query) as new_guest,
    ):
        assert (new_board.hello.role, new_guest.hello.role) == ("board", "guest")
        new_board.snapshot()
        new_guest.snapshot()
        ack = new_guest.place({"13": 4})
        placed = board.hear()
        assert json.loads(placed)["order_id"] == ack.order_id
        new_board.accept(new_board.wait_state(ack.order_id, "pending"))
        assert new_guest.wait_state(ack.order_id, "accepted").order_status == "accepted"
        assert guest.hear() == golden("acceptorder.response", **json.loads(placed) | {"order_status": "accepted"})
    board.hears_no_more()
    guest.hears_no_more()
