"""Every endpoint of the API reference's section 6 with each of its answers, over real HTTP."""

import http.server
import json
import queue
import threading
from collections.abc import Iterator

import pytest

from tests.tracker.simulator.running import Json, Simulator

UNKNOWN = "6f2e31f4-98ce-4f3b-9a3b-0f5c0ec2f1a0"


def place(simulator: Simulator, name: str = "5", **more: object) -> Json:
    response = simulator.call("POST", "/activeorders", {"name": name, "orderType": "ON_PREMISE", **more})
    assert response.status_code == 200, response.text
    return dict(response.json())


def test_online_needs_no_token(simulator: Simulator) -> None:
    response = simulator.call("GET", "")
    assert response.status_code == 200
    assert isinstance(response.json(), dict)


def test_unknown_path_is_a_page_and_no_json(simulator: Simulator) -> None:
    for path in ("/nothing", "/activeorders/5/nothing", "/activeorders/"):
        response = simulator.call("GET", path)
        assert (response.status_code, response.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_what_is_in_the_path_cannot_become_html(simulator: Simulator) -> None:
    assert "<script>" not in simulator.call("GET", "/%3Cscript%3E").text


def test_unknown_method_is_a_page_too(simulator: Simulator) -> None:
    assert simulator.call("PUT", "/activeorders").status_code == 405


def test_token_is_given_after_the_button_only(simulator: Simulator) -> None:
    assert simulator.answer("GET", "/accesstoken/generate") == (403, -3)
    simulator.control("/button")
    assert simulator.answer("GET", "/accesstoken/generate?name=a%20b") == (400, -4)
    answer = simulator.call("GET", "/accesstoken/generate?name=POS1").json()
    assert (answer["status"], answer["returnCode"], answer["token"]["name"]) == (201, 2, "POS1")
    assert answer["token"].keys() == {"name", "token", "creation_date", "last_used", "ip_address"}
    assert simulator.answer("GET", "/accesstoken/generate") == (403, -3)


def test_window_is_over_after_two_minutes(simulator: Simulator) -> None:
    simulator.control("/button")
    simulator.control("/clock", {"advance_s": 121})
    assert simulator.answer("GET", "/accesstoken/generate") == (403, -3)


def test_token_makes_tokens_without_the_button(paired: Simulator) -> None:
    made = paired.call("POST", "/accesstoken/generate", {"name": "Kitchen"})
    assert (made.status_code, made.json()["token"]["name"]) == (201, "Kitchen")
    assert paired.answer("POST", "/accesstoken/generate", {"name": "!"}) == (400, -4)
    assert paired.answer("POST", "/accesstoken/generate", {"name": 5}) == (400, -4)
    assert paired.call("POST", "/accesstoken/generate", {}, token="").status_code == 401


def test_tokens_are_listed_without_their_values(paired: Simulator) -> None:
    shown = paired.call("GET", "/accesstoken")
    assert (shown.json()["returnCode"], shown.json()["token"]["ip_address"]) == (1, None)
    listed = paired.call("GET", "/accesstoken/all")
    assert (listed.json()["returnCode"], listed.json()["count"]) == (3, 1)
    assert listed.json()["items"][0]["ip_address"] == "127.0.0.1"
    assert paired.token not in shown.text + listed.text


def test_revoked_token_opens_nothing(paired: Simulator) -> None:
    assert paired.answer("DELETE", "/accesstoken") == (200, 1001)
    assert paired.answer("GET", "/accesstoken") == (401, -2)


SECURED = [
    ("GET", "/accesstoken"),
    ("DELETE", "/accesstoken"),
    ("GET", "/accesstoken/all"),
    ("POST", "/accesstoken/generate"),
    ("GET", "/activeorders"),
    ("POST", "/activeorders"),
    ("DELETE", "/activeorders"),
    ("GET", "/activeorders/5"),
    ("DELETE", "/activeorders/5"),
    ("POST", "/activeorders/5/page"),
    ("DELETE", "/activeorders/5/page"),
    ("POST", "/activeorders/5/guest_paging"),
    ("GET", "/orders"),
    ("GET", f"/orders/{UNKNOWN}"),
    ("GET", "/statistics"),
    ("GET", "/statistics/"),
    ("GET", "/gateway/settings"),
    ("POST", "/gateway/settings"),
    ("GET", "/repeaters"),
    ("DELETE", "/repeaters"),
    ("POST", "/repeaters/beginPairing"),
    ("POST", "/repeaters/endPairing"),
    ("POST", "/register"),
]


@pytest.mark.parametrize(("method", "path"), SECURED)
def test_secured_endpoint_wants_a_token(simulator: Simulator, method: str, path: str) -> None:
    def refused(headers: dict[str, str]) -> tuple[int, int]:
        response = simulator.http.request(method, simulator.api_base + path, headers=headers)
        body = response.json()
        assert body.keys() == {"status", "message", "returnCode"}
        assert body["status"] == response.status_code
        return response.status_code, body["returnCode"]

    assert refused({}) == (401, -2)
    assert refused({"Authorization": "Basic x"}) == (400, -1)
    assert refused({"Authorization": "Bearer " + "0" * 48}) == (401, -2)


def test_order_is_made_as_documented(paired: Simulator) -> None:
    answer = place(paired)
    order = answer["activeorder"]
    assert (answer["status"], answer["returnCode"]) == (200, 5)
    assert {key: order[key] for key in ("name", "orderType", "locationName", "state", "paged", "elapsedTime")} == {
        "name": "5",
        "orderType": "ON_PREMISE",
        "locationName": "",
        "state": "started",
        "paged": False,
        "elapsedTime": 0,
    }
    assert order["created"] == order["stateChanged"]
    assert len(order["created"]) == len("2026-05-01T18:00:00")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, -8),
        ({"name": "x"}, -9),
        ({"name": "5"}, -11),
        ({"name": "5", "orderType": "x"}, -12),
        ({"name": "5", "orderType": "TO_GO", "locationName": "x"}, -10),
        (b"{", -31),
        (b"[]", -31),
    ],
)
def test_wrong_order_is_refused_by_its_code(paired: Simulator, body: object, code: int) -> None:
    assert paired.answer("POST", "/activeorders", body) == (400, code)
    assert paired.state()["orders"] == []


