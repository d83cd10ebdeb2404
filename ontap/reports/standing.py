"""What there is to report on at all: the first and the last tracked order of some venues."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import DateTimeField, OuterRef, Subquery

from tracker.models import TrackedOrder
from venues.hours import business_date
from venues.models import Venue


@dataclass(frozen=True, slots=True)
class Standing:
    """The business days of the first and of the last order."""

    first: dt.date
    last: dt.date


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
