"""The life of an order, as rules without a database.

    pending  -> accepted | rejected | cancelled
    accepted -> ready | completed | cancelled
    ready    -> completed | cancelled

Undo goes back one step and is no state of its own.
"""

from dataclasses import dataclass
from datetime import timedelta


class State:
    """The words of the protocol for where an order is."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    READY = "ready"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    ALL = (PENDING, ACCEPTED, READY, COMPLETED, REJECTED, CANCELLED)


OPEN = (State.PENDING, State.ACCEPTED, State.READY)
NOT_MADE = (State.REJECTED, State.CANCELLED)
UNDO_WINDOW = timedelta(minutes=10)

MAY_COME_FROM: dict[str, tuple[str, ...]] = {
    State.ACCEPTED: (State.PENDING,),
    State.REJECTED: (State.PENDING,),
    State.READY: (State.ACCEPTED,),
    State.COMPLETED: (State.ACCEPTED, State.READY),
    State.CANCELLED: (State.PENDING, State.ACCEPTED, State.READY),
}
GUEST_MAY_CANCEL_FROM = (State.PENDING,)
_TARGETS: dict[str, tuple[str, ...]] = {
    "acceptorder": (State.ACCEPTED, State.REJECTED),
    "readyorder": (State.READY,),
    "completeorder": (State.COMPLETED,),
    "cancelorder": (State.CANCELLED,),
}


class WrongWord(ValueError):
    """An `order_status` that names another state than its action gives."""


@dataclass(frozen=True, slots=True)
class Move:
    """A wish to bring an order to `target`, under the words `status`, from one of the states in `sources`."""

    target: str
    status: str
    sources: tuple[str, ...]


def move_for(action: str, status: str | None) -> Move:
    """What `acceptorder`, `readyorder`, `completeorder` or `cancelorder` with these words wants.

    Raises WrongWord where the words name a state that this action does not give (protocol: order_status).
    """
    word = (status or "").strip().casefold()
    targets = _TARGETS[action]
    if word in State.ALL and word not in targets:
        raise WrongWord(f"order_status “{word}” names another state than {action} gives ({' or '.join(targets)})")
    target = word if word in targets else targets[0]
    return Move(target, status if status is not None else target, MAY_COME_FROM[target])


def status_for_v1(state: str, order_status: str) -> str:
    """The `order_status` that a version 1 guest sees: ready is "ready", what will not be made is "rejected"."""
    if state == State.READY:
        return State.READY
    return State.REJECTED if state == State.CANCELLED else order_status


def takes_stock_back(before: str, after: str) -> bool:
    """True where an order that held stock gives it back by this change."""
    return before in OPEN and after in NOT_MADE
