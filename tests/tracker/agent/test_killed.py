"""Killed at any moment: start, locate and clear are in effect once, a page at most once, nothing is lost."""

import os
import random
import time

import pytest

from tests.tracker.agent.running import Agent
from tests.tracker.agent.stub import Platform, wait_until
from tests.tracker.simulator.running import Simulator

MEMORY_MB = 60


def pages_of(gateway: Simulator, puck: str) -> int:
    """How often the gateway was asked to page this order, with success."""
    return sum(
        frame["what"] == f"POST /activeorders/{puck}/page" and frame["status"] == 200
        for frame in gateway.state()["frames"]
    )


def ever(gateway: Simulator, puck: str) -> list[str]:
    """The uuids of all orders that this puck ever had."""
    past: list[dict[str, str]] = []
    while page := gateway.call("GET", f"/orders?limit=100&offset={len(past)}").json()["items"]:
        past += page
    return [order["uuid"] for order in [*past, *gateway.state()["orders"]] if order["name"] == puck]


@pytest.mark.timeout(7200 if os.environ.get("ONTAP_TRIALS") else 300)
def test_commands_are_in_effect_once_through_kills(
    live: Agent, platform: Platform, gateway: Simulator, trials: bool
) -> None:
    gateway.pair()  # a token of the test's own
    gateway.fault(latency_ms=60)
    chance = random.Random(1)
    for round_ in range(500 if trials else 12):
        puck = str(round_ % 99 + 1)  # those that there are
        before, paged = ever(gateway, puck), pages_of(gateway, puck)
        start = platform.command(verb="start", name=puck, order_type="ON_PREMISE")
        locate = platform.command(verb="locate", name=puck, order_type="ON_PREMISE", tag="7")
        page = platform.command(verb="page", name=puck)
        time.sleep(chance.uniform(0.0, 0.6))
        live.kill()
        live.start()
        for number in (start, locate, page):
            wait_until(lambda number=number: platform.outcome(number), f"{number}: {live.tail(5)}")  # type: ignore[misc]
        assert (platform.outcome(start), platform.outcome(locate)) == ("done", "done")
        assert platform.outcome(page) in ("done", "unknown")
        assert pages_of(gateway, puck) - paged <= 1
        orders = [order for order in ever(gateway, puck) if order not in before]
        assert len(orders) == 1
        assert platform.results[start][0].order_uuid == orders[0]
        clear = platform.command(verb="clear", name=puck, order_uuid=orders[0])
        if round_ % 3 == 0:
            time.sleep(chance.uniform(0.0, 0.3))
            live.kill()
            live.start()
        wait_until(lambda clear=clear: platform.outcome(clear), f"cleared: {live.tail(5)}")  # type: ignore[misc]
        assert platform.outcome(clear) == "done"
        assert (gateway.state()["orders"], len(ever(gateway, puck))) == ([], len(before) + 1)
    assert len(platform.spools) == 1
    assert next(iter(platform.spools.values())).missing == 0
    for results in platform.results.values():
        assert len({result.outcome for result in results}) == 1


def test_hours_offline_arrive_in_order_and_once_through_kills(
    live: Agent, platform: Platform, gateway: Simulator
) -> None:
    platform.refuses = True
    platform.cut()
    for puck in range(1, 31):
        gateway.control(f"/trackers/{puck}/start")
        if puck % 10 == 0:
            time.sleep(0.3)
            live.kill()
            live.start()
            live.wait_for("is live")
            time.sleep(3)
    platform.refuses = False
    names = {str(puck) for puck in range(1, 31)}

    def told() -> set[str]:
        known = {str((event.order or {}).get("name")) for event in platform.events}
        return known | {str(order["name"]) for event in platform.events for order in event.orders or ()}

    wait_until(lambda: names <= told(), "all orders", 60)
    numbers = [event.number for event in platform.events]
    assert numbers == list(range(1, len(numbers) + 1))


def test_it_is_small(live: Agent) -> None:
    """In memory that no other process shares, or its part of what is shared."""
    with open(f"/proc/{live.pid}/smaps_rollup") as file:
        pss = next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    assert pss / 1024 < MEMORY_MB, pss
    print(f"PSS {pss / 1024:.1f} MB")
