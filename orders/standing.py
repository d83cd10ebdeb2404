"""How a venue's Table Tracker stands now. `tracker` knows it, and depends on us: it says here who can tell."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

Trouble = Mapping[str, Any]
"""As in a `health` notice of the protocol: `part`, `state`, `since`, `what_to_do`."""
Teller = Callable[[int, datetime], Sequence[Trouble] | None]


def told_by(teller: Teller) -> None:
    """Have this tell what is wrong at a venue at a moment; None for a venue without agent."""
    global _teller
    _teller = teller


def troubles_of(venue_id: int, now: datetime) -> Sequence[Trouble]:
    """What is wrong; nothing where there is nothing that could be."""
    return _teller(venue_id, now) or ()


def sees_pucks(venue_id: int, now: datetime) -> bool:
    """Whether the venue's gateway would tell us of a puck now."""
    troubles = _teller(venue_id, now)
    return troubles is not None and not troubles


def _nobody(venue_id: int, now: datetime) -> None:
    return None


_teller: Teller = _nobody
