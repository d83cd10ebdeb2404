"""The control API over real HTTP: its verbs, its errors, its guard, its stream."""

import json
import threading
import time

import httpx
import pytest

from tests.tracker.simulator.running import Json, Simulator

MARKUP = "<img src=x onerror=alert(1)>"


def refused(simulator: Simulator, path: str, body: object, method: str = "POST") -> tuple[int, str]:
    content = body if isinstance(body, bytes) else json.dumps(body)
    response = simulator.http.request(method, simulator.control_base + path, content=content)
    assert isinstance(response.json()["message"], str)
    return response.status_code, response.json()["error"]


def test_state_shows_orders_as_the_gateway_does(paired: Simulator) -> None:
    paired.control("/trackers/5/start", {"type": "TO_GO"})
    state = paired.state()
    assert state["orders"] == paired.call("GET", "/activeorders").json()["items"]
    assert paired.token not in json.dumps(state)


def test_button_says_how_long(simulator: Simulator) -> None:
    button = simulator.control("/button")["button"]
    assert button["open"]
    assert 119 < button["seconds_left"] <= 120


def test_verbs_answer_with_the_order(simulator: Simulator) -> None:
    started = simulator.control("/trackers/5/start", {"type": "TO_GO"})
    again = simulator.control("/trackers/5/start", {"type": "TO_GO"})
    located = simulator.control("/trackers/5/locate", {"tag": "7"})
    cleared = simulator.control("/trackers/5/clear")
    assert [answer["changed"] for answer in (started, again, located, cleared)] == [True, False, True, True]
    assert [answer["order"]["state"] for answer in (started, located, cleared)] == ["started", "located", "cleared"]


@pytest.mark.parametrize(
    ("path", "body", "answer"),
    [
        ("/trackers/100/start", {"type": "TO_GO"}, (404, "unknown_tracker")),
        ("/trackers/x/clear", {}, (404, "unknown_tracker")),
        ("/trackers/5/clear", {}, (409, "no_order")),
        ("/trackers/5/locate", {"tag": "7"}, (409, "no_order")),
        ("/trackers/5/locate", {}, (400, "bad_field")),
        ("/trackers/5/locate", {"tag": 7}, (400, "bad_field")),
        ("/trackers/5/start", {"type": "EAT"}, (400, "bad_field")),
        ("/trackers/5/start", {"typ": "TO_GO"}, (400, "bad_field")),
        ("/button", b"{", (400, "bad_body")),
        ("/button", [], (400, "bad_body")),
        ("/button", b" " * 70_000, (413, "bad_body")),
        ("/faults", {"nonsense": 1}, (400, "bad_field")),
        ("/clock", {"advance_s": "soon"}, (400, "bad_field")),
        ("/clock", {"advance_s": 10**12}, (400, "bad_field")),
        ("/room", {"areas": [], "pucks": ["1", "1"]}, (400, "bad_field")),
        ("/move", {"port": 99_999}, (400, "bad_field")),
        ("/repeaters", {"label": "x"}, (409, "not_listening")),
        ("/nothing", {}, (404, "unknown_path")),
    ],
)
def test_mistake_is_named(simulator: Simulator, path: str, body: object, answer: tuple[int, str]) -> None:
    assert refused(simulator, path, body) == answer


def test_wrong_field_is_named(simulator: Simulator) -> None:
    response = simulator.http.post(f"{simulator.control_base}/faults", json={"latency_ms": "slow"})
    assert response.json()["field"] == "latency_ms"


def test_wrong_method_is_named(simulator: Simulator) -> None:
    assert refused(simulator, "/button", {}, "PUT") == (405, "unknown_method")


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({"Host": "evil.example"}, "foreign_host"),
        ({"Origin": "http://evil.example"}, "foreign_origin"),
        ({"Origin": "null"}, "foreign_origin"),
        ({"Sec-Fetch-Site": "cross-site"}, "foreign_origin"),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/button"), ("GET", "/state"), ("GET", "/"), ("GET", "/events")])
def test_foreign_page_is_refused(
    simulator: Simulator, method: str, path: str, headers: dict[str, str], error: str
) -> None:
    response = simulator.http.request(method, simulator.control_base + path, headers=headers)
    assert (response.status_code, response.json()["error"]) == (403, error)
    assert not simulator.state()["button"]["open"]


