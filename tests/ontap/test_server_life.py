"""How the server begins and ends: signals, other threads, sockets of others, and the module as a program."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.ontap.raw_socket import RawSocket, handshake
from tests.ontap.server_process import Start, until
from tests.ontap.small_applications import CANARY
from tests.run import clean_environment
from tests.stack.ports import free_port, is_listening


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
