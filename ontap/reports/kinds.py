"""Every report there is, by its name in addresses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ontap.reports.days import days
from ontap.reports.hours import hours
from ontap.reports.misplaced import misplaced
from ontap.reports.products import products
from ontap.reports.question import Question
from ontap.reports.report import Report
from ontap.reports.standing import Standing, standing, standing_of_orders
from ontap.reports.tables import tables
from ontap.reports.takings import takings
from ontap.reports.times import times
from venues.models import Venue


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    title: str
    build: Callable[[Question], Report]
    of_gateway: bool = True  # made of the gateways' orders, or of our own
    standing: Callable[[Sequence[Venue]], Standing | None] = standing


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("takings", "Takings", takings, of_gateway=False, standing=standing_of_orders),
        Kind("times", "Times", times),
        Kind("days", "Days", days),
        Kind("hours", "Hours", hours),
        Kind("tables", "Tables", tables),
        Kind("products", "Products", products),
        Kind("misplaced", "Out of place", misplaced),
    )
}
