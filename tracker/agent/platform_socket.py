"""The handshake with the platform, and what the end of a connection means."""

import logging
from dataclasses import dataclass

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from tracker import wire
from tracker.agent import VERSION
from tracker.agent.ledger import LedgerFull
from tracker.agent.link import AnotherVenue, AnotherVersion
from tracker.agent.server_address import Server
from tracker.agent.state_files import Enrolment

_OPEN_S = 15.0
_CLOSE_S = 2.0
_REFUSED = (401, 403)

# Nothing of the handshake may reach a log: the token is in it.
_SILENT = logging.Logger("tracker.agent.platform", level=logging.CRITICAL + 1)


class EventsDropped(Exception):
    """The bound has taken events that were still to be sent: only a new hello can say that."""


class _Connect(connect):
    """Goes nowhere but to its address, like the gateway's."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def open_socket(server: Server, enrolment: Enrolment) -> connect:
    """The handshake with the token in its header, and nowhere else."""
    return _Connect(
        server.link,
        additional_headers={"Authorization": f"Bearer {enrolment.token.reveal()}"},
        user_agent_header=f"onTap-agent/{VERSION}",
        compression=None,
        proxy=None,
        open_timeout=_OPEN_S,
        ping_interval=wire.PING_S,
        ping_timeout=wire.PING_S,
        close_timeout=_CLOSE_S,
        max_size=wire.MOST_BYTES,
        logger=_SILENT,
    )


@dataclass(frozen=True, slots=True)
class Loss:
    """Why there is no connection. `refused`: perhaps because of the token; `revoked`: surely. `long`: wait long."""

    words: str
    refused: bool = False
    revoked: bool = False
    long: bool = False


ENDS = (
    ConnectionClosed, InvalidHandshake, AnotherVenue, AnotherVersion, EventsDropped, LedgerFull, TimeoutError, OSError,
    ValueError,
)  # fmt: skip
_OLD = Loss("the platform speaks another version: update the agent", long=True)


def meaning(error: Exception) -> Loss:
    """What one of ENDS means. Pure."""
    match error:
        case InvalidStatus():
            code = error.response.status_code
            return Loss(f"the platform refuses (HTTP {code})", refused=code in _REFUSED)
        case ConnectionClosed():
            return _of_code(error.rcvd.code if error.rcvd else 1006)
        case AnotherVenue():
            words = "the platform takes this agent for another venue's; nothing was sent or done"
            return Loss(words, long=True)
        case AnotherVersion():
            return _OLD
        case EventsDropped():
            return Loss("the spool is full and its oldest events were dropped")
        case LedgerFull():
            return Loss(f"the disk takes nothing ({error})")
        case TimeoutError():
            return Loss("the platform does not answer in time")
    return Loss(f"the platform cannot be reached ({type(error).__name__})")


def _of_code(code: int) -> Loss:
    if code == wire.REVOKED:
        return Loss("the platform has revoked this agent", revoked=True)
    if code == wire.REPLACED:
        words = "another agent uses this venue's token and has taken our place; end one of the two"
        return Loss(words, long=True)
    if code == wire.WRONG_VERSION:
        return _OLD
    return Loss("the connection to the platform was lost")
