"""What an import would do: added, changed, left as it is, and what is wrong. A value: making one writes nothing."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from venues.exchange.columns import Sheet


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a cell or a row, and what to do."""

    sheet: str
    row: int
    column: str
    words: str


@dataclass(frozen=True, slots=True)
class Difference:
    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row that this import adds: known by its place in the file until it has an id."""

    sheet: str
    row: int


@dataclass(slots=True)
class Line:
    """One row of the database that the file adds or changes. `row` is how it is now; None where it is new."""

    about: type[Model]
    sheet: Sheet
    number: int
    title: str
    row: Any
    differences: list[Difference] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    parent: "int | NewRow | None" = None
    """The group of an option."""
    warning: str = ""

    @property
    def is_new(self) -> bool:
        return self.row is None


@dataclass(frozen=True, slots=True)
class Freed:
    """An allergen that the file calls free and that was not: whoever confirms the import says so."""

    product: str
    row: int
    allergen: str
    old: str


@dataclass(slots=True)
class Plan:
    lines: list[Line] = field(default_factory=list)
    same: int = 0
    faults: list[Fault] = field(default_factory=list)
    freed: list[Freed] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def added(self) -> list[Line]:
        return [line for line in self.lines if line.is_new]

    @property
    def changed(self) -> list[Line]:
        return [line for line in self.lines if not line.is_new]

    @property
    def may_be_applied(self) -> bool:
        return bool(self.lines) and not self.faults

    def of(self, model: type[Model]) -> Iterator[Line]:
        return (line for line in self.lines if line.about is model)

    @property
    def fingerprint(self) -> str:
        """The same for the same changes of the same values: what was confirmed is what was shown."""
        told = [
            [
                line.about.__name__,
                line.number,
                line.title,
                None if line.row is None else line.row.pk,
                line.warning,
                [[d.column, d.old, d.new] for d in line.differences],
            ]
            for line in self.lines
        ]
        faults = [[f.sheet, f.row, f.column, f.words] for f in self.faults]
        return hashlib.sha256(json.dumps([told, faults]).encode()).hexdigest()
