"""The process that serves: daphne with our bounds, our log and our end. `python -m ontap.server` or `manage.py up`.

Whatever a client does has a limit (`Limits`), an answer, and a log line without its secret.
"""

import argparse
import asyncio
import contextlib
import importlib
import logging
import os
import signal
import socket
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from twisted.internet import asyncioreactor
from twisted.logger import FilteringLogObserver, LogLevel, LogLevelFilterPredicate, STDLibLogObserver, globalLogBeginner

if "twisted.internet.reactor" not in sys.modules:
    # Before daphne, which brings a loop that takes a tenth more time for everything.
    with contextlib.suppress(ImportError):
        import uvloop

        asyncioreactor.install(uvloop.new_event_loop())  # type: ignore[no-untyped-call]

from daphne.server import Server as Daphne  # type: ignore[import-untyped]  # isort: skip
from daphne.http_protocol import HTTPFactory, WebRequest  # type: ignore[import-untyped]
from daphne.ws_protocol import WebSocketFactory  # type: ignore[import-untyped]
from twisted.internet import reactor as _reactor

from ontap.scrub import scrub_path
from ontap.server_frames import WHOLE_TEXT
from ontap.server_limits import Inbox, Limits, Message, frame
from ontap.server_pings import Pings
from ontap.server_protocol import TableSocket
from tracker.wire import PATH as AGENTS

logger = logging.getLogger("ontap.server")
access_log = logging.getLogger("ontap.access")
reactor: Any = _reactor  # typed as a module, which it is not

BACKLOG = 4096  # they also connect together

Application = Callable[..., Awaitable[None]]


class Request(WebRequest):  # type: ignore[misc]
    """An HTTP request, until it is answered or becomes a TableSocket."""

    channel: Any
    refused = False

    def gotLength(self, length: int | None) -> None:
        super().gotLength(length)
        if length is not None and length > self.server.limits.body_bytes:
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:
        if self.content.tell() + len(data) > self.server.limits.body_bytes:
            self._refuse()
        elif not self.refused:
            super().handleContentChunk(data)

    def process(self) -> None:
        if self.refused:
            return
        # Daphne believes this header from anybody, and Django builds its links with it.
        self.requestHeaders.removeHeader(b"daphne-root-path")
        channel, transport = self.channel, self.transport
        super().process()
        if self.transport is None and transport is not None:
            # Upgraded. What the client has sent behind its handshake waits in the channel, which would drop it.
            channel.rawDataReceived = transport.protocol.dataReceived
            # Channel and request hold each other; parted, both are freed now and not by some later collection.
            channel.requests.clear()
            self.channel = None

    def handle_exception(self, exception: BaseException | None) -> None:
        """The application crashed, or ended without an answer."""
        if self._response_started:
            self.channel.loseConnection()
        else:
            self.basic_error(500, b"Internal Server Error", "Something went wrong here.")

    def application_ended(self) -> None:
        logger.error("The application gave no answer to %s", self.address)
        self.handle_exception(None)

    @property
    def address(self) -> str:
        """What was asked for, scrubbed."""
        return scrub_path(self.uri.decode("latin-1"))

    def _refuse(self) -> None:
        if not self.refused:
            self.refused = True
            megabytes = self.server.limits.body_bytes // 1_000_000
            words = f"This is more than {megabytes} MB, which is more than we take. Go back, and send less.\n".encode()
            head = (
                "HTTP/1.1 413 Content Too Large\r\nContent-Type: text/plain; charset=utf-8\r\n"
                f"Content-Length: {len(words)}\r\nConnection: close\r\n\r\n"
            )
            self.channel.transport.write(head.encode() + words)
            self.channel.loseConnection()


class RequestFactory(HTTPFactory):  # type: ignore[misc]
    """Makes the connections of a server."""

    def buildProtocol(self, addr: Any) -> Any:
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = Request
        return protocol


class SocketFactory(WebSocketFactory):  # type: ignore[misc]
    """Makes the websockets of a server."""

    def __init__(self, server: "Server") -> None:
        super().__init__(server, server="")
        limits = server.limits
        self.setProtocolOptions(
            webStatus=False,
            failByDrop=False,
            maxFramePayloadSize=limits.message_bytes,
            maxMessagePayloadSize=limits.message_bytes,
            closeHandshakeTimeout=limits.close_seconds,
            allowNullOrigin=True,
        )
        # Autobahn copies thirty options to each socket, unless it finds them there: on the class they cost nothing.
        options: dict[str, Any] = {name: getattr(self, name) for name in TableSocket.CONFIG_ATTRS}
        options["perMessageCompressionAccept"] = staticmethod(self.perMessageCompressionAccept)  # that is, none
        self.protocol = type("TableSocket", (TableSocket,), {**options, "server": server, "limits": limits})
        self._text: str | None = None
        self._text_frame = b""

    def text_frame(self, text: str) -> bytes:
        """The text in one frame: one object for all sockets that are sent the same string one after the other."""
        if text is not self._text:
            self._text, self._text_frame = text, frame(WHOLE_TEXT, text.encode())
        return self._text_frame


