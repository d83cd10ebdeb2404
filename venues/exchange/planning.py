"""Tables of a file compared with a menu's rows: the plan of an import."""

from collections.abc import Iterable
from dataclasses import dataclass

from venues.exchange.categories import plan_categories
from venues.exchange.columns import PRODUCTS
from venues.exchange.differences import plan_differences
from venues.exchange.files import Table
from venues.exchange.groups import plan_groups
from venues.exchange.parts import asking_parts, name_products
from venues.exchange.plan import Fault, Line, Plan
from venues.exchange.products import plan_products
from venues.exchange.references import References
from venues.exchange.rows import MenuRows
from venues.models import Category, OptionGroup, Product

_KINDS = {"categories": plan_categories, "options": plan_groups, "products": plan_products, "venues": plan_differences}
SHARED = "This menu is shared: its operator changes it. Here you change what differs at your venues."
SHARED_GROUP = "Other menus offer this group: its operator changes it."


@dataclass(frozen=True, slots=True)
class Rights:
    """What whoever imports may change beside the differences of the venues that they were given."""

    menu: bool
    groups: frozenset[int]


def make_plan(tables: Iterable[Table], rows: MenuRows, rights: Rights) -> Plan:
    """What importing these tables would do to these rows. Asks the database nothing."""
    plan, references = Plan(), References(rows.groups, (product.pk for product in rows.products))
    for category in rows.categories:
        references.old_categories.give(category.name, category.pk)
    for group in rows.groups.values():
        references.old_groups.give(group.name, group.pk)
    given = {table.sheet.name: table for table in tables}
    name_products(given.get(PRODUCTS.name), rows, references)
    for name, plan_kind in _KINDS.items():
        if name in given:
            table = given[name]
            plan.left_out += [f"{table.sheet.title}: {head}" for head in table.left_out]
            plan_kind(table, rows, references, plan)
    plan.faults += asking_parts(plan, rows)
    plan.faults += [fault for line in plan.lines if (fault := _not_theirs(line, rights)) is not None]
    plan.faults.sort(key=lambda fault: (fault.sheet, fault.row))
    return plan


def _not_theirs(line: Line, rights: Rights) -> Fault | None:
    group = line.row.pk if line.about is OptionGroup and line.row is not None else line.parent
    if line.about in (Category, Product) and not rights.menu:
        return Fault(line.sheet.title, line.number, "", SHARED)
    if isinstance(group, int) and group not in rights.groups:
        return Fault(line.sheet.title, line.number, "", SHARED_GROUP)
    return None
