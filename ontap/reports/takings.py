"""What was ordered through onTap, and for how much: by day, hour, product and rate of tax, with a gateway or without.

Of our own orders, whatever became of their pucks. What was refused or cancelled takes nothing; a test order is none.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ontap.reports.charts import Chart, Point, bar_chart, line_chart
from ontap.reports.clocks import number_of
from ontap.reports.days import NOTE, heads_of, scale_of, steps_of
from ontap.reports.hours import steps_of_day
from ontap.reports.question import Question
from ontap.reports.report import Report
from ontap.reports.series import Steps
from ontap.reports.sheets import Cell, Column, Money, Sheet, name_column
from ontap.reports.sold import Sums, sold

OF_PRODUCTS = "By the name that stood on the menu when it was ordered. What options cost is in the price."
OF_TAXES = "As the menu said when it was ordered."

Found = dict[Any, dict[str, Sums]]
"""By a key, then by currency: pounds and euros make no sum."""


def takings(asked: Question) -> Report:
    """One statement, whatever is asked."""
    every = sold(asked)
    whole = _by(asked, every.by_date, lambda _venue, _date: None).get(None, {})
    currencies = sorted(whole) or sorted({venue.currency for venue in asked.venues})
    scale, length = scale_of(asked)
    by_day = _by(asked, every.by_date, lambda _, day: number_of(day, length))
    by_hour = _by(asked, every.by_hour, lambda _, hour: hour)
    days, hours = steps_of(asked, _orders(by_day), length), steps_of_day(asked, _orders(by_hour))
    sheets = [
        _sheet("days", *heads_of(length), days, by_day, currencies),
        _sheet("hours", "By hour of the day", "Hour", hours, by_hour, currencies),
        _products(_by(asked, every.by_product, lambda _, product: product[0]), currencies),
        _taxes(_by(asked, every.by_product, lambda _, product: product[1]), currencies),
    ]
    if len(asked.venues) > 1:
        venues = [(venue.pk, venue.name, venue.name) for venue in asked.venues]
        by_venue = _by(asked, every.by_date, lambda venue, _: venue)
        sheets.insert(0, _sheet("venues", "By venue", "Venue", venues, by_venue, currencies))
    charts = [_chart(line_chart, "days", scale, days, by_day, currency) for currency in currencies]
    charts += [_chart(bar_chart, "hours", "hour", hours, by_hour, currency) for currency in currencies]
    facts: list[tuple[str, Cell, str]] = []
    for currency, sums in sorted(whole.items()):
        facts += [
            ("Takings", Money(sums.takings, currency), f"{Money(sums.paid, currency)} marked as paid"),
            ("Orders", sums.made, f"{sums.lost:,} refused or cancelled"),
            ("Average order", Money(sums.average, currency), ""),
        ]
    return Report(sum(_orders({None: whole}).values()), 1, sheets, charts=charts, facts=facts, notes=[NOTE])


def _by(asked: Question, found: Mapping[tuple[int, Any], Sums], key_of: Callable[[int, Any], Any]) -> Found:
    currencies = {venue.pk: venue.currency for venue in asked.venues}
    added: Found = {}
    for (venue, other), sums in found.items():
        own, currency = added.setdefault(key_of(venue, other), {}), currencies[venue]
        own[currency] = own.get(currency, Sums()) + sums
    return added


def _orders(found: Found) -> dict[Any, int]:
    """All that were placed, by key."""
    return {key: sum(sums.made + sums.lost for sums in own.values()) for key, own in found.items()}


def _sheet(name: str, title: str, head: str, steps: Steps, found: Found, currencies: Sequence[str]) -> Sheet:
    """A row for each step, with the same columns once more for each currency."""
    rows: list[list[Cell]] = []
    for key, label, _ in steps:
        row: list[Cell] = [label]
        for currency in currencies:
            sums = found.get(key, {}).get(currency, Sums())
            row += [sums.made, sums.lost]
            row += [Money(amount, currency) for amount in (sums.takings, sums.paid, sums.average)]
        rows.append(row)
    columns, groups = [name_column(head)], [("", 1)]
    for currency in currencies:
        columns += [Column("Orders"), Column("Not made")]
        columns += [Column(title, currency) for title in ("Takings", "Marked paid", "Average order")]
        groups.append((currency, 5))
    return Sheet(name, title, columns, rows, groups=groups if len(currencies) > 1 else ())


def _chart(draw: Callable[..., Chart], name: str, scale: str, steps: Steps, found: Found, currency: str) -> Chart:
    points = [Point(short, float(found.get(key, {}).get(currency, Sums()).takings)) for key, _, short in steps]
    return draw(f"{name}-{currency.lower()}", f"Takings by {scale}, {currency}", points, unit=f" {currency}")


def _products(found: Found, currencies: Sequence[str]) -> Sheet:
    """What was sold most comes first."""
    numbers = {name: sum(sums.made for sums in own.values()) for name, own in found.items()}
    most_first = sorted(numbers.items(), key=lambda one: (-one[1], one[0]))
    rows: list[list[Cell]] = [[name, number, *_takings(found[name], currencies)] for name, number in most_first]
    columns = [name_column("Product"), Column("Sold"), *_columns(currencies)]
    return Sheet("products", "By product", columns, rows, OF_PRODUCTS)


def _taxes(found: Found, currencies: Sequence[str]) -> Sheet:
    rows: list[list[Cell]] = [[f"{rate:f} %", *_takings(found[rate], currencies)] for rate in sorted(found)]
    return Sheet("taxes", "By rate of tax", [name_column("Tax"), *_columns(currencies)], rows, OF_TAXES)


def _takings(own: Mapping[str, Sums], currencies: Sequence[str]) -> list[Cell]:
    return [Money(own.get(currency, Sums()).takings, currency) for currency in currencies]


def _columns(currencies: Sequence[str]) -> list[Column]:
    return [Column("Takings", currency) for currency in currencies]
