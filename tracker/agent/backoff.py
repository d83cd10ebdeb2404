"""Waits between attempts: growing, capped, and never the same at two venues. Pure."""

from collections.abc import Iterator
from random import Random

_GROWTH = 2.0


def delays(first: float, most: float, random: Random) -> Iterator[float]:
    """Seconds before each next attempt, for ever.

    Each is drawn between half and the whole of a step, so that a hundred pubs do not come back in the same second
    after the platform was down.
    """
    step = first
    while True:
        yield jittered(step, random)
        step = min(step * _GROWTH, most)


def jittered(seconds: float, random: Random) -> float:
    """Between half of it and the whole."""
    return seconds * random.uniform(0.5, 1.0)
