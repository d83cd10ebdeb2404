"""Another gateway where the paired one was: it waits for a manager's yes in the admin, which names it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.running import Running
from tests.stack.network import turn_on_the_network, waits_for_its_turn
from tests.tracker.agent.test_hostile import announcing, false_gateway
from tests.tracker.chain.manager import Manager
from tests.tracker.chain.venue import PubVenue, announced

pytestmark = waits_for_its_turn
PACE = 0.3  # of the agent's waits: a second and a half to hear of all gateways
INSTEAD = "in this one's place"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("venue")


@pytest.fixture(scope="module")
def manager(running: Running) -> Manager:
    return Manager(running)


@pytest.fixture(scope="module")
def venue(running: Running, folder: Path, manager: Manager) -> Iterator[PubVenue]:
    """Its gateway was found by mDNS and is live."""
    with (
        turn_on_the_network(),
        announced(folder, "bar") as gateway,
        PubVenue(running, folder, PACE, gateway=gateway.start(), search=True) as venue,
    ):
        manager.choose(gateway.state()["name"])
        venue.pair()
        yield venue


def test_a_gateway_with_another_name_waits_for_a_managers_yes(venue: PubVenue, folder: Path, manager: Manager) -> None:
    """Of two that announce themselves the manager names one, and the other is not even asked."""
    venue.replace_gateway(announced(folder, "renamed", data="bar"))
    with false_gateway() as (port, heard), announcing(f"false {port}", "false.local.", port):
        right = f"{venue.gateway.state()['name']} at 127.0.0.1:{venue.gateway.ready['port']} {INSTEAD}"
        manager.wait_offered(right, f"false {port} at 127.0.0.1:{port} {INSTEAD}")
        manager.wait_health("gateway changed since")
        after = venue.last_event
        manager.answer(right)
        venue.wait_snapshot(after)
    assert venue.known_gateway.paired.address.port == venue.gateway.ready["port"]
    assert heard == []
    manager.wait_health("all is well")
    venue.assert_chain_works()


def test_a_gateway_that_was_replaced_is_accepted_and_paired_by_its_button(
    venue: PubVenue, folder: Path, manager: Manager
) -> None:
    venue.replace_gateway(announced(folder, "replacement"))
    name = venue.gateway.state()["name"]
    manager.answer(f"{name} at 127.0.0.1:{venue.gateway.ready['port']} {INSTEAD}")
    manager.wait_health("token token refused since")
    manager.answer("pair anew")
    manager.choose(name)
    venue.pair()
    manager.wait_health("all is well")
    venue.assert_chain_works()
