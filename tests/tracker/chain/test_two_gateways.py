"""Two gateways on one network, found by mDNS: a manager chooses, and only the chosen one ever gets the token."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.running import Running
from tests.stack.network import waits_for_its_turn
from tests.tracker.chain.manager import Manager
from tests.tracker.chain.venue import PubVenue, announced
from tests.tracker.simulator.running import Simulator

pytestmark = [pytest.mark.usefixtures("own_network"), waits_for_its_turn]
FOUND_WITHIN_S = 60.0


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Simulator]:
    with announced(tmp_path, "bar") as gateway:
        yield gateway.start()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Simulator]:
    with announced(tmp_path, "neighbour") as gateway:
        yield gateway.start()


def heard_by(gateway: Simulator) -> list[str]:
    """What was asked of it."""
    return [frame["what"] for frame in gateway.state()["frames"] if frame["direction"] == "in"]


def test_a_manager_chooses_one_of_two_and_it_is_found_again_at_its_new_address(
    running: Running, tmp_path: Path, ours: Simulator, other: Simulator
) -> None:
    name = ours.state()["name"]
    manager = Manager(running)
    with PubVenue(running, tmp_path, pace=1.0, gateway=ours, search=True) as venue:  # five seconds to hear of both
        manager.wait_offered(f"Use {name} at 127.0.0.1:", f"Use {other.state()['name']} at 127.0.0.1:")
        assert "There are several gateways here" in manager.health
        manager.answer(f"Use {name} at 127.0.0.1:")
        manager.wait_health("Press the gateway's button now")
        venue.pair()
        manager.wait_health("all is well")
        first, after = venue.known_gateway, venue.last_event
        assert first.paired.device is not None
        assert first.paired.device.instance == name
        moved = venue.move("31", "start", type="ON_PREMISE")
        assert venue.wait_told(1, after) == [moved]

        began, after = time.monotonic(), venue.last_event
        port = ours.control("/move")["port"]
        venue.agent.wait_for(f"The gateway is at 127.0.0.1:{port} now.", FOUND_WITHIN_S)
        venue.wait_snapshot(after)
        assert time.monotonic() - began < FOUND_WITHIN_S
        after = venue.last_event
        moved = venue.move("31", "locate", tag="7")
        assert venue.wait_told(1, after) == [moved]
        manager.wait_health("all is well")
        assert venue.known_gateway.paired.token == first.paired.token
        assert (venue.known_gateway.paired.device, venue.known_gateway.paired.address.port) == (
            first.paired.device,
            port,
        )

    assert heard_by(other) == []
