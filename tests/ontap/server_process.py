"""The process of our daphne with small applications, as its tests start it."""

import contextlib
import http.client
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ontap.raw_socket import RawSocket
from tests.ontap.small_applications import KB


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
