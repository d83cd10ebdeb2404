"""The rows of the sheet Categories."""

from collections import Counter

from venues.exchange.cells import returned
from venues.exchange.columns import CATEGORIES
from venues.exchange.comparing import Compared
from venues.exchange.files import Table
from venues.exchange.plan import Fault, Line, NewRow, Plan
from venues.exchange.references import References
from venues.exchange.rows import MenuRows
from venues.models import Category

_UNKNOWN = "This menu has no category of this id. Leave the id empty for a new one."


def plan_categories(table: Table, rows: MenuRows, references: References, plan: Plan) -> None:
    by_id = {row.pk: row for row in rows.categories}
    by_name = {returned(row.name): row for row in rows.categories}
    names = {row.pk: row.name for row in rows.categories}
    seen: set[int] = set()
    added: list[str] = []
    lines: list[Line] = []
    for number, cells in table.rows:
        read = Compared(CATEGORIES, number, cells, rows)
        pk = read.number_of("id")
        # Names are unique in a menu, so a row without an id may be one that is there.
        row = by_id.get(pk) if pk is not None else by_name.get(read.text("name"))
        if pk is not None and row is None:
            read.fault("id", _UNKNOWN)
        elif row is not None and row.pk in seen:
            read.fault("id", "This category stands there twice. Keep one of the rows.")
        if read.faults:
            plan.faults += read.faults
            continue
        _compare(read, row)
        title = str(read.values.get("name", row.name if row is not None else ""))
        line = Line(Category, CATEGORIES, number, title, row, read.differences, read.values)
        if row is not None:
            seen.add(row.pk)
            names[row.pk] = title
        else:
            added.append(title)
            references.categories.give(title, NewRow(CATEGORIES.name, number))
        plan.faults += read.faults
        if (row is None or read.differences) and not read.faults:
            lines.append(line)
        elif not read.faults:
            plan.same += 1
    plan.lines += lines
    for pk, name in names.items():
        references.categories.give(name, pk)
    taken = Counter([*names.values(), *added])
    for line in lines:
        if taken[line.title] > 1:
            words = f"Two categories of this menu would be called “{line.title}”. Give one another name."
            plan.faults.append(Fault(CATEGORIES.title, line.number, "name", words))


def _compare(read: Compared, row: Category | None) -> None:
    for column in CATEGORIES.columns:
        if column.field:
            read.compare(column, row, getattr(row, column.field, None), is_new=row is None)
    ends = [read.values.get(name, getattr(row, name, None)) for name in ("served_from", "served_until")]
    if (ends[0] is None) != (ends[1] is None):
        read.fault("served until", "A category is served from one time until another: give both, or neither.")
