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
    """The stations that make something of these lines, or a part of one."""
    return sorted({one["station"] for line in lines for one in (line, *_parts(line)) if one["station"]})


def docket_lines(lines: Sequence[dict[str, Any]], station: str) -> list[DocketLine]:
    """The lines of a station with what it makes of others' lines; or all of them."""
    found = []
    for line in lines:
        if not station or line["station"] == station:
            options = tuple(_named(option, line["station"]) for option in line["options"])
            contains = _contains(line["allergens"])
            found.append(
                DocketLine(line["quantity"], line["name"], options, line["note"], contains, line["age_restricted"])
            )
            continue
        for part in _parts(line):
            if part["station"] == station:
                meal = (f"for {line['name']} ({line['station']})",)
                found.append(
                    DocketLine(
                        line["quantity"],
                        part["name"],
                        meal,
                        line["note"],
                        _contains(part["allergens"]),
                        part["age_restricted"],
                    )
                )
    return found


def _named(option: dict[str, Any], station: str) -> str:
    """A part that another station makes says so."""
    elsewhere = option.get("station", station)
    return f"{option['name']} ({elsewhere})" if elsewhere != station else str(option["name"])


def _parts(line: dict[str, Any]) -> list[dict[str, Any]]:
    """The options of a line that are products: each has a station of its own."""
    return [option for option in line["options"] if "station" in option]


def _contains(allergens: Sequence[dict[str, str]]) -> str:
    sentences = []
    for state, begin in ((AllergenState.CONTAINS, "Contains"), (AllergenState.MAY_CONTAIN, "May contain")):
        known = [Allergen(one["allergen"]).label for one in allergens if one["state"] == state]
        if known:
            sentences.append(f"{begin} {', '.join(known)}.")
    return " ".join(sentences)
