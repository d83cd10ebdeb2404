"""The tracked orders that a question is about, and the columns that figures are made of."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Exists, Expression, F, OuterRef, Q, QuerySet

from ontap.reports.clocks import business_day, hour_of_day, weekday, within
from ontap.reports.measures import Measure, seconds
from ontap.reports.question import Question
from orders.models import Order
from tracker.models import TrackedOrder
from venues.models import Table

Rows = QuerySet[TrackedOrder, Any]
Row = TypeVar("Row", Order, TrackedOrder)

JOINED = Q(order_placed_at__isnull=False) | Q(order__isnull=False)
BOTH_KNOWN = ~Q(table_number="") & ~Q(order_table="")
MISMATCH = BOTH_KNOWN & ~Q(table_number=F("order_table"))
TO_GO = Q(type="TO_GO")
NEVER_LOCATED = Q(located_at=None, cleared_at__isnull=False) & ~TO_GO

MOST_EXACT = 100_000
TIMED = 50_000
"""Of more orders than can be timed exactly in a second, about so many are: percentiles differ by less than anybody
would see."""


def tracked(asked: Question) -> Rows:
    """The orders of the gateways that were started in the period, at these venues, of this type, at this place."""
    rows = TrackedOrder.objects.filter(within(asked.clocks, asked.first, asked.last))
    if asked.type:
        rows = rows.filter(type=asked.type)
    return at_place(rows, asked)


def at_place(rows: QuerySet[Row, Any], asked: Question) -> QuerySet[Row, Any]:
    """Those of the table, or of the zone's tables, where the question is about one."""
    if asked.table:
        rows = rows.filter(table_number=asked.table)
    if asked.zone:
        tables = Table.objects.filter(venue=OuterRef("venue"), number=OuterRef("table_number"), zone=asked.zone)
        rows = rows.filter(Exists(tables))
    return rows


def keys(asked: Question, *names: str) -> dict[str, Expression | F]:
    """What orders are grouped by: `hour`, `weekday`, `day`, `week`, or a column, as `key_...`."""
    span = (asked.clocks, asked.first, asked.last)
    made: dict[str, Expression | F] = {}
    for name in names:
        if name == "hour":
            made["key_hour"] = hour_of_day(*span)
        elif name == "weekday":
            made["key_weekday"] = weekday(*span)
        elif name in ("day", "week"):
            made[f"key_{name}"] = business_day(*span, length=1 if name == "day" else 7)
        else:
            made[f"key_{name}"] = F(name)
    return made


def timed(asked: Question, names: tuple[str, ...], measures: tuple[Measure, ...], every: int) -> Rows:
    """Each order, or every so many, with its keys and its times in whole seconds."""
    rows = tracked(asked)
    if every > 1:
        # By the id, mixed: it is the same choice each time, and no venue's turn.
        rows = rows.annotate(chosen=F("pk") * 7919 % 65_537 % every).filter(chosen=0)
    groups = keys(asked, *names)
    times = {measure.column: seconds(measure) for measure in measures}
    chosen: Rows = rows.annotate(**groups, **times).values(*groups, *times)
    return chosen


def one_in(orders: int) -> int:
    """1: of so many orders each is timed; 20: one in twenty."""
    return 1 if orders <= MOST_EXACT else ceil(orders / TIMED)


@contextmanager
def reading() -> Iterator[None]:
    """Long looks at many rows: PostgreSQL gets memory for them and takes both cores; SQLite locks nobody out."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('work_mem', '64MB', true), set_config('parallel_setup_cost', '0', true),"
                " set_config('parallel_tuple_cost', '0', true)"
            )
        yield
