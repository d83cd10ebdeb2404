"""What does not fit: guests who sat at another table than their code's, and pucks that nobody put on a table."""

from django.db.models import Count

from ontap.reports.counts import NOTHING, totals_by
from ontap.reports.question import Question
from ontap.reports.report import Report
from ontap.reports.rows import MISMATCH, NEVER_LOCATED, TO_GO, tracked
from ontap.reports.sheets import Cell, Column, Share, Sheet, name_column

MOST = 100
MOVED = (
    "Somebody scanned the code of one table and put the puck on another. Now and then that is a guest who moved; the "
    "same two tables again and again are two codes or two tags that were swapped."
)
LOST = (
    "Started, cleared, and never on a table. A puck that is often among them may be broken or go from hand to hand; "
    "orders to go are left out."
)


def misplaced(asked: Question) -> Report:
    """Three looks at the rows, all of which only count."""
    by_venue = totals_by(asked, "venue_id")
    whole = sum(by_venue.values(), NOTHING)
    facts: list[tuple[str, Cell, str]] = [
        ("At another table than the code's", whole.mismatches, f"of {whole.compared:,} where both are known"),
        ("Share", Share(whole.mismatches, whole.compared), ""),
        ("Never located", whole.never_located, f"of {whole.orders - whole.to_go:,} that were not to go"),
    ]
    return Report(whole.orders, 1, [_moved(asked), _lost(asked)], facts=facts)


def _moved(asked: Question) -> Sheet:
    keys = ("venue__name", "order_table", "table_number")
    found = tracked(asked).filter(MISMATCH).values_list(*keys).annotate(n=Count("pk")).order_by("-n", *keys)[:MOST]
    columns = [name_column("Venue"), name_column("Code of table"), name_column("Puck on table"), Column("Orders")]
    return Sheet("moved", "At another table", columns, [list(row) for row in found], MOVED)


def _lost(asked: Question) -> Sheet:
    keys = ("venue__name", "name")
    rows = tracked(asked).exclude(TO_GO).values_list(*keys)
    found = rows.annotate(n=Count("pk", filter=NEVER_LOCATED), of=Count("pk")).filter(n__gt=0).order_by("-n", *keys)
    columns = [
        name_column("Venue"),
        name_column("Puck"),
        Column("Never located"),
        Column("Orders"),
        Column("Share", "%"),
    ]
    lines = [[venue, puck, n, of, Share(n, of)] for venue, puck, n, of in found[:MOST]]
    return Sheet("lost", "Pucks never located", columns, lines, LOST)
