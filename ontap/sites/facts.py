"""What is known of each site at a moment: a handful of statements, however many venues there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Max, Min, Q, Sum
from django.db.models.functions import TruncHour

from orders.models import BoardPresence, Order
from orders.states import NOT_MADE, State
from tracker.health import Trouble, is_linked, troubles
from tracker.models import EdgeAgent, Gateway, Reading
from venues.catalogue import hours_of
from venues.hours import DAY, business_date
from venues.models import Venue, VenueFeed

WEEK = timedelta(days=7)
USUAL_WEEKS = 4
NOTHING = Decimal(0)
_SOLD = ~Q(state__in=NOT_MADE)


@dataclass(frozen=True, slots=True)
class Day:
    """Orders and takings of a site on one business day, so far."""

    orders: int = 0
    takings: Decimal = NOTHING
    delivery: timedelta | None = None  # accepted to brought, on average
    by_hour: Mapping[datetime, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """One site. `oldest_new` is when the oldest order came that nobody has answered."""

    venue: Venue
    takes_orders: bool
    is_used: bool  # it had an order once: what is only being set up misses no board
    paused_until: datetime | None
    open_orders: int
    new_orders: int
    oldest_new: datetime | None
    escalated: int  # of the new ones, those that waited for so long that others are to be told
    boards: int
    board_until: datetime | None  # when one was last known
    agent: EdgeAgent | None
    agent_is_live: bool
    gateway: Gateway | None
    troubles: Sequence[Trouble]
    read_until: datetime | None  # its gateway's history is kept up to here
    history_at_risk: bool
    today: Day
    last_week: Day  # the same weekday, up to the same time
    usual: Mapping[int, float]  # orders by hour since the day began, the mean of the last weeks' same weekday
    begins: datetime  # the business day, in the venue's zone


def facts_of(venues: Sequence[Venue], now: datetime, *, with_days: bool = True) -> list[Facts]:
    """The sites in the order given. Venues with their hours prefetched cost nothing more each. Without their days they
    are how they stand, and say nothing of orders and takings: cheap enough to ask for every few seconds."""
    ids = [venue.pk for venue in venues]
    dates = {venue.pk: business_date(now, venue.zone, venue.day_starts) for venue in venues}
    standing = _open_orders(ids)
    boards = _boards(ids, now)
    feeds = VenueFeed.objects.filter(venue__in=ids, business_date__gt=date.min)
    used = set(feeds.values_list("venue_id", flat=True))
    agents = {agent.venue_id: agent for agent in EdgeAgent.objects.filter(venue__in=ids, revoked_at=None)}
    gateways = {gateway.venue_id: gateway for gateway in Gateway.objects.filter(venue__in=ids)}
    history = {row.venue_id: row for row in Reading.objects.filter(venue__in=ids, subject="history")}
    counted = ids if with_days else []  # Django asks nothing about nobody
    today = _days(counted, dates.values(), now)
    before = _days(counted, (day - WEEK for day in dates.values()), now - WEEK)
    usual = _usual(counted, dates.values())
    found = []
    for venue in venues:
        pk, day = venue.pk, dates[venue.pk]
        agent, gateway, read = agents.get(pk), gateways.get(pk), history.get(pk)
        orders, online = standing.get(pk, {}), boards.get(pk, {})
        paused = venue.paused_until is not None and now < venue.paused_until
        begins = datetime.combine(day, venue.day_starts, venue.zone)
        found.append(
            Facts(
                venue=venue,
                takes_orders=hours_of(venue).takes_orders(now)[0] and not paused,
                is_used=venue.pk in used,
                paused_until=venue.paused_until if paused else None,
                open_orders=orders.get("n", 0),
                new_orders=orders.get("new", 0),
                oldest_new=orders.get("oldest"),
                escalated=orders.get("escalated", 0),
                boards=online.get("n") or 0,
                board_until=online.get("until"),
                agent=agent,
                agent_is_live=agent is not None and is_linked(agent, now),
                gateway=gateway,
                troubles=troubles(agent, gateway, now) if agent is not None else (),
                read_until=read.read_until if read is not None else None,
                history_at_risk=read is not None and read.at_risk_since is not None,
                today=today.get((pk, day), Day()),
                last_week=before.get((pk, day - WEEK), Day()),
                usual=_by_hour_of_day(usual.get(pk, ()), begins),
                begins=begins,
            )
        )
    return found


def _open_orders(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    new = Q(state=State.PENDING)
    rows = Order.objects.filter(venue__in=ids, finished_at=None, test=False).values("venue_id").order_by()
    counted = rows.annotate(
        n=Count("pk"),
        new=Count("pk", filter=new),
        oldest=Min("placed_at", filter=new),
        escalated=Count("pk", filter=new & Q(escalated_at__isnull=False)),
    )
    return {row["venue_id"]: {**row} for row in counted}


def _boards(ids: Sequence[int], now: datetime) -> dict[int, dict[str, Any]]:
    rows = BoardPresence.objects.filter(venue__in=ids).values("venue_id").order_by()
    counted = rows.annotate(n=Sum("boards", filter=Q(expires_at__gt=now)), until=Max("expires_at"))
    return {row["venue_id"]: {**row} for row in counted}


def _days(ids: Sequence[int], dates: Iterable[date], until: datetime) -> dict[tuple[int, date], Day]:
    """Each site's day up to a moment."""
    placed = Order.objects.filter(venue__in=ids, business_date__in=set(dates), placed_at__lte=until, test=False)
    took = ExpressionWrapper(F("finished_at") - F("accepted_at"), output_field=DurationField())
    made = Q(state=State.COMPLETED, accepted_at__isnull=False)
    rows = placed.filter(_SOLD).values("venue_id", "business_date").order_by()
    hours: dict[tuple[int, date], dict[datetime, int]] = defaultdict(dict)
    for row in rows.annotate(hour=TruncHour("placed_at"), n=Count("pk")):
        hours[row["venue_id"], row["business_date"]][row["hour"]] = row["n"]
    whole = rows.annotate(n=Count("pk"), takings=Sum("total"), took=Avg(took, filter=made))
    return {
        (key := (row["venue_id"], row["business_date"])): Day(row["n"], row["takings"], row["took"], hours[key])
        for row in whole
    }


def _usual(ids: Sequence[int], dates: Iterable[date]) -> dict[int, list[tuple[datetime, int]]]:
    """Orders of the last weeks' same weekdays, each site's by hour."""
    wanted = {day - weeks * WEEK for day in set(dates) for weeks in range(1, USUAL_WEEKS + 1)}
    rows = Order.objects.filter(_SOLD, venue__in=ids, business_date__in=wanted, test=False).order_by()
    found: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for row in rows.annotate(hour=TruncHour("placed_at")).values("venue_id", "hour").annotate(n=Count("pk")):
        found[row["venue_id"]].append((row["hour"], row["n"]))
    return found


def _by_hour_of_day(usual: Iterable[tuple[datetime, int]], begins: datetime) -> dict[int, float]:
    """The mean of the weeks, by hours since the day began: by the clock on the wall, in summer as in winter time."""
    starts = [(begins - weeks * WEEK).timestamp() for weeks in range(1, USUAL_WEEKS + 1)]
    sums: dict[int, float] = defaultdict(float)
    for hour, n in usual:
        since = min((hour.timestamp() - start for start in starts if hour.timestamp() >= start - 3599), default=-1)
        if since < DAY.total_seconds():
            sums[max(0, int(since // 3600))] += n / USUAL_WEEKS
    return dict(sums)
