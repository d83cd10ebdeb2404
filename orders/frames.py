"""The frames of one event: each encoded once, whoever gets it."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.utils.functional import cached_property

from orders import protocol
from orders.changes import TICKED, UNKNOWN_TO_V1, Event

NOTICES = frozenset({"menu", "availability", "pause"})
BOARD_NOTICES = NOTICES | {"health", "unanswered", "waiting"}


class Frames:
    """An event as each kind of socket sees it. None where that kind hears nothing of it."""

    def __init__(self, event: Event, epoch: str) -> None:
        self.event, self.epoch = event, epoch

    @cached_property
    def payload(self) -> Mapping[str, Any]:
        if self.event.order is not None:
            return self.event.order
        payload: dict[str, Any] = orjson.loads(self.event.payload)
        return payload

    @cached_property
    def v1_board(self) -> str | None:
        placed = self.event.kind == "order" and self.event.change == "placed"
        # It has no word for a test: somebody would make it.
        return protocol.board_frame(self.payload) if placed and not self.payload.get("test") else None

    @cached_property
    def v1_guest(self) -> str | None:
        change = self.event.change
        moved = self.event.kind == "order" and change != "placed" and change not in UNKNOWN_TO_V1
        return protocol.status_frame(self.payload) if moved and not self._of_staff_only else None

    @cached_property
    def v2_board(self) -> str | None:
        event = self.event
        if event.kind == "order":
            return protocol.order_frame(self.epoch, event.seq, event.change, orjson.Fragment(event.payload))
        return self._notice if event.kind in BOARD_NOTICES else None

    @cached_property
    def v2_guest(self) -> str | None:
        event = self.event
        if event.kind == "order":
            if self._of_staff_only:
                return None
            return protocol.order_frame(self.epoch, event.seq, event.change, protocol.for_guest(self.payload))
        return self._notice if event.kind in NOTICES else None

    @property
    def _of_staff_only(self) -> bool:
        """Nothing that a guest would know: a tick on the board, or an order by which staff try things out."""
        return self.event.change == TICKED or bool(self.payload.get("test"))

    @cached_property
    def _notice(self) -> str:
        event = self.event
        return protocol.notice_frame(event.kind, self.epoch, event.seq, self.payload)
