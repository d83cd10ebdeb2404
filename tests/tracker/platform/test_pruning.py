"""What is kept for a while only goes, and nothing that is still needed."""

from datetime import datetime, timedelta

import pytest

from tests.tracker.platform.evening import Evening
from tracker import pruning
from tracker.models import CommandState, GatewayCommand, InboundEvent, TrackedOrder

pytestmark = pytest.mark.django_db

WEEK, QUARTER = timedelta(days=7), timedelta(days=90)


@pytest.fixture
def pub() -> Evening:
    return Evening()


def received(pub: Evening, at: datetime) -> None:
    InboundEvent.objects.filter(venue=pub.venue).update(received_at=at)


def test_events_are_kept_a_week_and_what_they_told_for_ever(pub: Evening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "AT_ONCE", 2)
    keys = [pub.tell("created", name=str(number)) for number in range(1, 6)]
    received(pub, pub.now - WEEK)
    assert pruning.prune_events(pub.now) == 0
    assert pruning.prune_events(pub.now + timedelta(seconds=1)) == 5
    assert not InboundEvent.objects.exists()
    assert {row.uuid for row in TrackedOrder.objects.all()} == set(keys)


def test_an_event_that_was_not_taken_stays(pub: Evening) -> None:
    pub.tell("created")
    pub.tell("created", name="23", step=False)
    received(pub, pub.now - 2 * WEEK)
    assert pruning.prune_events(pub.now) == 1
    assert InboundEvent.objects.count() == 1


def test_commands_are_kept_for_a_quarter_after_their_end(pub: Evening) -> None:
    for puck in ("22", "23"):
        pub.move(pub.order(puck), "acceptorder")
    over = GatewayCommand.objects.filter(name="22")
    over.update(state=CommandState.DONE, finished_at=pub.now - QUARTER)
    GatewayCommand.objects.filter(name="23").update(planned_at=pub.now - 2 * QUARTER)
    assert pruning.prune_commands(pub.now) == 0
    assert pruning.prune_commands(pub.now + timedelta(seconds=1)) == 1
    assert pub.commands() == [("start", "23", "planned")]
