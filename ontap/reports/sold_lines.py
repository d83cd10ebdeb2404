"""What the lines of orders came to: by product, and by rate of tax."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, QuerySet, Sum

from ontap.reports.sheets import Cell, Column, Money, Sheet, name_column
from orders.models import Order
from venues.models import Venue

CENT = Decimal("0.01")
Amounts = dict[tuple[Any, str], Decimal]
"""By a product's name or a rate, and by currency."""


def sold_lines(venues: Iterable[Venue], orders: QuerySet[Order], currencies: Sequence[str]) -> list[Sheet]:
    """Two sheets of one look at the lines of these orders."""
    of = {venue.pk: venue.currency for venue in venues}
    worth = Sum(F("lines__unit_price") * F("lines__quantity"), output_field=DecimalField())
    lines = orders.filter(lines__isnull=False).values_list("venue_id", "lines__name", "lines__tax_rate")
    numbers: dict[str, int] = {}
    by_name: Amounts = {}
    by_rate: Amounts = {}
    for venue, name, rate, number, amount in lines.annotate(n=Sum("lines__quantity"), worth=worth):
        numbers[name] = numbers.get(name, 0) + number
        for sums, key in ((by_name, name), (by_rate, rate)):
            sums[key, of[venue]] = sums.get((key, of[venue]), Decimal(0)) + amount.quantize(CENT)
    money = [Column("Takings", currency) for currency in currencies]
    most_first = sorted(numbers.items(), key=lambda one: (-one[1], one[0]))
    products: list[list[Cell]] = [[name, number, *_cells(by_name, name, currencies)] for name, number in most_first]
    rates = sorted({rate for rate, _ in by_rate})
    taxes: list[list[Cell]] = [[f"{rate.normalize():f} %", *_cells(by_rate, rate, currencies)] for rate in rates]
    words = "By the name that stood on the menu when it was ordered. What options cost is in the price."
    return [
        Sheet("products", "By product", [name_column("Product"), Column("Sold"), *money], products, words),
        Sheet("taxes", "By rate of tax", [name_column("Tax"), *money], taxes, "As the menu said when it was ordered."),
    ]


def _cells(sums: Mapping[tuple[Any, str], Decimal], key: object, currencies: Sequence[str]) -> list[Cell]:
    return [Money(sums.get((key, currency), Decimal(0)), currency) for currency in currencies]
