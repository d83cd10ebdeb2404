"""Open orders of ours that do not agree with what is known of the gateway, put right now and then: by our own rows, so
nothing is asked and nobody waits. What is in step already is left as it is."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from orders.changes import OrderTracked, Whereabouts
from orders.models import Order
from orders.services import take_within
from orders.states import State
from tracker.commands import Wish, plan_command
from tracker.joining import ACTOR
from tracker.models import CommandState, EdgeAgent, GatewayCommand, Reading, TrackedOrder
from tracker.planning import MAKING, START_WITHIN, type_of
from tracker.readings import want_snapshot
from tracker.stepping import behind
from venues.models import Table, VenueFeed

SETTLED_AFTER = timedelta(seconds=30)  # a younger order's start is being planned
UNSEEN_FOR = timedelta(hours=24)


def venues_to_mend(now: datetime) -> list[int]:
    """The venues where an order of ours is shown at a table that has another tag now, or its puck was never started."""
    return sorted({*_moved().values_list("venue_id", flat=True), *_missing(now).values_list("venue_id", flat=True)})


def mend(venue_id: int, now: datetime) -> int:
    """Put these right; how many there were. A venue that is not in step is left to that first."""
    with transaction.atomic():
        if VenueFeed.objects.select_for_update(no_key=True).filter(venue_id=venue_id).first() is None:
            return 0  # the venue is gone
        if behind([venue_id]):
            return 0
        moved = list(_moved().filter(venue_id=venue_id).select_related("order"))
        if moved:
            take_within(_retold(venue_id, moved, now))
        missing = list(_missing(now).filter(venue_id=venue_id).order_by("accepted_at"))
        for order in missing:
            assert order.accepted_at is not None
            wish = Wish("start", order.tracker_number or "", order_type=type_of(order.to_go))
            why = f"Order {order.number} was accepted, and its puck not started."
            plan_command(venue_id, wish, not_after=order.accepted_at + START_WITHIN, now=now, why=why)
    return len(moved) + len(missing)


def venues_unseen(now: datetime) -> list[int]:
    """The venues with pucks that are with somebody since yesterday, as far as we know, but nobody has looked since."""
    active = TrackedOrder.objects.filter(
        venue_id=OuterRef("venue_id"), cleared_at=None, started_at__lt=now - UNSEEN_FOR
    )
    long_ago = now - UNSEEN_FOR
    unseen = Q(compared_at=None) | Q(compared_at__lt=long_ago)
    not_asked = Q(snapshot_at=None) | Q(snapshot_at__lt=long_ago)
    rows = Reading.objects.filter(unseen & not_asked, Exists(active), subject="orders", snapshot_wanted=False)
    return list(rows.order_by("venue_id").values_list("venue_id", flat=True))


def look_at_unseen(venue_id: int, now: datetime) -> bool:
    """Have the agent tell all that there is, now or when there is one again; whether that was news."""
    return venue_id in venues_unseen(now) and want_snapshot(venue_id, now)


def _moved() -> QuerySet[TrackedOrder]:
    """Pucks with an open order of ours, that is shown at another table than the one which has their tag now."""
    tables = Table.objects.filter(venue_id=OuterRef("venue_id"), tag_number=OuterRef("tag")).values("number")[:1]
    rows = TrackedOrder.objects.filter(cleared_at=None, order__finished_at=None, order__tracker_number=F("name"))
    rows = rows.exclude(venue__tracker_use="off").annotate(
        table_now=Coalesce(Subquery(tables), Value("")), shown=Coalesce("order__located_table", Value(""))
    )
    return rows.exclude(shown=F("table_now"))


def _retold(venue_id: int, moved: Sequence[TrackedOrder], now: datetime) -> list[OrderTracked]:
    latest: dict[uuid.UUID, OrderTracked] = {}
    for row in moved:
        assert row.order is not None
        table: str = row.table_now  # type: ignore[attr-defined]  # annotated
        was = row.order
        where = Whereabouts(was.tracker_number, table or None, was.tracker_state, was.tracker_type)
        latest[row.order.pk] = OrderTracked(venue_id, now, row.order.pk, where, ACTOR)
    return list(latest.values())


def _missing(now: datetime) -> QuerySet[Order]:
    """Accepted orders whose puck is not at the gateway, and whose start nobody has planned since.

    One that was refused, or given up, is for a person to decide.
    """
    same = {"venue_id": OuterRef("venue_id"), "name": OuterRef("tracker_number")}
    pucks = TrackedOrder.objects.filter(**same, cleared_at=None)
    returned = TrackedOrder.objects.filter(venue_id=OuterRef("venue_id"), order_id=OuterRef("pk"))
    starts = GatewayCommand.objects.filter(**same, verb__in=MAKING).exclude(state=CommandState.EXPIRED)
    starts = starts.filter(Q(planned_at__gte=OuterRef("accepted_at")) | Q(finished_at=None))
    agents = EdgeAgent.objects.filter(venue_id=OuterRef("venue_id"), revoked_at=None)
    return Order.objects.filter(
        ~Exists(pucks),
        ~Exists(returned),
        ~Exists(starts),
        Exists(agents),
        venue__tracker_use="pucks",
        state__in=(State.ACCEPTED, State.READY),
        finished_at=None,
        test=False,
        tracker_number__isnull=False,
        accepted_at__gt=now - START_WITHIN,
        accepted_at__lte=now - SETTLED_AFTER,
    )
