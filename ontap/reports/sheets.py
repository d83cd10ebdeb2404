"""Tables of figures, as pages and spreadsheets take them: cells know their words and their plain values."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ontap.reports.spreads import Spread
from orders.page_words import money


@dataclass(frozen=True, slots=True)
class Duration:
    """A time in seconds; None where nothing was timed."""

    seconds: int | None

    def __str__(self) -> str:
        if self.seconds is None:
            return "-"
        minutes, seconds = divmod(self.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        if hours:
            return f"{hours} h {minutes} min"
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"

    @property
    def plain(self) -> int | str:
        return "" if self.seconds is None else self.seconds


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, in percent; None where there is no whole."""

    part: int
    whole: int

    def __str__(self) -> str:
        return f"{100 * self.part / self.whole:.0f} %" if self.whole else "-"

    @property
    def plain(self) -> float | str:
        return round(100 * self.part / self.whole, 1) if self.whole else ""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency; None where there is nothing to divide."""

    amount: Decimal | None
    currency: str

    def __str__(self) -> str:
        return "-" if self.amount is None else money(self.amount, self.currency)

    @property
    def plain(self) -> str:
        return "" if self.amount is None else f"{self.amount:.2f}"


Cell = str | int | dt.date | Duration | Share | Money


def words(cell: Cell) -> str:
    """As people read it."""
    if isinstance(cell, dt.date):
        return f"{cell:%a} {cell.day} {cell:%b %Y}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


@dataclass(frozen=True, slots=True)
class Column:
    """`unit` stands in spreadsheets, whose cells are plain numbers: "s", "%", "GBP"."""

    title: str
    unit: str = ""
    is_number: bool = True

    @property
    def plain(self) -> str:
        return f"{self.title}, {self.unit}" if self.unit else self.title


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table with its title, what its figures mean, and the groups of columns above its heads."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    meaning: str = ""
    groups: Sequence[tuple[str, int]] = field(default=())

    @property
    def lines(self) -> list[list[tuple[str, bool]]]:
        """The rows in words, each cell with whether it is a number."""
        heads = [column.is_number for column in self.columns]
        return [[(words(cell), number) for cell, number in zip(row, heads, strict=True)] for row in self.rows]


def name_column(title: str) -> Column:
    return Column(title, is_number=False)


def spread_columns(target_minutes: int) -> list[Column]:
    """The heads of `spread_cells`."""
    return [Column("Timed"), Column("Median", "s"), Column("90 % within", "s"), Column(f"In {target_minutes} min", "%")]


def spread_cells(spread: Spread) -> list[Cell]:
    return [spread.count, Duration(spread.median), Duration(spread.p90), Share(spread.within, spread.count)]
