"""A websocket client with nothing in between: what no library would send, and what no library would show."""

import base64
import contextlib
import os
import socket
import struct
import time
from types import TracebackType
from typing import NamedTuple, Self

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
SECONDS = 10.0


class Frame(NamedTuple):
    """What came from the server."""

    opcode: int
    payload: bytes
    final: bool = True

    @property
    def text(self) -> str:
        return self.payload.decode()

    @property
    def close_code(self) -> int | None:
        """The code of a close frame; None where there is none."""
        return int(struct.unpack("!H", self.payload[:2])[0]) if self.opcode == CLOSE and self.payload else None


class ConnectionEnded(Exception):
    """The server has closed its side (or reset it) before all that was expected came."""


def encode(
    opcode: int,
    payload: bytes = b"",
    *,
    final: bool = True,
    masked: bool = True,
    reserved: int = 0,
    length: int | None = None,
) -> bytes:
    """One frame of a client, good or bad. `length` may tell a lie."""
    size = len(payload) if length is None else length
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    bit = 0x80 if masked else 0
    if size < 126:
        head += bytes([bit | size])
    elif size < 65_536:
        head += struct.pack("!BH", bit | 126, size)
    else:
        head += struct.pack("!BQ", bit | 127, size)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    whole = (mask * (len(payload) // 4 + 1))[: len(payload)]
    hidden = int.from_bytes(payload, "big") ^ int.from_bytes(whole, "big")
    return head + mask + hidden.to_bytes(len(payload), "big")


def handshake(path: str, headers: dict[str, str] | None = None) -> bytes:
    """A good opening request for the path."""
    lines = {
        "Host": "pub.example",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        **(headers or {}),
    }
    return "".join(
        [f"GET {path} HTTP/1.1\r\n", *(f"{name}: {value}\r\n" for name, value in lines.items()), "\r\n"]
    ).encode()


class RawSocket:
    """A TCP connection to the server: `with RawSocket(port).open("/Test") as client: client.send_text("{}")`."""

    def __init__(self, port: int, host: str = "127.0.0.1", receive_buffer: int | None = None) -> None:
        self._socket = socket.socket()
        if receive_buffer is not None:  # to be set before the connection is made
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.settimeout(SECONDS)
        self._socket.connect((host, port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""
        self.head = ""

    def open(self, path: str, headers: dict[str, str] | None = None) -> Self:
        """Make the handshake; anything but 101 is an error that holds the reply."""
        self.send(handshake(path, headers))
        self.head = self.read_head()
        if not self.head.startswith("HTTP/1.1 101 "):
            raise ConnectionEnded(self.head)
        return self

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def send_text(self, text: str) -> None:
        self.send(encode(TEXT, text.encode()))

    def read_head(self) -> str:
        """The status line and headers of an HTTP reply."""
        while b"\r\n\r\n" not in self._received:
            self._read_more()
        head, self._received = self._received.split(b"\r\n\r\n", 1)
        return head.decode("latin-1")

    def read_frame(self) -> Frame:
        first, second = self._take(2)
        size = second & 0x7F
        if size == 126:
            size = int.from_bytes(self._take(2), "big")
        elif size == 127:
            size = int.from_bytes(self._take(8), "big")
        return Frame(first & 0x0F, self._take(size), bool(first & 0x80))

    def read_close(self) -> int | None:
        """The code of the close frame, whatever comes before it; the server then ends its side too."""
        while (frame := self.read_frame()).opcode != CLOSE:
            continue
        with contextlib.suppress(ConnectionError):  # it need not wait for our answer
            self.send(encode(CLOSE, frame.payload[:2]))
        if rest := self.read_rest():
            raise ConnectionEnded(f"{len(rest)} bytes after the close frame")
        return frame.close_code

    def read_rest(self) -> bytes:
        """All that comes until the server closes its side."""
        try:
            while True:
                self._read_more()
        except ConnectionEnded:
            rest, self._received = self._received, b""
            return rest

    def is_cut(self, seconds: float) -> bool:
        """Whether the server ends the connection within the time; what comes until then is thrown away."""
        deadline = time.monotonic() + seconds
        try:
            while (left := deadline - time.monotonic()) > 0:
                self._socket.settimeout(left)
                self._read_more()
                self._received = b""
        except TimeoutError:
            return False
        except ConnectionEnded:
            return True
        return False

    def reset(self) -> None:
        """Go away as a phone without network does when its system gives up: no close frame, RST."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self, size: int) -> bytes:
        while len(self._received) < size:
            self._read_more()
        taken, self._received = self._received[:size], self._received[size:]
        return taken

    def _read_more(self) -> None:
        try:
            data = self._socket.recv(262_144)
        except ConnectionError as error:
            raise ConnectionEnded(str(error)) from error
        if not data:
            raise ConnectionEnded("The server has closed the connection")
        self._received += data
