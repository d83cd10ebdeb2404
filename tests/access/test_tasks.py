"""Celery's tasks: each touches what it is given, nothing where there is none, and nothing when it comes twice."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from ontap.celery import app
from tests.access.cast import Cast
from tests.access.database import differing, tables
from tests.access.rights import At
from tests.access.traffic_matrix import TASKS
from tests.orders.beats import at_once

__all__ = ["at_once"]

pytestmark = pytest.mark.django_db

OURS = ("ontap.", "orders.", "tracker.", "venues.")
LATER = timedelta(hours=12)  # orders are unanswered by then, sessions idle, commands and agents too late


def test_every_task_has_a_row() -> None:
    new = sorted(name for name in app.tasks if name.startswith(OURS) and name not in TASKS)
    assert not new, f"{new} has no row in tests/access/traffic_matrix.py: say what it is given"
    gone = [name for name in TASKS if name not in app.tasks]
    assert not gone, f"There is no such task any more: {gone}"


def test_beat_gives_its_tasks_nothing(cast: Cast) -> None:
    given = {str(entry["task"]): entry.get("args", ()) for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert not [name for name, args in given.items() if args or TASKS[name](cast.nowhere)]


@pytest.mark.parametrize("name", TASKS)
def test_a_task_keeps_to_what_it_is_given(name: str, cast: Cast) -> None:
    task, given = app.tasks[name], TASKS[name]
    others = frozenset(house.venue.pk for at, house in cast.houses.items() if at != At.OWN)
    with time_machine.travel(timezone.now() + LATER, tick=False):
        if given(cast.nowhere):
            before = tables()
            task(*given(cast.nowhere))
            assert not differing(before, tables()), f"{name} of what is not there"
        before = tables(of_venues=others)
        task(*given(cast.places[At.OWN]))
        once = tables()
        if given(cast.nowhere):
            assert not differing(before, tables(of_venues=others)), f"{name} of Alice's, at another venue"
        task(*given(cast.places[At.OWN]))
        assert not differing(once, tables()), f"{name} for the second time"
