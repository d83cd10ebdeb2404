"""The seed's own frames pass; the same with anything moved, missing, added or of another type do not."""

import json
from typing import Any

import pytest

from tests.clients.strict_json import Unexpected, compact
from tests.clients.v1_frames import BoardOrder, ErrorFrame, GuestStatus, OpenOrders, V1Reader

LISTED: dict[str, Any] = {
    "order_status": "accepted",
    "order_id": "531bcab3-0774-4ec5-800b-4397ff45b7df",
    "order_items": {"13": 4, "18": 5},
    "venue_id": "1",
    "order_time": 1594050382061,
    "table_number": "24",
}
OLDER = LISTED | {"order_id": "6a7da4f7-a646-46a3-a033-cfb53e69386f", "order_time": 1594045746753}
TO_BOARD: dict[str, Any] = {
    "order_id": "0bc09aea-f152-4386-b1b0-f741f1e01fff",
    "order_time": 1594120013360,
    "venue_id": "1",
    "table_number": "1",
    "order_status": "pending",
    "order_items": {"13": 4, "18": 5},
}
TO_GUEST: dict[str, Any] = {
    "order_status": "completed",
    "order_id": "0bc09aea-f152-4386-b1b0-f741f1e01fff",
    "order_items": {"product_name": "carlsberg", "product_price": "3.20"},
    "order_time": 1594120013360,
    "venue_id": "1",
    "table_number": "1",
}
ERROR = {"message": "Forbidden", "connectionId": "c", "requestId": "r"}


def board_reads(frame: object) -> object:
    return V1Reader("1", None).read(compact(frame), 0.0)


def guest_reads(frame: object) -> object:
    return V1Reader("1", "1").read(compact(frame), 0.0)


def test_the_frames_of_the_seed_pass() -> None:
    assert isinstance(board_reads(TO_BOARD), BoardOrder)
    assert isinstance(guest_reads(TO_GUEST), GuestStatus)
    assert isinstance(board_reads({"openOrders": [LISTED, OLDER]}), OpenOrders)
    assert isinstance(guest_reads(ERROR), ErrorFrame)


def test_the_order_of_items_is_kept() -> None:
    status = guest_reads(TO_GUEST | {"order_items": {"18": 5, "13": 4}})
    assert isinstance(status, GuestStatus)
    assert status.items_text == '{"18":5,"13":4}'


@pytest.mark.parametrize("frame", [TO_GUEST, LISTED, {"openOrders": [TO_BOARD]}, {"openOrders": LISTED}])
def test_a_board_refuses_another_order_of_keys(frame: object) -> None:
    with pytest.raises(Unexpected):
        board_reads(frame)


@pytest.mark.parametrize("frame", [TO_BOARD, LISTED, {"openOrders": []}, {}, ERROR | {"code": "x"}])
def test_a_guest_refuses_what_is_not_for_guests(frame: object) -> None:
    with pytest.raises(Unexpected):
        guest_reads(frame)


@pytest.mark.parametrize(
    "wrong",
    [
        {"order_id": "0BC09AEA-F152-4386-B1B0-F741F1E01FFF"},
        {"order_id": 7},
        {"order_time": 1594120013},
        {"order_time": "1594120013360"},
        {"order_time": True},
        {"venue_id": 1},
        {"venue_id": "2"},
        {"table_number": "2"},
        {"order_status": ""},
        {"order_status": "x" * 33},
        {"order_status": "two\nlines"},
        {"order_items": {}},
        {"order_items": {"13": 0}},
        {"order_items": {"13": "4"}},
        {"order_items": [["13", 4]]},
        {"order_items": {"product_name": "carlsberg", "product_price": 3}},
        {"one": "more"},
    ],
)
def test_wrong_values_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Unexpected):
        guest_reads(TO_GUEST | wrong)


def test_a_missing_key_is_refused() -> None:
    for key in TO_GUEST:
        with pytest.raises(Unexpected):
            guest_reads({name: value for name, value in TO_GUEST.items() if name != key})


def test_white_space_is_refused() -> None:
    with pytest.raises(Unexpected, match="not compact"):
        V1Reader("1", "1").read(json.dumps(TO_GUEST), 0.0)


def test_a_board_of_version_1_hears_of_new_orders_only() -> None:
    with pytest.raises(Unexpected, match="new orders only"):
        board_reads(TO_BOARD | {"order_status": "accepted"})


@pytest.mark.parametrize(
    "orders",
    [[OLDER, LISTED], [LISTED, LISTED], [LISTED | {"order_status": "completed"}]],
    ids=["old", "twice", "done"],
)
def test_a_list_out_of_shape_is_refused(orders: list[object]) -> None:
    with pytest.raises(Unexpected):
        board_reads({"openOrders": orders})


def test_one_socket_has_one_connection_id_and_another_request_id_each_time() -> None:
    for second in ({"connectionId": "other", "requestId": "r2"}, {"requestId": "r"}):
        reader = V1Reader("1", "1")
        reader.read(compact(ERROR), 0.0)
        with pytest.raises(Unexpected):
            reader.read(compact(ERROR | second), 0.0)
