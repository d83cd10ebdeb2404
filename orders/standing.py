"""How a venue's Table Tracker stands now. `tracker` knows it, and depends on us: it says here who can tell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Trouble = Mapping[str, Any]
"""As in a `health` notice of the protocol: `part`, `state`, `since`, `what_to_do`."""
Teller = Callable[[int, datetime], Sequence[Trouble] | None]


@dataclass(frozen=True, slots=True)
class LoosePuck:
    """A puck that is out and belongs to no open order. `table` is "" on no table, `tag` "" on no tag."""

    number: str
    table: str
    tag: str
    since: datetime


Finder = Callable[[int], Sequence[LoosePuck]]


def told_by(teller: Teller, finder: Finder) -> None:
    """Have these tell what is wrong at a venue at a moment (None for a venue without agent), and its loose pucks."""
    global _teller, _finder
    _teller, _finder = teller, finder


def troubles_of(venue_id: int, now: datetime) -> Sequence[Trouble]:
    """What is wrong; nothing where there is nothing that could be."""
    return _teller(venue_id, now) or ()


def told_of(venue_id: int, now: datetime) -> Sequence[Trouble] | None:
    """The same; None where the venue has no agent, so that nobody can tell."""
    return _teller(venue_id, now)


def sees_pucks(venue_id: int, now: datetime) -> bool:
    """Whether the venue's gateway would tell us of a puck now."""
    troubles = _teller(venue_id, now)
    return troubles is not None and not troubles


def loose_pucks(venue_id: int) -> Sequence[LoosePuck]:
    """Those of a venue, as people count."""
    return _finder(venue_id)


def _nobody(venue_id: int, now: datetime) -> None:
    return None


def _nothing(venue_id: int) -> Sequence[LoosePuck]:
    return ()


_teller: Teller = _nobody
_finder: Finder = _nothing