def test_active_order_is_changed_by_the_same_verb(paired: Simulator) -> None:
    made = place(paired)["activeorder"]
    assert paired.answer("POST", "/activeorders", {"name": "5", "orderType": "ON_PREMISES"}) == (200, 1009)
    moved = place(paired, locationName="8")["activeorder"]
    assert (moved["uuid"], moved["state"], moved["locationName"]) == (made["uuid"], "located", "8")
    again = {"name": "5", "orderType": "ON_PREMISE", "locationName": "8"}
    assert paired.answer("POST", "/activeorders", again) == (200, 1010)


def test_order_is_shown_by_name_and_by_uuid(paired: Simulator) -> None:
    order = place(paired)["activeorder"]
    for key in ("5", order["uuid"]):
        answer = paired.call("GET", f"/activeorders/{key}").json()
        assert (answer["returnCode"], answer["activeorder"]["uuid"]) == (6, order["uuid"])
    assert paired.answer("GET", "/activeorders/6") == (404, -6)
    assert paired.answer("GET", f"/activeorders/{UNKNOWN}") == (404, -6)
    assert paired.answer("GET", "/activeorders/five") == (400, -7)


def test_orders_are_listed_with_their_number(paired: Simulator) -> None:
    place(paired, "5")
    place(paired, "523")
    answer = paired.call("GET", "/activeorders").json()
    assert (answer["returnCode"], answer["count"]) == (5, 2)
    assert [item["name"] for item in answer["items"]] == ["5", "523"]


def test_order_is_cleared_once(paired: Simulator) -> None:
    place(paired)
    answer = paired.call("DELETE", "/activeorders/5").json()
    assert (answer["returnCode"], answer["activeorder"]["state"]) == (6, "cleared")
    assert paired.answer("DELETE", "/activeorders/5") == (404, -6)
    assert paired.answer("DELETE", "/activeorders/x") == (400, -7)


def test_all_orders_are_cleared_at_once(paired: Simulator) -> None:
    place(paired, "5")
    place(paired, "6")
    answer = paired.call("DELETE", "/activeorders").json()
    assert (answer["returnCode"], answer["count"]) == (5, 2)
    assert {item["state"] for item in answer["items"]} == {"cleared"}
    assert paired.state()["orders"] == []


