"""Products that are options: how a file names them, before and after it, and which cannot be one."""

from collections.abc import Iterator
from typing import Any

from venues.exchange.cells import Cell, meant
from venues.exchange.columns import OPTIONS, PRODUCTS
from venues.exchange.files import Table
from venues.exchange.plan import Fault, Line, NewRow, Plan
from venues.exchange.references import Named, References
from venues.exchange.rows import MenuRows
from venues.models import Option, OptionGroup, Product


def name_products(table: Table | None, rows: MenuRows, references: References) -> None:
    """What the products will be called: options stand before them, and may name one that the file adds."""
    left = {str(row.pk): row for row in rows.products}
    for row in rows.products:
        references.old_products.give(row.name, row.pk)
    for number, cells in table.rows if table is not None else ():
        said, name = _said(cells.get("id", "")), _said(cells.get("name", ""))
        if (known := left.pop(said, None)) is not None:
            references.give_product(name or known.name, known.pk)
        elif name and not said:
            references.give_product(name, NewRow(PRODUCTS.name, number))
    for row in left.values():
        references.give_product(row.name, row.pk)


def _said(cell: Cell) -> str:
    return meant(cell) if isinstance(cell, str) else ""


def asking_parts(plan: Plan, rows: MenuRows) -> Iterator[Fault]:
    """A fault for each product that would be an option and would ask for a choice itself, where the file says so."""
    groups = {_key(line, OPTIONS.name): line for line in plan.of(OptionGroup)}
    products = {_key(line, PRODUCTS.name): line for line in plan.of(Product)}
    offered: dict[Named, Any] = {row.pk: [link.group_id for link in row.group_links.all()] for row in rows.products}
    offered |= {key: line.values["options"] for key, line in products.items() if "options" in line.values}
    least: dict[Named, int] = {pk: row.minimum for pk, row in rows.groups.items()}
    least |= {key: line.values["minimum"] for key, line in groups.items() if "minimum" in line.values}
    for part, line in _parts(plan, rows):
        for group in offered.get(part, ()):
            concerned = (line, products.get(part), groups.get(group))
            said = next((one for one in concerned if one is not None and _OF[one.about] in one.values), None)
            if least.get(group, 0) and said is not None:
                words = "A product that is an option cannot ask for a choice itself. Nobody is asked within a combo."
                yield Fault(said.sheet.title, said.number, _OF[said.about], words)


_OF: dict[Any, str] = {Option: "product", Product: "options", OptionGroup: "minimum"}


def _parts(plan: Plan, rows: MenuRows) -> Iterator[tuple[Named, Line | None]]:
    lines = {line.row.pk: line for line in plan.of(Option) if line.row is not None}
    for one in rows.options:
        if one.option is not None and one.option.product_id is not None and one.option.pk not in lines:
            yield one.option.product_id, None
    for line in plan.of(Option):
        part = line.values.get("product", line.row.product_id if line.row is not None else None)
        if part is not None:
            yield part, line


def _key(line: Line, sheet: str) -> Named:
    return NewRow(sheet, line.number) if line.row is None else int(line.row.pk)
