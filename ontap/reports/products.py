"""What was ordered and how long it took: by product, from the lines of the orders that were joined."""

from ontap.reports.counts import totals_by
from ontap.reports.measures import BRING, DELIVERY, MAKE, Measure
from ontap.reports.question import Question
from ontap.reports.report import Report
from ontap.reports.rows import one_in, timed
from ontap.reports.sheets import Cell, Column, Sheet, name_column, spread_cells, spread_columns
from ontap.reports.side_by_side import head_of, spread_of
from ontap.reports.spreads import Grouping, spreads

WANTED = (MAKE, BRING, DELIVERY)
# Not a time: how many of it a line has, counted and summed up with the rest.
QUANTITY = Measure("quantity", "", "Quantity", "", "", "")
# A table of `orders` is joined here by its key alone: by the ORM the way leads through the orders, which are ten times
# as wide as their lines.
LINES = """
    , lines AS (
        SELECT tracked.*, line.name AS key_product, line.quantity AS quantity_s
        FROM tracked JOIN orders_orderline AS line ON line.order_id = tracked.order_id
    )
"""


def products(asked: Question) -> Report:
    """Two looks at the rows: one counts, one goes along the lines."""
    by_venue = totals_by(asked, "venue_id", only=("orders", "joined"))
    whole = sum(some.orders for some in by_venue.values())
    joined = sum(some.joined for some in by_venue.values())
    every = one_in(2 * joined)  # an order has some lines
    rows = timed(asked, (), WANTED, every).filter(order__isnull=False)
    rows = rows.values("order_id", *(measure.column for measure in WANTED))
    found = spreads(rows, [Grouping(("product",), (QUANTITY, *WANTED))], asked.target_s, more=LINES, source="lines")
    names = {name for _, name, _, _ in found}
    spread = {name: {m.name: spread_of(found, m, name) for m in (QUANTITY, *WANTED)} for name in names}
    ranked = sorted(spread.items(), key=lambda one: (-one[1]["quantity"].total, one[0]))
    lines: list[list[Cell]] = []
    for name, own in ranked:
        counts: list[Cell] = [name, own["quantity"].total * every, own["quantity"].count * every]
        lines.append(counts + [cell for measure in WANTED for cell in spread_cells(own[measure.name])])
    about = "About, ordered" if every > 1 else "Ordered"
    columns = [
        name_column("Product"),
        Column(about),
        Column("Lines"),
        *spread_columns(asked.target_minutes) * len(WANTED),
    ]
    groups = [("", 3), *map(head_of, WANTED)]
    words = (
        "By the name that stood on the menu when it was ordered. The times are those of the whole order that a product "
        "was part of, once for each line."
    )
    sheet = Sheet("products", "By product", columns, lines, words, groups)
    note = (
        f"{joined:,} of {whole:,} orders are joined to an order of ours; "
        f"what the other {whole - joined:,} were is not known."
    )
    return Report(whole, every, [sheet], notes=[note])
