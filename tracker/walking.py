"""The guided walk: a puck is carried from table to table, and each table learns the number of the tag under it."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tracker.models import TrackedOrder
from tracker.text import printable
from venues.models import Table

MOST_SEEN = 20


@dataclass(frozen=True, slots=True)
class Sighting:
    """A puck that was put on a tag."""

    puck: str
    tag: str


class TagTaken(Exception):
    """Another table has this tag."""

    def __init__(self, table: Table) -> None:
        super().__init__(f"table {table.number} has it")
        self.table = table


class NoTag(ValueError):
    """What the gateway calls the place is no number that a tag can have."""


def seen_since(venue_id: int, since: datetime, puck: str = "") -> list[Sighting]:
    """The pucks (or this one) that were put somewhere since then and are there now, the newest first."""
    rows = TrackedOrder.objects.filter(venue_id=venue_id, cleared_at=None, moved_at__gt=since).exclude(tag="")
    if puck:
        rows = rows.filter(name=printable(puck))
    found = rows.order_by("-moved_at", "-pk").values_list("name", "tag")[:MOST_SEEN]
    return [Sighting(*each) for each in found]


def learn_tag(table: Table, tag: str, *, instead: bool = False) -> None:
    """This tag is under this table; `instead` of the one that has it now. Raises TagTaken and NoTag."""
    try:
        Table._meta.get_field("tag_number").run_validators(tag)
    except ValidationError:
        raise NoTag(tag) from None
    if not tag:
        raise NoTag(tag)
    having = Table.objects.filter(venue_id=table.venue_id, tag_number=tag).exclude(pk=table.pk)
    try:
        with transaction.atomic():
            other = having.first()
            if other is not None and not instead:
                raise TagTaken(other)
            for row, number in ((other, None), (Table.objects.get(pk=table.pk), tag)):
                if row is not None:
                    row.tag_number = number
                    row.save(update_fields=["tag_number"])
    except IntegrityError:  # somebody else has just given it to another table
        other = having.first()
        if other is None:
            raise
        raise TagTaken(other) from None


def tables_to_walk(venue_id: int) -> list[Table]:
    """A venue's tables in the order in which one walks: by zone, and as people count."""
    return sorted(Table.objects.filter(venue_id=venue_id), key=lambda table: (table.zone, table.counted))


def next_to_learn(tables: list[Table], after: Table | None = None) -> Table | None:
    """The next table without a tag, from the one after this and round; None where all have one."""
    begin = tables.index(after) + 1 if after in tables else 0
    return next((table for table in tables[begin:] + tables[:begin] if table.tag_number is None), None)
