"""How many orders, by whatever they are grouped: always all of them, also where times are of every so many."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any

from django.db.models import Count

from ontap.reports.question import Question
from ontap.reports.rows import BOTH_KNOWN, JOINED, MISMATCH, NEVER_LOCATED, TO_GO, keys, tracked


@dataclass(frozen=True, slots=True)
class Totals:
    """What there was altogether."""

    orders: int = 0
    joined: int = 0
    to_go: int = 0
    never_located: int = 0
    compared: int = 0
    mismatches: int = 0

    @property
    def alone(self) -> int:
        """Those of no order of ours: a guest who ordered at the bar, or whose number nobody gave."""
        return self.orders - self.joined

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))


NOTHING = Totals()
_COUNTED = {
    "orders": Count("pk"),
    "joined": Count("pk", filter=JOINED),
    "to_go": Count("pk", filter=TO_GO),
    "never_located": Count("pk", filter=NEVER_LOCATED),
    "compared": Count("pk", filter=BOTH_KNOWN),
    "mismatches": Count("pk", filter=MISMATCH),
}


def totals_by(asked: Question, *names: str, only: Iterable[str] = tuple(_COUNTED)) -> dict[tuple[Any, ...], Totals]:
    """The totals of each group, by its keys' values; `only` those that are wanted, for each costs time at every row."""
    made = keys(asked, *names)
    rows = tracked(asked).annotate(**made).values(*made).order_by()
    found = rows.annotate(**{name: _COUNTED[name] for name in only})
    return {tuple(row.pop(name) for name in made): Totals(**row) for row in found}


def orders_by(asked: Question, *names: str) -> dict[tuple[Any, ...], int]:
    """The number of orders of each group, by its keys' values."""
    made = keys(asked, *names)
    rows = tracked(asked).annotate(**made).values(*made).annotate(n=Count("pk")).order_by()
    return {tuple(row[name] for name in made): row["n"] for row in rows}
