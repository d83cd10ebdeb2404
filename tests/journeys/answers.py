"""How a client is answered: to its handshake, and to an order."""

import http.client
from collections.abc import Callable, Mapping
from contextlib import closing
from urllib.parse import SplitResult

from tests.clients.inbox import SocketClosed
from tests.clients.line import Refused
from tests.clients.v1 import V1Board, V1Guest
from tests.clients.v2 import Answered, V2Board, V2Guest
from tests.stack.ports import LOOPBACK

Client = V1Board | V1Guest | V2Board | V2Guest


def answer_to(connect: Callable[[], Client]) -> int:
    """The status of the handshake."""
    try:
        connect().close()
    except Refused as refusal:
        return refusal.status if not refusal.body else 0
    return 101


def refused(connect: Callable[[], Client]) -> bool:
    status = answer_to(connect)
    assert status in (101, 403)
    return status == 403


def told(client: V2Guest) -> str:
    """The code of the error that comes next; "closed" where the socket was faster."""
    try:
        return client.next_error().code
    except SocketClosed:
        return "closed"


def told_of(guest: V2Guest, items: Mapping[str, int]) -> str:
    """The code of the error that an order gets; empty where it is taken."""
    try:
        guest.place(items)
    except Answered as answered:
        return answered.error.code
    return ""


def handshake(port: int, address: SplitResult, source: str, **headers: str) -> int:
    """The status of a handshake that comes from this address: failures are counted for each."""
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=10, source_address=(source, 0))) as line:
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
        upgrade["Sec-WebSocket-Key"] = "A" * 22 + "=="
        line.request("GET", f"{address.path}?{address.query}", None, upgrade | headers)
        return line.getresponse().status
