"""What the platform reads of a real agent's gateway: what was missed while the agent was away, and what differs."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.running import Running
from tests.tracker.chain.venue import PubVenue, wait_until

READ = "from tracker import readings; from tracker.models import Reading, TrackedOrder"


@pytest.fixture(scope="module")
def venue(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PubVenue]:
    with PubVenue(running, tmp_path_factory.mktemp("venue")) as venue:
        yield venue


def read(venue: PubVenue, subject: str) -> dict[str, Any]:
    """One reading, wanted now, once it is done."""
    found: dict[str, Any] = venue.ask(
        READ,
        f"row = Reading.objects.filter(venue_id=1, subject={subject!r})",
        "wait_for(lambda: row.filter(asked_at=None).exists())",
        f"readings.want(1, ({subject!r},), now)",
        "done = row.filter(done_at__gte=now, asked_at=None)",
        "wait_for(lambda: done.values('detail', 'count', 'content').first())",
    )
    return found


def test_what_happened_while_the_agent_was_dead_is_read_from_the_history(venue: PubVenue) -> None:
    read(venue, "history")
    venue.agent.kill()
    missed, _, _ = venue.move("51", "start", type="ON_PREMISE")
    venue.move("51", "locate", tag="7")
    venue.move("51", "clear")
    after = venue.last_event
    venue.agent.start()
    wait_until("the agent is back", lambda: "Connected to the platform." in venue.agent.output)
    venue.wait_gateway("live")
    venue.wait_snapshot(after)  # the platform may still know it live from before
    assert read(venue, "history")["count"] >= 1
    row = venue.ask(READ, f"TrackedOrder.objects.filter(venue_id=1, uuid={missed!r}).values().first()")
    assert (row["name"], row["tag"], row["state"]) == ("51", "7", "cleared")
    assert row["started_at"] <= row["located_at"] <= row["cleared_at"]


def test_what_differs_is_found_and_put_right_by_a_whole_report(venue: PubVenue) -> None:
    after = venue.last_event
    key, _, _ = venue.move("52", "start", type="ON_PREMISE")
    venue.wait_told(1, after)
    own = f"own = TrackedOrder.objects.filter(venue_id=1, uuid={key!r})"
    venue.ask(READ, own, "wait_for(own.exists)", "own.delete()[0]")
    read(venue, "orders")
    assert venue.ask(READ, own, "wait_for(lambda: own.values_list('name', flat=True).first())") == "52"
    assert read(venue, "orders")["detail"] in ("", "All orders were told anew.")


def test_settings_and_repeaters_are_read(venue: PubVenue) -> None:
    assert '"timezone"' in read(venue, "settings")["content"]
    assert '"repeaters"' in read(venue, "repeaters")["content"]
