"""The rows of the sheet Venues: where a venue differs from the menu."""

from venues.exchange.cells import Unreadable, returned
from venues.exchange.columns import VENUES
from venues.exchange.comparing import Compared
from venues.exchange.files import Table
from venues.exchange.plan import Line, Plan
from venues.exchange.references import Names, References
from venues.exchange.rows import MenuRows
from venues.models import Product, VenueProduct


def plan_differences(table: Table, rows: MenuRows, references: References, plan: Plan) -> None:
    venues, products = Names("venues", "Venues"), Names("products", "Products")
    for venue in rows.venues.values():
        venues.give(venue.name, venue.pk)
    by_id = {product.pk: product for product in rows.products}
    for product in rows.products:
        products.give(product.name, product.pk)
    renamed = {line.row.pk: line.title for line in plan.of(Product) if line.row is not None}
    now = {(row.venue_id, row.product_id): row for row in rows.differences}
    seen: set[tuple[int, int]] = set()
    for number, cells in table.rows:
        read = Compared(VENUES, number, cells, rows)
        venue_id = _find(read, "venue", venues, {pk: {venue.name} for pk, venue in rows.venues.items()})
        product_id = _find(
            read, "product", products, {pk: {row.name, renamed.get(pk, row.name)} for pk, row in by_id.items()}
        )
        if venue_id is not None and product_id is not None:
            key = venue_id, product_id
            if key in seen:
                read.fault("product", "This product stands there twice for this venue. Keep one of the rows.")
            else:
                seen.add(key)
                _compare(read, rows, now.get(key), key, by_id[product_id], plan)
        plan.faults += read.faults


def _find(read: Compared, what: str, names: Names, known: dict[int, set[str]]) -> int | None:
    """The id that the row gives, or that its name has; None with a fault where there is none."""
    head, name = f"{what} id", read.text(what)
    pk = read.number_of(head)
    if pk is not None:
        if pk not in known:
            read.fault(head, f"There is no {what} of this id that uses this menu and that you may change.")
            return None
        if name and name not in {returned(own) for own in known[pk]}:
            # As after one column was sorted without the others.
            own = sorted(known[pk])[0]
            read.fault(what, f"The {what} of this id is called “{own}”, not “{name}”. Correct one of the two.")
            return None
        return pk
    if read.faults:
        return None
    if not name:
        read.fault(what, f"Which {what} is this? Give its id or its name.")
        return None
    try:
        found = names.find(name)
    except Unreadable as wrong:
        read.fault(what, f"{wrong} Or give the id.")
        return None
    if not isinstance(found, int):
        read.fault(what, f"There is no {what} “{name}” that uses this menu and that you may change.")
        return None
    return found


def _compare(
    read: Compared, rows: MenuRows, row: VenueProduct | None, key: tuple[int, int], product: Product, plan: Plan
) -> None:
    # No row is no difference, so what a new one says is compared with one that says nothing.
    current = row or VenueProduct(venue_id=key[0], product=product)
    for column in VENUES.columns:
        if column.field:
            read.compare(column, current, getattr(current, column.field))
    if read.faults or not read.differences:
        plan.same += not read.faults
        return
    title = f"{product.name} at {rows.venues[key[0]].name}"
    line = Line(VenueProduct, VENUES, read.number, title, row, read.differences, read.values)
    line.values |= {} if row is not None else {"venue_id": key[0], "product": product}
    plan.lines.append(line)
