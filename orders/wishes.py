"""What staff want of a venue's tracker. `tracker` carries it out; we only know that somebody does."""

from collections.abc import Callable
from datetime import datetime

from orders.changes import Done
from orders.errors import Refused
from orders.requests import TrackerWish

Carrier = Callable[[int, TrackerWish, str, datetime], Done | Refused]


def no_gateway() -> Refused:
    return Refused("This venue has no Table Tracker gateway.", "no_gateway", "action")


def no_puck(words: str) -> Refused:
    return Refused(words, "no_puck", "order_id")


def carried_out_by(carrier: Carrier) -> None:
    """Have wishes (of a venue, by an actor, at a moment) carried out by this, in a reader's thread."""
    global _carrier
    _carrier = carrier


def carry_out(venue_id: int, wish: TrackerWish, actor: str, now: datetime) -> Done | Refused:
    """The order's event that holds, or why it cannot be done."""
    return _carrier(venue_id, wish, actor, now)


def _nobody(venue_id: int, wish: TrackerWish, actor: str, now: datetime) -> Done | Refused:
    return no_gateway()


_carrier: Carrier = _nobody