class Server(Daphne):  # type: ignore[misc]
    """One listening socket and everybody connected to it. Runs once; `stop` may come from any thread."""

    def __init__(
        self, application: Application, listening: socket.socket, limits: Limits, on_ready: Callable[[], None] | None
    ) -> None:
        host, port = listening.getsockname()[:2]
        super().__init__(application, endpoints=[f"tcp:{port}:interface={host}"], server_name="")
        self.port: int = port
        self.limits = limits
        self.loop: asyncio.AbstractEventLoop = reactor._asyncioEventloop
        self.now = self.loop.time()  # as of the last tick: what a socket needs to say when it was heard
        self.connections: dict[Request | TableSocket, asyncio.Task[None] | None] = {}
        self.http_factory = RequestFactory(self)
        self.ws_factory = SocketFactory(self)
        self._listening = listening
        self._on_ready = on_ready
        self._end: asyncio.Task[None] | None = None
        self._unflushed: list[TableSocket] = []
        self._leaving: deque[tuple[float, asyncio.Task[None]]] = deque()
        self._pings = Pings(self.limits.ping_interval, self.limits.ping_timeout)
        self._agents_pings = Pings(self.limits.agent_ping_interval, self.limits.agent_ping_timeout)

    def run(self) -> None:
        """Serve until `stop`, SIGTERM or SIGINT. In the main thread, if signals are to be heard."""
        asyncio.set_event_loop(self.loop)
        _log_errors_of_twisted()
        _raise_file_limit()
        self._door = reactor.adoptStreamPort(self._listening.fileno(), self._listening.family, self.http_factory)
        self._listening.close()
        self.loop.call_soon(self._tick)
        if self._on_ready:
            self.loop.call_soon(self._on_ready)
        previous = {}
        if threading.current_thread() is threading.main_thread():
            previous = {number: signal.signal(number, self._signalled) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            reactor.run(installSignalHandlers=False)
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """Say goodbye to everybody and make `run` return, within some 4 seconds. From any thread; again to hurry it."""
        self.loop.call_soon_threadsafe(self._begin_to_end)

    # What daphne calls

    def protocol_connected(self, protocol: Request | TableSocket) -> None:
        self.connections[protocol] = None

    def protocol_disconnected(self, protocol: Request | TableSocket) -> None:
        task = self.connections.pop(protocol, None)
        if task is not None and not task.done():
            self._leaving.append((self.now + self.limits.leave_seconds, task))

    def create_application(self, protocol: Request | TableSocket, scope: Message) -> Inbox:
        """Start the application for a connection; what comes in goes into the inbox."""
        scope.setdefault("asgi", {"version": "3.0"})
        if isinstance(protocol, TableSocket):
            inbox, send = Inbox(self.limits, protocol.read_on), protocol.send
            protocol.inbox, protocol.has_application = inbox, True
        else:
            inbox, send = Inbox(self.limits, _nothing), partial(self.handle_reply, protocol)
        task = self.loop.create_task(self.application(scope, inbox.get, send))
        task.add_done_callback(partial(self._application_ended, protocol))
        self.connections[protocol] = task
        return inbox

    async def handle_reply(self, protocol: Request, message: Message) -> None:
        """The `send` of HTTP."""
        if protocol in self.connections:
            self.check_headers_type(message)
            protocol.handle_reply(message)

    def log_action(self, protocol: str, action: str, details: dict[str, Any]) -> None:
        client, path = details["client"] or "-", scrub_path(details["path"])
        if protocol == "http":
            what = details["method"], path, details["status"], details["size"], details["time_taken"]
            access_log.info("%s %s %s %s %s bytes %.3f s", client, *what)
        elif action != "connecting":
            access_log.info("%s websocket %s %s", client, path, action)

    # What sockets call

    def flush_soon(self, client: TableSocket) -> None:
        """Write what the socket has to send at the end of this turn of the loop: one system call for all its frames."""
        if not self._unflushed:
            self.loop.call_soon(self._flush)
        self._unflushed.append(client)

    def read_straight(self, transport: Any) -> None:
        """Let the loop call the transport itself. Twisted puts each read into a log context: 6 % of an echo."""
        self.loop.add_reader(transport.fileno(), reactor._readOrWrite, transport, True)  # noqa: FBT003

    def watch(self, client: TableSocket) -> None:
        """Ping the socket from now on."""
        pings = self._agents_pings if client.address == AGENTS else self._pings
        pings.watch(client, self.now)

    def _flush(self) -> None:
        clients, self._unflushed = self._unflushed, []
        for client in clients:
            client.flush()

    def _application_ended(self, protocol: Request | TableSocket, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            logger.error("The application failed for %s", protocol.address, exc_info=error)
        if protocol in self.connections:
            self.connections[protocol] = None
            if error is not None or task.cancelled():
                protocol.handle_exception(error)
            else:
                protocol.application_ended()

    def _tick(self) -> None:
        self.now = self.loop.time()
        self.loop.call_later(min(1.0, self.limits.ping_interval / 4), self._tick)
        while self._leaving and self._leaving[0][0] <= self.now:
            task = self._leaving.popleft()[1]
            if not task.done():
                logger.warning("An application did not end after its client had gone")
                task.cancel()
        for pings in (self._pings, self._agents_pings):
            pings.cut_silent(self.now)
            self._ping(pings)

    def _ping(self, pings: Pings) -> None:
        if pings.ping(self.now):
            self.loop.call_later(0.02, self._ping, pings)

    # The end

    def _signalled(self, number: int, stack: object) -> None:
        self.stop()

    def _begin_to_end(self) -> None:
        if self._end is None:
            self._end = self.loop.create_task(self._say_goodbye())
        elif reactor.running:
            reactor.stop()

    async def _say_goodbye(self) -> None:
        self._door.stopListening()
        for client in list(self.connections):
            if isinstance(client, TableSocket):
                client.go_away()
        if waiting := self._at_work():
            await asyncio.wait(waiting, timeout=self.limits.stop_seconds)
        if late := self._at_work():
            logger.warning("%d applications did not end by themselves", len(late))
            for task in late:
                task.cancel()
            await asyncio.wait(late, timeout=0.5)
        await asyncio.sleep(0.05)  # for the last bytes to leave
        reactor.stop()

    def _at_work(self) -> list[asyncio.Task[None]]:
        tasks = [*self.connections.values(), *(task for _, task in self._leaving)]
        return [task for task in tasks if task is not None and not task.done()]


def build_server(
    application: Application,
    host: str,
    port: int,
    *,
    fd: int | None = None,
    limits: Limits | None = None,
    on_ready: Callable[[], None] | None = None,
) -> Server:
    """A server that listens already, but does not answer before its `run`; port 0 takes a free one (`server.port`).

    `fd` is a listening socket that somebody else has opened. Raises OSError when the address is taken.
    """
    if fd is not None:
        listening = socket.socket(fileno=fd)
    else:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)  # with SO_REUSEADDR
    listening.setblocking(False)  # noqa: FBT003 - the standard library takes no name for it
    return Server(application, listening, limits or Limits(), on_ready)


def run(
    application: Application, *, host: str, port: int, fd: int | None = None, on_ready: Callable[[], None] | None = None
) -> None:
    """Serve the application in this thread until SIGTERM or SIGINT."""
    build_server(application, host, port, fd=fd, on_ready=on_ready).run()


def main() -> None:
    """Serve `ontap.asgi:application`."""
    parser = argparse.ArgumentParser(prog="python -m ontap.server", description="Serve onTap.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--fd", type=int, help="a listening socket to use in place of host and port")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontap.settings")
    application = importlib.import_module("ontap.asgi").application
    run(application, host=options.host, port=options.port, fd=options.fd)
    # Python waits for every thread before it exits. One that hangs in a query must not outlast what we promised.
    backstop = threading.Timer(0.5, os._exit, [0])
    backstop.daemon = True
    backstop.start()


def _log_errors_of_twisted() -> None:
    # Stock daphne throws away all that Twisted logs: an error in a protocol would be gone without a trace.
    predicate: Any = LogLevelFilterPredicate(LogLevel.error)
    observer: Any = FilteringLogObserver(STDLibLogObserver("ontap.server"), [predicate])  # type: ignore[arg-type]
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False, discardBuffer=True)


def _raise_file_limit() -> None:
    """Each client is an open file, and many systems allow 1,024 unless asked for more."""
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _nothing() -> None:
    """Requests need not be told that their inbox is empty."""


if __name__ == "__main__":
    main()
