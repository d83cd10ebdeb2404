"""How a websocket is refused or ends, and with which code, whoever ends it: from outside, with hand-made frames."""

import os

import pytest

from tests.ontap.raw_socket import BINARY, CLOSE, CONTINUATION, PING, TEXT, RawSocket, encode, handshake
from tests.ontap.server_process import Process, Start, until
from tests.ontap.small_applications import CANARY, MB


@pytest.mark.parametrize(
    "frames",
    [
        encode(TEXT, b"x" * 131_073),
        encode(TEXT, b"x" * 100_000, final=False) + encode(CONTINUATION, b"x" * 31_073),
        encode(TEXT, b"x", length=2**40),
        encode(BINARY, b"x" * 131_073),
        encode(TEXT, b"", final=False) + encode(CONTINUATION, b"", final=False) * 2000,
    ],
    ids=["one frame", "fragments", "a terabyte announced", "binary", "empty fragments"],
)
def test_a_message_over_the_limit_is_closed_with_1009(server: Process, frames: bytes) -> None:
    with server.open("/echo") as client:
        client.send(frames)
        assert client.read_close() == 1009


def test_a_client_that_pours_megabytes_still_gets_to_read_the_close_frame(server: Process) -> None:
    with server.open("/echo") as client:
        client.send(encode(TEXT, b"x" * 16 * MB))  # all of it, before it looks
        assert client.read_close() == 1009


@pytest.mark.parametrize(
    "frames",
    [
        encode(TEXT, b"caf\xe9"),
        encode(TEXT, b"\xed\xa0\x80"),
        encode(TEXT, b"good \xf0\x9f", final=False) + encode(CONTINUATION, b"bad"),
        encode(TEXT, b"cut \xf0\x9f\x8d"),
        encode(CLOSE, b"\x03\xe8\xff"),
    ],
    ids=["latin-1", "surrogate", "across fragments", "ends within a letter", "reason"],
)
def test_text_that_is_not_utf8_is_closed_with_1007(server: Process, frames: bytes) -> None:
    with server.open("/echo") as client:
        client.send(frames)
        assert client.read_close() == 1007


@pytest.mark.parametrize(
    "frames",
    [
        encode(TEXT, b"{}", masked=False),
        encode(TEXT, b"{}", reserved=4),
        encode(0x3, b"{}"),
        encode(0xB, b""),
        encode(PING, b"", final=False),
        encode(PING, b"x" * 126),
        encode(CONTINUATION, b"of nothing"),
        encode(TEXT, b"a", final=False) + encode(TEXT, b"b"),
        encode(CLOSE, b"\x03"),
        encode(CLOSE, b"\x03\xed"),
        encode(CLOSE, b"\x03\xe7"),
        b"\x81\xfe\x00\x02" + b"\0\0\0\0{}",
        os.urandom(2) and b"\xff\xff" + bytes(range(256)) * 40,
    ],
    ids=[
        "unmasked",
        "reserved bit",
        "reserved opcode",
        "reserved control opcode",
        "fragmented ping",
        "long ping",
        "stray continuation",
        "message within a message",
        "close of one byte",
        "close with 1005",
        "close with 999",
        "length in too many bytes",
        "rubbish",
    ],
)
def test_broken_frames_are_closed_with_1002(server: Process, frames: bytes) -> None:
    with server.open("/echo") as client:
        client.send(frames)
        assert client.read_close() == 1002


def test_an_application_may_close_binary_messages_with_1003(server: Process) -> None:
    with server.open("/echo") as client:
        client.send(encode(BINARY, b"\x00\x01"))
        assert client.read_close() == 1003


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1012, 1013, 3000, 4001, 4409, 4999])
def test_every_code_of_the_rfc_goes_out_in_a_close_frame_with_its_reason(server: Process, code: int) -> None:
    with server.open(f"/close?with={code}") as client:
        frame = client.read_frame()
        assert (frame.close_code, frame.payload[2:]) == (code, b"as you wish")


@pytest.mark.parametrize("code", [1005, 1006, 1011, 1015, 999, 5000])
def test_codes_that_must_not_be_sent_become_1012(server: Process, code: int) -> None:
    with server.open(f"/close?with={code}") as client:
        assert client.read_close() == 1012


def test_an_application_that_crashes_is_logged_without_the_secret_and_closed_with_1012(server: Process) -> None:
    with server.open(f"/k/{CANARY}/crash") as client:
        client.send_text("{}")
        assert client.read_close() == 1012
    until(lambda: "The application failed for /k/…/crash" in server.printed())
    assert "ValueError: cannot serve /k/…/Test" in server.printed()


def test_an_application_that_returns_is_closed_with_1000(server: Process) -> None:
    with server.open("/leave") as client:
        assert client.read_close() == 1000


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/no-such-thing", "403 Forbidden"),
        (f"/k/{CANARY}/no-such-thing?venue_id=1", "403 Forbidden"),
        ("/crash-early", "500 Internal Server Error"),
        ("/accept-another", "500 Internal Server Error"),
        ("/nothing", "500 Internal Server Error"),
    ],
)
def test_a_refused_handshake_says_its_status_and_nothing_more(server: Process, path: str, status: str) -> None:
    with RawSocket(server.port) as client:
        client.send(handshake(path))
        head, rest = client.read_head(), client.read_rest()
    assert head == f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close"
    assert rest == b""


def test_an_application_that_does_not_make_up_its_mind_is_answered_for_with_503(start: Start) -> None:
    server = start(accept_seconds=0.3, leave_seconds=0.3, ping_interval=1)
    with RawSocket(server.port) as client:
        client.send(handshake("/never-accept"))
        assert client.read_head().startswith("HTTP/1.1 503 ")
    until(lambda: "did not end after its client had gone" in server.printed())


def test_a_client_that_does_not_answer_a_close_frame_is_left_behind(start: Start) -> None:
    server = start(close_seconds=0.3)
    with server.open("/leave") as client:
        assert client.is_cut(2)


@pytest.mark.parametrize(("sent", "told"), [(b"\x03\xe9", 1001), (b"\x0f\xa1bye", 4001), (b"", 1005)])
def test_a_close_of_the_client_is_answered_and_the_application_told_its_code(
    server: Process, key: str, sent: bytes, told: int
) -> None:
    with server.open(f"/listen?key={key}") as client:
        client.send(encode(CLOSE, sent))
        assert client.read_frame().close_code == 1000
        assert client.read_rest() == b""
    until(lambda: server.seen(key) == [told])


def test_a_client_that_vanishes_is_1006_to_the_application(server: Process, key: str) -> None:
    server.open(f"/listen?key={key}").reset()
    until(lambda: server.seen(key) == [1006])
