"""What our daphne promises, seen from outside: the real process on loopback, small applications, hand-made frames."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.ontap.raw_socket import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    RawSocket,
    encode,
    handshake,
)
from tests.ontap.small_applications import CANARY, KB, MB
from tests.run import clean_environment
from tests.stack.ports import free_port, is_listening


class Process:
    """The server's process, its port and all it has printed."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.log = folder / f"server-{time.monotonic_ns()}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.ontap.small_applications", json.dumps(options)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=Path(__file__).parents[2],
                pass_fds=[options["fd"]] if "fd" in options else [],
            )
        until(lambda: "ready " in self.printed() or self.process.poll() is not None)
        assert self.process.poll() is None, self.printed()
        self.port = int(self.printed().split("ready ")[1].split()[0])

    def printed(self) -> str:
        return self.log.read_text()

    def open(self, path: str, *, receive_buffer: int | None = None, headers: dict[str, str] | None = None) -> RawSocket:
        return RawSocket(self.port, receive_buffer=receive_buffer).open(path, headers)

    def get(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request(
                "POST" if body else "GET", path, body, {name.replace("_", "-"): text for name, text in headers.items()}
            )
            response = connection.getresponse()
            return response.status, response.read().decode()

    def seen(self, key: str) -> list[Any]:
        return list(json.loads(self.get(f"/seen?key={key}")[1])["seen"])

    def memory(self) -> int:
        """Its own bytes in memory. PSS would say the same, but jumps when another server that shares libraries ends."""
        rollup = Path(f"/proc/{self.process.pid}/smaps_rollup")
        if not rollup.exists():
            pytest.skip("memory can be measured on Linux only")
        return int(re.findall(r"Anonymous: +(\d+) kB", rollup.read_text())[0]) * KB

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """The exit code and the seconds it took."""
        start = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(20), time.monotonic() - start

    def close(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        if self.process.poll() is None:
            self.end(signal.SIGKILL)


def until(happened: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "It did not happen in time"
        time.sleep(0.01)


Start = Callable[..., Process]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    started: list[Process] = []

    def start_one(**options: Any) -> Process:
        started.append(Process(tmp_path_factory.mktemp("server"), **options))
        return started[-1]

    yield start_one
    for process in started:
        process.close()
        # Whatever the tests have done to it: no secret came out, no 1011, and Twisted had no error to report.
        for forbidden in (CANARY, "closed 1011", "Unhandled"):
            assert forbidden not in process.printed()


@pytest.fixture(scope="module")
def server(start: Start) -> Process:
    return start(unread_seconds=2)


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    """Where this test's application notes what it sees."""
    return "".join(letter for letter in request.node.name if letter.isalnum())


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


# Close codes


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


# Slow readers


@pytest.mark.parametrize("wait", ["yes", "no"])
def test_a_reader_that_never_reads_costs_about_a_megabyte_and_is_cut_off(server: Process, key: str, wait: str) -> None:
    with server.open("/echo") as other:
        before = server.memory()
        with server.open(f"/pour?count=20000&size=10000&key={key}&wait={wait}", receive_buffer=4 * KB) as client:
            peak = before
            while len(noted := server.seen(key)) < 2:
                peak = max(peak, server.memory())
            assert peak - before < 3 * MB  # 1 MB of frames, the copies on the way to the socket, some noise
            assert noted[1] == 1006
            assert client.is_cut(1)
        other.send_text("unharmed")
        assert other.read_frame().text == "unharmed"
    until(lambda: "reads too slowly" in server.printed())


def test_a_client_that_pings_and_never_reads_the_answers_is_cut_off(server: Process) -> None:
    before = server.memory()
    peaks = []
    with server.open("/echo", receive_buffer=4 * KB) as client, contextlib.suppress(ConnectionError):
        for _ in range(1000):
            client.send(encode(PING) * 10_000)
            peaks.append(server.memory())
    assert len(peaks) < 1000
    assert max(peaks) - before < 4 * MB


@pytest.mark.parametrize(("count", "size"), [(1, 100_000), (200, 4_000), (1, 5_000_000)])
def test_a_burst_in_one_turn_reaches_a_reader_that_was_busy_for_a_moment(
    server: Process, key: str, count: int, size: int
) -> None:
    with server.open(f"/pour?count={count}&size={size}&key={key}&wait=no", receive_buffer=4 * KB) as client:
        time.sleep(0.5)
        frames = [client.read_frame() for _ in range(count)]
    assert [int(frame.text[:8]) for frame in frames] == list(range(count))
    assert {len(frame.payload) for frame in frames} == {size}


def test_a_burst_of_any_size_reaches_a_reader_that_reads(server: Process, key: str) -> None:
    with server.open(f"/pour?count=8000&size=4000&key={key}") as client:
        for number in range(8000):
            assert client.read_frame().text.startswith(f"{number:08}.")


def test_a_reader_that_closes_but_does_not_read_does_not_keep_its_connection(start: Start, key: str) -> None:
    server = start(close_seconds=0.3)
    with server.open(f"/pour?count=90&size=10000&key={key}&wait=no", receive_buffer=4 * KB) as client:
        client.send(encode(CLOSE, b"\x03\xe8"))
        until(lambda: server.seen(key) == [90, 1000])
        assert client.is_cut(2)


# Fast clients


def test_a_flood_waits_outside_until_the_application_takes_it_and_all_of_it_arrives(server: Process, key: str) -> None:
    count, text = 30_000, "x" * 1000
    before = server.memory()
    with server.open(f"/listen-later?key={key}") as client:
        done = threading.Event()

        def flood() -> None:
            batch = b"".join(encode(TEXT, text.encode()) for _ in range(100))
            for _ in range(count // 100):
                client.send(batch)
            client.send(encode(CLOSE, b"\x03\xe8"))
            done.set()

        threading.Thread(target=flood, daemon=True).start()
        assert not done.wait(1)
        assert server.memory() - before < 3 * MB
        server.get(f"/tap?key={key}")
        assert done.wait(30)
        until(lambda: len(server.seen(key)) == count + 1)
        assert server.seen(key) == [len(text)] * count + [1000]


def test_an_application_still_gets_what_waits_for_it_after_its_client_has_gone(server: Process, key: str) -> None:
    with server.open(f"/listen-later?key={key}") as client:
        client.send(b"".join(encode(TEXT, b"%d" % number) for number in range(64)))
        server.get("/hello")
        client.reset()
    server.get(f"/tap?key={key}")
    until(lambda: server.seen(key) == [*map(str, range(64)), 1006])


# Pings


def test_a_client_that_answers_pings_stays_and_one_that_does_not_is_cut_off(start: Start, key: str) -> None:
    server = start(ping_interval=0.5, ping_timeout=1.5)
    with server.open(f"/echo?key={key}") as silent, server.open("/echo") as polite, server.open("/echo") as busy:
        assert silent.read_frame().opcode == PING
        for _ in range(5):
            assert polite.read_frame().opcode == PING
            polite.send(encode(PONG))
            busy.send_text("data is an answer too")
        assert silent.is_cut(0.5)
        assert not busy.is_cut(0.05)
        polite.send_text("still here")
        assert polite.read_frame().opcode in (PING, TEXT)
    until(lambda: server.seen(key) == [1006])
    assert "does not answer pings" in server.printed()


def test_a_client_is_not_cut_off_for_pongs_that_we_do_not_read(start: Start, key: str) -> None:
    server = start(ping_interval=0.1, ping_timeout=0.2)
    with server.open(f"/listen-later?key={key}") as client:
        client.send(encode(TEXT, b"x") * 100)
        time.sleep(1)
        server.get(f"/tap?key={key}")
        until(lambda: len(server.seen(key)) == 100)


# HTTP and logs


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


def test_a_client_cannot_say_where_the_site_is_mounted(server: Process) -> None:
    assert json.loads(server.get("/root", Daphne_Root_Path="/elsewhere")[1])["root"] == ""


# The process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_time_with_1001_for_everybody(start: Start, number: signal.Signals) -> None:
    server = start()
    with server.open("/echo") as client:
        ended: list[tuple[int, float]] = []
        thread = threading.Thread(target=lambda: ended.append(server.end(number)))
        thread.start()
        assert client.read_close() == 1001
        thread.join()
    assert ended[0][0] == 0
    assert ended[0][1] < 2
    assert server.printed().endswith("ended\n")


def test_deaf_clients_and_applications_do_not_hold_the_end(start: Start) -> None:
    server = start()
    with server.open("/stay"), server.open("/echo"), RawSocket(server.port) as half:
        half.send(handshake("/never-accept"))
        time.sleep(0.1)
        code, seconds = server.end()
    assert code == 0
    assert seconds < 5


def test_another_thread_may_stop_it(start: Start) -> None:
    server = start()
    assert server.process.stdin
    with server.open("/echo") as client:
        server.process.stdin.write(b"stop\n")
        server.process.stdin.flush()
        assert client.read_close() == 1001
    assert server.process.wait(5) == 0


def test_it_listens_again_at_once_where_it_has_listened(start: Start) -> None:
    server = start()
    with server.open("/leave") as client:
        assert client.read_close() == 1000  # the server closes first, so that its port is left in TIME_WAIT
        server.end()
        again = start(port=server.port)
    assert again.port == server.port
    assert again.get("/hello")[0] == 200


def test_it_serves_on_a_socket_that_somebody_else_has_opened(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = start(fd=listening.fileno())
        assert server.port == listening.getsockname()[1]
    assert server.get("/hello")[0] == 200


def test_the_module_serves_the_site(tmp_path: Path) -> None:
    port = free_port()
    site = subprocess.Popen(
        [sys.executable, "-m", "ontap.server", "--port", str(port)],
        cwd=Path(__file__).parents[2],
        env={**clean_environment(os.environ), "ONTAP_ENV": "embedded", "ONTAP_DATA": str(tmp_path)},
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: is_listening(port), 30)
        with RawSocket(port) as client:
            client.send(handshake(f"/k/{CANARY}/no-such-thing"))
            assert client.read_head().startswith("HTTP/1.1 403 ")
        site.terminate()
        assert site.wait(5) == 0
    finally:
        site.kill()
        site.wait()


def test_an_idle_socket_costs_little(start: Start, trials: bool) -> None:
    server, count = start(), 2500 if trials else 400
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(server.open("/listen"))
        before = server.memory()
        for _ in range(count):
            stack.enter_context(server.open("/listen?venue_id=1&table_number=7"))
        assert (server.memory() - before) / count < 12 * KB
