"""The rows of the sheet Products, with their options and the 14 allergens."""

from typing import Any

from venues.exchange.cells import ALLERGENS, returned
from venues.exchange.columns import PRODUCTS, allergen_of
from venues.exchange.comparing import Compared
from venues.exchange.files import Table
from venues.exchange.plan import Freed, Line, Plan
from venues.exchange.references import References
from venues.exchange.rows import MenuRows
from venues.models import AllergenState, Product

_UNKNOWN = "This menu has no product of this id. Leave the id empty for a new one."
_NOTHING = (str(AllergenState.NOT_CONFIRMED), "")


def plan_products(table: Table, rows: MenuRows, references: References, plan: Plan) -> None:
    by_id = {row.pk: row for row in rows.products}
    names = {returned(row.name).casefold() for row in rows.products}
    seen: set[int] = set()
    for number, cells in table.rows:
        read = Compared(PRODUCTS, number, cells, rows)
        pk = read.number_of("id")
        row = by_id.get(pk) if pk is not None else None
        if pk is not None and row is None:
            read.fault("id", _UNKNOWN)
        elif pk is not None and pk in seen:
            read.fault("id", "This product stands there twice. Keep one of the rows.")
        if read.faults:
            plan.faults += read.faults
            continue
        if row is not None:
            seen.add(row.pk)
        _compare(read, row, references)
        title = str(read.values.get("name", row.name if row is not None else read.text("name")))
        plan.faults += read.faults
        if read.faults or (row is not None and not read.differences):
            plan.same += not read.faults
            continue
        line = Line(Product, PRODUCTS, number, title, row, read.differences, read.values)
        if row is None:
            if title.casefold() in names:
                line.warning = "There is a product of this name already. To change that one, give its id."
            names.add(title.casefold())
        plan.lines.append(line)
        plan.freed += _freed(line)


def _compare(read: Compared, row: Product | None, references: References) -> None:
    is_new = row is None
    for column in PRODUCTS.columns:
        current: Any = None
        if column.field == "category":
            read.compare(column, row, row and row.category_id, read=references.category, is_new=is_new)
        elif column.field == "options":
            current = tuple(link.group_id for link in row.group_links.all()) if row is not None else ()
            read.compare(column, row, current, read=references.options, is_new=is_new)
        elif column.field in ALLERGENS:
            read.compare(column, row, _state(row, column.field), is_new=is_new)
        elif column.field:
            read.compare(column, row, getattr(row, column.field, None), is_new=is_new)


def _state(row: Product | None, allergen: str) -> tuple[str, str]:
    known = allergen_of(row, allergen) if row is not None else None
    return (known.state, known.detail) if known is not None else _NOTHING


def _freed(line: Line) -> list[Freed]:
    """What becomes free, each by itself: a guest with an allergy will rely on it."""
    freed = []
    for allergen in ALLERGENS:
        state, _ = line.values.get(allergen, _NOTHING)
        old, _ = _state(line.row, allergen)
        if state == AllergenState.FREE != old:
            freed.append(Freed(line.title, line.number, allergen, AllergenState(old).label))
    return freed
