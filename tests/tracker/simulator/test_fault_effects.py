"""Every fault, seen from a client's side (API reference, sections 14.11 and 15)."""

import json
import time
from datetime import datetime, timedelta

import pytest
from websockets.exceptions import InvalidStatus

from tests.tracker.simulator.running import Json, Simulator
from tracker.simulator.faults import Faults


def start(simulator: Simulator, puck: str = "5") -> Json:
    return dict(simulator.control(f"/trackers/{puck}/start", {"type": "ON_PREMISE"})["order"])


def listed(simulator: Simulator) -> list[Json]:
    return list(simulator.call("GET", "/activeorders").json()["items"])


def test_slow_answers(paired: Simulator) -> None:
    paired.fault(latency_ms=300)
    began = time.monotonic()
    assert paired.call("GET", "").status_code == 200
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize(("fault", "status"), [("html_404", 404), ("html_500", 500), ("rate_limited", 429)])
def test_page_instead_of_json(paired: Simulator, fault: str, status: int) -> None:
    paired.fault(**{fault: True})
    response = paired.call("GET", "/activeorders")
    assert (response.status_code, response.headers["content-type"]) == (status, "text/html; charset=utf-8")


def test_every_token_refused(paired: Simulator) -> None:
    paired.fault(refuse_tokens=True)
    assert paired.answer("GET", "/activeorders") == (401, -2)
    with pytest.raises(InvalidStatus), paired.socket():
        pass
    paired.fault(refuse_tokens=False)
    assert paired.answer("GET", "/activeorders") == (200, 5)


def test_window_that_never_opens(simulator: Simulator) -> None:
    simulator.fault(window_closed=True)
    simulator.control("/button")
    assert simulator.answer("GET", "/accesstoken/generate") == (403, -3)


def test_missing_token_as_400(simulator: Simulator) -> None:
    simulator.fault(missing_token_is_400=True)
    assert simulator.answer("GET", "/activeorders") == (400, -1)


def test_header_of_the_handshake_ignored(paired: Simulator) -> None:
    paired.fault(header_unsupported=True)
    with paired.socket() as socket:
        assert socket.is_silent()
        socket.send(json.dumps({"accesstoken": paired.token}))
        assert socket.next()["type"] == "ACTIVE_ORDERS"


def test_socket_closed_without_a_reason(simulator: Simulator) -> None:
    simulator.fault(refusal_frame=False, refusal_close_code=1008)
    with simulator.socket(by_header=False) as socket:
        socket.send("{}")
        assert socket.close_code() == 1008


def test_sockets_refused(paired: Simulator) -> None:
    paired.fault(refuse_sockets=True)
    with pytest.raises(InvalidStatus) as caught, paired.socket():
        pass
    assert caught.value.response.status_code == 503


def test_sockets_dropped_without_a_close_frame(paired: Simulator) -> None:
    with paired.socket() as socket:
        socket.next()
        paired.fault(drop_sockets=True)
        assert socket.close_code() == 1006
    with paired.socket() as again:
        assert again.close_code() == 1006
    assert paired.answer("GET", "/activeorders") == (200, 5)


def test_lost_notification_leaves_a_gap(paired: Simulator) -> None:
    paired.fault(lose_notifications=1)
    with paired.socket() as socket:
        socket.next()
        start(paired, "5")
        start(paired, "6")
        frame = socket.next()
    assert (frame["name"], frame["seq"]) == ("6", 2)


def test_duplicated_notification(paired: Simulator) -> None:
    paired.fault(duplicate_notifications=1)
    with paired.socket() as socket:
        socket.next()
        start(paired, "5")
        assert socket.next() == socket.next()
        start(paired, "6")
        assert socket.next()["seq"] == 2


def test_reordered_notifications(paired: Simulator) -> None:
    paired.fault(reorder_notifications=1)
    with paired.socket() as socket:
        socket.next()
        paired.call("POST", "/activeorders", {"name": "5", "orderType": "TO_GO"})
        paired.call("DELETE", "/activeorders/5")
        assert [socket.next()["seq"], socket.next()["seq"]] == [2, 1]


def test_notification_that_nothing_follows_comes_late(paired: Simulator) -> None:
    paired.fault(reorder_notifications=1)
    with paired.socket() as socket:
        socket.next()
        start(paired)
        assert socket.next()["seq"] == 1


def test_gap_in_the_sequence(paired: Simulator) -> None:
    paired.fault(seq_gap=5)
    with paired.socket() as socket:
        socket.next()
        start(paired, "5")
        start(paired, "6")
        assert [socket.next()["seq"], socket.next()["seq"]] == [6, 7]


def test_empty_snapshot(paired: Simulator) -> None:
    start(paired)
    paired.fault(empty_snapshot=True)
    assert listed(paired) == []
    with paired.socket() as socket:
        assert socket.next()["items"] == []
    assert len(paired.state()["orders"]) == 1


def test_clear_in_silence(paired: Simulator) -> None:
    start(paired)
    paired.fault(clear_notice="silence")
    with paired.socket() as socket:
        socket.next()
        paired.control("/trackers/5/clear")
        assert socket.is_silent()
    assert listed(paired) == []


