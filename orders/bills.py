"""A table's bill: what its guests have ordered in this session, what of it is paid, and whether the table can go.

The venue's only currency, counted in Decimal. What is rejected or cancelled, or was only a test, is on no bill.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum

from orders.changes import PAID, OrderPaid
from orders.commit import Outcome
from orders.models import Order, VenueEvent
from orders.services import take_within
from orders.states import NOT_MADE, OPEN
from orders.tables import clear_table
from venues.models import Table, TableSession, VenueFeed

PENNY = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Sums:
    """A session in figures."""

    total: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    orders: int = 0
    open: int = 0

    @property
    def unpaid(self) -> Decimal:
        return self.total - self.paid


@dataclass(frozen=True, slots=True)
class Billed:
    """An order as the bill shows it: `counts` where it is on the bill, `paid_by` as far as it is known."""

    order: Order
    lines: list[dict[str, Any]]
    counts: bool
    paid_by: str


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What speaks against clearing a table: the sum that is not paid, and the numbers of open orders by state."""

    session_id: int
    unpaid: Decimal
    open: dict[str, tuple[int, ...]]

    @property
    def key(self) -> str:
        """A yes is to exactly this: what changes meanwhile is asked again."""
        numbers = sorted(number for found in self.open.values() for number in found)
        return f"{self.session_id} {self.unpaid} {' '.join(map(str, numbers))}".strip()


def sums_of(session_ids: Iterable[int]) -> dict[int, Sums]:
    """The figures of sessions, by session; those without an order are not there. One query."""
    rows = (
        _on_bill()
        .filter(session_id__in=list(session_ids))
        .values("session_id")
        .annotate(
            all=Sum("total"),
            done=Sum("total", filter=Q(paid_at__isnull=False)),
            orders=Count("pk"),
            open=Count("pk", filter=Q(finished_at=None)),
        )
    )
    return {
        row["session_id"]: Sums(_exact(row["all"]), _exact(row["done"]), row["orders"], row["open"]) for row in rows
    }


def bill_of(session: TableSession) -> list[Billed]:
    """All orders of a session, oldest first. Two queries, however many there are."""
    orders = list(Order.objects.filter(session_id=session.pk).select_related("paid_by").order_by("placed_at", "number"))
    by = payers_of(session.venue_id, orders)
    return [Billed(order, orjson.loads(order.lines_json), is_billed(order), by.get(order.pk, "")) for order in orders]


def is_billed(order: Order) -> bool:
    return not order.test and order.state not in NOT_MADE


def payers_of(venue_id: int, orders: Sequence[Order]) -> dict[uuid.UUID, str]:
    """Who noted that these orders were paid. After a week only a person's login is known."""
    paid = [order for order in orders if order.paid_at is not None]
    if not paid:
        return {}
    by = {order.pk: order.paid_by.get_username() if order.paid_by is not None else "" for order in paid}
    first, last = min(order.placed_seq for order in paid), max(order.seq for order in paid)
    # Between two numbers of one venue: no index by order is needed.
    events = VenueEvent.objects.filter(venue_id=venue_id, seq__gte=first, seq__lte=last, kind="order", change=PAID)
    for order_id, actor in events.filter(order_id__in=list(by)).order_by("seq").values_list("order_id", "actor"):
        if order_id is not None:
            by[order_id] = actor
    return by


def mark_paid(
    venue_id: int, order_ids: Iterable[uuid.UUID], *, paid: bool, actor: str, user_id: int | None, now: datetime
) -> list[Outcome]:
    """Orders of this venue that are paid, or not after all: in one transaction, told to boards and guests."""
    once = dict.fromkeys(order_ids)
    return take_within([OrderPaid(venue_id, now, one, paid, actor, user_id) for one in once]) if once else []


def clear_if_settled(table: Table, now: datetime, agreed: str) -> Unsettled | bool:
    """Clear a table (whether it was open), or say what speaks against it, unless just that was agreed to."""
    with transaction.atomic():
        VenueFeed.objects.select_for_update(no_key=True).get(venue_id=table.venue_id)
        session = TableSession.objects.filter(table_id=table.pk, ended_at=None).first()
        found = _unsettled(session.pk) if session is not None else None
        if found is not None and found.key != agreed:
            return found
        return clear_table(table, now)


def _unsettled(session_id: int) -> Unsettled | None:
    sums = sums_of([session_id]).get(session_id, Sums())
    still: dict[str, tuple[int, ...]] = {}
    open_orders = _on_bill().filter(session_id=session_id, finished_at=None).order_by("placed_at", "number")
    for state, number in open_orders.values_list("state", "number"):
        still[state] = (*still.get(state, ()), number)
    if not sums.unpaid and not still:
        return None
    return Unsettled(session_id, sums.unpaid, {state: still[state] for state in OPEN if state in still})


def _on_bill() -> QuerySet[Order]:
    return Order.objects.filter(test=False).exclude(state__in=NOT_MADE)


def _exact(amount: Decimal | None) -> Decimal:
    """SQLite adds in binary."""
    return Decimal(0) if amount is None else Decimal(amount).quantize(PENNY)
