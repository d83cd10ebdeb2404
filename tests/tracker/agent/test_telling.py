"""The agent answers what the platform asks, beside all its other work."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.tracker.agent.past import gone, worked
from tests.tracker.agent.running import Agent
from tests.tracker.agent.stub import Platform, wait_until
from tests.tracker.simulator.running import Simulator
from tracker import wire
from tracker.agent.state_files import KnownGateway
from tracker.gateway.address import Address
from tracker.gateway.paired import Paired
from tracker.gateway.token import Token

PAST = 250  # orders: three pages
SUBJECTS: tuple[wire.Subject, ...] = ("orders", "history", "settings", "repeaters")


@dataclass(frozen=True)
class Pub:
    platform: Platform
    gateway: Simulator

    def events_of(self, puck: str) -> list[wire.SpooledEvent]:
        return [event for event in self.platform.events if (event.order or {}).get("name") == puck]

    def snapshots(self) -> list[wire.SpooledEvent]:
        return [event for event in self.platform.events if event.type == "snapshot"]

    def orders(self, **fields: bool) -> tuple[dict[str, wire.ToldOrder], int]:
        """Those told by the pucks' numbers, and the event after which they were so."""
        (answer,) = self.platform.answer(self.platform.ask("orders", **fields))
        assert (answer.outcome, answer.spool) == ("done", self.platform.hellos[-1].spool)
        return {order.name: order for order in answer.orders or ()}, answer.number or 0

    def clear(self) -> None:
        assert self.gateway.http.delete(f"{self.gateway.control_base}/faults").status_code == 200


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pub]:
    """Live, with a gateway that has a past."""
    folder, now = tmp_path_factory.mktemp("busy"), datetime.now(UTC)
    past = [gone(n, now - timedelta(hours=1 + n / 4)) for n in range(PAST)]
    gateway, token = worked(folder, past, timezone="America/New_York")
    with Platform() as platform, gateway.start(), Agent(folder, platform, gateway) as agent:
        address = Address("127.0.0.1", int(gateway.ready["port"]))
        agent.folder.keep_gateway(KnownGateway(Paired(Token(token), address)))
        agent.enrol()
        agent.wait_live()
        yield Pub(platform, gateway)
        agent.assert_told_no_secret()
    assert platform.faults == []


@pytest.fixture
def pub(busy: Pub) -> Iterator[Pub]:
    """With nothing wrong at the beginning, nor after the end."""
    yield busy
    busy.clear()


def test_orders_are_told_with_the_event_after_which_they_were_so(pub: Pub) -> None:
    pub.gateway.control("/trackers/22/start")
    pub.gateway.control("/trackers/22/locate", {"tag": "7"})
    pub.gateway.control("/trackers/23/start", {"type": "TO_GO"})
    told, number = pub.orders()
    pub.gateway.control("/trackers/22/locate", {"tag": "8"})
    assert (told["22"].state, told["22"].tag, told["22"].order_type) == ("located", "7", "ON_PREMISE")
    assert (told["23"].state, told["23"].tag, told["23"].order_type) == ("started", "", "TO_GO")
    wait_until(lambda: (pub.events_of("22")[-1].order or {})["locationName"] == "8", "the move")
    *before, moved = pub.events_of("22")
    assert max(event.number for event in [*before, *pub.events_of("23")]) <= number < moved.number


def test_a_snapshot_goes_through_the_spool_where_it_is_asked_for(pub: Pub) -> None:
    pub.gateway.control("/trackers/24/start")
    before = len(pub.snapshots())
    pub.orders()
    told, number = pub.orders(snapshot=True)
    wait_until(lambda: len(pub.snapshots()) > before, "a snapshot")
    snapshot = pub.snapshots()[before]
    assert snapshot.number > number
    assert {order["uuid"] for order in snapshot.orders or ()} == {str(order.uuid) for order in told.values()}


def test_a_gateway_that_writes_utc_is_understood_once_an_order_has_begun(pub: Pub) -> None:
    pub.gateway.fault(utc_times=True)
    pub.gateway.control("/trackers/25/start")
    wait_until(lambda: pub.events_of("25"), "the order")
    answer = pub.platform.answer(pub.platform.ask("history"))
    ages = [order.started_ms for part in answer for order in part.past or () if order.order_type == "TO_GO"]
    assert len(ages) == PAST
    assert 0 <= min(age for age in ages if age is not None) - 3_600_000 < 60_000


def test_a_gateway_that_fails_midway_ends_the_answer_and_not_the_next(pub: Pub) -> None:
    platform = pub.platform
    pub.gateway.fault(latency_ms=200)
    first = platform.ask("history")
    wait_until(lambda: first in platform.told, "the first part")
    pub.gateway.fault(html_500=True)
    answer = platform.answer(first)
    assert (answer[0].outcome, answer[-1].outcome) == ("part", "failed")
    assert "HTTP 500" in answer[-1].detail
    pub.clear()
    wait_until(lambda: platform.answer(platform.ask("history"))[-1].outcome == "done", "the history")
    found = [str(order.uuid) for part in platform.told[max(platform.told)] for order in part.past or ()]
    assert PAST <= len(found) == len(set(found))


def test_a_gateway_that_is_away_is_said_at_once(pub: Pub) -> None:
    pub.gateway.control("/power", {"on": False})
    wait_until(lambda: pub.platform.state == "offline", "offline")
    began = time.monotonic()
    for what in SUBJECTS:
        (away,) = pub.platform.answer(pub.platform.ask(what))
        assert (away.outcome, away.detail != "") == ("failed", True)
    assert time.monotonic() - began < 3
    pub.gateway.control("/power", {"on": True})
    wait_until(lambda: pub.platform.state == "live", "live again")
    wait_until(lambda: pub.platform.answer(pub.platform.ask("settings"))[-1].outcome == "done", "the settings")


def test_before_a_pairing_every_answer_says_so(agent: Agent, platform: Platform) -> None:
    agent.enrol()
    wait_until(lambda: platform.state == "press_button", "the agent asks for the button")
    for what in SUBJECTS:
        (answer,) = platform.answer(platform.ask(what))
        assert (answer.outcome, answer.detail) == ("failed", "no gateway is paired")


def test_who_asks_again_gets_the_newer_answer_and_commands_go_on(pub: Pub) -> None:
    platform = pub.platform
    pub.gateway.fault(latency_ms=200)
    history, older, newer = platform.ask("history"), platform.ask("orders"), platform.ask("orders")
    number = platform.command(verb="start", name="31", order_type="TO_GO")
    assert platform.answer(newer)[-1].outcome == "done"
    assert platform.told[history][-1].outcome == "done"
    assert (older in platform.told, platform.outcome(number)) == (False, "done")


def test_a_new_connection_hears_nothing_of_what_the_old_one_asked(pub: Pub) -> None:
    platform = pub.platform
    pub.gateway.fault(latency_ms=200)
    hellos, history = len(platform.hellos), platform.ask("history")
    waiting = platform.ask("settings")
    wait_until(lambda: history in platform.told, "the first part")
    platform.cut()
    wait_until(lambda: len(platform.hellos) > hellos, "it returns")
    told = len(platform.told[history])
    assert platform.answer(platform.ask("repeaters"))[-1].outcome == "done"
    time.sleep(0.5)
    assert (len(platform.told[history]), waiting in platform.told) == (told, False)
    assert platform.told[history][-1].outcome == "part"
