"""What lies between a page and its server: a test cuts it, loses a frame in it, or has the server say something."""

import json
import re
import time
from typing import Any

from playwright.sync_api import Page, WebSocketRoute

SECONDS_TO_CONNECT = 15
SOCKETS = re.compile(r"/Test\?")


class Network:
    """The sockets of one page go through here, unchanged until a test says otherwise. Make it before the page opens.

    Frames are handed on only while the test asks something of the page: a test that waits for another client first
    sees on the page that it has happened.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._here: list[WebSocketRoute] = []
        self._cut = False
        self._live = False
        self.deaf_to: tuple[str, ...] = ()  # frames of these types do not arrive at the page
        page.route_web_socket(SOCKETS, self._open)

    def wait_live(self) -> None:
        """Return once the page has had its first snapshot."""
        deadline = time.monotonic() + SECONDS_TO_CONNECT
        while not self._live:
            assert time.monotonic() < deadline, "The page has not connected"
            self._page.wait_for_timeout(20)  # where frames are handed on

    def cut(self) -> None:
        """No request and no socket gets through any more."""
        self._cut = True
        self._page.context.set_offline(True)
        for socket in self._here:
            socket.close(code=3000)
        self._here.clear()

    def mend(self) -> None:
        self._cut = False
        self._page.context.set_offline(False)

    def say(self, frame: dict[str, Any]) -> None:
        """As if the server had said it."""
        self._here[-1].send(json.dumps(frame))

    def _open(self, socket: WebSocketRoute) -> None:
        if self._cut:
            socket.close(code=3000)
            return
        server = socket.connect_to_server()
        server.on_message(lambda text: self._hear(socket, text))
        self._here.append(socket)

    def _hear(self, socket: WebSocketRoute, text: str | bytes) -> None:
        kind = json.loads(text)["type"]
        if kind not in self.deaf_to:
            socket.send(text)
            self._live |= kind == "snapshot"
