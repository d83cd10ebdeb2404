"""Orders of an earlier day: in an empty database PostgreSQL would plan for tables of one page, and keep those plans."""

import datetime as dt
import uuid
from collections.abc import Iterator
from decimal import Decimal

from orders.models import Order, OrderLine, VenueEvent
from venues.models import Product, Table, TableSession, VenueFeed

ORDERS = 400  # of each venue
DAY = dt.datetime(2026, 1, 1, 18, tzinfo=dt.UTC)
# As long as the text of a real order with two lines.
FILLER = '{"filler":"' + "x" * 900 + '"}'


def fill_history(tables: list[Table], products: list[Product], orders: int = ORDERS) -> None:
    """Completed orders of the venues that the tables belong to, in sessions that have ended."""
    sessions = TableSession.objects.bulk_create(
        TableSession(venue_id=table.venue_id, table=table, opened_at=DAY, last_seen_at=DAY, ended_at=DAY)
        for table in tables
    )
    by_venue: dict[int, list[TableSession]] = {}
    for session in sessions:
        by_venue.setdefault(session.venue_id, []).append(session)
    for own in by_venue.values():
        placed = [_order(own[number % len(own)], number) for number in range(1, orders + 1)]
        Order.objects.bulk_create(placed)
        OrderLine.objects.bulk_create(
            _line(order, position, product) for order in placed for position, product in enumerate(products[:2])
        )
        VenueEvent.objects.bulk_create(event for order in placed for event in _events(order))
    VenueFeed.objects.filter(venue_id__in=by_venue).update(
        seq=2 * orders, business_date=DAY.date(), last_order_number=orders
    )


def _order(session: TableSession, number: int) -> Order:
    return Order(
        id=uuid.uuid4(),
        venue_id=session.venue_id,
        table_id=session.table_id,
        session=session,
        table_number=session.table.number,
        business_date=DAY.date(),
        number=number,
        placed_at=DAY + dt.timedelta(seconds=number),
        placed_seq=2 * number - 1,
        order_items='{"13":4,"18":5}',
        lines_json=FILLER[:500],
        content_hash="0" * 32,
        total=Decimal("32.00"),
        by_staff=False,
        verified=False,
        first_of_session=False,
        state="completed",
        order_status="completed",
        seq=2 * number,
        accepted_at=DAY,
        finished_at=DAY,
    )


def _line(order: Order, position: int, product: Product) -> OrderLine:
    return OrderLine(
        order=order,
        position=position,
        product=product,
        name=product.name,
        quantity=4,
        unit_price=product.price,
        tax_rate=product.tax_rate,
        station="bar",
    )


def _events(order: Order) -> Iterator[VenueEvent]:
    for seq, change in ((order.placed_seq, "placed"), (order.seq, "completed")):
        yield VenueEvent(
            venue_id=order.venue_id,
            seq=seq,
            at=order.placed_at,
            kind="order",
            change=change,
            order_id=order.id,
            session_id=order.session_id,
            payload=FILLER,
        )
