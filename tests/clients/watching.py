"""Lets the clients write the ledger by themselves: `V1Board(url, watch=watch_board(view))`.

The end of a socket is written too, so compare before the clients are closed. One watch is for one connection.
"""

from tests.clients import v1_frames, v2_frames
from tests.clients.inbox import SocketClosed
from tests.clients.ledger import BoardConnection, GuestConnection, Seat, View
from tests.clients.line import SocketOpened, Watch

UNDONE = "undone"


def watch_guest(seat: Seat) -> Watch:
    """Writes all but what the guest sends: say `seat.sent(key)` before each order."""
    opened: list[GuestConnection] = []

    def watch(frame: object) -> None:
        if isinstance(frame, SocketOpened):
            opened.append(seat.connected())
        else:
            _write_guest(seat, opened[0], frame)

    return watch


def watch_board(view: View) -> Watch:
    """Writes all that a board is shown."""
    opened: list[BoardConnection] = []

    def watch(frame: object) -> None:
        if isinstance(frame, SocketOpened):
            opened.append(view.connected())
        else:
            _write_board(opened[0], frame)

    return watch


def _write_guest(seat: Seat, guest: GuestConnection, frame: object) -> None:
    match frame:
        case v1_frames.GuestStatus():
            guest.heard(frame.order_id, frame.order_status, frame.at)
        case v1_frames.ErrorFrame():
            guest.refused()
        case v2_frames.Ack(client_order_id=str(key)):
            guest.acked(key, frame.order_id, frame.at)
        case v2_frames.ErrorFrame(order_id=None):
            guest.refused(frame.client_order_id)
        case v2_frames.OrderEvent():
            if frame.change == UNDONE:
                seat.ledger.undone(frame.order.order_id)
            guest.heard(frame.order.order_id, frame.order.state, frame.at, frame.seq)
        case v2_frames.Snapshot():
            for order in frame.orders:
                guest.heard(order.order_id, order.state, listed=True)
        case SocketClosed():
            guest.closed()


def _write_board(board: BoardConnection, frame: object) -> None:
    match frame:
        case v1_frames.BoardOrder():
            board.saw(frame.order_id, frame.at)
        case v1_frames.OpenOrders():
            board.listed([order.order_id for order in frame.orders], frame.at)
        case v2_frames.OrderEvent(change="placed"):
            board.saw(frame.order.order_id, frame.at, frame.seq)
        case v2_frames.OrderEvent():
            board.listed([frame.order.order_id], frame.at)
        case v2_frames.Snapshot():
            board.listed([order.order_id for order in frame.orders])
        case SocketClosed():
            board.closed()
