"""One websocket session with a gateway, without the socket: takes texts and the time, gives changes. Pure.

The header of the handshake carries the token; where no ACTIVE_ORDERS follows within two seconds, the message carries it
too, well within the gateway's twenty (quickstart; API reference, 8). `now` is seconds of a monotonic clock throughout.
"""

from dataclasses import dataclass
from enum import Enum, auto

from tracker.gateway.book import Change, OrderBook
from tracker.gateway.errors import FeedLost, GatewayError
from tracker.gateway.messages import (
    ORDER_PAGED,
    Complaint,
    Message,
    Notification,
    OrderGone,
    Snapshot,
    read_message,
)
from tracker.gateway.token import Token

HEADER_GETS_S = 2.0  # for the snapshot to follow the header alone
TOKEN_WINDOW_S = 20.0  # the gateway closes a socket that has not authenticated by then (quickstart)


class Phase(Enum):
    AUTHENTICATING = auto()
    LIVE = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class Live:
    """The gateway has shown its orders, be it none: the token is good and the feed is up."""


@dataclass(frozen=True, slots=True)
class Resync:
    """Something was missed or could not be read: GET /activeorders, and give it to the book. Twice is harmless."""

    why: str


@dataclass(frozen=True, slots=True)
class SendToken:
    """The token is to be sent as the first message, by `token_message`."""


Output = Live | Change | Resync | SendToken


class Session:
    """From the open socket to its end. After an error was raised there is nothing more to come."""

    def __init__(
        self,
        token: Token,
        book: OrderBook,
        now: float,
        *,
        by_header: bool = True,
        header_gets_s: float = HEADER_GETS_S,
    ) -> None:
        """The socket opened at `now`; `by_header` where the handshake carried the token."""
        self.phase = Phase.AUTHENTICATING
        self._token = token
        self._book = book
        self._token_due: float | None = now + header_gets_s if by_header else now
        self._ends_at = now + TOKEN_WINDOW_S + header_gets_s
        self._seq: int | None = None
        self._hole = range(0)

    @property
    def deadline(self) -> float | None:
        """When `tick` must be called at the latest; None once the session is live or over."""
        if self.phase is not Phase.AUTHENTICATING:
            return None
        return self._ends_at if self._token_due is None else self._token_due

    def tick(self, now: float) -> list[Output]:
        """What the time alone brings. Raises FeedLost where the gateway never showed its orders."""
        if self.phase is not Phase.AUTHENTICATING:
            return []
        if now >= self._ends_at:
            raise self._ended(FeedLost("the gateway did not show its orders in time", authenticated=False))
        if self._token_due is not None and now >= self._token_due:
            self._token_due = None
            return [SendToken()]
        return []

    def received(self, text: str | bytes, now: float) -> list[Output]:
        """What a message brings. Raises the named error of a message that is one, TooManyOrders for a flood."""
        if self.phase is Phase.ENDED:
            return []
        message = read_message(text, self._token)
        if isinstance(message, Complaint):
            raise self._ended(message.error)
        if isinstance(message, Snapshot):
            outputs: list[Output] = [] if self.phase is Phase.LIVE else [Live()]
            self.phase = Phase.LIVE
            outputs += self._book.replace(message.active, now)
            if message.active.unreadable:
                outputs.append(Resync(f"{message.active.unreadable} active orders could not be read"))
            return outputs
        late, why = self._follow(message)
        if late:
            return [Resync(why)]
        return [*self._take(message), *([Resync(why)] if why else [])]

    def closed(self) -> FeedLost:
        """The error that the end of the socket means. Before the first orders it is a refused token, most likely."""
        live = self.phase is Phase.LIVE
        words = "the connection ended" if live else "closed before any order was shown: the token may be refused"
        return self._ended_as_lost(words, live)

    def _take(self, message: Message) -> list[Output]:
        if isinstance(message, Notification):
            return [*self._book.event(message.order, paged=message.type == ORDER_PAGED)]
        if isinstance(message, OrderGone):
            return [*self._book.clear(message.uuid)]
        assert not isinstance(message, Snapshot | Complaint)
        return [Resync(message.why)] if message.of_order else []

    def _follow(self, message: Message) -> tuple[bool, str]:
        """Whether the message came too late to be taken, and why the orders must be read again ("" where not)."""
        assert not isinstance(message, Snapshot | Complaint)
        seq, last = message.seq, self._seq
        if seq is None:
            return False, ""
        if last is None or seq == last + 1:
            self._seq = seq
            return False, ""
        if seq > last:
            self._seq, self._hole = seq, range(last + 1, seq)
            return False, f"{seq - last - 1} messages are missing"
        if seq == last or seq in self._hole:
            # Once more, or overtaken by what was missed without it: whoever reads again sees what it did.
            return True, "a message came out of order"
        self._seq, self._hole = seq, range(0)
        return True, "the gateway counts anew"

    def _ended(self, error: GatewayError) -> GatewayError:
        self.phase = Phase.ENDED
        return error

    def _ended_as_lost(self, words: str, live: bool) -> FeedLost:
        self.phase = Phase.ENDED
        return FeedLost(words, authenticated=live)
