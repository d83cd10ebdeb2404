"""One row of a file beside the row that it is about: which cells say something else, and what is wrong with them."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from venues.exchange.cells import MADE_A_DATE, Cell, Unreadable, meant, returned, said, time_text
from venues.exchange.columns import Column, Sheet
from venues.exchange.plan import Difference, Fault
from venues.exchange.rows import MenuRows

Read = Callable[[str], Any]


@dataclass(slots=True)
class Compared:
    """A row of the file as it is read, cell by cell."""

    sheet: Sheet
    number: int
    cells: Mapping[str, Cell]
    rows: MenuRows
    faults: list[Fault] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def fault(self, column: str, words: str) -> None:
        self.faults.append(Fault(self.sheet.title, self.number, column, words))

    def text(self, head: str) -> str:
        """What the cell says; nothing where there is no such column."""
        cell = self.cells.get(head, "")
        return meant(cell) if isinstance(cell, str) else cell.isoformat()

    def number_of(self, head: str) -> int | None:
        """An id; None where the cell is empty or has a fault."""
        text = self.text(head)
        if text and not (text.isascii() and text.isdecimal() and len(text) < 19):
            self.fault(head, f"“{text}” is no id. Leave the cell empty for a new row.")
            return None
        return int(text) if text else None

    def compare(
        self, column: Column, row: Any, current: Any, *, read: Read | None = None, is_new: bool = False
    ) -> None:
        """Note what this cell changes. `row` is what the column shows, `current` the value that it has now."""
        cell = self.cells.get(column.head)
        if cell is None:
            if is_new and column.needed:
                self.fault(column.head, "A new row needs this column.")
            return
        old = "" if is_new else _told(column.show(row, self.rows))
        text = "" if isinstance(cell, dt.date) else meant(cell)
        if not isinstance(cell, dt.date):
            if not is_new and text == returned(old):
                return
            if not text and (is_new or not column.empty_says):
                if is_new and column.needed:
                    self.fault(column.head, "This is missing. A new row needs it.")
                return
        try:
            value = self._read(column, cell, read or column.read)
        except Unreadable as wrong:
            self.fault(column.head, str(wrong))
            return
        if is_new or value != current:
            self.values[column.field] = value
            self.differences.append(
                Difference(column.head, old, _told(value) if column.model_field is not None else text)
            )

    def _read(self, column: Column, cell: Cell, read: Read | None) -> Any:
        assert read is not None
        if isinstance(cell, dt.date):
            raise Unreadable(MADE_A_DATE)
        model_field = column.model_field
        if model_field is not None and model_field.null and not meant(cell):
            return None
        value = read(meant(cell))
        if model_field is None or value is None:
            return value
        try:
            return model_field.clean(value, None)
        except ValidationError as wrong:
            raise Unreadable(" ".join(wrong.messages)) from None


def _told(value: Any) -> str:
    """As a person reads it."""
    if isinstance(value, bool):
        return said(value)
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, dt.time):
        return time_text(value)
    return "" if value is None else str(value)
