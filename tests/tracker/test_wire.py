"""The contract of agent and platform, message by message."""

import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import wire

SPOOL = str(uuid.UUID(int=7))
HELLO = {"kind": "hello", "version": 1, "agent_version": "1", "host": "pi", "spool": SPOOL, "first": 1, "last": 0}
EVENT = {"number": 1, "age_ms": 0, "type": "created", "order": {"name": "22"}}
COMMAND = {"kind": "command", "id": 1, "verb": "start", "name": "22", "not_after_ms": 1000}

FROM_AGENT: list[dict[str, Any]] = [
    HELLO,
    {"kind": "gateway", "state": "live"},
    {"kind": "events", "spool": SPOOL, "events": [EVENT]},
    {"kind": "result", "command": 1, "outcome": "done"},
    {"kind": "told", "ask": 1, "outcome": "done", "orders": [{"uuid": SPOOL}], "spool": SPOOL, "number": 3},
]
FROM_PLATFORM: list[dict[str, Any]] = [
    {"kind": "welcome", "venue": "The Tern", "acked": 0},
    {"kind": "ack", "spool": SPOOL, "number": 1},
    COMMAND,
    {"kind": "kept", "command": 1},
    {"kind": "choose", "choice": "pair_again"},
    {"kind": "ask", "id": 1, "what": "orders", "snapshot": True},
]


@pytest.mark.parametrize("message", FROM_AGENT, ids=lambda message: message["kind"])
def test_what_an_agent_says_survives_the_way(message: dict[str, Any]) -> None:
    read = wire.from_agent(json.dumps(message))
    assert read.kind == message["kind"]
    assert wire.from_agent(wire.to_text(read)) == read
    assert wire.from_agent(json.dumps(message | {"key_of_a_later_version": 1})) == read


@pytest.mark.parametrize("message", FROM_PLATFORM, ids=lambda message: message["kind"])
def test_what_the_platform_says_survives_the_way(message: dict[str, Any]) -> None:
    read = wire.from_platform(json.dumps(message))
    assert wire.from_platform(wire.to_text(read)) == read
    assert wire.from_platform(json.dumps(message | {"key_of_a_later_version": 1})) == read


def test_neither_side_takes_the_others_messages() -> None:
    for message in FROM_PLATFORM:
        with pytest.raises(wire.WireError):
            wire.from_agent(json.dumps(message))
    for message in FROM_AGENT:
        with pytest.raises(wire.WireError):
            wire.from_platform(json.dumps(message))


@pytest.mark.parametrize(
    "wrong",
    [
        {"verb": "reboot"},
        {"verb": "START"},
        {"name": "0"},
        {"name": "022"},
        {"name": "22\n"},
        {"name": "12345"},
        {"tag": "12345"},
        {"id": -1},
        {"id": 2**53},
        {"order_type": "DRIVE_IN"},
        {"not_after_ms": -1},
        {"not_after_ms": None},
    ],
    ids=str,
)
def test_a_command_that_is_none_is_refused_with_the_field(wrong: dict[str, Any]) -> None:
    with pytest.raises(wire.WireError, match=next(iter(wrong))):
        wire.from_platform(json.dumps(COMMAND | wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        {"events": []},
        {"events": [EVENT] * (wire.MOST_EVENTS + 1)},
        {"events": [EVENT | {"type": "invented"}]},
        {"events": [EVENT | {"order": "text"}]},
        {"events": [EVENT | {"orders": [{}] * 501}]},
        {"spool": "no uuid"},
    ],
    ids=["none", "too many", "type", "order", "orders", "spool"],
)
def test_events_that_are_none_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(wire.WireError):
        wire.from_agent(json.dumps({"kind": "events", "spool": SPOOL, "events": [EVENT]} | wrong))


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "[" * 5000, '{"kind": 1}', '"\ud800"', '{"kind": "\ud800"}'])
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(wire.WireError):
        wire.from_agent(text)


def test_a_message_is_bounded_in_bytes_and_not_in_letters() -> None:
    with pytest.raises(wire.WireError, match="at most"):
        wire.from_agent(json.dumps(HELLO | {"host": "é" * (wire.MOST_BYTES // 2)}, ensure_ascii=False))


def test_the_platforms_server_takes_every_message_of_the_contract() -> None:
    from ontap.server_limits import Limits

    assert Limits().message_bytes >= wire.MOST_BYTES


@given(st.text(max_size=40, alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)).filter(bool))
def test_an_error_holds_nothing_of_the_message(secret: str) -> None:
    for wrong in ({"kind": secret}, COMMAND | {"verb": secret}, COMMAND | {"name": secret}, COMMAND | {"id": secret}):
        with pytest.raises(wire.WireError) as error:
            wire.from_platform(json.dumps(wrong))
        assert secret not in str(error.value)


def test_the_gateways_own_nulls_survive() -> None:
    event = wire.SpooledEvent.model_validate(EVENT | {"order": {"name": None, "list": [None]}})
    assert '"order":{"name":null,"list":[null]}' in wire.to_text(event)
