"""A gateway whose firmware knows no V2 API: the admin says so, and it is paired after its update."""

from pathlib import Path

from tests.journeys.running import Running
from tests.tracker.chain.manager import Manager
from tests.tracker.chain.venue import PubVenue
from tests.tracker.simulator.running import Simulator


def test_a_gateway_whose_firmware_is_too_old_is_paired_after_its_update(running: Running, tmp_path: Path) -> None:
    manager = Manager(running)
    with Simulator(tmp_path) as gateway:
        gateway.start().fault(html_404=True)
        with PubVenue(running, tmp_path, gateway=gateway) as venue:
            manager.wait_health("gateway too old since")
            assert "Have it updated in LRSConnect" in manager.health
            gateway.fault(html_404=False)
            manager.answer("pair anew")
            venue.pair()
            manager.wait_health("all is well")
            venue.assert_chain_works()
