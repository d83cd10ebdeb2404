"""One websocket of our daphne: bounded both ways, always closed with a code, and quick where it matters.

Autobahn does the handshake and every unusual frame. A whole text frame in and a message out, which is nearly all there
is, take short paths of our own: the way in is in `ontap.server_frames`. What one connection may cost is
in `ontap.server_limits`.
"""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Generator
from http import HTTPStatus
from typing import Any

from asgiref.sync import markcoroutinefunction
from autobahn.util import encode_truncate
from autobahn.websocket.protocol import TrafficStats
from autobahn.websocket.utf8validator import Utf8Validator
from daphne.ws_protocol import WebSocketProtocol  # type: ignore[import-untyped]

from ontap.scrub import scrub_path
from ontap.server_frames import WHOLE_BINARY, take_text_frames
from ontap.server_limits import Inbox, Message, frame

logger = logging.getLogger("ontap.server")

CHUNK = 131_072  # bytes that the transport holds for a reader that does not take them now
FRAME_COST = 64  # bytes that Python spends on each; pongs of two bytes would else cost twenty times the limit
KERNEL_UNSENT = getattr(socket, "TCP_NOTSENT_LOWAT", None)  # Linux and macOS

NORMAL, GOING_AWAY, NO_CODE, LOST, INTERNAL_ERROR, SERVICE_RESTART = 1000, 1001, 1005, 1006, 1011, 1012
# RFC 6455, 7.4: what may stand in a close frame; without 1011, which onTap never sends.
SENDABLE = frozenset((*range(1000, 1004), *range(1007, 1011), 1012, 1013, *range(3000, 5000)))


class Sent:
    """What `send` gives back when there is nothing to wait for."""

    def __await__(self) -> Generator[None, None, None]:
        return
        yield  # makes this a generator, which is over at once


SENT = Sent()


class Nobody:
    """Stands for autobahn's deferreds `is_open` and `is_closed`, which nobody waits for here."""

    def callback(self, result: object) -> None:
        """Somebody would be told."""


# What an open socket needs; the rest of its attributes is the handshake's.
KEPT = frozenset(("address", "blocked", "client_addr", "connected", "current_frame", "data", "factory", "heard_at"))
KEPT |= {"has_application", "inbox", "inside_message", "outgoing", "state", "transport", "unread"}


