"""A venue's tables on its plan, and many tables added at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from venues.models import Table, Venue
from venues.models.places import PLAN_COLUMNS, PLAN_ROWS, counted

MOST_AT_ONCE = 200

Place = tuple[int, int] | None  # column and row from the upper left, from 0; None: not on the plan


class PlaceTaken(Exception):
    """Two tables would stand in one place; the message names both, and where."""


@dataclass(frozen=True, slots=True)
class Added:
    tables: list[Table]
    there: list[Table]  # which have such a number already, and were left as they are


def place_of(table: Table) -> Place:
    return None if table.plan_x is None or table.plan_y is None else (table.plan_x, table.plan_y)


def place_tables(venue: Venue, moved: Mapping[int, Place]) -> int:
    """Put these tables (by id) where they are said to be, all or none; how many stand elsewhere now than before.

    Others of the venue stay where they are, also where somebody else has put them meanwhile. Raises PlaceTaken.
    """
    with transaction.atomic():
        tables = list(Table.objects.select_for_update().filter(venue=venue).order_by("pk"))
        changed = [table for table in tables if table.pk in moved and place_of(table) != moved[table.pk]]
        for table in changed:
            table.plan_x, table.plan_y = moved[table.pk] or (None, None)
        _refuse_two_in_one_place(tables)
        # Off the plan first: two that change places are never in one, not even between two statements.
        Table.objects.filter(pk__in=[table.pk for table in changed]).update(plan_x=None, plan_y=None)
        for table in changed:
            table.save(update_fields=["plan_x", "plan_y"])
    return len(changed)


def add_tables(venue: Venue, numbers: Sequence[str], zone: str) -> Added:
    """New tables with these numbers, in one zone; those that are there already stay as they are. Raises
    ValidationError for a number that no table may have."""
    with transaction.atomic():
        there = {table.number: table for table in Table.objects.filter(venue=venue, number__in=numbers)}
        new = [Table(venue=venue, number=number, zone=zone) for number in numbers if number not in there]
        for table in new:
            table.full_clean(exclude=["venue"], validate_unique=False, validate_constraints=False)
            table.save()
    return Added(new, sorted(there.values(), key=lambda table: table.counted))


def numbers_between(first: str, last: str) -> list[str]:
    """ "1" to "30", or "G1" to "G12": letters that both begin with, then digits. Raises ValidationError."""
    before, low = _parted(first)
    again, high = _parted(last)
    if low is None or high is None or before != again:
        raise ValidationError("Give numbers that differ in their digits alone: 1 to 30, or G1 to G12.")
    if high < low:
        raise ValidationError("The last number is below the first.")
    if high - low >= MOST_AT_ONCE:
        raise ValidationError(f"At most {MOST_AT_ONCE} tables at once.")
    return [f"{before}{number}" for number in range(low, high + 1)]


def by_zone(tables: Iterable[Table]) -> list[tuple[str, list[Table]]]:
    """Zones in the order of their first tables, each with its own as people count; tables without a zone last."""
    zones: dict[str, list[Table]] = {}
    for table in sorted(tables, key=lambda table: (table.zone == "", counted(table.number))):
        zones.setdefault(table.zone, []).append(table)
    return list(zones.items())


def on_plan(place: tuple[int, int]) -> bool:
    return 0 <= place[0] < PLAN_COLUMNS and 0 <= place[1] < PLAN_ROWS


def _refuse_two_in_one_place(tables: Iterable[Table]) -> None:
    stands: dict[tuple[int, int], Table] = {}
    for table in tables:
        place = place_of(table)
        if place is None:
            continue
        other = stands.setdefault(place, table)
        if other is not table:
            where = f"column {place[0] + 1}, row {place[1] + 1}"
            raise PlaceTaken(f"Tables {other} and {table} would both stand in {where}.")


def _parted(number: str) -> tuple[str, int | None]:
    digits = number[len(number.rstrip("0123456789")) :]
    fits = digits and len(digits) <= 6 and (digits == "0" or not digits.startswith("0"))
    return number.removesuffix(digits), int(digits) if fits else None
