"""The rows of the sheet Options: groups, which stand there once for each of their options."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from venues.exchange.cells import Unreadable, returned
from venues.exchange.columns import OPTIONS
from venues.exchange.comparing import Compared
from venues.exchange.files import Table
from venues.exchange.plan import Difference, Fault, Line, NewRow, Plan
from venues.exchange.references import References
from venues.exchange.rows import GroupOption, MenuRows
from venues.models import Option, OptionGroup

_OF_GROUP = [column for column in OPTIONS.columns if column.field and column.of == "group"]
_OF_OPTION = [column for column in OPTIONS.columns if column.field and column.of == "option"]


@dataclass(slots=True)
class _Group:
    """A group as the rows of the file say it is, and which row said so first."""

    row: OptionGroup | None
    number: int
    said: dict[str, tuple[str, int]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    @property
    def key(self) -> int | NewRow:
        return self.row.pk if self.row is not None else NewRow(OPTIONS.name, self.number)

    @property
    def name(self) -> str:
        return str(self.values.get("name", self.row.name if self.row is not None else ""))


def plan_groups(table: Table, rows: MenuRows, references: References, plan: Plan) -> None:
    groups: dict[int | str, _Group] = {}
    for number, cells in table.rows:
        read = Compared(OPTIONS, number, cells, rows)
        group = _group_of(read, rows, references, groups)
        if group is not None:
            _say_group(read, group)
            _say_option(read, group, references, plan)
        plan.faults += read.faults
    for group in groups.values():
        _conclude(group, plan)
        references.groups.give(group.name, group.key)
    named = {group.row.pk for group in groups.values() if group.row is not None}
    for pk, row in rows.groups.items():
        if pk not in named:
            references.groups.give(row.name, pk)


def _group_of(read: Compared, rows: MenuRows, references: References, groups: dict[int | str, _Group]) -> _Group | None:
    pk, name = read.number_of("group id"), read.text("group")
    if pk is None and not read.faults:
        try:
            found = references.old_groups.find(name) if name else None
        except Unreadable as wrong:
            read.fault("group", f"{wrong} Or give the group's id.")
            return None
        pk = found if isinstance(found, int) else None
        if pk is None and not name:
            read.fault("group", "Of which group is this option? Give the group's name or id.")
    elif pk is not None and pk not in rows.groups:
        read.fault("group id", "There is no group of options of this id. Leave the id empty for a new one.")
    if read.faults:
        return None
    # A new group's rows know each other by its name.
    key = pk if pk is not None else name.casefold()
    return groups.setdefault(key, _Group(rows.groups[pk] if pk is not None else None, read.number))


def _say_group(read: Compared, group: _Group) -> None:
    line = GroupOption(group.row, None) if group.row is not None else None
    for column in _OF_GROUP:
        text = read.text(column.head)
        if not text:
            continue
        said, where = group.said.setdefault(column.head, (text, read.number))
        if said.casefold() != text.casefold():
            read.fault(column.head, f"Row {where} says “{said}” of the same group. Write the same in all of its rows.")
        elif where == read.number:
            read.compare(column, line, getattr(group.row, column.field, None), is_new=line is None)
    group.values |= read.values
    group.differences += read.differences
    read.values, read.differences = {}, []


def _say_option(read: Compared, group: _Group, references: References, plan: Plan) -> None:
    pk, name = read.number_of("option id"), read.text("option") or _products_name(read, references)
    if pk is None and not name:
        if any(read.text(column.head) for column in _OF_OPTION):
            read.fault("option", "Which option is this? Give its name.")
        return
    options = list(group.row.options.all()) if group.row is not None else []
    # Names are unique in a group, so a row without an id may be one that is there.
    same = [option for option in options if (option.pk == pk if pk is not None else returned(option.name) == name)]
    row = same[0] if same else None
    if pk is not None and row is None:
        read.fault("option id", "This group has no option of this id. Leave the id empty for a new one.")
        return
    if row is not None and row.pk in group.seen:
        read.fault("option", "This option stands there twice. Keep one of the rows.")
        return
    line = GroupOption(group.row, row) if group.row is not None and row is not None else None
    for column in _OF_OPTION:
        if column.field == "product":
            read.compare(column, line, row and row.product_id, read=references.part, is_new=row is None)
        else:
            read.compare(column, line, getattr(row, column.field, None), is_new=row is None)
    if row is None:
        read.values.setdefault("name", name)
    if row is not None:
        group.seen.add(row.pk)
    if read.faults or (row is not None and not read.differences):
        plan.same += not read.faults
        return
    title = str(read.values.get("name", row.name if row is not None else name))
    group.lines.append(Line(Option, OPTIONS, read.number, title, row, read.differences, read.values, parent=group.key))


def _products_name(read: Compared, references: References) -> str:
    """What an option is called that has no name of its own."""
    try:
        part = references.part(read.text("product"))
    except Unreadable:
        return ""
    return references.product_names.get(part, "") if part is not None else ""


def _conclude(group: _Group, plan: Plan) -> None:
    """What only all rows of a group say together."""
    least, most = (group.values.get(n, getattr(group.row, n, d)) for n, d in (("minimum", 0), ("maximum", 1)))
    if least > most or most < 1:
        words = "A group needs a maximum of 1 or more, and no minimum above it."
        plan.faults.append(Fault(OPTIONS.title, group.number, "maximum", words))
    names = Counter(line.title for line in group.lines)
    changed = {line.row.pk for line in group.lines if line.row is not None}
    if group.row is not None:
        names.update(option.name for option in group.row.options.all() if option.pk not in changed)
    for line in group.lines:
        if names[line.title] > 1:
            words = f"Two options of this group would be called “{line.title}”. Give one another name."
            plan.faults.append(Fault(OPTIONS.title, line.number, "option", words))
    if group.row is None or group.differences:
        plan.lines.append(
            Line(OptionGroup, OPTIONS, group.number, group.name, group.row, group.differences, group.values)
        )
    for line in group.lines:
        line.title = f"{group.name}: {line.title}"
    plan.lines += group.lines
