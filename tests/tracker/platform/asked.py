"""A pub whose gateway is read through its agent: what is asked over its connection, and answers of all kinds."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.factories import make_agent, make_gateway, make_table, make_venue, now_ms
from tests.tracker.platform.driven import SPOOL, hello
from tracker import answers, links, questions, readings, stepping, wire
from tracker.links import Link
from tracker.models import EdgeAgent, Reading, TrackedOrder
from venues.models import Venue

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def ms(age: timedelta) -> int:
    return age // timedelta(milliseconds=1)


class Asked:
    """Its agent is connected and its gateway live; `now` is moved by the test."""

    def __init__(self, venue: Venue | None = None, **fields: Any) -> None:
        self.venue = venue or make_venue(**fields)
        self.table = make_table(self.venue, "7", tag_number="70")
        self.agent, self.token = make_agent(self.venue)
        self.now = now_ms()
        make_gateway(self.agent)
        self.link = self.connect()

    def connect(self) -> Link:
        """Another connection, which reads nothing at once."""
        link = links.open_link(self.token, uuid.UUID(int=1), "", self.now)
        assert link is not None
        links.greet(link, hello(), self.now)
        questions.begin(link, self.now)
        stepping.catch_up(self.venue.pk, self.now)
        Reading.objects.filter(venue=self.venue).update(wanted_at=None)
        self.link = link
        return link

    def stay(self, later: timedelta) -> None:
        """Time goes by, and the agent is there."""
        self.now += later
        EdgeAgent.objects.filter(pk=self.agent.pk).update(link_until=self.now + links.LEASE, last_seen_at=self.now)

    def ask(self, subject: str) -> wire.Ask:
        """The question, wanted and sent now."""
        readings.want(self.venue.pk, (subject,), self.now)
        (ask,) = questions.claim_wanted(self.link, self.now)
        assert ask.what == subject
        return ask

    def tell(self, ask: wire.Ask, outcome: str = "done", **more: Any) -> bool:
        told = wire.Told.model_validate({"ask": ask.id, "outcome": outcome} | more)
        return answers.keep_told(self.link, told, self.now)

    def read_history(self, *past: wire.PastOrder, reaches: timedelta = 14 * DAY) -> Reading:
        """A whole history, as far back as the gateway keeps it or was asked for."""
        ask = self.ask("history")
        since = reaches if ask.since_ms is None else min(timedelta(milliseconds=ask.since_ms), reaches)
        self.tell(ask, past=past, from_ms=ms(since), through_ms=0)
        return self.reading("history")

    def tell_orders(self, *orders: wire.ToldOrder, number: int = 0, spool: uuid.UUID = SPOOL) -> Reading:
        self.tell(self.ask("orders"), orders=orders, spool=spool, number=number)
        return self.reading("orders")

    def reading(self, subject: str) -> Reading:
        return Reading.objects.get(venue=self.venue, subject=subject)

    def rows(self) -> list[Any]:
        """All that readings may write."""
        kept = (Reading, TrackedOrder)
        return [list(model._default_manager.filter(venue=self.venue).order_by("pk").values()) for model in kept]


def past(started: timedelta | None, **fields: Any) -> wire.PastOrder:
    """A past order that was started so long ago, and cleared half an hour later."""
    ages = {} if started is None else {"started_ms": ms(started), "cleared_ms": max(ms(started) - 1_800_000, 0)}
    given = {"uuid": uuid.uuid4(), "name": "22", "order_type": "ON_PREMISE", "tag": "70", **ages}
    return wire.PastOrder.model_validate(given | fields)


def times(row: TrackedOrder) -> Sequence[datetime | None]:
    return row.started_at, row.located_at, row.paged_at, row.cleared_at
