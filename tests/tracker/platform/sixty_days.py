"""Sixty days of a pub, its gateway, its agent and whatever fails between them, in steps of a few hours of made-up time.

The gateway forgets its orders two weeks after they were cleared. The agent walks its history as the real one does, with
the rules of `tracker.gateway.history`, and answers our real questions by real parts.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from tests.factories import make_agent, make_table, make_venue
from tests.tracker.platform.asked import DAY, HOUR, MINUTE, ms
from tests.tracker.platform.driven import SPOOL, events, hello
from tracker import answers, health, ingestion, links, losses, questions, readings, stepping, wire
from tracker.contents import Gap, HistoryContent, content_of
from tracker.gateway.history import KEPT, HistoryPage, HistoryQuery, HistoryWalk
from tracker.gateway.orders import PastOrder
from tracker.links import Link
from tracker.models import EdgeAgent, Reading

START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 60
STEP = 4 * HOUR
PROCESS = uuid.UUID(int=1)


@dataclass(slots=True)
class Placed:
    """An order at the gateway; `cleared` may be in the future, and is later still while the gateway has no power."""

    key: uuid.UUID
    created: datetime
    cleared: datetime


class PubGateway:
    """Its orders and its two weeks of history, by a clock that shows UTC without saying so."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.orders: list[Placed] = []

    def open_for_guests(self, begin: datetime, end: datetime) -> None:
        """Guests come and go; some forget to bring their puck back."""
        for _ in range(self._random.randrange(3)):
            created = begin + (end - begin) * self._random.random()
            forgotten = self._random.random() < 0.05
            stays = (
                timedelta(hours=self._random.uniform(12, 90)) if forgotten else MINUTE * self._random.uniform(10, 200)
            )
            self.orders.append(Placed(uuid.UUID(int=self._random.getrandbits(128)), created, created + stays))

    def without_power(self, begin: datetime, end: datetime) -> None:
        """Nothing is cleared meanwhile."""
        for order in self.orders:
            if order.cleared > begin:
                order.cleared = max(order.cleared, end + MINUTE)

    def active(self, now: datetime) -> list[Placed]:
        return [order for order in self.orders if order.created <= now < order.cleared]

    def page(self, query: HistoryQuery, now: datetime) -> HistoryPage:
        assert query.created_after is not None
        assert query.created_before is not None
        after, before = query.created_after.replace(tzinfo=UTC), query.created_before.replace(tzinfo=UTC)
        kept = [order for order in self.orders if now - KEPT < order.cleared <= now and order.created <= now]
        found = sorted((o for o in kept if after < o.created < before), key=lambda order: order.created)
        listed = found[query.offset : query.offset + query.limit]
        return HistoryPage(tuple(_past(order) for order in listed), len(listed))


def _past(order: Placed) -> PastOrder:
    started, cleared = order.created.replace(tzinfo=None), order.cleared.replace(tzinfo=None)
    return PastOrder(order.key, name="22", started=started, cleared=cleared)


@dataclass(slots=True)
class Outage:
    """What does not work from step to step."""

    part: str
    first: int
    last: int


def outages(random: Random, steps: int) -> Iterator[Outage]:
    at = 0
    while at < steps:
        at += 1 + int(random.expovariate(1 / (4 * DAY / STEP)))
        days = random.choices([random.uniform(0, 1), random.uniform(1, 9), random.uniform(9, 17)], [60, 25, 15])[0]
        last = at + int(days * DAY / STEP)
        yield Outage(random.choice(["agent", "internet", "gateway"]), at, last)
        at = last


