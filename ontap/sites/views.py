"""The page of all sites. For managers and operators, of their own venues; it changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ontap.managers import venues_of
from ontap.sites.drawings import Drawing, draw
from ontap.sites.facts import NOTHING, Facts, facts_of
from ontap.sites.worries import WELL, Worry, worries
from orders.page_words import money


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
    lag_minutes: int | None
    delivery_minutes: int | None

    @property
    def weight(self) -> int:
        return self.worries[0].weight if self.worries else WELL


@never_cache
@require_safe
def sites_page(request: HttpRequest) -> HttpResponse:
    """`GET /sites/`: every site of this person, those in trouble first."""
    venues = venues_of(request)
    if isinstance(venues, HttpResponse):
        return venues
    now = timezone.now()
    known = list(venues.prefetch_related("opening_hours", "opening_exceptions"))
    sites = [_site(facts, now) for facts in facts_of(known, now)]
    sites.sort(key=lambda site: (-site.weight, site.facts.oldest_new or now, site.facts.venue.name))
    page = {"sites": sites, "troubled": [site for site in sites if site.weight], "sums": _sums(sites), "now": now}
    return render(request, "sites/page.html", page)


def _site(facts: Facts, now: datetime) -> Site:
    today, before = facts.today, facts.last_week
    return Site(
        facts,
        worries(facts, now),
        draw(facts.venue.name, today.by_hour, facts.usual, facts.begins),
        money(today.takings, facts.venue.currency),
        _change(Decimal(today.orders), Decimal(before.orders)),
        _change(today.takings, before.takings),
        _minutes(now - facts.oldest_new if facts.oldest_new is not None else None),
        _minutes(now - facts.read_until if facts.read_until is not None else None),
        _minutes(today.delivery),
    )


@dataclass(frozen=True, slots=True)
class Sums:
    """All sites together; takings by currency, for pounds and euros make no sum."""

    troubled: int
    open_orders: int
    orders: int
    orders_change: int | None
    takings: Sequence[tuple[str, int | None]]


def _sums(sites: Sequence[Site]) -> Sums:
    facts = [site.facts for site in sites]
    currencies = sorted({one.venue.currency for one in facts})
    takings = []
    for currency in currencies:
        own = [one for one in facts if one.venue.currency == currency]
        today = sum((one.today.takings for one in own), NOTHING)
        before = sum((one.last_week.takings for one in own), NOTHING)
        takings.append((money(today, currency), _change(today, before)))
    orders = sum(one.today.orders for one in facts)
    before_orders = sum(one.last_week.orders for one in facts)
    return Sums(
        sum(1 for site in sites if site.weight),
        sum(one.open_orders for one in facts),
        orders,
        _change(Decimal(orders), Decimal(before_orders)),
        takings,
    )


def _change(now: Decimal, before: Decimal) -> int | None:
    """In percent; None where there is nothing to compare with."""
    return None if not before else round((now - before) * 100 / before)


def _minutes(span: timedelta | None) -> int | None:
    return None if span is None else max(0, round(span.total_seconds() / 60))
