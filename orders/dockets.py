"""What a docket says of an order's lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from venues.models import Allergen, AllergenState


@dataclass(frozen=True, slots=True)
class DocketLine:
    quantity: int
    name: str
    options: tuple[str, ...]
    note: str
    contains: str  # allergens that are in it, or may be: empty where none is known
    age_restricted: bool


def stations_of(lines: Sequence[dict[str, Any]]) -> list[str]:
    """The stations that make something of these lines."""
    return sorted({line["station"] for line in lines if line["station"]})


def docket_lines(lines: Sequence[dict[str, Any]], station: str) -> list[DocketLine]:
    """The lines of a station, or all of them."""
    return [
        DocketLine(
            line["quantity"],
            line["name"],
            tuple(option["name"] for option in line["options"]),
            line["note"],
            _contains(line["allergens"]),
            line["age_restricted"],
        )
        for line in lines
        if not station or line["station"] == station
    ]


def _contains(allergens: Sequence[dict[str, str]]) -> str:
    sentences = []
    for state, begin in ((AllergenState.CONTAINS, "Contains"), (AllergenState.MAY_CONTAIN, "May contain")):
        known = [Allergen(one["allergen"]).label for one in allergens if one["state"] == state]
        if known:
            sentences.append(f"{begin} {', '.join(known)}.")
    return " ".join(sentences)
