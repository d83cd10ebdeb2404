"""Sites as they are shown, those in trouble first, and all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ontap.alerts.models import Alert
from ontap.sites.drawings import Drawing, draw
from ontap.sites.facts import NOTHING, Facts, facts_of
from ontap.sites.worries import WELL, Worry, worries
from orders.page_words import money
from venues.models import Venue


@dataclass(frozen=True, slots=True)
class Site:
    """One site as it is shown. Changes are in percent of the same weekday a week ago, up to the same time."""

    facts: Facts
    worries: Sequence[Worry]
    drawing: Drawing
    takings: str
    orders_change: int | None
    takings_change: int | None
    oldest_minutes: int | None
    lag: str
    delivery_minutes: int | None
    seen_by: str  # whoever looks after an alert of it

    @property
    def weight(self) -> int:
        return self.worries[0].weight if self.worries else WELL


def sites_of(venues: Sequence[Venue], now: datetime) -> list[Site]:
    """By trouble, and by how long it waits. Venues have their hours prefetched."""
    seen = _seen(venues)
    sites = [_site(facts, seen.get(facts.venue.pk, ""), now) for facts in facts_of(venues, now)]
    return sorted(sites, key=lambda site: (-site.weight, site.facts.oldest_new or now, site.facts.venue.name))


def _seen(venues: Sequence[Venue]) -> dict[int, str]:
    """Who looks after the open alerts of each venue, by name."""
    rows = Alert.objects.filter(venue__in=[venue.pk for venue in venues], over_at=None, seen_by__isnull=False)
    found: dict[int, list[str]] = {}
    for venue_id, name in rows.order_by("seen_at").values_list("venue_id", "seen_by__username"):
        names = found.setdefault(venue_id, [])
        if name not in names:
            names.append(name)
    return {venue_id: ", ".join(names) for venue_id, names in found.items()}


def _site(facts: Facts, seen_by: str, now: datetime) -> Site:
    today, before = facts.today, facts.last_week
    return Site(
        facts,
        worries(facts, now),
        draw(facts.venue.name, today.by_hour, facts.usual, facts.begins),
        money(today.takings, facts.venue.currency),
        change_of(Decimal(today.orders), Decimal(before.orders)),
        change_of(today.takings, before.takings),
        _minutes(now - facts.oldest_new if facts.oldest_new is not None else None),
        _span(now - facts.read_until if facts.read_until is not None else None),
        _minutes(today.delivery),
        seen_by,
    )


@dataclass(frozen=True, slots=True)
class Sums:
    """All sites together; takings by currency, for pounds and euros make no sum."""

    troubled: int
    open_orders: int
    orders: int
    orders_change: int | None
    takings: Sequence[tuple[str, int | None]]


def sums_of(sites: Sequence[Site]) -> Sums:
    facts = [site.facts for site in sites]
    currencies = sorted({one.venue.currency for one in facts})
    takings = []
    for currency in currencies:
        own = [one for one in facts if one.venue.currency == currency]
        today = sum((one.today.takings for one in own), NOTHING)
        before = sum((one.last_week.takings for one in own), NOTHING)
        takings.append((money(today, currency), change_of(today, before)))
    orders = sum(one.today.orders for one in facts)
    before_orders = sum(one.last_week.orders for one in facts)
    return Sums(
        sum(1 for site in sites if site.weight),
        sum(one.open_orders for one in facts),
        orders,
        change_of(Decimal(orders), Decimal(before_orders)),
        takings,
    )


def change_of(now: Decimal, before: Decimal) -> int | None:
    """In percent; None where there is nothing to compare with."""
    return None if not before else round((now - before) * 100 / before)


def _minutes(span: timedelta | None) -> int | None:
    return None if span is None else max(0, round(span.total_seconds() / 60))


def _span(span: timedelta | None) -> str:
    """In minutes, hours or days, as people would say it; empty where there is none."""
    if span is None:
        return ""
    minutes = max(0, round(span.total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"
