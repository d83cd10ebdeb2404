"""What a page of ours knows: the last snapshot, and every event since. Pure."""

from dataclasses import dataclass, field

from tests.clients.strict_json import Unexpected
from tests.clients.v2_frames import OPEN_STATES, Frame, Heartbeat, Hello, Notice, Order, OrderEvent, Snapshot


@dataclass
class LocalState:
    """Outlives its connection: a new one goes on from `epoch` and `seq` by `resume`."""

    epoch: str | None = None
    seq: int = 0
    orders: dict[str, Order] = field(default_factory=dict)

    def apply(self, frame: Frame) -> None:
        """Takes in what a frame says; frames that say nothing of orders change nothing."""
        match frame:
            case Snapshot():
                self.epoch, self.seq = frame.epoch, frame.seq
                self.orders = {order.order_id: order for order in frame.orders}
            case OrderEvent():
                if frame.epoch != self.epoch:
                    raise Unexpected(f"an event of epoch {frame.epoch}, while this page is in {self.epoch}")
                self.orders[frame.order.order_id] = frame.order
                self.seq = max(self.seq, frame.seq)
            case Heartbeat() | Notice():
                if self.epoch is not None:
                    self.seq = max(self.seq, frame.seq or 0)

    @property
    def open_orders(self) -> dict[str, Order]:
        return {key: order for key, order in self.orders.items() if order.state in OPEN_STATES}

    def differences(self, fresh: Snapshot) -> list[str]:
        """How this state differs from a fresh read, in words; empty where snapshot plus events equals it.

        A finished order may still be here and no longer there.
        """
        found = []
        for order in fresh.orders:
            mine = self.orders.get(order.order_id)
            if mine is None:
                found.append(f"{order.order_id} ({order.state}) is not known here")
            elif mine.body != order.body:
                keys = [key for key in order.body if mine.body.get(key) != order.body[key]]
                found.append(f"{order.order_id} differs in {', '.join(keys)}")
        listed = {order.order_id for order in fresh.orders}
        found += [f"{key} is {order.state} here only" for key, order in self.open_orders.items() if key not in listed]
        return found


class Sequence:
    """The order of events within one connection: `seq` never goes back and never comes twice."""

    def __init__(self) -> None:
        self._epoch: str | None = None
        self._seq = -1
        self._asked = False

    def resumed(self, epoch: str, seq: int) -> None:
        """The client asked for what came after `seq`; a snapshot in answer may go back, it cannot do otherwise."""
        if epoch == self._epoch:
            self._seq = seq
        self._asked = True

    def check(self, frame: Frame) -> None:
        """Raises Unexpected."""
        match frame:
            case Hello():
                self._enter(frame.epoch)
            case Snapshot():
                self._enter(frame.epoch)
                if self._asked:
                    self._seq, self._asked = -1, False
                self._go_to(frame.seq, frame)
            case OrderEvent():
                if frame.epoch != self._epoch:
                    raise Unexpected(f"epoch {frame.epoch} on a connection of epoch {self._epoch}")
                self._go_beyond(frame.seq, frame)
            case Notice(seq=int(seq)):
                self._go_beyond(seq, frame)
            case Heartbeat():
                self._go_to(frame.seq, frame)

    def _enter(self, epoch: str) -> None:
        """Another epoch counts anew."""
        if epoch != self._epoch:
            self._epoch, self._seq = epoch, -1

    def _go_beyond(self, seq: int, frame: Frame) -> None:
        if seq == self._seq:
            raise Unexpected(f"seq {seq} twice: {frame}")
        self._go_to(seq, frame)

    def _go_to(self, seq: int, frame: Frame) -> None:
        if seq < self._seq:
            raise Unexpected(f"seq {seq} after {self._seq}: {frame}")
        self._seq = seq
