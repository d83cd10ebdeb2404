"""What clients and applications say to each other arrives whole, in order and at once: from outside, on loopback."""

import time

from websockets.sync.client import connect

from tests.ontap.raw_socket import CONTINUATION, PING, PONG, TEXT, RawSocket, encode, handshake
from tests.ontap.server_process import Process


def test_a_library_client_talks_to_it(server: Process) -> None:
    with connect(f"ws://127.0.0.1:{server.port}/echo?subprotocol=ontap.v2", subprotocols=["ontap.v2"]) as client:  # type: ignore[list-item]
        for text in (
            "",
            "{}",
            "pint of Guinness ☘ 🍺",
            "x" * 125,
            "x" * 126,
            "x" * 65_535,
            "x" * 65_536,
            "x" * 131_072,
        ):
            client.send(text)
            assert client.recv() == text
        assert client.subprotocol == "ontap.v2"


def test_a_message_in_single_bytes_and_several_in_one_packet_are_understood(server: Process) -> None:
    with server.open("/echo") as client:
        for byte in encode(TEXT, b"slowly") + encode(TEXT, b"x" * 300):
            client.send(bytes([byte]))
        assert [client.read_frame().text for _ in range(2)] == ["slowly", "x" * 300]
        client.send(b"".join(encode(TEXT, b"%d" % number) for number in range(500)))
        assert [client.read_frame().text for _ in range(500)] == [str(number) for number in range(500)]


def test_fragments_are_put_together_with_pings_answered_between_them(server: Process) -> None:
    beer = "🍺".encode()
    with server.open("/echo") as client:
        client.send(encode(TEXT, b"a " + beer[:2], final=False) + encode(PING, b"still there?") + encode(PING))
        client.send(
            encode(CONTINUATION, beer[2:], final=False) + encode(CONTINUATION, b" please") + encode(TEXT, b"next")
        )
        pongs, whole, following = [client.read_frame(), client.read_frame()], client.read_frame(), client.read_frame()
        assert [(pong.opcode, pong.payload) for pong in pongs] == [(PONG, b"still there?"), (PONG, b"")]
        assert (whole.text, following.text) == ("a 🍺 please", "next")


def test_a_client_that_does_not_wait_for_the_handshake_loses_nothing(server: Process) -> None:
    with RawSocket(server.port) as client:
        client.send(handshake("/echo") + encode(TEXT, b"at once"))
        client.send_text("and again")
        assert client.read_head().startswith("HTTP/1.1 101 ")
        assert [client.read_frame().text for _ in range(2)] == ["at once", "and again"]


def test_synchronous_code_may_send_too(server: Process) -> None:
    with server.open("/from-a-thread") as client:
        assert client.read_frame().text == "hello from below"
    assert "UserWarning" not in server.printed()


def test_compression_is_not_agreed_on(server: Process) -> None:
    with server.open("/echo", headers={"Sec-WebSocket-Extensions": "permessage-deflate"}) as client:
        assert "Sec-WebSocket-Extensions" not in client.head


def test_small_frames_do_not_wait_for_the_ones_before(server: Process) -> None:
    times = []
    with server.open("/twice") as client:
        for _ in range(5):
            start = time.monotonic()
            client.send_text("go")
            client.read_frame(), client.read_frame()
            times.append(time.monotonic() - start)
    assert min(times) < 0.03  # with Nagle's algorithm the second would wait for a delayed ACK, 40 ms
