"""HTTP beside the websockets: what is logged, what a failure gives away, and what is refused."""

import http.client
import json

import pytest

from tests.ontap.raw_socket import RawSocket, handshake
from tests.ontap.server_process import Process, Start, until
from tests.ontap.small_applications import CANARY


def test_the_access_log_has_every_address_and_no_secret(server: Process) -> None:
    assert server.get(f"/t/{CANARY}?table=7")[0] == 200
    assert server.get(f"/session?code={CANARY}")[0] == 200
    with server.open(f"/%6b/{CANARY}/echo?venue_id=1"):
        pass
    until(lambda: "/%6b/…/echo?venue_id=1 closed 1006" in server.printed())
    for line in ("GET /t/…?table=7 200", "GET /session?code=… 200", "websocket /%6b/…/echo?venue_id=1 open"):
        assert line in server.printed()


@pytest.mark.parametrize(
    ("path", "status"), [(f"/t/{CANARY}/crash", 500), (f"/t/{CANARY}/silent", 500)], ids=["crash", "silence"]
)
def test_a_failed_request_is_a_500_without_traceback_or_address(server: Process, path: str, status: int) -> None:
    answered, body = server.get(path)
    assert answered == status
    assert "Traceback" not in body
    assert CANARY not in body


def test_a_reply_that_fails_half_way_ends_with_its_connection(server: Process) -> None:
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        server.get("/crash-late")


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (f"GET /k/{CANARY} HTTP/1.1\r\n" + "".join(f"a{n}: b\r\n" for n in range(600)) + "\r\n", "400"),
        (f"GET /k/{CANARY} HTTP/1.1\r\nbad header\r\n\r\n", "400"),
        (f"GET /k/{CANARY}\xe9 HTTP/1.1\r\nHost: x\r\n\r\n", "400"),
        (f"GET /k/{CANARY}?a=\xe9 HTTP/1.1\r\nHost: x\r\n\r\n", "400"),
        (f"POST /k/{CANARY} HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400"),
        (f"POST /k/{CANARY} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"),
        (f"POST /k/{CANARY} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", "413"),
        (f"POST /k/{CANARY} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n", "405"),
        (f"GET /k/{CANARY} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n", "400"),
        (handshake(f"/k/{CANARY}#here").decode(), "400"),
        (handshake(f"/k/{CANARY}", {"Sec-WebSocket-Key": CANARY}).decode(), "400"),
        (handshake(f"/k/{CANARY}", {"Sec-WebSocket-Version": "12"}).decode(), "400"),
        (f"{CANARY}\r\n\r\n", "400"),
    ],
)
def test_a_malformed_request_is_refused_without_traceback_or_address(
    server: Process, request_text: str, status: str
) -> None:
    with RawSocket(server.port) as client:
        client.send(request_text.encode("latin-1"))
        reply = client.read_head() + client.read_rest().decode()
    assert reply.split()[1] == status
    assert "Traceback" not in reply
    assert CANARY not in reply


def test_a_request_line_that_is_too_long_ends_the_connection(server: Process) -> None:
    with RawSocket(server.port) as client:
        client.send(f"GET /k/{CANARY}/{'x' * 20_000} HTTP/1.1\r\n\r\n".encode())
        assert client.read_rest() == b""


def test_a_body_without_end_is_refused_before_it_fills_the_memory(start: Start) -> None:
    server = start(body_bytes=200_000)
    assert server.get("/body", b"x" * 150_000) == (200, '{"seen": [], "size": 150000, "root": ""}')
    with RawSocket(server.port) as client:
        client.send(b"POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        client.send(b"3000\r\n" + b"x" * 0x3000 + b"\r\n")
        for _ in range(15):
            client.send(b"3000\r\n" + b"x" * 0x3000 + b"\r\n")
        client.send(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
        assert client.read_head().startswith("HTTP/1.1 413 ")
        assert b"more than we take" in client.read_rest()


def test_a_client_cannot_say_where_the_site_is_mounted(server: Process) -> None:
    assert json.loads(server.get("/root", Daphne_Root_Path="/elsewhere")[1])["root"] == ""
