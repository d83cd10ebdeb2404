"""One websocket, read by a thread of its own, so that a frame's time is when it came and not when a test looked."""

import socket
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from tests.clients.inbox import Inbox, SocketClosed
from tests.clients.strict_json import Unexpected, compact

OPEN_SECONDS = 10.0
CLOSE_SECONDS = 5.0

Watch = Callable[[object], None]


class Refused(Exception):
    """The handshake was answered with another status than 101."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"handshake refused with {status}")
        self.status = status
        self.body = body


class SocketOpened:
    """The handshake is done; only `watch` hears of it."""


class Line:
    """Connects at once; raises Refused, or OSError where nobody listens. `watch` sees
    SocketOpened, each frame as it comes, and SocketClosed."""

    def __init__(
        self,
        url: str,
        read: Callable[[str | bytes, float], object],
        *,
        subprotocol: str | None = None,
        cookie: str | None = None,
        origin: str | None = None,
        headers: Mapping[str, str] | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.inbox = Inbox()
        self._read = read
        self._watch = watch
        try:
            self._connection = connect(
                url,
                origin=Origin(origin) if origin else None,
                subprotocols=[Subprotocol(subprotocol)] if subprotocol else None,
                additional_headers={**(headers or {}), **({"Cookie": cookie} if cookie else {})},
                compression=None,
                proxy=None,
                open_timeout=OPEN_SECONDS,
                close_timeout=CLOSE_SECONDS,
                ping_interval=None,  # the server pings; a client that also did would hide a server that does not
                max_size=None,
                legacy=True,
            )
        except InvalidStatus as refusal:
            raise Refused(refusal.response.status_code, bytes(refusal.response.body or b"")) from refusal
        if self._connection.subprotocol != subprotocol:
            self._connection.close()
            raise Unexpected(f"subprotocol {self._connection.subprotocol} instead of {subprotocol}")
        self._tell(SocketOpened())
        self._thread = threading.Thread(target=self._read_all, name=f"line {url}", daemon=True)
        self._thread.start()

    def send(self, message: object) -> None:
        """Sends text and bytes as they are, anything else as compact JSON. Raises SocketClosed."""
        try:
            self._connection.send(message if isinstance(message, str | bytes) else compact(message))
        except ConnectionClosed as closed:
            raise SocketClosed(self._connection.close_code or 1006, "before sending") from closed

    def close(self) -> None:
        """Says goodbye and waits for the end. Idempotent."""
        self._connection.close()
        self._thread.join(CLOSE_SECONDS)

    def drop(self) -> None:
        """Ends the TCP connection without a word, as a phone does that walks out of the room."""
        self._connection.socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(CLOSE_SECONDS)

    def _read_all(self) -> None:
        try:
            for message in self._connection:
                self.inbox.put(partial(self._receive, message, time.time()))
        except ConnectionClosed:
            pass  # without a close frame: the code below says 1006
        finally:
            code = self._connection.close_code
            closed = SocketClosed(1006 if code is None else code, self._connection.close_reason or "")
            self._tell(closed)
            self.inbox.end(closed)

    def _receive(self, message: str | bytes, at: float) -> object:
        """Under the inbox's lock: what `watch` writes is written before a test can get the frame."""
        frame = self._read(message, at)
        self._tell(frame)
        return frame

    def _tell(self, frame: object) -> None:
        if self._watch is not None:
            self._watch(frame)


def query_of(url: str) -> tuple[str, str]:
    """venue_id and table_number of a socket's address."""
    query = parse_qs(urlsplit(url).query)
    return query["venue_id"][0], query["table_number"][0]
