"""What there is to report on at all: the first and the last order of some venues, of their gateways or our own."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import DateField, DateTimeField, OuterRef, Subquery

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
    """None where nobody has ordered yet. One query, two looks into an index for each venue."""
    of_venue = Order.objects.filter(venue=OuterRef("pk"), test=False)
    ends = {
        name: Subquery(of_venue.order_by(order).values("business_date")[:1], output_field=DateField())
        for name, order in (("first", "business_date"), ("last", "-business_date"))
    }
    found: Any = Venue.objects.filter(pk__in=[venue.pk for venue in venues]).order_by().annotate(**ends)
    days = [day for ends_of in found.values_list(*ends) for day in ends_of if day is not None]
    return Standing(min(days), max(days)) if days else None


def standing(venues: Sequence[Venue]) -> Standing | None:
    """None where no gateway has told of an order yet. One query, two looks into an index for each venue."""
    of_venue = TrackedOrder.objects.filter(venue=OuterRef("pk"))
    ends = {
        name: Subquery(of_venue.order_by(order).values("started_at")[:1], output_field=DateTimeField())
        for name, order in (("first", "started_at"), ("last", "-started_at"))
    }
    found = Venue.objects.filter(pk__in=[venue.pk for venue in venues]).annotate(**ends)
    days = [
        business_date(at, venue.zone, venue.day_starts)
        for venue in found.order_by()
        for at in (venue.first, venue.last)  # type: ignore[attr-defined]  # annotated
        if at is not None
    ]
    return Standing(min(days), max(days)) if days else None
