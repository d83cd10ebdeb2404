"""A report: what a page shows and spreadsheets read, whatever it is about."""

from collections.abc import Sequence
from dataclasses import dataclass

from ontap.reports.charts import Chart
from ontap.reports.room import Zone
from ontap.reports.sheets import Cell, Sheet, words


@dataclass(frozen=True, slots=True)
class Report:
    """`every`: 1, or of how many orders one was timed; `facts`: figures that stand above all others."""

    orders: int
    every: int
    sheets: Sequence[Sheet]
    charts: Sequence[Chart] = ()
    facts: Sequence[tuple[str, Cell, str]] = ()
    room: Sequence[Zone] = ()
    notes: Sequence[str] = ()

    @property
    def number(self) -> str:
        """How many orders, in words."""
        return words(self.orders)

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """The facts in words."""
        return [(title, words(figure), beside) for title, figure, beside in self.facts]

    def sheet(self, name: str) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.name == name), None)
