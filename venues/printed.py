"""Which codes stand on paper: what was printed last, and whether it is still what a table's code says."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Q, QuerySet

from venues.addresses import base_url
from venues.codes import newest_key_mark
from venues.models import Table

LONGEST = 240
NEVER, PRINTED, OUT_OF_DATE = "never", "printed", "old"
WORDS = {NEVER: "Never printed", PRINTED: "Printed", OUT_OF_DATE: "Out of date: print again"}


def code_state(table: Table) -> str:
    """NEVER, PRINTED or OUT_OF_DATE: the table has another code since, or codes lead elsewhere or have another key."""
    if table.printed_version is None:
        return NEVER
    current = table.printed_version == table.code_version and table.printed_as == made_as()
    return PRINTED if current else OUT_OF_DATE


def made_as() -> str:
    """What all codes have in common now: where they lead, and a mark of the key that made them."""
    return f"{newest_key_mark()} {base_url()}"[:LONGEST]


def in_state(state: str) -> Q:
    """The same for the database."""
    if state == NEVER:
        return Q(printed_version=None)
    current = Q(printed_version=F("code_version"), printed_as=made_as())
    return current if state == PRINTED else Q(printed_version__isnull=False) & ~current


def note_printed(tables: Iterable[Table], now: datetime) -> None:
    """Remember what these tables' sheet says: the versions that were read, not those of now."""
    by_version: dict[int, list[int]] = {}
    for table in tables:
        by_version.setdefault(table.code_version, []).append(table.pk)
    for version, ids in by_version.items():
        rows: QuerySet[Table] = Table.objects.filter(pk__in=ids)
        rows.update(printed_version=version, printed_at=now, printed_as=made_as())
