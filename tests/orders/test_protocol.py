"""The onTap protocol as rules: every JSON block of the founding document, to the byte."""

import json
import uuid
from pathlib import Path
from typing import Any

import orjson
import pytest

from orders import protocol
from orders.errors import Forbidden, Refused
from orders.protocol import Speaker
from orders.render import whole_order
from orders.requests import MoveOrder, OpenOrders, PlaceOrder, Request

SAMPLES = Path(__file__).parent.parent / "wire_samples"
GUEST = Speaker(1, board=False, version=1, table_number="1")
BOARD = Speaker(1, board=True, version=1)
BOARD_V2 = Speaker(1, board=True, version=2)
GUEST_V2 = Speaker(1, board=False, version=2, table_number="1")


EMPTY = (
    *("reason", "client_order_id", "accepted_at", "ready_at", "finished_at", "paid_at", "tracker_number"),
    *("located_table", "location_mismatch", "tracker_state", "tracker_type", "session_id", "by_staff", "verified"),
    *(
        "moved_from",
        "to_go",
        "first_of_session",
        "possible_duplicate_of",
        "changed_by",
        "undo_seq",
        "undo_until",
        "undo_state",
        "test",
        "id_checked",
    ),
)


def sample(name: str) -> str:
    return (SAMPLES / f"{name}.json").read_text()


def compact(text: str) -> str:
    return json.dumps(json.loads(text), separators=(",", ":"))


def parse(text: str, speaker: Speaker = GUEST) -> Request:
    return protocol.parse_request(protocol.read_frame(text), speaker)


def row(frame: dict[str, Any], state: str, status: str) -> dict[str, Any]:
    """An order's row as the database would give it for this frame."""
    return {
        "id": uuid.UUID(frame["order_id"]),
        "number": 1,
        "venue_id": int(frame["venue_id"]),
        "table_number": frame["table_number"],
        "placed_at": protocol.from_ms(frame["order_time"]),
        "state": state,
        "order_status": status,
        "order_items": json.dumps(frame["order_items"], separators=(",", ":")),
        "lines_json": "[]",
        "total": "3.20",
        "lines_done": "[]",
    } | dict.fromkeys(EMPTY)


def shown(frame: dict[str, Any], state: str, status: str) -> Any:
    """The whole order as a feed has it: through the text that an event keeps."""
    return orjson.loads(orjson.dumps(whole_order(row(frame, state, status))))


def test_order_reaches_the_board_in_the_seeds_frame() -> None:
    frame = json.loads(sample("order.response"))
    assert protocol.board_frame(shown(frame, "pending", "pending")) == compact(sample("order.response"))


@pytest.mark.parametrize("action", ["acceptorder", "completeorder"])
def test_status_reaches_the_table_in_the_seeds_frame(action: str) -> None:
    frame = json.loads(sample(f"{action}.response"))
    status = frame["order_status"]
    assert protocol.status_frame(shown(frame, status, status)) == compact(sample(f"{action}.response"))


def test_open_orders_are_listed_in_the_seeds_frame() -> None:
    listed = json.loads(sample("openorders.response"))["openOrders"]
    orders = [shown(frame, frame["order_status"], frame["order_status"]) for frame in listed]
    assert protocol.open_orders_frame(orders) == compact(sample("openorders.response"))


def test_the_seeds_requests_are_understood() -> None:
    order = parse(sample("order.request"))
    assert isinstance(order, PlaceOrder)
    assert [(line.product_id, line.quantity) for line in order.lines] == [(13, 4), (18, 5)]
    assert order.order_items == '{"13":4,"18":5}'
    assert parse(sample("openorders.request"), BOARD) == OpenOrders()
    accept = parse(sample("acceptorder.request"), BOARD)
    assert isinstance(accept, MoveOrder)
    assert (accept.move.target, accept.move.status) == ("accepted", "accepted")
    assert accept.order_time is not None
    assert protocol.to_ms(accept.order_time) == 1594120013360
    complete = parse(sample("completeorder.request"), BOARD)
    assert isinstance(complete, MoveOrder)
    assert complete.move.target == "completed"


def test_the_seeds_second_form_of_items_is_one_of_the_named_product() -> None:
    items = json.loads(sample("completeorder.response"))["order_items"]
    frame = json.loads(sample("order.request")) | {"order_items": items}
    order = parse(json.dumps(frame))
    assert isinstance(order, PlaceOrder)
    (line,) = order.lines
    assert (line.name, line.price, line.quantity) == ("carlsberg", "3.20", 1)
    assert order.order_items == '{"product_name":"carlsberg","product_price":"3.20"}'


