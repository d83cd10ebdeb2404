"""Two evenings of a pub whose every figure can be worked out by hand: the comments do."""

import datetime as dt
import uuid
import zoneinfo
from typing import Any

from django.http import QueryDict

from ontap.reports.question import Question, QuestionForm
from orders.models import Order
from tests.factories import make_order, make_product, make_table, make_venue
from tracker.models import TrackedOrder
from venues.models import Table, Venue

LONDON = zoneinfo.ZoneInfo("Europe/London")
UTC = dt.UTC
NOW = dt.datetime(2026, 10, 26, 12, tzinfo=UTC)
SATURDAY, SUNDAY = dt.date(2026, 10, 24), dt.date(2026, 10, 25)


def at(text: str) -> dt.datetime:
    """A moment, UTC: "24 18:30:00" of October 2026. In London clocks went back on the 25th at 01:00 UTC."""
    return dt.datetime.strptime(f"2026-10-{text}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def later(moment: dt.datetime, seconds: float | None) -> dt.datetime | None:
    return None if seconds is None else moment + dt.timedelta(seconds=seconds)


def make_tracked(venue: Venue, started: dt.datetime, **fields: Any) -> TrackedOrder:
    """A puck that was started then; times are seconds after it, or None."""
    for name in ("located", "cleared", "order_placed", "order_accepted", "order_ready", "order_completed"):
        if name in fields:
            fields[f"{name}_at"] = later(started, fields.pop(name))
    made = {"venue": venue, "uuid": uuid.uuid4(), "name": "22", "type": "ON_PREMISE", "state": "cleared"}
    return TrackedOrder.objects.create(**made | {"started_at": started} | fields)


def ask(*venues: Venue, now: dt.datetime = NOW, **query: object) -> Question:
    """The question of a manager of these venues; by default about the days of the evening."""
    text = QueryDict(mutable=True)
    text.update({"first": "2026-10-24", "last": "2026-10-25"} | {name: str(value) for name, value in query.items()})
    form = QuestionForm(text, venues, now)
    assert form.question is not None, form.errors
    return form.question


class Pub:
    """Twelve orders with a puck, of which eight are joined. The business day begins at 05:00."""

    def __init__(self, **fields: Any) -> None:
        self.venue = make_venue(name="The Anchor", timezone="Europe/London", day_starts=dt.time(5), **fields)
        self.tables = {
            number: make_table(self.venue, number, zone=zone)
            for number, zone in (("1", "Bar"), ("2", "Bar"), ("3", "Garden"), ("10", "Garden"))
        }
        self.stout, self.pie = make_product(self.venue, "Stout"), make_product(self.venue, "Pie")
        v = self.venue
        # Eight that are joined. Seconds after the puck's start: located, cleared; placed, accepted, ready, completed.
        self._joined("24 18:10:00", "1", 60, 600, -30, 0, 200, 300, {self.stout: 2})  # 19:10 in London
        self._joined("24 18:20:00", "1", 90, 900, -40, 0, 300, 400, {self.stout: 1, self.pie: 1})
        self._joined("24 18:50:00", "2", 120, 1200, -50, 0, 400, 500, {self.pie: 3})
        self._joined("24 19:05:00", "1", 30, 601, -60, 0, None, 600, {self.stout: 1})  # 20:05
        self._joined("24 20:00:00", "3", 45, 1500, -70, 0, None, None, {self.pie: 1}, code="2")  # sat elsewhere
        self._joined("24 20:30:00", "3", 300, 1800, -80, 10, 310, 610, {self.stout: 4}, code="1")  # sat elsewhere
        self._joined("25 00:30:00", "10", 75, 700, -20, 0, 100, 150, {self.pie: 1})  # 01:30 before clocks go back
        self._joined("25 01:30:00", "10", 75, 800, -20, 5, 105, 155, {self.pie: 2})  # 01:30 again, an hour later
        # Four that are not.
        make_tracked(v, at("24 18:59:59"), name="7", located=10, cleared=500, table_number="2")
        make_tracked(v, at("25 04:59:59"), name="8", located=None, cleared=240)  # the last second of Saturday
        make_tracked(v, at("25 05:00:00"), name="9", type="TO_GO", located=None, cleared=360)  # Sunday's first
        make_tracked(v, at("25 19:00:00"), name="8", state="started")  # still under way

    def _joined(
        self,
        started: str,
        table: str,
        located: int,
        cleared: int,
        placed: int,
        accepted: int,
        ready: int | None,
        completed: int | None,
        items: dict[Any, int],
        *,
        code: str = "",
    ) -> TrackedOrder:
        start = at(started)
        order = self.order(self.tables[code or table], items)
        return make_tracked(
            self.venue,
            start,
            located=located,
            cleared=cleared,
            order_placed=placed,
            order_accepted=accepted,
            order_ready=ready,
            order_completed=completed,
            table_number=table,
            order_table=code or table,
            order=order,
        )

    def order(self, table: Table, items: dict[Any, int]) -> Order:
        return make_order(table, items)
