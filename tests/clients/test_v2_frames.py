"""Version 2 frames become typed objects; halves, strangers and another's orders do not pass."""

from typing import Any

import pytest

from tests.clients.strict_json import Unexpected, compact
from tests.clients.v2_frames import (
    Ack,
    ErrorFrame,
    Frame,
    Heartbeat,
    Hello,
    Notice,
    OrderEvent,
    SessionEnded,
    Snapshot,
    V2Reader,
)

ID = "0bc09aea-f152-4386-b1b0-f741f1e01fff"
ORDER: dict[str, Any] = {
    "order_id": ID,
    "order_number": 12,
    "order_time": 1594120013360,
    "venue_id": "1",
    "table_number": "1",
    "state": "pending",
    "order_status": "pending",
    "order_items": {"13": 4},
    "lines": [],
    "total": "3.20",
}
HELLO: dict[str, Any] = {
    "type": "hello",
    "epoch": "e",
    "seq": 4,
    "venue": "1",
    "role": "guest",
    "heartbeat_s": 15,
}
SNAPSHOT: dict[str, Any] = {
    "type": "snapshot",
    "epoch": "e",
    "seq": 4,
    "orders": [],
    "menu_version": 1,
    "paused": None,
    "boards_online": 1,
}
EVENT: dict[str, Any] = {"type": "order", "epoch": "e", "seq": 5, "change": "placed", "order": ORDER}
ACK: dict[str, Any] = {"type": "ack", "client_order_id": "k", "order_id": ID, "order_number": 12, "seq": 5}
ERROR: dict[str, Any] = {
    "type": "error",
    "message": "Sold out",
    "connectionId": "c",
    "requestId": "r",
    "code": "sold_out",
    "field": None,
}


def read(frame: object, table_number: str | None = "1") -> Frame:
    return V2Reader("1", table_number).read(compact(frame), 0.0)


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (HELLO, Hello),
        (SNAPSHOT | {"orders": [ORDER]}, Snapshot),
        (EVENT, OrderEvent),
        (ACK, Ack),
        (ACK | {"client_order_id": None}, Ack),
        ({"type": "notice", "kind": "menu", "menu_version": 2}, Notice),
        ({"type": "heartbeat", "seq": 5}, Heartbeat),
        ({"type": "session_ended", "reason": "cleared"}, SessionEnded),
        (ERROR, ErrorFrame),
        (ERROR | {"field": "lines", "client_order_id": "k"}, ErrorFrame),
        (ERROR | {"order_id": ID}, ErrorFrame),
    ],
)
def test_each_frame_has_its_type(frame: object, kind: type[Frame]) -> None:
    assert isinstance(read(frame), kind)


def without(frame: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in frame.items() if name != key}


@pytest.mark.parametrize(
    "frame",
    [
        {},
        {"seq": 5, "type": "heartbeat"},
        {"type": "tick", "seq": 5},
        HELLO | {"venue": "2"},
        HELLO | {"role": "board"},
        HELLO | {"seq": "4"},
        HELLO | {"more": 1},
        without(SNAPSHOT, "paused"),
        SNAPSHOT | {"orders": [ORDER, ORDER]},
        EVENT | {"order": without(ORDER, "lines")},
        EVENT | {"order": ORDER | {"state": "brought"}},
        EVENT | {"order": ORDER | {"table_number": "2"}},
        EVENT | {"order": ORDER | {"venue_id": "2"}},
        EVENT | {"order": ORDER | {"total": 3.2}},
        EVENT | {"order": ORDER | {"order_number": "12"}},
        without(ERROR, "code"),
        without(ERROR, "field"),
        ERROR | {"state": "accepted"},
        {"message": "m", "connectionId": "c", "requestId": "r"},
    ],
)
def test_what_does_not_fit_is_refused(frame: object) -> None:
    with pytest.raises(Unexpected):
        read(frame)


def test_every_order_of_a_socket_has_the_same_keys() -> None:
    reader = V2Reader("1", "1")
    reader.read(compact(EVENT | {"order": ORDER | {"tracker_number": None}}), 0.0)
    with pytest.raises(Unexpected, match="others had"):
        reader.read(compact(EVENT), 0.0)
