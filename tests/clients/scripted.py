"""A websocket server that a test plays by hand: the other end for tests of the clients themselves."""

import json
import queue
import threading
from types import TracebackType
from typing import Self

from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from tests.clients.strict_json import compact

SOON = 5.0


class ScriptedServer:
    """Greets each socket with `greeting`, keeps it until it ends, and hands it to the test by `accept`."""

    def __init__(
        self, *, subprotocol: str | None = None, greeting: object = None, refuse_with: int | None = None
    ) -> None:
        self._greeting = greeting
        self._refuse_with = refuse_with
        self._sockets: queue.SimpleQueue[ServerConnection] = queue.SimpleQueue()
        self._server: Server = serve(
            self._keep,
            "127.0.0.1",
            0,
            subprotocols=[Subprotocol(subprotocol)] if subprotocol else None,
            process_request=self._answer,
            compression=None,
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def url(self, table_number: str = "1") -> str:
        port = self._server.socket.getsockname()[1]
        return f"ws://127.0.0.1:{port}/Test?venue_id=1&table_number={table_number}"

    def accept(self) -> "Peer":
        """The next socket that connected."""
        return Peer(self._sockets.get(timeout=SOON))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join(SOON)

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        return None if self._refuse_with is None else connection.respond(self._refuse_with, "")

    def _keep(self, connection: ServerConnection) -> None:
        self._sockets.put(connection)
        if self._greeting is not None:
            connection.send(compact(self._greeting))
        connection.recv_events_thread.join()


class Peer:
    """The server's end of one socket."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection

    def say(self, message: object) -> None:
        """Text and bytes as they are, anything else as compact JSON."""
        self.connection.send(message if isinstance(message, str | bytes) else compact(message))

    def hear(self) -> object:
        """The next message, parsed; its keys are in their order."""
        return json.loads(self.connection.recv(timeout=SOON))

    def close(self, code: int = 1000) -> None:
        self.connection.close(code)
