"""Clients of version 2 that keep the state our pages keep, and watch the order of events.

with V2Board(board_url) as board, V2Guest(guest_url) as guest:
    ack = guest.place({"13": 4})
    order = board.wait_state(ack.order_id, "pending")
    board.accept(order)
    guest.wait_state(ack.order_id, "accepted")
    seq = board.state.seq

with V2Board(board_url, state=board.state) as board:
    board.resume()
"""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self
from uuid import uuid4

from tests.clients.line import Line, Watch, query_of
from tests.clients.strict_json import JsonObject
from tests.clients.v2_frames import (
    Ack,
    Answer,
    ErrorFrame,
    Frame,
    Heartbeat,
    Hello,
    Notice,
    Order,
    OrderEvent,
    SessionEnded,
    Snapshot,
    V2Reader,
)
from tests.clients.v2_state import LocalState
from tests.clients.v2_state import Sequence as EventSequence

SUBPROTOCOL = "ontap.v2"
DASHBOARD = "dashboard"
SOON = 5.0


class Answered(AssertionError):
    """The server answered a request with an error frame where the test expected success."""

    def __init__(self, error: ErrorFrame) -> None:
        super().__init__(f"{error.code}: {error.message}")
        self.error = error


class _V2Socket:
    """Returns when the server has said hello. `by_query` asks with `&v=2` instead of the subprotocol."""

    def __init__(
        self,
        url: str,
        *,
        state: LocalState | None = None,
        by_query: bool = False,
        cookie: str | None = None,
        origin: str | None = None,
        headers: Mapping[str, str] | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.venue_id, self.table_number = query_of(url)
        self.state = state or LocalState()
        self._sequence = EventSequence()
        self._reader = V2Reader(self.venue_id, None if self.table_number == DASHBOARD else self.table_number)
        self._line = Line(
            f"{url}&v=2" if by_query else url,
            self._read,
            subprotocol=None if by_query else SUBPROTOCOL,
            cookie=cookie,
            origin=origin,
            headers=headers,
            watch=watch,
        )
        self._inbox = self._line.inbox
        self.hello = self._inbox.take(Hello, SOON)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()
        if error is None:
            self._inbox.check()

    def _read(self, message: str | bytes, at: float) -> Frame:
        frame = self._reader.read(message, at)
        self._sequence.check(frame)
        self.state.apply(frame)
        return frame

    def send(self, message: object) -> None:
        """Sends text and bytes as they are, anything else as compact JSON."""
        self._line.send(message)

    def act(self, action: str, **keys: object) -> None:
        """Sends an action with the keys as they are."""
        self.send({"action": action, **keys})

    def order(
        self,
        items: Mapping[str, object] | None = None,
        *,
        lines: Sequence[JsonObject] | None = None,
        client_order_id: str | None = None,
        **extra: object,
    ) -> str:
        """Sends an order and returns its client_order_id, made up where none is given. Give `items` or `lines`."""
        key = client_order_id or str(uuid4())
        where: JsonObject = {"venue_id": self.venue_id}
        if self.table_number != DASHBOARD:
            where["table_number"] = self.table_number
        what: JsonObject = {} if items is None else {"order_items": dict(items)}
        if lines is not None:
            what["lines"] = list(lines)
        self.act("order", **{**where, **what, "client_order_id": key, **extra})
        return key

    def ack(self, client_order_id: str, timeout: float = SOON) -> Ack:
        """The answer to an order. Raises Answered where it is an error."""
        answer = self._inbox.take(Answer, timeout, lambda answer: answer.client_order_id == client_order_id)
        if isinstance(answer, ErrorFrame):
            raise Answered(answer)
        assert isinstance(answer, Ack)
        return answer

    def place(
        self,
        items: Mapping[str, object] | None = None,
        *,
        lines: Sequence[JsonObject] | None = None,
        client_order_id: str | None = None,
        timeout: float = SOON,
        **extra: object,
    ) -> Ack:
        """`order` and `ack` in one."""
        return self.ack(self.order(items, lines=lines, client_order_id=client_order_id, **extra), timeout)

    def open_orders(self, timeout: float = SOON) -> Snapshot:
        """Asks with `openorders`; the answer is a snapshot."""
        self.act("openorders", venue_id=self.venue_id)
        return self.snapshot(timeout)

    def snapshot(self, timeout: float = SOON) -> Snapshot:
        """The oldest unread snapshot."""
        return self._inbox.take(Snapshot, timeout)

    def resume(self, epoch: str | None = None, seq: int | None = None) -> None:
        """Asks for what came after (epoch, seq), by default what the local state has. Events or a snapshot answer."""
        wanted = (self.state.epoch if epoch is None else epoch) or ""
        after = self.state.seq if seq is None else seq
        self._sequence.resumed(wanted, after)
        self.act("resume", epoch=wanted, seq=after)

    def cancel(self, order: Order, **extra: object) -> None:
        self._move("cancelorder", order, **extra)

    def next_event(
        self, timeout: float = SOON, *, order_id: str | None = None, change: str | None = None
    ) -> OrderEvent:
        """The oldest unread `order` frame, of this order and change where given."""
        return self._inbox.take(
            OrderEvent,
            timeout,
            lambda event: order_id in (None, event.order.order_id) and change in (None, event.change),
        )

    def wait_state(self, order_id: str, state: str, timeout: float = SOON) -> Order:
        """The order, once the local state has it in `state`. Frames stay unread."""

        def find() -> Order | None:
            order = self.state.orders.get(order_id)
            return order if order is not None and order.state == state else None

        return self._inbox.wait(find, timeout, f"{order_id} being {state}")

    def next_error(self, timeout: float = SOON) -> ErrorFrame:
        return self._inbox.take(ErrorFrame, timeout)

    def next_notice(self, kind: str, timeout: float = SOON) -> Notice:
        return self._inbox.take(Notice, timeout, lambda notice: notice.kind == kind)

    def next_heartbeat(self, timeout: float) -> Heartbeat:
        return self._inbox.take(Heartbeat, timeout)

    def session_ended(self, timeout: float = SOON) -> SessionEnded:
        return self._inbox.take(SessionEnded, timeout)

    def silence(self, seconds: float) -> None:
        """Fails where something but a heartbeat waits unread, or comes within `seconds`."""
        self._inbox.silence(seconds, ignore=[Heartbeat])

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

    def _move(self, action: str, order: Order, **keys: object) -> None:
        """The seed's keys first, as in version 1."""
        own: JsonObject = {
            "order_id": order.order_id,
            "order_time": order.order_time,
            "venue_id": order.venue_id,
            "table_number": order.table_number,
        }
        self.act(action, **{**own, **keys})


class V2Guest(_V2Socket):
    """A guest's page: orders, cancels while pending, and sees its table's session."""


class V2Board(_V2Socket):
    """A board's page: sees the whole venue and moves its orders."""

    def accept(self, order: Order, status: str = "accepted", **extra: object) -> None:
        self._move("acceptorder", order, order_status=status, **extra)

    def reject(self, order: Order, reason: str, **extra: object) -> None:
        self._move("acceptorder", order, order_status="rejected", reason=reason, **extra)

    def ready(self, order: Order, **extra: object) -> None:
        self._move("readyorder", order, **extra)

    def complete(self, order: Order, status: str = "completed", **extra: object) -> None:
        self._move("completeorder", order, order_status=status, **extra)

    def undo(self, order: Order, seq: int, reason: str) -> None:
        """Takes back the event `seq` of this order."""
        self.act("undoorder", order_id=order.order_id, seq=seq, reason=reason)
