"""Rounds of Celery's beat at given moments, and what they may change."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session

from ontap.celery import app
from orders.models import BoardPresence, Order, VenueEvent
from tests.orders.pub import NOON, Pub, make_pub
from venues.models import Member, OpeningHours, TableSession, VenueFeed

app.loader.import_default_modules()  # the tasks of all apps, as a worker has them
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def pub() -> Pub:
    return pub_at_noon()


def pub_at_noon(**venue: Any) -> Pub:
    with time_machine.travel(NOON, tick=False):  # its first events are as old as the rest
        return make_pub(**venue)


@pytest.fixture(autouse=True)
def at_once() -> Iterator[None]:
    """`.delay` runs the task here and now, as a worker would in a moment."""
    app.conf.task_always_eager = app.conf.task_eager_propagates = True
    yield
    app.conf.task_always_eager = app.conf.task_eager_propagates = False


def beat(at: datetime) -> None:
    """One round of beat at this moment, of everything that it sends."""
    with time_machine.travel(at, tick=False):
        for entry in settings.CELERY_BEAT_SCHEDULE.values():
            app.tasks[str(entry["task"])].delay()


def beat_twice(at: datetime) -> None:
    """Two rounds, of which the second must change nothing."""
    beat(at)
    first = rows()
    beat(at + timedelta(milliseconds=1))
    assert rows() == first


def rows() -> list[Any]:
    """All that the tasks may write."""
    models = (Order, VenueEvent, VenueFeed, TableSession, Member, BoardPresence, Session)
    return [list(model._default_manager.order_by("pk").values_list()) for model in models]


def notices(pub: Pub, kind: str) -> list[VenueEvent]:
    return list(VenueEvent.objects.filter(venue=pub.venue, kind=kind).order_by("seq"))


def open_from(pub: Pub, opens: int, closes: int) -> None:
    """Opening hours of every day, local time."""
    for weekday in range(7):
        OpeningHours.objects.create(venue=pub.venue, weekday=weekday, opens=time(opens), closes=time(closes))


def local(hour: int, minute: int = 0, day: int = 1) -> datetime:
    """A local time of June 2026 in London."""
    return datetime(2026, 6, day, hour, minute, tzinfo=LONDON).astimezone(UTC)
