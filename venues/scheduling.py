"""Planned changes of the menu: made without overlap, applied at their moment, and taken back at their end.

Whoever changes a value by hand meanwhile wins: the end of a change puts back only what is still as the change left it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from venues.models import Product, ScheduledChange, Venue, VenueProduct
from venues.signals import menu_changing

MOST_AT_ONCE = 500
_INSTANT = timedelta(microseconds=1)  # how long a change without an end takes
_WEEK = timedelta(days=7)
TOO_LATE = "Its time was over before anybody could do it."
PLANNED = "Planned change"  # in the history of what it writes
OTHER_MENU = "The venue sells another menu now."


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
    same = ScheduledChange.objects.filter(where, product_id=change.product_id, what=change.what)
    return same.filter(planned, goes_on, starts_at__lt=end).exclude(pk=change.pk).order_by("starts_at")


def plan_change(change: ScheduledChange) -> None:
    """Save a new change. Raises Overlaps."""
    with transaction.atomic():
        # Two who plan for one product wait for each other here.
        Product.objects.select_for_update(no_key=True).get(pk=change.product_id)
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
    found = ScheduledChange.objects.select_related("product__category", "venue").filter(pk=change_id).first()
    if found is None or not _is_due(found, now):
        return None
    with transaction.atomic():
        # Before any row: the lock order of every writer.
        menu_changing.send(sender=ScheduledChange, venue_ids=_venue_ids(found))
        new = _begin(found, now) if found.state == ScheduledChange.PLANNED else _end(found, now)
        if new in (ScheduledChange.ENDED, ScheduledChange.FAILED) and found.weekly:
            _plan_next(found, now)
        return new


def _is_due(change: ScheduledChange, now: datetime) -> bool:
    if change.state == ScheduledChange.APPLIED:
        return change.ends_at is not None and change.ends_at <= now
    return change.state == ScheduledChange.PLANNED and change.starts_at <= now


def _venue_ids(change: ScheduledChange) -> list[int]:
    if change.venue_id is not None:
        return [change.venue_id]
    return list(Venue.objects.filter(operator_id=change.operator_id).order_by("pk").values_list("pk", flat=True))


def _claim(change: ScheduledChange, to: str, why: str = "") -> bool:
    rows = ScheduledChange.objects.filter(pk=change.pk, state=change.state)
    return bool(rows.update(state=to, why=why))


def _begin(change: ScheduledChange, now: datetime) -> str | None:
    wrong = ""
    if change.ends_at is not None and change.ends_at <= now:
        wrong = TOO_LATE
    elif change.venue is not None and change.venue.menu_id != change.product.category.menu_id:
        wrong = OTHER_MENU
    if wrong:
        return ScheduledChange.FAILED if _claim(change, ScheduledChange.FAILED, wrong) else None
    if not _claim(change, ScheduledChange.APPLIED):
        return None
    row = _row(change)
    former = getattr(row, change.what)
    kept = "former_price" if change.what == ScheduledChange.PRICE else "former_on"
    ScheduledChange.objects.filter(pk=change.pk).update(**{kept: former})
    _set(row, change.what, _value(change))
    return ScheduledChange.APPLIED


def _end(change: ScheduledChange, now: datetime) -> str | None:
    row = _row(change)
    current = getattr(row, change.what)
    if current != _value(change):
        words = f"Somebody has changed it to {_words(current)} meanwhile, which stays."
        return ScheduledChange.ENDED if _claim(change, ScheduledChange.ENDED, words) else None
    if not _claim(change, ScheduledChange.ENDED):
        return None
    former = change.former_price if change.what == ScheduledChange.PRICE else change.former_on
    _set(row, change.what, former)
    return ScheduledChange.ENDED


def _row(change: ScheduledChange) -> Any:
    """The row that has the value, read under the venues' locks."""
    if change.venue_id is None:
        return Product.objects.select_for_update(no_key=True).select_related("category").get(pk=change.product_id)
    rows = VenueProduct.objects.select_for_update(no_key=True)
    found = rows.filter(venue_id=change.venue_id, product_id=change.product_id).first()
    return VenueProduct(venue_id=change.venue_id, product=change.product) if found is None else found


def _set(row: Any, field: str, value: Any) -> None:
    if getattr(row, field) == value:
        return
    setattr(row, field, value)
    row._change_reason = PLANNED
    if row.pk is not None and isinstance(row, VenueProduct) and not row.differs:
        row.delete()
    else:
        row.save(update_fields=None if row.pk is None else [field])


def _value(change: ScheduledChange) -> Any:
    return change.price if change.what == ScheduledChange.PRICE else change.on


def _words(value: Any) -> str:
    if value is None:
        return "the menu's own"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _plan_next(change: ScheduledChange, now: datetime) -> None:
    """The same at the same time by the clock, a week later, or as many weeks as have gone by."""
    assert change.ends_at is not None
    zone = zone_of(change.venue, change.product)
    starts, ends = change.starts_at.astimezone(zone), change.ends_at.astimezone(zone)
    fresh = ScheduledChange(
        product=change.product,
        venue=change.venue,
        what=change.what,
        price=change.price,
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


def zone_of(venue: Venue | None, product: Product) -> ZoneInfo:
    """The venue's zone; of a menu that many share, the zone of the first of them."""
    first = venue or Venue.objects.filter(menu_id=product.category.menu_id).order_by("pk").first()
    return first.zone if first is not None else ZoneInfo("UTC")