def test_clear_under_another_name(paired: Simulator) -> None:
    start(paired)
    paired.fault(clear_notice="order_cleared")
    with paired.socket() as socket:
        socket.next()
        paired.control("/trackers/5/clear")
        assert socket.next()["type"] == "ORDER_CLEARED"


@pytest.mark.parametrize("code", [1009, 1010])
def test_new_order_said_to_be_there(paired: Simulator, code: int) -> None:
    paired.fault(**{f"answer_{code}": True})
    assert paired.answer("POST", "/activeorders", {"name": "5", "orderType": "TO_GO"}) == (200, code)
    assert listed(paired) == []


def test_neutral_answer_with_the_order(paired: Simulator) -> None:
    paired.fault(neutral_with_order=True)
    start(paired)
    answer = paired.call("POST", "/activeorders", {"name": "5", "orderType": "ON_PREMISE"}).json()
    assert (answer["returnCode"], answer["activeorder"]["name"]) == (1009, "5")


def test_created_order_as_201(paired: Simulator) -> None:
    paired.fault(created_status_201=True)
    order = {"name": "5", "orderType": "TO_GO"}
    assert paired.answer("POST", "/activeorders", order) == (201, 5)
    assert paired.answer("POST", "/activeorders", order | {"locationName": "8"}) == (200, 5)


@pytest.mark.parametrize(("path", "other"), [("page", "guest_paging"), ("guest_paging", "page")])
def test_one_path_for_paging_only(paired: Simulator, path: str, other: str) -> None:
    start(paired)
    paired.fault(page_path=path)
    refused = paired.call("POST", f"/activeorders/5/{other}", {})
    assert (refused.status_code, refused.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert paired.answer("POST", f"/activeorders/5/{path}", {}) == (200, 7)


def test_capabilities_not_available(simulator: Simulator) -> None:
    simulator.fault(capabilities_unavailable=True)
    assert simulator.answer("GET", "/capabilities") == (404, -5)


def test_orders_that_clear_themselves(paired: Simulator) -> None:
    start(paired)
    paired.fault(auto_clear_s=3600)
    with paired.socket() as socket:
        socket.next()
        paired.control("/clock", {"advance_s": 3601})
        assert socket.next()["state"] == "cleared"


def test_history_with_active_orders_and_a_total(paired: Simulator) -> None:
    start(paired, "5")
    start(paired, "6")
    paired.fault(history_with_active=True, history_counts_all=True)
    answer = paired.call("GET", "/orders?limit=1").json()
    assert (len(answer["items"]), answer["count"], answer["items"][0]["orderCleared"]) == (1, 2, None)


def test_clock_that_is_wrong(paired: Simulator) -> None:
    start(paired)
    right = datetime.fromisoformat(listed(paired)[0]["created"])
    paired.fault(clock_skew_s=-3600)
    assert datetime.fromisoformat(listed(paired)[0]["created"]) == right - timedelta(hours=1)


def test_times_in_utc_whatever_the_zone(paired: Simulator) -> None:
    start(paired)
    paired.call("POST", "/gateway/settings", {"timezone": "+05:30"})
    local = datetime.fromisoformat(listed(paired)[0]["created"])
    paired.fault(utc_times=True)
    assert local - datetime.fromisoformat(listed(paired)[0]["created"]) == timedelta(hours=5, minutes=30)


def test_other_spelling_of_dining_in(paired: Simulator) -> None:
    start(paired)
    paired.fault(echo_on_premises=True)
    assert listed(paired)[0]["orderType"] == "ON_PREMISES"


def test_elapsed_time_since_the_last_change(paired: Simulator) -> None:
    start(paired)
    paired.control("/clock", {"advance_s": 100})
    paired.control("/trackers/5/locate", {"tag": "7"})
    assert listed(paired)[0]["elapsedTime"] >= 100
    paired.fault(elapsed_since_change=True)
    assert listed(paired)[0]["elapsedTime"] < 100


def test_extra_fields_everywhere(paired: Simulator) -> None:
    normal = start(paired)
    paired.fault(extra_fields=True)
    assert listed(paired)[0].keys() > normal.keys()
    assert "firmware" in paired.call("GET", "/activeorders").json()


def test_missing_fields(paired: Simulator) -> None:
    start(paired)
    paired.fault(missing_fields=True)
    assert {"paged", "elapsedTime", "stateChanged"}.isdisjoint(listed(paired)[0])
    assert "returnCode" not in paired.call("GET", "/activeorders").json()


def test_keys_in_any_order(paired: Simulator) -> None:
    start(paired)
    paired.fault(scrambled_keys=True)
    orders = {tuple(listed(paired)[0]) for _ in range(10)}
    assert len(orders) > 1
    assert len({frozenset(keys) for keys in orders}) == 1


def test_every_fault_has_its_test() -> None:
    """A switch that is added is shown here to do something, or in another file."""
    with open(__file__) as file:
        text = file.read()
    elsewhere = {"token_timeout_s", "paging_unavailable", "answer_1009", "answer_1010"}
    assert [name for name in Faults.model_fields if name not in text and name not in elsewhere] == []
