"""The board's words for how far an order is, where a server writes them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from orders.states import State

_WORDS = {
    State.PENDING: "New",
    State.ACCEPTED: "Accepted",
    State.READY: "Ready",
    State.COMPLETED: "Brought",
    State.REJECTED: "Rejected",
    State.CANCELLED: "Cancelled",
}
_MARKS = {
    State.PENDING: "new",
    State.ACCEPTED: "accepted",
    State.READY: "ready",
    State.COMPLETED: "done",
    State.REJECTED: "rejected",
    State.CANCELLED: "rejected",
}


def word_of(state: str, *, to_go: bool) -> str:
    return "Collected" if to_go and state == State.COMPLETED else _WORDS[state]


def mark_of(state: str) -> str:
    return _MARKS[state]


def listed(things: Sequence[object]) -> str:
    """Several things as people say them: 48, 49 and 51."""
    texts = [str(thing) for thing in things]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def clock(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment as the venue's clock says it, with the day where that is not today."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if abs(local.date() - today) == timedelta(days=1):
        return f"{'tomorrow' if local.date() > today else 'yesterday'} {local:%H:%M}"
    return f"{local:%a %-d %b} {local:%H:%M}"
