"""Planned changes of the menu: made without overlap, applied at their moment, and taken back at their end.

Whoever changes a value by hand meanwhile wins: the end of a change puts back only what is still as the change left it.
Of a category that holds product by product; what comes into it meanwhile is not touched.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from venues.models import Category, Product, ScheduledChange, Venue
from venues.scheduled_turns import begin, end
from venues.signals import changing_together, venues_of

MOST_AT_ONCE = 500
_INSTANT = timedelta(microseconds=1)  # how long a change without an end takes
_WEEK = timedelta(days=7)


class Overlaps(Exception):
    """Another planned change of the same value is at work at the same time."""

    def __init__(self, other: ScheduledChange) -> None:
        super().__init__(f"Overlaps with {other}")
        self.other = other


def local_moment(naive: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment (UTC) at which a clock in the zone shows this; the first of two; None where it skips it."""
    moment = naive.replace(tzinfo=zone).astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == naive else None


def overlapping(change: ScheduledChange) -> QuerySet[ScheduledChange]:
    """Other changes of the same value that are planned or at work while this one is."""
    end = change.ends_at or change.starts_at + _INSTANT
    planned = Q(state=ScheduledChange.PLANNED) | Q(state=ScheduledChange.APPLIED, ends_at__isnull=False)
    goes_on = Q(ends_at__gt=change.starts_at) | Q(ends_at=None, starts_at__gte=change.starts_at)
    where = Q(venue=None) if change.venue_id is None else Q(venue=change.venue_id)
    same = ScheduledChange.objects.filter(where, _of_the_same(change), what=change.what)
    return same.filter(planned, goes_on, starts_at__lt=end).exclude(pk=change.pk).order_by("starts_at")


def _of_the_same(change: ScheduledChange) -> Q:
    """Changes of that product or category, and those of a category to which a product belongs: in both directions."""
    product, section = change.product, change.section
    if product is not None:
        is_of_it = change.venue_id is not None or product.venue_id == section.venue_id
        return Q(product=product) | Q(category=section) if is_of_it else Q(product=product)
    whose = Q() if change.venue_id is not None else Q(product__venue=section.venue_id)
    return Q(category=section) | whose & Q(product__category=section)


def plan_change(change: ScheduledChange) -> None:
    """Save a new change. Raises Overlaps."""
    with transaction.atomic():
        # Two who plan for one product, or for it and for its category, wait for each other here.
        Category.objects.select_for_update(no_key=True).get(pk=change.section.pk)
        if (other := overlapping(change).first()) is not None:
            raise Overlaps(other)
        change.save()


def withdraw_change(change_id: int, now: datetime) -> bool:
    """Withdraw what has not begun, or end at once what is at work; False where it is over, or without an end."""
    rows = ScheduledChange.objects.filter(pk=change_id)
    if rows.filter(state=ScheduledChange.PLANNED).update(state=ScheduledChange.WITHDRAWN):
        return True
    at_work = rows.filter(state=ScheduledChange.APPLIED, ends_at__gt=now, starts_at__lt=now)
    return bool(at_work.update(ends_at=now, weekly=False))


def changes_due(now: datetime) -> list[int]:
    """The changes with which something is to be done, in the order of their moments; ends before beginnings."""
    ends = ScheduledChange.objects.filter(state=ScheduledChange.APPLIED, ends_at__lte=now).order_by("ends_at", "pk")
    begins = ScheduledChange.objects.filter(state=ScheduledChange.PLANNED, starts_at__lte=now)
    ids = [*ends.values_list("pk", flat=True), *begins.order_by("starts_at", "pk").values_list("pk", flat=True)]
    return ids[:MOST_AT_ONCE]


def carry_out(change_id: int, now: datetime) -> str | None:
    """Do with one change what is due now: the state that it has then; None where nothing was (any more)."""
    rows = ScheduledChange.objects.select_related("product__category", "category", "venue")
    found = rows.filter(pk=change_id).first()
    if found is None or not _is_due(found, now):
        return None
    # The venues' locks come before any row: the lock order of every writer. However many rows, each hears one word.
    with changing_together(_venue_ids(found)):
        new = begin(found, now) if found.state == ScheduledChange.PLANNED else end(found)
        if new in (ScheduledChange.ENDED, ScheduledChange.FAILED) and found.weekly:
            _plan_next(found, now)
        return new


def take_back(changes: Iterable[ScheduledChange], now: datetime) -> None:
    """End those that are at work, before they go: nobody would know of their end any more."""
    _take_back(list(changes), set(), now)


def take_back_of(categories: Iterable[Category], now: datetime) -> None:
    """The same for categories: what is planned for one goes with it, and its products may be in another by now."""
    found = list(categories)
    at_work = ScheduledChange.objects.filter(category__in=found, state=ScheduledChange.APPLIED)
    if changes := list(at_work.order_by("pk")):
        # Whoever deletes them locks their venues next.
        _take_back(changes, set().union(*map(venues_of, found)), now)


def _take_back(changes: Sequence[ScheduledChange], venue_ids: set[int], now: datetime) -> None:
    # Change by change the venues would be locked in the order of the changes, and after the changes' own rows.
    at_work = (change for change in changes if change.state == ScheduledChange.APPLIED)
    with changing_together(venue_ids.union(*map(_venue_ids, at_work))):
        for change in changes:
            if withdraw_change(change.pk, now):
                carry_out(change.pk, now)


def _is_due(change: ScheduledChange, now: datetime) -> bool:
    if change.state == ScheduledChange.APPLIED:
        return change.ends_at is not None and change.ends_at <= now
    return change.state == ScheduledChange.PLANNED and change.starts_at <= now


def _venue_ids(change: ScheduledChange) -> list[int]:
    if change.venue_id is not None:
        return [change.venue_id]
    return list(Venue.objects.filter(operator_id=change.operator_id).order_by("pk").values_list("pk", flat=True))


def _plan_next(change: ScheduledChange, now: datetime) -> None:
    """The same at the same time by the clock, a week later, or as many weeks as have gone by."""
    assert change.ends_at is not None
    zone = zone_of(change.venue, change.thing)
    starts, ends = change.starts_at.astimezone(zone), change.ends_at.astimezone(zone)
    fresh = ScheduledChange(
        product=change.product,
        category=change.category,
        venue=change.venue,
        what=change.what,
        price=change.price,
        percent=change.percent,
        step=change.step,
        on=change.on,
        starts_at=change.starts_at,
        ends_at=change.ends_at,
        weekly=True,
        made_by_id=change.made_by_id,
        made_at=now,
    )
    # A week in which somebody has planned something else is left out.
    while ends <= now or overlapping(fresh).exists():
        starts, ends = starts + _WEEK, ends + _WEEK
        fresh.starts_at, fresh.ends_at = starts.astimezone(UTC), ends.astimezone(UTC)
    fresh.save()


def zone_of(venue: Venue | None, thing: Product | Category) -> ZoneInfo:
    """The venue's zone, or that of the one whose own it is; of what many share, the zone of the first of them."""
    section = thing if isinstance(thing, Category) else thing.category
    first = venue or thing.venue or Venue.objects.filter(menu_id=section.menu_id).order_by("pk").first()
    return first.zone if first is not None else ZoneInfo("UTC")
