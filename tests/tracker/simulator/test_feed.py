"""The gateway's websocket (API reference, section 8)."""

import json
import socket as socket_module
import threading
import time

import pytest
from websockets.exceptions import InvalidStatus

from tests.tracker.simulator.running import Simulator


def start(simulator: Simulator, puck: str = "5") -> None:
    simulator.control(f"/trackers/{puck}/start", {"type": "ON_PREMISE"})


def test_token_in_the_handshake_is_answered_by_the_orders(paired: Simulator) -> None:
    start(paired)
    with paired.socket() as socket:
        first = socket.next()
        shown = paired.call("GET", "/activeorders").json()
        assert first.keys() == {"type", "count", "items"}
        assert (first["type"], first["count"], first["items"]) == ("ACTIVE_ORDERS", 1, shown["items"])


def test_token_may_come_as_the_first_message(paired: Simulator) -> None:
    with paired.socket(by_header=False) as socket:
        assert socket.is_silent()
        socket.send(json.dumps({"accesstoken": paired.token}))
        assert socket.next() == {"type": "ACTIVE_ORDERS", "count": 0, "items": []}


def test_wrong_token_in_the_handshake_is_no_socket(simulator: Simulator) -> None:
    with pytest.raises(InvalidStatus) as caught, simulator.socket(token="0" * 48):
        pass
    assert caught.value.response.status_code == 401
    assert json.loads(caught.value.response.body)["returnCode"] == -2


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('{"accesstoken": "wrong"}', -2),
        ('{"accesstoken": 5}', -2),
        ('{"accesstoken": "\\ud800"}', -2),
        ("{}", -2),
        ("[]", -2),
        ("{", -31),
        ("", -31),
    ],
)
def test_wrong_first_message_is_told_and_closed(simulator: Simulator, message: str, code: int) -> None:
    with simulator.socket(by_header=False) as socket:
        socket.send(message)
        assert socket.next()["returnCode"] == code
        assert socket.close_code() == 1000


def test_socket_without_a_token_is_closed_in_time(simulator: Simulator) -> None:
    simulator.fault(token_timeout_s=1)
    began = time.monotonic()
    with simulator.socket(by_header=False) as socket:
        assert socket.next()["returnCode"] == -32
        assert socket.close_code() == 1000
    assert 0.9 < time.monotonic() - began < 5


def test_time_for_the_token_is_twenty_seconds(simulator: Simulator) -> None:
    assert simulator.state()["faults"]["token_timeout_s"] == 20


def test_whole_evening_of_a_puck_is_told_in_order(paired: Simulator) -> None:
    with paired.socket() as socket:
        socket.next()
        start(paired)
        paired.control("/trackers/5/locate", {"tag": "7"})
        paired.control("/trackers/5/locate", {"tag": "8"})
        paired.call("POST", "/activeorders/5/page")
        paired.control("/trackers/5/dock")
        paired.control("/trackers/5/clear")
        frames = [socket.next() for _ in range(6)]
    assert [(frame["type"], frame["state"], frame["locationName"], frame["paged"]) for frame in frames] == [
        ("ORDER_CREATED", "started", "", False),
        ("ORDER_MODIFIED", "located", "7", False),
        ("ORDER_MODIFIED", "located", "8", False),
        ("ORDER_PAGED", "located", "8", True),
        ("ORDER_MODIFIED", "located", "8", False),
        ("ORDER_MODIFIED", "cleared", "8", False),
    ]
    assert [frame["seq"] for frame in frames] == list(range(1, 7))
    assert len({frame["uuid"] for frame in frames}) == 1


def test_news_is_flat_and_has_every_field(paired: Simulator) -> None:
    with paired.socket() as socket:
        socket.next()
        start(paired)
        frame = socket.next()
    order = {"name", "uuid", "orderType", "locationName", "state", "created", "stateChanged", "paged", "elapsedTime"}
    assert frame.keys() == {"type", "seq"} | order


def test_every_client_hears_of_a_change_the_caller_too(paired: Simulator) -> None:
    with paired.socket() as one, paired.socket() as other:
        one.next(), other.next()
        paired.call("POST", "/activeorders", {"name": "5", "orderType": "TO_GO"})
        assert one.next() == other.next()


def test_change_was_sent_before_it_is_answered(paired: Simulator) -> None:
    with paired.socket() as socket:
        socket.next()
        start(paired)
        assert socket.next(seconds=0.5)["type"] == "ORDER_CREATED"


def test_same_again_is_no_news(paired: Simulator) -> None:
    start(paired)
    with paired.socket() as socket:
        socket.next()
        start(paired)
        assert socket.is_silent()


def test_clear_of_all_is_told_order_by_order(paired: Simulator) -> None:
    start(paired, "5")
    start(paired, "6")
    with paired.socket() as socket:
        socket.next()
        paired.call("DELETE", "/activeorders")
        assert [(frame["name"], frame["state"]) for frame in (socket.next(), socket.next())] == [
            ("5", "cleared"),
            ("6", "cleared"),
        ]


def test_what_a_client_says_later_means_nothing(paired: Simulator) -> None:
    with paired.socket() as socket:
        socket.next()
        socket.send("{")
        start(paired)
        assert socket.next()["type"] == "ORDER_CREATED"


def test_client_that_went_without_a_word_stops_nobody(paired: Simulator) -> None:
    with paired.socket() as gone, paired.socket() as socket:
        gone.connection.socket.shutdown(socket_module.SHUT_RDWR)
        socket.next()
        start(paired)
        assert socket.next()["type"] == "ORDER_CREATED"


def test_snapshot_and_news_make_the_truth_whenever_a_client_comes(paired: Simulator) -> None:
    """A client that comes in the midst of changes must hold what the gateway holds at the end."""
    last = "30"

    def work() -> None:
        for number in range(1, int(last) + 1):
            start(paired, str(number))
            paired.control(f"/trackers/{number}/locate", {"tag": str(number)})

    worker = threading.Thread(target=work)
    worker.start()
    try:
        with paired.socket() as socket:
            orders = {item["name"]: item["locationName"] for item in socket.next()["items"]}
            while not orders.get(last):
                frame = socket.next()
                orders[frame["name"]] = frame["locationName"]
    finally:
        worker.join()
    assert orders == {item["name"]: item["locationName"] for item in paired.state()["orders"]}
