"""The room as a plan: each table a plate with a number and words, and a fill in four steps that repeats them."""

from collections.abc import Sequence
from dataclasses import dataclass

STEPS = 4


@dataclass(frozen=True, slots=True)
class Plate:
    """A table: 0 is empty, 4 is full, beside the fullest of the room."""

    number: str
    words: str
    fill: int


@dataclass(frozen=True, slots=True)
class Zone:
    name: str
    plates: Sequence[Plate]


def zones(tables: Sequence[tuple[str, str, float | None, str]]) -> list[Zone]:
    """Tables (zone, number, value, words) as plates; the zones in the order in which they come."""
    most = max((value for _, _, value, _ in tables if value is not None), default=0)
    found: dict[str, list[Plate]] = {}
    for zone, number, value, words in tables:
        found.setdefault(zone, []).append(Plate(number, words, _fill(value, most)))
    return [Zone(name or "Tables", plates) for name, plates in found.items()]


def _fill(value: float | None, most: float) -> int:
    """Up to a quarter of the most is 1, up to half 2; nothing at all is 0."""
    if not value or not most:
        return 0
    return min(STEPS, int(-(-value * STEPS // most)))