class SixtyDays:
    """A whole run: `gateway.orders` is what was, `alarms` when somebody was told, `told` what each history brought."""

    def __init__(self, seed: int) -> None:
        self.alarms: list[datetime] = []
        self.told: list[tuple[datetime, set[datetime]]] = []
        self.random = Random(seed)
        self.venue = make_venue()
        make_table(self.venue, "7", tag_number="70")
        self.agent, self.token = make_agent(self.venue)
        EdgeAgent.objects.filter(pk=self.agent.pk).update(enrolled_at=START)
        self.gateway = PubGateway(self.random)
        self.link: Link | None = None
        self.now = START
        self._numbers = count(1)
        self._reported: set[uuid.UUID] | None = None

    def run(self) -> None:
        steps = DAYS * DAY // STEP
        broken = list(outages(self.random, steps))
        for step in range(steps):
            down = {outage.part for outage in broken if outage.first <= step < outage.last}
            self._live_on(down)
        for _ in range(24):  # everything is mended, and all guests go home
            self._live_on(set(), guests=False)

    def gaps(self) -> tuple[Gap, ...]:
        return content_of(self.reading, HistoryContent).gaps

    @property
    def reading(self) -> Reading:
        return Reading.objects.get(venue=self.venue, subject="history")

    def _live_on(self, down: set[str], *, guests: bool = True) -> None:
        begin, self.now = self.now, self.now + STEP
        if "gateway" in down:
            self.gateway.without_power(begin, self.now)
        elif guests:
            self.gateway.open_for_guests(begin, self.now)
        self._connect(is_there=not down & {"agent", "internet"}, is_live="gateway" not in down)
        if self.link is not None:
            if "gateway" not in down:
                self._report(self.link)
            readings.want_due(self.venue.pk, self.now)
            for ask in questions.claim_wanted(self.link, self.now):
                self._answer(self.link, ask, is_live="gateway" not in down)
        for venue_id in losses.venues_at_risk(self.now):
            losses.tell_at_risk(venue_id, self.now)
            self.alarms.append(self.now)

    def _connect(self, *, is_there: bool, is_live: bool) -> None:
        if not is_there:
            if self.link is not None:
                links.close_link(self.link, self.now)
                self.link = self._reported = None
            return
        if self.link is None:
            self.link = links.open_link(self.token, PROCESS, "", self.now)
            assert self.link is not None
            links.greet(self.link, hello(), self.now)
            questions.begin(self.link, self.now)
        links.renew([self.link], PROCESS, self.now)
        health.keep_news(self.link, wire.GatewayNews(state="live" if is_live else "offline"), self.now)

    def _report(self, link: Link) -> None:
        """All active orders, as an event, where they are others than before."""
        active = {order.key for order in self.gateway.active(self.now)}
        if active != self._reported:
            orders = [{"uuid": str(key), "name": "22"} for key in sorted(active)]
            told = events(next(self._numbers), type="snapshot", order=None, orders=orders)
            ingestion.keep_events(link, SPOOL, told.events, self.now)
            stepping.catch_up(self.venue.pk, self.now)
            self._reported = active

    def _answer(self, link: Link, ask: wire.Ask, *, is_live: bool) -> None:
        if not is_live:
            self._tell(link, ask, "failed", detail="The gateway does not answer.")
        elif ask.what != "history":
            self._tell(link, ask, "done")
        elif self.random.random() > 0.03:  # else no word comes of it
            self._answer_history(link, ask)

    def _answer_history(self, link: Link, ask: wire.Ask) -> None:
        since = self.now - (KEPT if ask.since_ms is None else timedelta(milliseconds=ask.since_ms))
        walk = HistoryWalk(since.replace(tzinfo=None), self.now.replace(tzinfo=None))
        brought: set[datetime] = set()
        while walk.query is not None:
            fresh = walk.take(self.gateway.page(walk.query, self.now))
            if fresh:
                self._tell(link, ask, "part", past=[self._aged(order) for order in fresh])
            brought |= {order.started.replace(tzinfo=UTC) for order in fresh if order.started is not None}
            if self.random.random() < 0.02:
                self._tell(link, ask, "failed", detail="The gateway went away.")
                return
        self._tell(link, ask, "done", from_ms=ms(self.now - since), through_ms=0)
        self.told.append((self.now, brought))

    def _aged(self, order: PastOrder) -> dict[str, Any]:
        ages = {
            name: None if at is None else ms(self.now - at.replace(tzinfo=UTC))
            for name, at in (("started_ms", order.started), ("cleared_ms", order.cleared))
        }
        return {"uuid": order.uuid, "name": order.name} | ages

    def _tell(self, link: Link, ask: wire.Ask, outcome: str, **more: Any) -> None:
        told = wire.Told.model_validate({"ask": ask.id, "outcome": outcome} | more)
        assert answers.keep_told(link, told, self.now)
