"""A new venue of the same operator, made like another: what is copied, and what each place must have of its own."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from venues.copying_own import copy_own, own_products
from venues.copying_rows import OF_DIFFERENCE, copies, values_of
from venues.models import OpeningException, OpeningHours, Table, Venue, VenueCategory, VenueProduct

HOURS, TABLES, DIFFERENCES, OWN = "hours", "tables", "differences", "own"

# What is of one place or one moment: never copied.
_OF_VENUE = {"id", "name", "paused_until", "pause_reason", "guests_emptied_until"}
_OF_TABLE = {"id", "venue", "tag_number", "stopped_at", "code_version", "printed_version", "printed_at", "printed_as"}
_OF_HOURS = {"id", "venue"}


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy would take along, by part."""

    hours: int
    exceptions: int
    tables: int
    tagged: int
    differences: int
    own: int


def what_to_copy(venue: Venue, today: dt.date) -> Copied:
    tables = Table.objects.filter(venue=venue)
    return Copied(
        OpeningHours.objects.filter(venue=venue).count(),
        _exceptions(venue, today).count(),
        tables.count(),
        tables.filter(tag_number__isnull=False).count(),
        len(_differences(venue, venue)),
        own_products(venue).count(),
    )


def copy_venue(venue: Venue, name: str, parts: Collection[str], today: dt.date) -> Venue:
    """The new venue with these parts (HOURS, TABLES, DIFFERENCES, OWN), all or nothing.

    Its settings and its menu are the old one's. Raises ValidationError, above all where the operator has a venue of
    this name.
    """
    with transaction.atomic():
        copy = Venue(name=name, **values_of(venue, _OF_VENUE))
        copy.full_clean()
        copy.save()
        if HOURS in parts:
            hours = OpeningHours.objects.filter(venue=venue)
            OpeningHours.objects.bulk_create(copies(hours, copy, _OF_HOURS))
            OpeningException.objects.bulk_create(copies(_exceptions(venue, today), copy, _OF_HOURS))
        if TABLES in parts:
            Table.objects.bulk_create(copies(Table.objects.filter(venue=venue).order_by("pk"), copy, _OF_TABLE))
        if DIFFERENCES in parts:
            VenueProduct.objects.bulk_create(_differences(venue, copy))
            order = VenueCategory.objects.filter(venue=venue, category__venue=None)
            VenueCategory.objects.bulk_create(copies(order, copy, {"id", "venue"}))
        if OWN in parts:
            copy_own(venue, copy)
    return copy


def _exceptions(venue: Venue, today: dt.date) -> QuerySet[OpeningException]:
    return OpeningException.objects.filter(venue=venue, date__gte=today)


def _differences(venue: Venue, copy: Venue) -> list[VenueProduct]:
    """Those that still differ from the shared menu without what is of one place: a row that says nothing is none."""
    shared = VenueProduct.objects.filter(venue=venue, product__venue=None)  # of what is a venue's own: `copy_own`
    rows: list[VenueProduct] = copies(shared, copy, OF_DIFFERENCE)
    return [row for row in rows if row.differs]
