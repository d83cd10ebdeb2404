"""Where people sit: the busiest tables, how long it takes to reach them, and the room as a plan."""

from ontap.reports import room, side_by_side
from ontap.reports.counts import NOTHING, Totals, totals_by
from ontap.reports.question import Question
from ontap.reports.report import Report
from ontap.reports.rows import one_in, timed
from ontap.reports.series import measures_for
from ontap.reports.sheets import Cell, Column, Duration, Share, Sheet, name_column
from ontap.reports.side_by_side import spread_of
from ontap.reports.spreads import Grouping, Spreads, spreads
from venues.models import Table, Venue
from venues.models.places import counted

MOST = 100
WORDS = (
    'The table where the puck was put; the busiest first. "Other table" counts guests who had scanned another '
    "table's code."
)


def tables(asked: Question) -> Report:
    """Two looks at the rows, and one at the venue's tables."""
    by_table = totals_by(asked, "venue_id", "table_number", only=("orders", "mismatches"))
    whole = sum(some.orders for some in by_table.values())
    known = {key: some for key, some in by_table.items() if key[1]}
    busiest = sorted(known, key=lambda key: (-known[key].orders, key[0], counted(key[1])))[:MOST]
    every = one_in(2 * sum(known[key].orders for key in busiest))  # so many groups take their time
    wanted = measures_for(asked)
    rows_of_tables = timed(asked, ("venue_id", "table_number"), wanted, every)
    if len(known) > MOST:
        # Of some more than are shown: one list of numbers is what PostgreSQL looks up quickly.
        rows_of_tables = rows_of_tables.filter(table_number__in={number for _, number in busiest})
    found = spreads(rows_of_tables, [Grouping(("venue_id", "table_number"), wanted)], asked.target_s)
    names = {venue.pk: venue.name for venue in asked.venues}
    rows: list[list[Cell]] = []
    for key in busiest:
        place: list[Cell] = [key[1]] if asked.venue is not None else [names[key[0]], key[1]]
        counts: list[Cell] = [known[key].orders, Share(known[key].orders, whole), known[key].mismatches]
        rows.append(place + counts + side_by_side.cells(found, key[0], second=key[1]))
    head = [name_column("Table")] if asked.venue is not None else [name_column("Venue"), name_column("Table")]
    columns = [*head, Column("Orders"), Column("Share", "%"), Column("Other table")]
    columns += side_by_side.columns(asked)
    groups = side_by_side.groups(len(head) + 3)
    nowhere = whole - sum(some.orders for some in known.values())
    notes = [f"{nowhere:,} of {whole:,} orders were on no table that is known."] if nowhere else []
    if len(known) > MOST:
        notes.append(f"These are the {MOST} busiest of {len(known)} tables.")
    plan = _plan(asked, asked.venue, known, found) if asked.venue is not None else []
    return Report(whole, every, [Sheet("tables", "By table", columns, rows, WORDS, groups)], room=plan, notes=notes)


def _plan(asked: Question, venue: Venue, known: dict[tuple[int, str], Totals], found: Spreads) -> list[room.Zone]:
    """The venue's tables as plates; one that is no more, and had orders, is not in the room."""
    plates: list[tuple[str, str, float | None, str]] = []
    rows = Table.objects.filter(venue=venue).order_by("pk").values_list("zone", "number")
    for zone, number in rows:
        some = known.get((venue.pk, number), NOTHING)
        spread = spread_of(found, asked.measure, venue.pk, second=number)
        if asked.shown == "orders":
            value: float | None = some.orders
            words = f"{some.orders} orders" if some.orders != 1 else "1 order"
        elif asked.shown == "time":
            value, words = spread.median, str(Duration(spread.median)) if spread.count else "not timed"
        else:
            value, words = some.mismatches, f"{some.mismatches} of {some.orders}"
        plates.append((zone, number, value, words))
    return room.zones(plates)
