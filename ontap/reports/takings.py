"""What was ordered through onTap, and for how much: by day, hour, product and rate of tax, with a gateway or without.

Our own orders, whatever became of their pucks. What was refused or cancelled takes nothing; a test order is none.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from ontap.reports.charts import Chart, Point, bar_chart, line_chart
from ontap.reports.clocks import EPOCH_ORDINAL, EPOCH_WEEKDAY, hour_of_day
from ontap.reports.days import NOTE, heads_of, scale_of, steps_of
from ontap.reports.hours import steps_of_day
from ontap.reports.question import Question
from ontap.reports.report import Report
from ontap.reports.series import Steps
from ontap.reports.sheets import Cell, Column, Money, Sheet, name_column
from ontap.reports.sold_lines import sold_lines
from orders.models import Order
from orders.states import NOT_MADE
from venues.models import Table

NOTHING = Decimal(0)
_LOST = Q(state__in=NOT_MADE)
_COUNTED = {
    "orders": Count("pk", filter=~_LOST),
    "lost": Count("pk", filter=_LOST),
    "takings": Sum("total", filter=~_LOST, default=NOTHING),
    "paid": Sum("total", filter=~_LOST & Q(paid_at__isnull=False), default=NOTHING),
}


@dataclass(frozen=True, slots=True)
class Sold:
    """Orders, those of them that were refused or cancelled, and what the others came to; `paid` as staff marked it."""

    orders: int = 0
    lost: int = 0
    takings: Decimal = NOTHING
    paid: Decimal = NOTHING

    def __add__(self, other: "Sold") -> "Sold":
        return Sold(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))

    @property
    def average(self) -> Decimal | None:
        return self.takings / self.orders if self.orders else None


Found = Mapping[tuple[int, Any], Sold]
"""By venue and another key."""
Sums = dict[Any, dict[str, Sold]]
"""By a key, then by currency: pounds and euros make no sum."""


def takings(asked: Question) -> Report:
    """Three looks at the rows: by day, by hour, and along the lines."""
    by_date, by_hour = _sold(asked, "business_date"), _sold(asked, "hour")
    whole = _sums(asked, by_date, lambda _venue, _day: None).get(None, {})
    currencies = sorted(whole) or sorted({venue.currency for venue in asked.venues})
    scale, length = scale_of(asked)
    scales = [
        ("days", scale, *heads_of(length), _sums(asked, by_date, lambda _, day: _step(day, length))),
        ("hours", "hour", "By hour of the day", "Hour", _sums(asked, by_hour, lambda _, hour: hour)),
    ]
    sheets, charts = [], []
    for name, word, title, head, sums in scales:
        orders = {key: sum(sold.orders + sold.lost for sold in own.values()) for key, own in sums.items()}
        steps = steps_of(asked, orders, length) if name == "days" else steps_of_day(asked, orders)
        sheets.append(_sheet(name, title, head, steps, sums, currencies))
        charts += _charts(name, word, steps, sums, currencies)
    if len(asked.venues) > 1:
        venues = [(venue.pk, venue.name, venue.name) for venue in asked.venues]
        by_venue = _sums(asked, by_date, lambda venue, _: venue)
        sheets.insert(0, _sheet("venues", "By venue", "Venue", venues, by_venue, currencies))
    facts: list[tuple[str, Cell, str]] = []
    for currency, sold in sorted(whole.items()):
        facts += [
            ("Takings", Money(sold.takings, currency), f"{Money(sold.paid, currency)} marked as paid"),
            ("Orders", sold.orders, f"{sold.lost:,} refused or cancelled"),
            ("Average order", Money(sold.average, currency), ""),
        ]
    sheets += sold_lines(asked.venues, _rows(asked).exclude(_LOST), currencies)
    number = sum(sold.orders + sold.lost for sold in whole.values())
    return Report(number, 1, sheets, charts=charts, facts=facts, notes=[NOTE])


def _rows(asked: Question) -> QuerySet[Order]:
    """The orders that were placed in the period, at these venues, of this type, at this place."""
    venues = [venue.pk for venue in asked.venues]
    rows = Order.objects.filter(venue__in=venues, business_date__range=(asked.first, asked.last), test=False)
    if asked.type:
        rows = rows.filter(to_go=asked.type == "TO_GO")
    if asked.table:
        rows = rows.filter(table_number=asked.table)
    if asked.zone:
        tables = Table.objects.filter(venue=OuterRef("venue"), number=OuterRef("table_number"), zone=asked.zone)
        rows = rows.filter(Exists(tables))
    return rows.order_by()


def _sold(asked: Question, name: str) -> Found:
    rows = _rows(asked)
    if name == "hour":
        rows = rows.annotate(hour=hour_of_day(asked.clocks, asked.first, asked.last, of="placed_at"))
    found: Any = rows.values("venue_id", name).annotate(**_COUNTED)
    return {(row.pop("venue_id"), row.pop(name)): Sold(**row) for row in found}


def _sums(asked: Question, found: Found, key_of: Callable[[int, Any], Any]) -> Sums:
    currencies = {venue.pk: venue.currency for venue in asked.venues}
    sums: Sums = {}
    for (venue, other), sold in found.items():
        own = sums.setdefault(key_of(venue, other), {})
        own[currencies[venue]] = own.get(currencies[venue], Sold()) + sold
    return sums


def _step(day: dt.date, length: int) -> int:
    """As `clocks.business_day` counts: days since 1970; of a week, its Monday."""
    number = day.toordinal() - EPOCH_ORDINAL
    return number if length == 1 else number - (number + EPOCH_WEEKDAY) % length


def _sheet(name: str, title: str, head: str, steps: Steps, sums: Sums, currencies: Sequence[str]) -> Sheet:
    """A row for each step, with the same columns once more for each currency."""
    rows: list[list[Cell]] = []
    for key, label, _ in steps:
        row: list[Cell] = [label]
        for currency in currencies:
            sold = sums.get(key, {}).get(currency, Sold())
            row += [sold.orders, sold.lost, Money(sold.takings, currency)]
            row += [Money(sold.paid, currency), Money(sold.average, currency)]
        rows.append(row)
    columns, groups = [name_column(head)], [("", 1)]
    for currency in currencies:
        columns += [Column("Orders"), Column("Not made"), Column("Takings", currency)]
        columns += [Column("Marked paid", currency), Column("Average order", currency)]
        groups.append((currency, 5))
    return Sheet(name, title, columns, rows, groups=groups if len(currencies) > 1 else ())


def _charts(name: str, scale: str, steps: Steps, sums: Sums, currencies: Sequence[str]) -> list[Chart]:
    draw = line_chart if name == "days" else bar_chart
    made = []
    for currency in currencies:
        points = [Point(short, float(sums.get(key, {}).get(currency, Sold()).takings)) for key, _, short in steps]
        made.append(draw(f"{name}-{currency.lower()}", f"Takings by {scale}, {currency}", points, unit=f" {currency}"))
    return made