def test_own_page_is_served(simulator: Simulator) -> None:
    origin = {"Origin": simulator.control_base, "Sec-Fetch-Site": "same-origin"}
    assert simulator.http.post(f"{simulator.control_base}/button", headers=origin).status_code == 200


def test_every_answer_has_the_strict_policy(simulator: Simulator) -> None:
    for path in ("/", "/state", "/page/room.mjs", "/nothing"):
        headers = simulator.http.get(simulator.control_base + path).headers
        assert "default-src 'none'; script-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_page_folder_has_no_way_out(simulator: Simulator) -> None:
    for path in ("/page/..%2fstorage.py", "/page/storage.py", "/page/"):
        assert simulator.http.get(simulator.control_base + path).status_code == 404


def test_power_cut_is_silence_and_comes_back(paired: Simulator) -> None:
    paired.control("/trackers/5/start")
    with paired.socket() as socket:
        socket.next()
        paired.control("/power", {"on": False})
        assert socket.close_code() == 1006
    with pytest.raises(httpx.TransportError):
        paired.call("GET", "")
    assert refused(paired, "/trackers/5/clear", {}) == (409, "no_power")
    paired.control("/power", {"on": True})
    with paired.socket() as socket:
        assert socket.next()["count"] == 1
        paired.control("/trackers/5/clear")
        assert socket.next()["seq"] == 1


def test_power_cut_closes_the_window(simulator: Simulator) -> None:
    simulator.control("/button")
    simulator.control("/power", {"on": False})
    simulator.control("/power", {"on": True})
    assert simulator.answer("GET", "/accesstoken/generate") == (403, -3)


def test_slow_order_is_not_made_after_the_power_was_cut(paired: Simulator) -> None:
    paired.fault(latency_ms=500)
    worker = threading.Thread(target=lambda: lost(paired))
    worker.start()
    time.sleep(0.1)
    paired.control("/power", {"on": False})
    worker.join()
    time.sleep(0.6)
    assert paired.state()["orders"] == []


def lost(simulator: Simulator) -> None:
    with pytest.raises(httpx.TransportError):
        simulator.call("POST", "/activeorders", {"name": "5", "orderType": "TO_GO"})


def test_gateway_that_moves_answers_elsewhere(paired: Simulator) -> None:
    before = paired.ready["port"]
    moved = paired.control("/move")["port"]
    with pytest.raises(httpx.TransportError):
        paired.call("GET", "")
    paired.ready["port"] = moved
    assert paired.answer("GET", "/activeorders") == (200, 5)
    paired.ready["port"] = paired.control("/move", {"port": before})["port"]
    assert paired.answer("GET", "/activeorders") == (200, 5)


def test_move_to_a_taken_port_changes_nothing(paired: Simulator) -> None:
    assert refused(paired, "/move", {"port": paired.ready["control_port"]}) == (409, "port_taken")
    assert paired.answer("GET", "/activeorders") == (200, 5)


def test_factory_reset_forgets_tokens_and_orders(paired: Simulator) -> None:
    paired.control("/trackers/5/start")
    paired.control("/reset")
    assert paired.answer("GET", "/activeorders") == (401, -2)
    assert (paired.state()["orders"], paired.state()["tokens"]) == ([], [])


def test_room_is_data(simulator: Simulator) -> None:
    room: Json = {"areas": [{"name": MARKUP, "tables": [{"name": MARKUP, "tag": None}]}], "pucks": ["500"]}
    assert simulator.control("/room", room)["room"] == room
    assert simulator.control("/trackers/500/start")["order"]["name"] == "500"


def test_stream_tells_of_each_change(simulator: Simulator) -> None:
    with httpx.stream("GET", f"{simulator.control_base}/events", timeout=10, trust_env=False) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        states = (json.loads(line[6:]) for line in response.iter_lines() if line.startswith("data: "))
        assert next(states)["orders"] == []
        simulator.control("/trackers/5/start")
        assert any(state["orders"] for state, _ in zip(states, range(5), strict=False))


def test_frames_go_by_without_a_token(paired: Simulator) -> None:
    with paired.socket() as socket:
        socket.next()
        paired.control("/trackers/5/start")
        socket.next()
    frames = paired.state()["frames"]
    assert "ORDER_CREATED" in [frame["what"] for frame in frames]
    assert paired.token not in json.dumps(frames)
