"""A token shows itself nowhere, and stays with the address that it was paired with."""

import logging
import pickle
import traceback

import pytest

from tests.tracker.gateway.stranger import DEVICE, SECRET
from tracker.gateway.address import Address, is_announceable
from tracker.gateway.errors import InvalidRequest, NotTheSameDevice
from tracker.gateway.paired import Device, Paired
from tracker.gateway.token import Token

HERE = Address("192.168.1.23")
THERE = Address("192.168.1.77")
PAIRED = Paired(Token(SECRET), HERE, DEVICE)


def test_a_token_is_hidden_wherever_it_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    token = Token(SECRET)
    logging.getLogger("any").warning("%s %r %s", token, token, PAIRED)
    shown = [repr(token), str(token), f"{token}", f"{token!r:>60}", repr(PAIRED), repr([token]), caplog.text]
    assert not [text for text in shown if SECRET in text]
    with pytest.raises(TypeError):
        pickle.dumps(token)


def test_a_token_that_can_be_none_is_refused_without_being_shown() -> None:
    for secret in ("", "short", SECRET + "\r\nX: 1", "ü" * 48, SECRET + " "):
        with pytest.raises(ValueError, match="visible ASCII") as refusal:
            Token(secret)
        assert not secret or secret not in "".join(traceback.format_exception(refusal.value))


def test_tokens_are_compared_by_their_secret() -> None:
    assert Token(SECRET) == Token(SECRET)
    assert Token(SECRET) != Token(SECRET[::-1])
    assert Token(SECRET) != SECRET


def test_the_same_device_takes_its_token_along() -> None:
    assert PAIRED.moved_to(THERE, DEVICE).address == THERE


@pytest.mark.parametrize("device", [Device("bar", "evil.local"), Device("evil", "gateway.local"), None])
def test_a_false_announcer_gets_no_token(device: Device | None) -> None:
    with pytest.raises(NotTheSameDevice) as refusal:
        PAIRED.moved_to(THERE, device)
    assert refusal.value.permanent
    assert SECRET not in str(refusal.value)


def test_a_gateway_whose_address_was_typed_in_moves_by_a_persons_yes_only() -> None:
    typed_in = Paired(Token(SECRET), HERE)
    with pytest.raises(NotTheSameDevice):
        typed_in.moved_to(THERE, None)
    assert typed_in.confirmed_at(THERE, DEVICE) == Paired(Token(SECRET), THERE, DEVICE)


def test_an_address_is_typed_in_with_or_without_a_port() -> None:
    assert Address.typed_in(" 192.168.1.23 ") == Address("192.168.1.23", 8000)
    assert Address.typed_in("gateway.local:8001").http == "http://gateway.local:8001"


@pytest.mark.parametrize(
    "text", ["", "http://x", "a b", "10.0.0.1:0", "10.0.0.1:99999", "x/../y", "u@h", "[::1]", "x:1:2"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        Address.typed_in(text)


def test_nobody_can_announce_the_internet_a_metadata_service_or_this_machine() -> None:
    for ip in ("8.8.8.8", "169.254.169.254", "127.0.0.1", "0.0.0.1", "224.0.0.251", "255.255.255.255", "::1", "x"):
        assert not is_announceable(ip)
    for ip in ("10.1.2.3", "172.20.0.9", "192.168.1.23", "169.254.7.7"):
        assert is_announceable(ip)
    assert is_announceable("127.0.0.1", loopback=True)