@pytest.mark.parametrize("path", ["page", "guest_paging"])
def test_order_with_a_puck_is_paged(paired: Simulator, path: str) -> None:
    place(paired)
    answer = paired.call("POST", f"/activeorders/5/{path}", {"tracking": "true"}).json()
    assert (answer["status"], answer["returnCode"], answer["activeorder"]["paged"]) == (200, 7, True)


def test_page_is_stopped_once(paired: Simulator) -> None:
    place(paired)
    paired.call("POST", "/activeorders/5/page")
    assert paired.answer("DELETE", "/activeorders/5/page") == (200, 1002)
    assert paired.answer("DELETE", "/activeorders/5/page") == (200, 1003)
    assert paired.answer("DELETE", "/activeorders/6/page") == (404, -6)


def test_what_cannot_be_paged_says_why(paired: Simulator) -> None:
    place(paired, "5")
    place(paired, "523")
    assert paired.answer("POST", "/activeorders/6/page", {}) == (404, -6)
    assert paired.answer("POST", "/activeorders/x/page", {}) == (400, -7)
    assert paired.answer("POST", "/activeorders/5/page", {"tracking": "maybe"}) == (400, -15)
    assert paired.answer("POST", "/activeorders/523/page", {}) == (400, -14)
    paired.fault(paging_unavailable=True)
    assert paired.answer("POST", "/activeorders/5/page", {}) == (400, -13)


def test_page_without_tracking_ends_by_itself(paired: Simulator) -> None:
    place(paired)
    paired.call("POST", "/activeorders/5/page", {"tracking": False})
    paired.control("/clock", {"advance_s": 61})
    assert paired.state()["orders"][0]["paged"] is False


def test_history_holds_cleared_orders_for_two_weeks(paired: Simulator) -> None:
    uuid = place(paired, locationName="8")["activeorder"]["uuid"]
    paired.call("DELETE", "/activeorders/5")
    answer = paired.call("GET", "/orders").json()
    assert (answer["returnCode"], answer["count"]) == (8, 1)
    (item,) = answer["items"]
    keys = {"type", "name", "uuid", "orderType", "locationName", "orderStarted", "orderLocated", "orderCleared"}
    assert (item.keys(), item["type"], item["locationName"]) == (keys, "ORDER_SUMMARY", "8")
    one = paired.call("GET", f"/orders/{uuid}").json()
    assert (one["returnCode"], one["order"]["uuid"]) == (9, uuid)
    paired.control("/clock", {"advance_s": 14 * 86_400})
    assert paired.call("GET", "/orders").json()["count"] == 0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=101", -23),
        ("offset=x", -24),
        ("created_after=x", -25),
        ("created_before=x", -26),
        ("order_type=x", -12),
        ("location_name=x", -10),
    ],
)
def test_wrong_query_is_refused_by_its_code(paired: Simulator, query: str, code: int) -> None:
    assert paired.answer("GET", f"/orders?{query}") == (400, code)


def test_history_knows_no_such_order(paired: Simulator) -> None:
    assert paired.answer("GET", "/orders/5") == (400, -27)
    assert paired.answer("GET", f"/orders/{UNKNOWN}") == (404, -6)


def test_statistics_use_the_gateways_target(paired: Simulator) -> None:
    place(paired)
    paired.call("DELETE", "/activeorders/5")
    paired.call("POST", "/gateway/settings", {"targetTimeDefault": 350})
    answer = paired.call("GET", "/statistics/").json()
    assert (answer["returnCode"], answer["statistics"]["targetTime"]) == (10, 350.0)
    assert (answer["statistics"]["ordersToday"], answer["statistics"]["percentGoal"]) == (1.0, 100.0)
    assert paired.call("GET", "/statistics?target_time=60").json()["statistics"]["targetTime"] == 60.0
    assert paired.answer("GET", "/statistics?target_time=0") == (400, -22)


def test_settings_are_changed_all_or_none(paired: Simulator) -> None:
    assert paired.answer("POST", "/gateway/settings", {"timezone": "America/New_York"}) == (200, 1004)
    assert paired.answer("POST", "/gateway/settings", {"targetTimeDefault": 60, "x": 1}) == (400, -20)
    assert paired.answer("POST", "/gateway/settings", {"targetTimeDefault": 60, "timezone": "x"}) == (400, -21)
    answer = paired.call("GET", "/gateway/settings").json()
    expected = {"zigbeePreset": "A", "targetTimeDefault": 300, "timezone": "America/New_York"}
    assert (answer["returnCode"], answer["settings"]) == (13, expected)


