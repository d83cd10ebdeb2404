"""What there is to report on at all: the first and the last order of some venues, of their gateways or our own."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import DateField, DateTimeField, Field, OuterRef, QuerySet, Subquery

from orders.models import Order
from tracker.models import TrackedOrder
from venues.hours import business_date
from venues.models import Venue


@dataclass(frozen=True, slots=True)
class Standing:
    """The business days of the first and of the last order."""

    first: dt.date
    last: dt.date


def standing_of_orders(venues: Sequence[Venue]) -> Standing | None:
    """None where nobody has ordered yet."""
    days = [day for _, day in _ends(venues, Order.objects.filter(test=False), "business_date", DateField())]
    return Standing(min(days), max(days)) if days else None


def standing(venues: Sequence[Venue]) -> Standing | None:
    """None where no gateway has told of an order yet."""
    started = _ends(venues, TrackedOrder.objects.all(), "started_at", DateTimeField())
    days = [business_date(at, venue.zone, venue.day_starts) for venue, at in started]
    return Standing(min(days), max(days)) if days else None


def _ends(
    venues: Sequence[Venue], rows: QuerySet[Any], column: str, kind: "Field[Any, Any]"
) -> Iterator[tuple[Venue, Any]]:
    """Each venue's least and greatest, where it has any. One query, two looks into an index for each venue."""
    of_venue = rows.filter(venue=OuterRef("pk"))
    first, last = (
        Subquery(of_venue.order_by(order).values(column)[:1], output_field=kind) for order in (column, f"-{column}")
    )
    found: Any = Venue.objects.filter(pk__in=[venue.pk for venue in venues]).order_by().annotate(first=first, last=last)
    return ((venue, end) for venue in found for end in (venue.first, venue.last) if end is not None)
