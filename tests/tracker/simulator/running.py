"""A simulator as its own process, and what the tests say to it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.journeys.process import Process, environment

SECONDS = 10.0
NOTHING_CAME = 0.4  # seconds of silence that count as silence
Json = dict[str, Any]


class Simulator(Process):
    """`python -m tracker.simulator` on free ports. `arguments` come after, so they may say otherwise."""

    def __init__(self, folder: Path, *arguments: str, mdns: bool = False, name: str = "simulator") -> None:
        ports = ["--port", "0", "--control-port", "0"]
        quiet = [] if mdns else ["--no-mdns"]
        super().__init__(["-m", "tracker.simulator", *ports, *quiet, *arguments], bare_environment(), folder, name)
        # Each request on a connection of its own: one that is kept may be closed by the server as we ask again.
        alone = httpx.Limits(max_keepalive_connections=0)
        self.http = httpx.Client(timeout=SECONDS, trust_env=False, limits=alone)
        self.token = ""
        self.ready: Json = {}

    def start(self) -> Self:
        super().start()
        self.wait_for('"ready": true')
        self.ready = json.loads(next(line for line in reversed(self.output.splitlines()) if line.startswith("{")))
        return self

    def close(self) -> None:
        self.http.close()
        super().close()

    @property
    def control_base(self) -> str:
        return f"http://127.0.0.1:{self.ready['control_port']}"

    @property
    def api_base(self) -> str:
        """Where the gateway is now; it may have been moved."""
        return f"http://127.0.0.1:{self.ready['port']}/api/v2"

    def control(self, path: str, body: Json | None = None) -> Json:
        """A verb of the control API that must succeed."""
        response = self.http.post(self.control_base + path, json=body or {})
        assert response.status_code == 200, response.text
        return dict(response.json())

    def state(self) -> Json:
        return dict(self.http.get(f"{self.control_base}/state").json())

    def fault(self, **faults: object) -> None:
        self.control("/faults", faults)

    def pair(self) -> str:
        """Press the button and fetch a token, used from now on."""
        self.control("/button")
        answer = self.http.get(f"{self.api_base}/accesstoken/generate")
        assert answer.status_code == 201, answer.text
        self.token = answer.json()["token"]["token"]
        return self.token

    def call(self, method: str, path: str, body: object = None, *, token: str | None = None) -> httpx.Response:
        """A request of the gateway's API; `token` "" sends none."""
        token = self.token if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = None if body is None else body if isinstance(body, bytes) else json.dumps(body)
        return self.http.request(method, self.api_base + path, content=content, headers=headers)

    def answer(self, method: str, path: str, body: object = None) -> tuple[int, int | None]:
        """Status and return code."""
        response = self.call(method, path, body)
        return response.status_code, response.json().get("returnCode")

    @contextmanager
    def socket(self, *, token: str | None = None, by_header: bool = True) -> Iterator["Socket"]:
        """A websocket; with `by_header` False nothing was sent yet."""
        token = self.token if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if by_header else {}
        url = f"ws://127.0.0.1:{self.ready['port']}/api/v2/websocket"
        with connect(url, additional_headers=headers, compression=None, open_timeout=SECONDS, proxy=None) as connection:
            yield Socket(connection)


class Socket:
    """A client of the gateway's websocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def send(self, text: str) -> None:
        self.connection.send(text)

    def next(self, seconds: float = SECONDS) -> Json:
        """The next frame."""
        return dict(json.loads(self.connection.recv(timeout=seconds)))

    def is_silent(self) -> bool:
        """Whether nothing comes now."""
        try:
            self.connection.recv(timeout=NOTHING_CAME)
        except TimeoutError:
            return True
        return False

    def close_code(self) -> int | None:
        """The code it was closed with, after whatever came before; 1006 where there was no close frame."""
        try:
            while True:
                self.connection.recv(timeout=SECONDS)
        except ConnectionClosed:
            return self.connection.close_code


def bare_environment() -> dict[str, str]:
    """Without anything of Django's: the simulator needs none of it."""
    return {key: value for key, value in environment().items() if key != "DJANGO_SETTINGS_MODULE"} | {
        "PATH": os.environ.get("PATH", "")
    }