class TableSocket(WebSocketProtocol):  # type: ignore[misc]
    """A websocket, between daphne's `onConnect` and `onClose`.

    Slow readers. All frames of one turn of the loop go out in one write. What the socket does not take waits here, and
    the transport asks for more when it has nothing left. A reader is cut off when something is to be sent while more
    than `unread_bytes` wait, and the socket, asked again, does not take them. So a single message of any size passes.
    A burst of any size passes too, to a reader that reads: from half of the limit on, an application that awaits its
    `send` waits until the reader has caught up, at most `unread_seconds`.

    Fast clients. While the inbox is full we neither parse nor read; TCP then makes the client wait.
    """

    # Autobahn sets sixty attributes on each socket, and formats them for a log that nobody reads: 4 KB and 0.2 ms a
    # socket. Here they stand once; an instance holds only what differs.
    state = WebSocketProtocol.STATE_CONNECTING
    send_state = WebSocketProtocol.SEND_STATE_GROUND
    data = b""
    peer = None
    is_open = is_closed = Nobody()
    trafficStats = TrafficStats()  # type: ignore[no-untyped-call]
    websocket_version = 13
    trackedTimings = _perMessageCompress = None
    current_frame: Any = None
    inside_message = triggered = False
    send_queue = ()
    closedByMe = failedByMe = droppedByMe = wasClean = False
    wasMaxFramePayloadSizeExceeded = wasMaxMessagePayloadSizeExceeded = False
    wasOpenHandshakeTimeout = wasCloseHandshakeTimeout = wasServingFlashSocketPolicyFile = False
    wasNotCleanReason = localCloseCode = localCloseReason = remoteCloseCode = remoteCloseReason = None
    openHandshakeTimeoutCall = closeHandshakeTimeoutCall = None
    autoPingPending = autoPingPendingCall = autoPingTimeoutCall = None

    inbox: Inbox
    has_application = False  # that must still be told when it is over
    unread = 0  # what `outgoing` costs, in bytes
    heard_at = 0.0
    blocked = False  # the transport has a chunk of ours that the socket does not take
    caught_up: "asyncio.Future[None] | None" = None
    accept_timer: asyncio.TimerHandle | None = None
    catch_up_timer: asyncio.TimerHandle | None = None
    address = "-"  # scrubbed
    client_addr: "list[Any] | None" = None

    def __init__(self) -> None:
        self.outgoing: list[bytes] = []

    def connectionMade(self) -> None:
        self.factory.countConnections += 1
        # The HTTP channel has been the producer: it would stop reading whenever writes stall, and live as long as we.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, streaming=False)
        if (
            KERNEL_UNSENT is not None
        ):  # or the kernel would take 4 MB for a reader that never reads, beyond our counting
            self.transport.getHandle().setsockopt(socket.IPPROTO_TCP, KERNEL_UNSENT, CHUNK)

    def __getattr__(self, name: str) -> Any:
        if name == "utf8validator":  # for frames in pieces only
            self.utf8validator = Utf8Validator()  # type: ignore[no-untyped-call]
            return self.utf8validator
        raise AttributeError(name)

    # The handshake

    def onConnect(self, request: Any) -> Any:
        self.address = scrub_path(self.http_request_uri)
        # Daphne believes this header from anybody, and Django builds its links with it.
        request.headers.pop("daphne-root-path", None)
        loop = asyncio.get_running_loop()
        self.accept_timer = loop.call_later(self.limits.accept_seconds, self._accept_late)
        return super().onConnect(request)

    def serverAccept(self, subprotocol: str | None = None) -> None:
        if subprotocol is not None and subprotocol not in self.websocket_protocols:
            raise ValueError(f"The client did not offer the subprotocol {subprotocol!r}")
        self._stop_waiting()
        self.handshake_deferred.callback(subprotocol)
        # Headers, deferreds, parsed addresses: three quarters of what an open socket would hold for good.
        self.__dict__ = {name: value for name, value in self.__dict__.items() if name in KEPT}
        self.read_on()

    def _accept_late(self) -> None:
        logger.warning("The application took too long to accept %s", self.address)
        self.failHandshake("", HTTPStatus.SERVICE_UNAVAILABLE)

    def serverReject(self) -> None:
        self.failHandshake("", HTTPStatus.FORBIDDEN)

    def failHandshake(self, reason: str, code: int = 400, responseHeaders: Any = None) -> None:
        """Refuse with the code's own phrase: autobahn's reasons repeat what the client sent, addresses too."""
        if self.state == self.STATE_CONNECTING:
            headers = [*(responseHeaders or ()), ("Content-Length", "0"), ("Connection", "close")]
            super().failHandshake(HTTPStatus(code).phrase, int(code), headers)
            self.server.log_action("websocket", f"refused {code:d}", {"path": self.address, "client": self.client})

    def _onOpen(self) -> None:
        self.server.log_action("websocket", "open", {"path": self.address, "client": self.client})
        self.server.watch(self)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        """The connection is gone, whatever the cause."""
        self._stop_waiting()
        self.outgoing.clear()
        self._tell(NO_CODE if code is None else code)
        self.server.protocol_disconnected(self)
        self.server.log_action("websocket", f"closed {code}", {"path": self.address, "client": self.client})

    # From the client

    def dataReceived(self, data: bytes) -> None:
        self.heard_at = self.server.now
        if not self.failedByMe:
            self.data = self.data + data if self.data else data
            self.consumeData()

    def consumeData(self) -> None:
        """Parse what there is, until the application has enough for now."""
        if self.state == self.STATE_CONNECTING:
            if not self.has_application:
                super().consumeData()
            elif len(self.data) > CHUNK:  # it does not wait for our answer
                self.transport.pauseProducing()
            return
        while not self.failedByMe and self.state != self.STATE_CLOSED:
            if self.state == self.STATE_OPEN:
                if self.current_frame is None and not self.inside_message:
                    self.data = take_text_frames(self.data, self.inbox)
                if self.inbox.full:
                    self.transport.pauseProducing()
                    break
            if not self.data and self.current_frame is None:
                break
            if not self.processData():  # which is asked again for a frame that ends with its header
                break
        if self.failedByMe:
            self.data = b""

    def onMessageFrameBegin(self, length: int) -> None:
        super().onMessageFrameBegin(max(length, 128))  # or a message of empty frames would have no limit

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if self.state == self.STATE_OPEN:
            content: Message = {"bytes": payload} if isBinary else {"text": payload.decode()}
            self.inbox.put({"type": "websocket.receive", **content}, len(payload))

    def read_on(self) -> None:
        """The application has emptied its inbox, or does not care any more."""
        self.consumeData()
        if self.transport.connected and not (self.state == self.STATE_OPEN and self.inbox.full):
            self.transport.resumeProducing()
            self.server.read_straight(self.transport)

    # From the application

    @markcoroutinefunction  # for async_to_sync, which would warn
    def send(self, message: Message) -> Awaitable[None]:
        """The `send` of ASGI. It has done its work when it returns; what it returns waits for a slow reader."""
        kind = message["type"]
        if self.state == self.STATE_OPEN:
            if kind == "websocket.send":
                text = message.get("text")
                self.sendData(frame(WHOLE_BINARY, message["bytes"]) if text is None else self.factory.text_frame(text))
                if self.unread > self.limits.unread_bytes // 2:
                    return self._catching_up()
            elif kind == "websocket.close":
                self.serverClose(message.get("code"), message.get("reason") or "")
            else:
                raise ValueError(f"An open websocket takes no {kind}")
        elif self.state == self.STATE_CONNECTING:
            if kind == "websocket.accept":
                self.serverAccept(message.get("subprotocol"))
            elif kind == "websocket.close":
                self.serverReject()
            else:
                raise ValueError(f"A websocket that is not accepted takes no {kind}")
        return SENT

    def handle_exception(self, exception: BaseException | None) -> None:
        """The application crashed: 500 before the handshake, then 1012.

        1011 would be the word for it, but the seed's host never sends it and some clients take it for good. 1012 says
        what is true and of use: this application is gone, a new one awaits whoever comes back in a moment.
        """
        if self.state == self.STATE_CONNECTING:
            self.failHandshake("", HTTPStatus.INTERNAL_SERVER_ERROR)
        else:
            self.serverClose(SERVICE_RESTART)

    def application_ended(self) -> None:
        """The application returned while its client is still there."""
        if self.state == self.STATE_CONNECTING:
            logger.error("The application neither accepted nor refused %s", self.address)
            self.failHandshake("", HTTPStatus.INTERNAL_SERVER_ERROR)
        else:
            self.serverClose(NORMAL)

    # To the client

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Everything that goes out comes through here; it is written at the end of this turn of the loop."""
        if self.unread > self.limits.unread_bytes:
            self.flush()
            if self.unread > self.limits.unread_bytes:
                self.cut_off("reads too slowly")
        if self.state == self.STATE_CLOSED:
            return
        if not self.outgoing and not self.blocked:
            self.server.flush_soon(self)
        self.outgoing.append(data)
        self.unread += len(data) + FRAME_COST

    def flush(self) -> None:
        """Hand the socket what it takes, past the transport, which would first ask the loop whether it may write."""
        if self.blocked or not self.outgoing:
            return
        data = b"".join(self.outgoing)
        self.outgoing.clear()
        self.unread = 0
        try:
            sent = self.transport.getHandle().send(data)
        except OSError:  # full, or broken: that is for the transport to find out, when it writes the rest
            sent = 0
        if sent < len(data):
            self.blocked = True
            self.transport.write(data[sent : sent + CHUNK])
            if rest := data[sent + CHUNK :]:
                self.outgoing.append(rest)
                self.unread = len(rest)
        if self.caught_up is not None and self.unread <= self.limits.unread_bytes // 2:
            self._caught_up()

    def resumeProducing(self) -> None:
        """The transport has written its chunk."""
        self.blocked = False
        self.flush()

    def stopProducing(self) -> None:
        """The transport is about to go; `onClose` follows."""

    def _catching_up(self) -> Awaitable[None]:
        self.flush()
        if self.unread <= self.limits.unread_bytes // 2:
            return SENT
        if self.caught_up is None:
            loop = asyncio.get_running_loop()
            self.caught_up = loop.create_future()
            self.catch_up_timer = loop.call_later(self.limits.unread_seconds, self.cut_off, "reads too slowly")
        return asyncio.shield(self.caught_up)  # one caller that is cancelled must not end the wait of the others

    def _caught_up(self) -> None:
        if self.caught_up is not None:
            self.caught_up.set_result(None)
            self.caught_up = None
        if self.catch_up_timer is not None:
            self.catch_up_timer.cancel()
            self.catch_up_timer = None

    # The end

    def serverClose(self, code: int | None = None, reason: str = "") -> None:
        """Begin the closing handshake. Autobahn would refuse most of the codes that the RFC gives to servers."""
        code = {None: NORMAL, INTERNAL_ERROR: SERVICE_RESTART}.get(code, code)
        if code not in SENDABLE:
            raise ValueError(f"{code} cannot stand in a close frame")
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code, encode_truncate(reason, 123) if reason else None)
            self.read_on()  # for the client's answer

    def _fail_connection(self, code: int = GOING_AWAY, reason: str = "") -> None:
        """The client broke the protocol: close frame, end of our stream, and deaf from here on.

        Were we to stop reading or to hang up at once, what the client still sends would make its system throw away the
        close frame that it has not read yet.
        """
        if self.state != self.STATE_OPEN:
            return
        logger.info("%s %s closed with code=%d: %s", self.client, self.address, code, reason)
        self.failedByMe = True
        self.sendCloseFrame(code, encode_truncate(reason, 123))
        self.transport.unregisterProducer()
        self._hand_over()
        self.transport.loseWriteConnection()
        self._tell(code)

    def _protocol_violation(self, reason: str) -> bool:
        super()._protocol_violation(reason)
        return True  # autobahn would go on to parse what it has just refused

    def _invalid_payload(self, reason: str) -> bool:
        super()._invalid_payload(reason)
        return True

    def go_away(self) -> None:
        """The server ends."""
        self.failHandshake("", HTTPStatus.SERVICE_UNAVAILABLE)
        self.serverClose(GOING_AWAY)

    def cut_off(self, reason: str) -> None:
        """Drop the connection and what waits for it. The client catches up when it returns."""
        logger.info("%s %s cut off: it %s", self.client, self.address, reason)
        self.wasNotCleanReason = reason
        self.dropConnection(abort=True)
        self._stop_waiting()
        self._tell(LOST)

    def _closeConnection(self, abort: bool = False) -> None:
        if abort and not self.wasClean:
            self.outgoing.clear()
            self.transport.abortConnection()
            return
        self._hand_over()
        self.transport.loseConnection()
        if self.blocked:  # a reader that never reads would keep the socket for ever
            asyncio.get_running_loop().call_later(self.limits.close_seconds, self.transport.abortConnection)

    def _hand_over(self) -> None:
        """Give the transport everything, as nothing will come after."""
        self.flush()
        self.transport.write(b"".join(self.outgoing))
        self.outgoing.clear()
        self.unread = 0

    def _tell(self, code: int) -> None:
        if self.has_application:
            self.has_application = False
            self.inbox.put_nowait({"type": "websocket.disconnect", "code": code})

    def _stop_waiting(self) -> None:
        if self.accept_timer is not None:
            self.accept_timer.cancel()
        self._caught_up()

    @property
    def client(self) -> str:
        """Its address and port, for logs."""
        return "{}:{}".format(*self.client_addr) if self.client_addr else "-"

    def __repr__(self) -> str:
        return f"<TableSocket {self.client} {self.address}>"
