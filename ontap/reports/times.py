"""How long things take: every time of the gateway beside every time of the board, by type and by venue."""

from ontap.reports import side_by_side
from ontap.reports.counts import NOTHING, Totals, totals_by
from ontap.reports.measures import BRING, DELIVERY, LOCATE, MEASURES
from ontap.reports.question import TYPES, Question
from ontap.reports.report import Report
from ontap.reports.rows import one_in, timed
from ontap.reports.sheets import Cell, Column, Duration, Share, Sheet, name_column, spread_cells, spread_columns
from ontap.reports.side_by_side import WANTED, spread_of
from ontap.reports.spreads import Grouping, Spreads, spreads


def times(asked: Question) -> Report:
    """Two looks at the rows: one counts, one times."""
    by_both = totals_by(asked, "venue_id", "type")
    whole = sum(by_both.values(), NOTHING)
    every = one_in(whole.orders)
    groupings = [Grouping((), MEASURES), Grouping(("type",), WANTED), Grouping(("venue_id",), WANTED)]
    if asked.venue is not None:
        groupings.pop()
    found = spreads(timed(asked, ("type", "venue_id"), MEASURES, every), groupings, asked.target_s)
    by_type: dict[str, Totals] = {}
    by_venue: dict[int, Totals] = {}
    for (venue, kind), some in by_both.items():
        by_type[kind] = by_type.get(kind, NOTHING) + some
        by_venue[venue] = by_venue.get(venue, NOTHING) + some
    sheets = [_measures(found, asked)]
    named = [(TYPES.get(kind, kind or "Not known"), kind, by_type[kind]) for kind in sorted(by_type)]
    sheets.append(_grouped("types", "By type", "Type", 1, named, found, asked))
    if asked.venue is None:
        venues = [(venue.name, str(venue.pk), by_venue.get(venue.pk, NOTHING)) for venue in asked.venues]
        sheets.append(_grouped("venues", "By venue", "Venue", 2, venues, found, asked))
    return Report(whole.orders, every, sheets, facts=_facts(whole, found, asked))


def _grouped(
    name: str,
    title: str,
    head: str,
    place: int,
    groups: list[tuple[str, str, Totals]],
    found: Spreads,
    asked: Question,
) -> Sheet:
    """A row for each group (its name, its key, its totals), with both deliveries side by side."""
    rows: list[list[Cell]] = [
        [label, some.orders, some.joined, *side_by_side.cells(found, key, place=place)] for label, key, some in groups
    ]
    columns = [name_column(head), Column("Orders"), Column("Joined"), *side_by_side.columns(asked)]
    return Sheet(name, title, columns, rows, groups=side_by_side.groups(3))


def _measures(found: Spreads, asked: Question) -> Sheet:
    rows: list[list[Cell]] = [
        [measure.kind, measure.title, *spread_cells(spread_of(found, measure)), measure.words] for measure in MEASURES
    ]
    columns = [
        name_column("Kept by"),
        name_column("Time"),
        *spread_columns(asked.target_minutes),
        name_column("What it is"),
    ]
    words = (
        "The gateway and the board each see another part. The gateway knows pucks: when one is started, put on a "
        "table, taken back. The board knows the order: when it is placed, accepted, ready, brought, as staff say so."
    )
    return Sheet("times", "How long things take", columns, rows, words)


def _facts(whole: Totals, found: Spreads, asked: Question) -> list[tuple[str, Cell, str]]:
    delivery, bring, locate = (spread_of(found, measure) for measure in (DELIVERY, BRING, LOCATE))
    target = f"in {asked.target_minutes} min"
    return [
        ("Orders of the gateway", whole.orders, f"{whole.to_go:,} to go"),
        ("Joined to an order of ours", Share(whole.joined, whole.orders), f"{whole.alone:,} are not"),
        ("To locate, median", Duration(locate.median), f"{whole.never_located:,} never located"),
        ("Delivery, median", Duration(delivery.median), f"{Share(delivery.within, delivery.count)} {target}"),
        ("Accepted to brought, median", Duration(bring.median), f"{Share(bring.within, bring.count)} {target}"),
        ("At another table", whole.mismatches, f"of {whole.compared:,} where both are known"),
    ]