def test_items_keep_the_order_of_their_keys() -> None:
    order = parse('{"action":"order","venue_id":"1","table_number":"1","order_items":{"18":1,"2":3,"10":2}}')
    assert isinstance(order, PlaceOrder)
    assert order.order_items == '{"18":1,"2":3,"10":2}'


@pytest.mark.parametrize("state", ["cancelled", "rejected"])
def test_a_version_1_guest_reads_rejected_for_what_will_not_be_made(state: str) -> None:
    frame = json.loads(sample("order.response"))
    assert json.loads(protocol.status_frame(shown(frame, state, state)))["order_status"] == "rejected"


def test_a_version_1_guest_reads_ready_whatever_the_words() -> None:
    frame = json.loads(sample("order.response"))
    assert json.loads(protocol.status_frame(shown(frame, "ready", "at the pass")))["order_status"] == "ready"


@pytest.mark.parametrize(
    ("speaker", "action"),
    [
        (GUEST, "acceptorder"),
        (GUEST, "completeorder"),
        (GUEST, "openorders"),
        (GUEST, "cancelorder"),
        (GUEST_V2, "acceptorder"),
        (GUEST_V2, "undoorder"),
        (BOARD, "undoorder"),
        (BOARD, "readyorder"),
        (BOARD, "moveorder"),
        (GUEST_V2, "moveorder"),
        (BOARD_V2, "nope"),
        (BOARD, "__class__"),
    ],
)
def test_an_action_that_is_not_this_speakers_is_forbidden(speaker: Speaker, action: str) -> None:
    with pytest.raises(Forbidden) as refusal:
        protocol.parse_request({"action": action, "venue_id": "1"}, speaker)
    assert refusal.value.message == "Forbidden"


def test_a_word_that_names_another_state_is_refused() -> None:
    frame = json.loads(sample("acceptorder.request")) | {"order_status": "completed"}
    with pytest.raises(Refused) as refusal:
        protocol.parse_request(frame, BOARD)
    assert (refusal.value.code, refusal.value.field) == ("wrong_status", "order_status")


def test_other_words_are_kept_as_they_are() -> None:
    frame = json.loads(sample("acceptorder.request")) | {"order_status": "Being poured"}
    request = protocol.parse_request(frame, BOARD)
    assert isinstance(request, MoveOrder)
    assert (request.move.target, request.move.status) == ("accepted", "Being poured")


def test_rejected_by_acceptorder_rejects() -> None:
    frame = json.loads(sample("acceptorder.request")) | {"order_status": "rejected"}
    request = protocol.parse_request(frame, BOARD)
    assert isinstance(request, MoveOrder)
    assert request.move.target == "rejected"


@pytest.mark.parametrize("key", ["venue_id", "table_number"])
def test_the_body_speaks_of_the_sockets_own_venue_and_table(key: str) -> None:
    frame = json.loads(sample("order.request")) | {key: "2"}
    with pytest.raises(Refused) as refusal:
        protocol.parse_request(frame, GUEST)
    assert refusal.value.field == key


def test_unknown_keys_are_ignored() -> None:
    frame = json.loads(sample("order.request")) | {"colour": [1, {"deep": None}]}
    assert isinstance(protocol.parse_request(frame, GUEST), PlaceOrder)


@pytest.mark.parametrize("text", ['{"a":1,"a":1}', '{"action": "order", "order_items": {"13": 1, "13": 2}}'])
def test_a_key_that_is_there_twice_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        protocol.read_frame(text)
    assert refusal.value.code == "bad_json"


def test_an_error_of_version_1_has_the_three_keys_of_the_seeds_host() -> None:
    text = protocol.error_frame(1, Forbidden(), "abc=", "r-1", protocol.Echo())
    assert text == '{"message":"Forbidden","connectionId":"abc=","requestId":"r-1"}'


def test_an_error_of_version_2_names_code_field_and_request() -> None:
    text = protocol.error_frame(2, Refused("no", "sold_out", "lines"), "c", "r", protocol.Echo(client_order_id="k1"))
    assert json.loads(text) == {
        "type": "error",
        "message": "no",
        "connectionId": "c",
        "requestId": "r",
        "code": "sold_out",
        "field": "lines",
        "client_order_id": "k1",
    }


def test_a_guest_is_not_told_what_concerns_staff_only() -> None:
    frame = json.loads(sample("order.response"))
    told = protocol.for_guest(shown(frame, "pending", "pending"))
    assert {"verified", "possible_duplicate_of", "changed_by", "session_id", "undo"}.isdisjoint(told)
    assert told["order_items"] == {"13": 4, "18": 5}


def test_milliseconds_survive_the_way_there_and_back() -> None:
    for ms in (0, 1594120013360, 1594120013361, 1795292040449, 4102444799999):
        assert protocol.to_ms(protocol.from_ms(ms)) == ms
