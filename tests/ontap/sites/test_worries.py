"""Why a site needs somebody, and its day as a drawing: rules without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ontap.sites.drawings import BASE, draw
from ontap.sites.facts import Day, Facts
from ontap.sites.worries import AT_RISK, WAITS, Worry, worries
from tracker.health import Trouble
from venues.models import Venue

NOW = datetime(2026, 11, 21, 21, 14, tzinfo=UTC)
BEGINS = datetime(2026, 11, 21, 5, tzinfo=UTC)


def site(**facts: object) -> Facts:
    """A site where all is well."""
    well = Facts(
        venue=Venue(pk=1, name="The Anchor", timezone="UTC", slow_after=5, late_after=10),
        takes_orders=True,
        is_used=True,
        paused_until=None,
        open_orders=0,
        new_orders=0,
        oldest_new=None,
        escalated=0,
        boards=1,
        board_until=NOW + timedelta(seconds=10),
        agent=None,
        agent_is_live=False,
        gateway=None,
        troubles=(),
        read_until=None,
        history_at_risk=False,
        today=Day(),
        last_week=Day(),
        usual={},
        begins=BEGINS,
    )
    return replace(well, **facts)  # type: ignore[arg-type]


def only(facts: Facts) -> Worry:
    found = worries(facts, NOW)
    assert len(found) == 1, found
    return found[0]


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def test_a_site_where_all_is_well_worries_nobody() -> None:
    assert worries(site(), NOW) == []
    assert worries(site(open_orders=2, new_orders=1, oldest_new=ago(4)), NOW) == []


def test_orders_that_nobody_can_see_are_at_risk_at_once() -> None:
    found = only(site(boards=0, board_until=ago(16), new_orders=4, oldest_new=ago(1)))
    assert (found.weight, found.tag) == (AT_RISK, "Orders at risk")
    assert found.what == "No board since 20:58. 4 orders wait, the oldest for 1 min."


def test_an_open_site_without_a_board_is_told_before_the_first_order() -> None:
    assert only(site(boards=0, board_until=None)).what == "No board was ever open."
    assert worries(site(boards=0, board_until=None, takes_orders=False), NOW) == []


def test_a_board_that_loads_its_page_again_is_no_trouble() -> None:
    assert worries(site(boards=0, board_until=ago(1)), NOW) == []


@pytest.mark.parametrize(
    ("minutes", "weight", "tag"), [(5, WAITS, "Slow"), (9.9, WAITS, "Slow"), (10, AT_RISK, "Late")]
)
def test_an_order_that_nobody_answers_is_slow_and_then_late(minutes: float, weight: int, tag: str) -> None:
    found = only(site(new_orders=1, oldest_new=ago(minutes)))
    assert (found.weight, found.tag) == (weight, tag)
    assert f"1 order waits, the oldest for {int(minutes)} min." in found.what


def test_a_silent_gateway_says_since_when_and_what_to_do() -> None:
    found = only(site(troubles=[Trouble("gateway", "offline", ago(10), "Is it switched on?")]))
    assert (found.weight, found.what, found.todo) == (WAITS, "The gateway is silent since 21:04.", "Is it switched on?")


def test_what_happened_before_today_has_its_date() -> None:
    found = only(site(troubles=[Trouble("agent", "offline", datetime(2026, 11, 19, 8, tzinfo=UTC), "Look.")]))
    assert found.what == "The agent is silent since 19 November 08:00."


def test_the_worst_comes_first() -> None:
    both = site(
        troubles=[Trouble("gateway", "offline", ago(10), "")], history_at_risk=True, new_orders=1, oldest_new=ago(6)
    )
    assert [worry.weight for worry in worries(both, NOW)] == [AT_RISK, WAITS, WAITS]


def test_a_day_is_drawn_from_its_beginning() -> None:
    drawing = draw("The Anchor", {BEGINS + timedelta(hours=2): 4, BEGINS + timedelta(hours=3): 8}, {3: 4.0}, BEGINS)
    assert [(bar.x, bar.y, bar.height) for bar in drawing.bars] == [(21, BASE / 2, BASE / 2), (31, 0, BASE)]
    assert drawing.usual.split()[3] == "35,24"
    assert drawing.words == "Orders an hour at The Anchor: most at 08 h, 8"


def test_a_day_without_orders_says_so() -> None:
    drawing = draw("The Anchor", {}, {}, BEGINS)
    assert (drawing.bars, drawing.usual, drawing.words) == ([], "", "No orders at The Anchor today yet")
