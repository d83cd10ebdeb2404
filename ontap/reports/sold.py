"""What was sold: sums of our own orders and of their lines, by one look at each.

One statement for both databases. Amounts are whole hundredths in it, which PostgreSQL sums up faster than numerics and
SQLite without a rounding error.
"""

from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    DecimalField,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Round

from ontap.reports.clocks import hour_of_day
from ontap.reports.question import Question
from ontap.reports.rows import at_place
from orders.models import Order
from orders.states import NOT_MADE

_SUMS = """
    SELECT venue_id, business_date, CAST(NULL AS integer), CAST(NULL AS varchar), CAST(NULL AS numeric),
           sum(made), sum(1 - made), sum(made * hundredths), sum(made * paid * hundredths)
    FROM placed GROUP BY venue_id, business_date
    UNION ALL
    SELECT venue_id, NULL, hour, NULL, NULL,
           sum(made), sum(1 - made), sum(made * hundredths), sum(made * paid * hundredths)
    FROM placed GROUP BY venue_id, hour
    UNION ALL
    SELECT venue_id, NULL, NULL, line.name, line.tax_rate,
           sum(made * line.quantity), sum((1 - made) * line.quantity),
           sum(made * line.quantity * CAST(round(100 * line.unit_price) AS bigint)), 0
    FROM placed JOIN orders_orderline AS line ON line.order_id = placed.id
    GROUP BY venue_id, line.name, line.tax_rate
"""


@dataclass(frozen=True, slots=True)
class Sums:
    """Orders, those that were refused or cancelled, and what the others came to; `paid` of it as staff marked it. Of
    lines: how many of a product, and what they came to."""

    made: int = 0
    lost: int = 0
    takings: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Sums)))

    @property
    def average(self) -> Decimal | None:
        return self.takings / self.made if self.made else None


@dataclass(frozen=True, slots=True)
class Sold:
    """By venue, and by business date, by hour of the venue's clock, or by a product's name and rate of tax."""

    by_date: dict[tuple[int, date], Sums] = field(default_factory=dict)
    by_hour: dict[tuple[int, int], Sums] = field(default_factory=dict)
    by_product: dict[tuple[int, tuple[str, Decimal]], Sums] = field(default_factory=dict)


def sold(asked: Question) -> Sold:
    """The sums of all orders that were placed in the period, at these venues, of this type, at this place."""
    placed, parameters = _placed(asked).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"WITH placed AS ({placed}){_SUMS}", parameters)
        rows = cursor.fetchall()
    found = Sold()
    for venue, day, hour, product, rate, made, lost, takings, paid in rows:
        sums = Sums(int(made), int(lost), Decimal(int(takings)) / 100, Decimal(int(paid)) / 100)
        if day is not None:
            found.by_date[venue, date.fromisoformat(str(day))] = sums
        elif hour is not None:
            found.by_hour[venue, hour] = sums
        elif sums.made:  # asked here: PostgreSQL does not foresee how many orders are made, and takes the longest way
            found.by_product[venue, (product, Decimal(str(rate)).normalize())] = sums
    return found


def _placed(asked: Question) -> QuerySet[Order, Any]:
    venues = [venue.pk for venue in asked.venues]
    rows = Order.objects.filter(venue__in=venues, business_date__range=(asked.first, asked.last), test=False)
    if asked.type:
        rows = rows.filter(to_go=asked.type == "TO_GO")
    rows = at_place(rows, asked).annotate(
        hour=hour_of_day(asked.clocks, asked.first, asked.last, of="placed_at"),
        made=_one_where(~Q(state__in=NOT_MADE)),
        paid=_one_where(Q(paid_at__isnull=False)),
        hundredths=Cast(Round(ExpressionWrapper(100 * F("total"), DecimalField())), BigIntegerField()),
    )
    return rows.order_by().values("id", "venue_id", "business_date", "hour", "made", "paid", "hundredths")


def _one_where(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())
