"""Every report there is, by its name in addresses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ontap.reports.days import days
from ontap.reports.hours import hours
from ontap.reports.misplaced import misplaced
from ontap.reports.products import products
from ontap.reports.question import Question
from ontap.reports.report import Report
from ontap.reports.tables import tables
from ontap.reports.times import times


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    title: str
    build: Callable[[Question], Report]


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("times", "Times", times),
        Kind("days", "Days", days),
        Kind("hours", "Hours", hours),
        Kind("tables", "Tables", tables),
        Kind("products", "Products", products),
        Kind("misplaced", "Out of place", misplaced),
    )
}
