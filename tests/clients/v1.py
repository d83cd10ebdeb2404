"""Strict clients of version 1: any frame, key, order of keys, type or byte that is not given raises Unexpected.

with V1Board(board_url) as board, V1Guest("ws://127.0.0.1:8080/Test?venue_id=1&table_number=1") as guest:
    guest.order({"13": 4, "18": 5})
    order = board.next_order()
    board.accept(order)
    assert guest.next_status().order_status == "accepted"
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from tests.clients.line import Line, Watch, query_of
from tests.clients.v1_frames import BoardOrder, ErrorFrame, GuestStatus, OpenOrders, SeenOrder, V1Reader

SOON = 5.0
DASHBOARD = "dashboard"


class _V1Socket:
    def __init__(
        self,
        url: str,
        *,
        cookie: str | None = None,
        origin: str | None = None,
        headers: Mapping[str, str] | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.venue_id, self.table_number = query_of(url)
        table_number = None if self.table_number == DASHBOARD else self.table_number
        self._line = Line(
            url,
            V1Reader(self.venue_id, table_number).read,
            cookie=cookie,
            origin=origin,
            headers=headers,
            watch=watch,
        )
        self._inbox = self._line.inbox

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()
        if error is None:
            self._inbox.check()

    def send(self, message: object) -> None:
        """Sends text and bytes as they are, anything else as compact JSON."""
        self._line.send(message)

    def next_error(self, timeout: float = SOON) -> ErrorFrame:
        return self._inbox.take(ErrorFrame, timeout)

    def silence(self, seconds: float) -> None:
        """Fails where something waits unread, or comes within `seconds`."""
        self._inbox.silence(seconds)

    @property
    def close_code(self) -> int | None:
        """None while the socket is open; 1006 where it ended without a close frame."""
        return self._inbox.close_code

    def wait_closed(self, timeout: float = SOON) -> int:
        """The close code, once the server has ended the socket."""
        return self._inbox.wait_closed(timeout)

    def close(self) -> None:
        self._line.close()

    def drop(self) -> None:
        """Ends the TCP connection without a close frame."""
        self._line.drop()


class V1Guest(_V1Socket):
    """A guest at a table: orders, and hears what becomes of the table's orders."""

    def order(self, items: Mapping[str, object], **extra: object) -> None:
        """The seed's `order`, with further keys such as `client_order_id`. Version 1 has no answer to it."""
        self.send(
            {
                "action": "order",
                "venue_id": self.venue_id,
                "table_number": self.table_number,
                "order_items": dict(items),
                **extra,
            }
        )

    def next_status(self, timeout: float = SOON, *, order_id: str | None = None) -> GuestStatus:
        """The oldest unread status, of the given order where one is given."""
        return self._inbox.take(GuestStatus, timeout, lambda status: order_id in (None, status.order_id))


class V1Board(_V1Socket):
    """A board: hears new orders, accepts and completes them, asks what is open."""

    def next_order(self, timeout: float = SOON, *, order_id: str | None = None) -> BoardOrder:
        """The oldest unread order."""
        return self._inbox.take(BoardOrder, timeout, lambda order: order_id in (None, order.order_id))

    def open_orders(self, timeout: float = SOON) -> OpenOrders:
        """Asks and waits for the answer; orders that come in between stay unread."""
        self.send({"action": "openorders", "venue_id": self.venue_id})
        return self._inbox.take(OpenOrders, timeout)

    def accept(self, order: SeenOrder, status: str = "accepted", **extra: object) -> None:
        """`acceptorder`, also with "rejected". Version 1 answers the guest only."""
        self._move("acceptorder", order, status, extra)

    def complete(self, order: SeenOrder, status: str = "completed", **extra: object) -> None:
        self._move("completeorder", order, status, extra)

    def _move(self, action: str, order: SeenOrder, status: str, extra: Mapping[str, object]) -> None:
        self.send(
            {
                "action": action,
                "order_id": order.order_id,
                "order_time": order.order_time,
                "venue_id": order.venue_id,
                "table_number": order.table_number,
                "order_status": status,
                **extra,
            }
        )
