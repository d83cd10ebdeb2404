"""What the first page shows, for unfold's DASHBOARD_CALLBACK: of the venues that this person manages, and no other."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from ontap.alerts.models import Alert
from ontap.dashboard.steps import first_steps
from ontap.reports.charts import Chart, Point, bar_chart
from ontap.sites.drawings import Drawing, draw
from ontap.sites.listing import Site, sites_of, sums_of
from orders.models import Order
from orders.states import NOT_MADE
from venues.admin.scopes import managed_venues
from venues.admin.scoping import person
from venues.hours import DAY, business_date
from venues.models import Venue, VenueProduct

DAYS = 14
MOST_SITES, MOST_SOLD_OUT, MOST_ALERTS = 5, 12, 5


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context with `today`: a fixed number of queries, however many venues there are."""
    now = timezone.now()
    scope = managed_venues(person(request)).order_by("name", "pk")
    venues = list(scope.prefetch_related("opening_hours", "opening_exceptions"))
    ids = [venue.pk for venue in venues]
    sites = sites_of(venues, now)
    sold_out = _sold_out(ids, now)
    alerts = Alert.objects.filter(venue__in=ids, over_at=None).select_related("venue", "seen_by")
    context["today"] = {
        "now": now,
        "sites": sites,
        "days": DAYS,
        "one": venues[0] if len(venues) == 1 else None,
        "troubled": [site for site in sites if site.weight][:MOST_SITES],
        "sums": sums_of(sites),
        "oldest": max((site.oldest_minutes for site in sites if site.oldest_minutes is not None), default=None),
        "delivery": _delivery(sites),
        "boards": sum(site.facts.boards for site in sites),
        "drawing": _all_day(sites),
        "chart": _takings(venues, now),
        "sold_out": sold_out[:MOST_SOLD_OUT],
        "sold_out_more": max(0, sold_out.count() - MOST_SOLD_OUT),
        "alerts": alerts.order_by("seen_at", "-pk")[:MOST_ALERTS],
        "alerts_more": max(0, alerts.count() - MOST_ALERTS),
        "steps": first_steps(venues),
    }
    return context


def _delivery(sites: Sequence[Site]) -> int | None:
    """Minutes from accepted to brought, today, over all sites by their orders."""
    known = [(site.facts.today.delivery, site.facts.today.orders) for site in sites]
    weighed = [(took.total_seconds() * orders, orders) for took, orders in known if took is not None]
    orders = sum(count for _, count in weighed)
    return round(sum(seconds for seconds, _ in weighed) / orders / 60) if orders else None


def _all_day(sites: Sequence[Site]) -> Drawing | None:
    """Orders by hour of all sites, each since its own business day began; None where there is nothing to draw."""
    if not any(site.facts.today.orders or site.facts.usual for site in sites):
        return None
    first = sites[0].facts
    by_hour: dict[datetime, int] = {}
    usual: dict[int, float] = {}
    for site in sites:
        shift = first.begins - site.facts.begins
        for hour, count in site.facts.today.by_hour.items():
            by_hour[hour + shift] = by_hour.get(hour + shift, 0) + count
        for since, mean in site.facts.usual.items():
            usual[since] = usual.get(since, 0) + mean
    name = first.venue.name if len(sites) == 1 else "all venues"
    return draw(name, by_hour, usual, first.begins)


def _takings(venues: Sequence[Venue], now: datetime) -> Chart | None:
    """Takings by business day; orders, where pounds and euros would make no sum. None where there were none."""
    if not venues:
        return None
    last = max(business_date(now, venue.zone, venue.day_starts) for venue in venues)
    days = [last - back * DAY for back in reversed(range(DAYS))]
    sold = Order.objects.filter(~Q(state__in=NOT_MADE), venue__in=[venue.pk for venue in venues], test=False)
    rows = sold.filter(business_date__gte=days[0]).order_by().values("business_date")
    found: Mapping[date, Mapping[str, Any]] = {
        row["business_date"]: row for row in rows.annotate(n=Count("pk"), takings=Sum("total"))
    }
    if not found:
        return None
    currencies = {venue.currency for venue in venues}
    column, title = ("takings", "Takings") if len(currencies) == 1 else ("n", "Orders")
    points = [Point(f"{day:%a %-d}", float(found.get(day, {}).get(column) or Decimal(0))) for day in days]
    unit = f" {currencies.pop()}" if column == "takings" else ""
    return bar_chart("takings", f"{title} of the last {DAYS} business days", points, unit=unit)


def _sold_out(ids: Sequence[int], now: datetime) -> QuerySet[VenueProduct]:
    gone = Q(available=False) | Q(sold_out_until__gt=now) | Q(stock=0)
    rows = VenueProduct.objects.filter(gone, venue__in=ids, product__active=True)
    return rows.select_related("venue", "product").order_by("product__name", "venue__name", "pk")
