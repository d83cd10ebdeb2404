"""The columns that most sheets end with: how long it took to locate, and the deliveries of gateway and board."""

from ontap.reports.measures import BRING, DELIVERY, LOCATE, Measure
from ontap.reports.question import Question
from ontap.reports.sheets import Cell, Column, Duration, spread_cells, spread_columns
from ontap.reports.spreads import NONE, Spread, Spreads

WANTED = (LOCATE, DELIVERY, BRING)
"""What must be measured for them."""


def spread_of(found: Spreads, measure: Measure, key: object = "", *, place: int = 0, second: object = "") -> Spread:
    """The spread of one group of the grouping at this place; none where nothing was timed."""
    return found.get((place, str(key), str(second), measure.name), NONE)


def cells(found: Spreads, key: object, *, place: int = 0, second: object = "") -> list[Cell]:
    """One group's."""
    locate, delivery, bring = (spread_of(found, measure, key, place=place, second=second) for measure in WANTED)
    return [Duration(locate.median), *spread_cells(delivery), *spread_cells(bring)]


def columns(asked: Question) -> list[Column]:
    return [Column("Median", "s"), *spread_columns(asked.target_minutes) * 2]


def groups(before: int) -> list[tuple[str, int]]:
    """The heads above the columns, of which `before` others come first."""
    return [("", before), ("To locate", 1), head_of(DELIVERY), head_of(BRING)]


def head_of(measure: Measure) -> tuple[str, int]:
    """The head above the four columns of a time."""
    return f"{measure.title}, {measure.kind}", 4
