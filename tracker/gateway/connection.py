"""The websocket to a gateway: a thin asyncio shell around `Session`."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from tracker.gateway.answers import words_of
from tracker.gateway.book import OrderBook
from tracker.gateway.errors import BadAnswer, GatewayError, NoAnswer, Redirected, ServerFailed, Unreachable, error_for
from tracker.gateway.messages import token_message
from tracker.gateway.paired import Paired
from tracker.gateway.session import HEADER_GETS_S, Output, SendToken, Session
from tracker.gateway.token import Token
from tracker.gateway.tolerant import MOST_BYTES


@dataclass(frozen=True, slots=True)
class Timing:
    """How long each thing may take, in seconds.

    Keepalive is not documented. With the agent's own waits a gateway that fell silent is told within 30 s.
    """

    open_s: float = 8.0  # connect and handshake
    header_gets_s: float = HEADER_GETS_S
    ping_every_s: float = 8.0
    pong_within_s: float = 6.0
    close_s: float = 3.0


# The library writes the handshake's headers and every message to its log at DEBUG. This one has no parent, no handler
# and no level that anything reaches, so that no configuration of logging makes it speak of the token.
_SILENT = logging.Logger("tracker.gateway.websocket", level=logging.CRITICAL + 1)


USUAL = Timing()


class _Connect(connect):
    """`connect` that goes nowhere but to its address: the library follows redirects, we do not."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class Feed:
    """An open websocket. `receive` gives what comes; every failure is a GatewayError, after which nothing comes."""

    def __init__(self, socket: ClientConnection, session: Session, token: Token, clock: Callable[[], float]) -> None:
        self._socket, self._session, self._token, self._clock = socket, session, token, clock

    async def receive(self) -> list[Output]:
        """The next changes, at least one. Safe to cancel. Raises FeedLost, Refused or TooManyOrders."""
        while True:
            try:
                outputs = self._session.received(await self._next_message(), self._clock())
            except TimeoutError:
                outputs = self._session.tick(self._clock())
            except ConnectionClosed:
                raise self._session.closed() from None
            if outputs == [SendToken()]:
                await self._send_token()
            elif outputs:
                return outputs

    async def _next_message(self) -> str | bytes:
        deadline = self._session.deadline
        async with asyncio.timeout(None if deadline is None else max(deadline - self._clock(), 0.0)):
            return await self._socket.recv()

    async def _send_token(self) -> None:
        try:
            await self._socket.send(token_message(self._token))
        except ConnectionClosed:
            raise self._session.closed() from None


@asynccontextmanager
async def open_feed(
    paired: Paired,
    book: OrderBook,
    *,
    by_header: bool = True,
    timing: Timing = USUAL,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Feed]:
    """An open feed that is closed at the end. Raises Unreachable, NoAnswer, Refused, Redirected, or another BadAnswer.

    `by_header=False` is for a gateway that refuses a handshake with the header: the token then goes by message only.
    """
    socket = await _shake_hands(paired, timing, by_header=by_header)
    session = Session(paired.token, book, clock(), by_header=by_header, header_gets_s=timing.header_gets_s)
    try:
        yield Feed(socket, session, paired.token, clock)
    finally:
        await socket.close()


async def _shake_hands(paired: Paired, timing: Timing, *, by_header: bool) -> ClientConnection:
    try:
        return await _Connect(
            paired.address.websocket,
            additional_headers={"Authorization": f"Bearer {paired.token.reveal()}"} if by_header else None,
            user_agent_header="onTap",
            compression=None,
            proxy=None,
            open_timeout=timing.open_s,
            ping_interval=timing.ping_every_s,
            ping_timeout=timing.pong_within_s,
            close_timeout=timing.close_s,
            max_size=MOST_BYTES,
            logger=_SILENT,
        )
    except InvalidStatus as refusal:
        raise _refusal(refusal.response.status_code, bytes(refusal.response.body or b""), paired.token) from None
    except TimeoutError:
        raise NoAnswer("the gateway did not open the websocket in time") from None
    except OSError:
        raise Unreachable(f"nothing answers at {paired.address}") from None
    except (InvalidHandshake, ValueError):
        raise BadAnswer("what answered speaks no websocket") from None


def _refusal(status: int, body: bytes, token: Token) -> GatewayError:
    if 300 <= status < 400:
        return Redirected("the websocket's handshake points elsewhere; we did not follow", status)
    code, said = words_of(body, token)
    error = error_for(code, status, said)
    if error is None:
        return BadAnswer(f"HTTP {status} instead of a websocket", status)
    if status >= 500 and code is None:
        return ServerFailed(f"the gateway failed at the handshake (HTTP {status})", status)
    return error