def test_repeaters_join_while_the_gateway_listens(paired: Simulator) -> None:
    assert paired.answer("POST", "/repeaters/beginPairing", {"timeout": 255}) == (400, -16)
    assert paired.answer("POST", "/repeaters/beginPairing", {"timeout": 254}) == (200, 1012)
    paired.control("/repeaters", {"label": "Garden"})
    assert paired.answer("POST", "/repeaters/endPairing", {}) == (200, 1013)
    assert paired.answer("POST", "/repeaters/beginPairing", {"timeout": 0}) == (200, 1013)
    answer = paired.call("GET", "/repeaters?refresh=true").json()
    assert (answer["returnCode"], answer["count"], answer["repeaters"][0]["label"]) == (15, 1, "Garden")
    assert paired.answer("GET", "/repeaters?refresh=x") == (400, -15)
    assert paired.answer("DELETE", "/repeaters") == (200, 1006)
    assert paired.call("GET", "/repeaters").json()["repeaters"] == []


def test_gateway_is_activated_once(simulator: Simulator) -> None:
    assert simulator.call("GET", "/gateway/activate").json()["state"] == "NOT_CONFIGURED"
    assert simulator.answer("POST", "/gateway/activate", {}) == (400, -18)
    assert simulator.answer("POST", "/gateway/activate", {"deviceCode": "x"}) == (400, -17)
    assert simulator.answer("POST", "/gateway/activate", {"deviceCode": "999-9999-999"}) == (400, -19)
    assert simulator.answer("POST", "/gateway/activate", {"deviceCode": "012-3456-789"}) == (200, 1011)
    assert simulator.answer("POST", "/gateway/activate", {"deviceCode": "012-3456-789"}) == (200, 1008)
    assert simulator.call("GET", "/gateway/activate").json()["returnCode"] == 12


@pytest.mark.parametrize(
    ("path", "code"), [("/capabilities", 4), ("/gateway", 11), ("/gateway/check", 14), ("/trackers", 18)]
)
def test_undocumented_endpoint_answers_its_code(simulator: Simulator, path: str, code: int) -> None:
    assert simulator.answer("GET", path) == (200, code)


def test_check_knows_its_two_mistakes(simulator: Simulator) -> None:
    assert simulator.answer("GET", "/gateway/check?timeout=x") == (400, -33)
    assert simulator.answer("GET", "/gateway/check?timeout=999") == (400, -34)


def test_cleared_inventory_pages_nobody(paired: Simulator) -> None:
    place(paired)
    assert paired.answer("DELETE", "/trackers") == (200, 1007)
    assert paired.answer("POST", "/activeorders/5/page", {}) == (400, -14)


@pytest.fixture
def webhook() -> Iterator[tuple[str, "queue.Queue[Json]"]]:
    """An address that takes what is posted, and what came."""
    came: queue.Queue[Json] = queue.Queue()

    class Taker(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taker) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/notify", came
        server.shutdown()
        thread.join()


def test_webhook_hears_of_changes(paired: Simulator, webhook: tuple[str, "queue.Queue[Json]"]) -> None:
    address, came = webhook
    assert paired.answer("POST", "/register", {"http_client": address}) == (200, 1005)
    place(paired)
    body = came.get(timeout=10)
    assert (body["type"], body["name"], body["state"]) == ("ORDER_CREATED", "5", "started")


def test_webhook_is_registered_by_an_address(paired: Simulator) -> None:
    assert paired.answer("POST", "/register", {}) == (400, -28)
    assert paired.answer("POST", "/register", {"http_client": "x"}) == (400, -29)
    assert paired.answer("DELETE", "/register", {"http_client": "http://127.0.0.1:9/x"}) == (404, -30)


def test_dead_webhook_hinders_nobody(paired: Simulator) -> None:
    assert paired.answer("POST", "/register", {"http_client": "http://127.0.0.1:9/x"}) == (200, 1005)
    assert place(paired)["activeorder"]["name"] == "5"
    assert paired.answer("DELETE", "/register", {"http_client": "http://127.0.0.1:9/x"}) == (200, 19)


def test_body_without_end_is_refused(paired: Simulator) -> None:
    assert paired.call("POST", "/activeorders", b" " * 70_000).status_code == 413
