"""A room of venue 1 in version 2: its sockets, its office, and how to read what they hear."""

import http.client
import json
from collections.abc import Sequence
from contextlib import closing, suppress
from itertools import cycle
from typing import Any

from tests.clients.inbox import NothingArrived
from tests.clients.strict_json import JsonObject
from tests.clients.v1 import V1Guest
from tests.clients.v2 import V2Board, V2Guest
from tests.clients.v2_frames import Ack, OrderEvent
from tests.clients.v2_state import LocalState
from tests.journeys.running import Running
from tests.stack.ports import LOOPBACK

ITEMS = {"13": 2}

tables = cycle(map(str, range(1, 25)))


class Room:
    """Sockets of version 2 at venue 1 of the demo, closed at the end."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.table = next(tables)
        self._clients: list[V2Board | V2Guest | V1Guest] = []

    def guest(self, table: str | None = None, state: LocalState | None = None) -> V2Guest:
        """At this test's table, unless it is told otherwise; with its snapshot, unless it goes on from a state."""
        guest = V2Guest(self.running.table_socket(1, table or self.table), state=state)
        self._clients.append(guest)
        if state is None:
            guest.snapshot()
        return guest

    def board(self, state: LocalState | None = None) -> V2Board:
        board = V2Board(self.running.device_socket(1), state=state)
        self._clients.append(board)
        if state is None:
            board.snapshot()
        return board

    def old_guest(self) -> V1Guest:
        """A guest of version 1, who has heard what there was to hear on connecting."""
        guest = V1Guest(self.running.table_socket(1, self.table))
        self._clients.append(guest)
        guest.send("{}")
        guest.next_error()
        with suppress(NothingArrived):
            while True:
                guest.next_status(0)
        return guest

    def close(self) -> None:
        for client in self._clients:
            client.close()


def in_office(running: Running, *code: str) -> None:
    """What a manager does meanwhile, in another process."""
    prelude = "from django.utils import timezone; from orders import services, tables; from venues.models import *"
    running.manage("shell", "--no-imports", "-c", "\n".join([prelude, "now = tables.now_in_ms()", *code]))


def menu_of(running: Running) -> Any:
    with closing(http.client.HTTPConnection(LOOPBACK, running.web.port, timeout=10)) as line:
        line.request("GET", "/api/v1/venues/1/menu")
        return json.loads(line.getresponse().read())


def events_until(client: V2Board | V2Guest, last: int) -> list[OrderEvent]:
    """The order events that came, up to the one of this seq."""
    events = [client.next_event()]
    while events[-1].seq < last:
        events.append(client.next_event())
    return events


def bodies(events: Sequence[OrderEvent]) -> list[tuple[int, str, JsonObject]]:
    return [(event.seq, event.change, event.order.body) for event in events]


def refusal(client: V2Board | V2Guest, **keys: object) -> tuple[str, str | None, str | None]:
    """Code, field and order_id of the error that a request gets."""
    client.send(keys)
    error = client.next_error()
    return error.code, error.field, error.order_id


def answer_of(client: V2Board | V2Guest) -> Ack:
    """The answer to a change of an order."""
    ack = client._inbox.take(Ack, 5.0)
    assert ack.client_order_id is None
    return ack
