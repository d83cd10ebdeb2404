"""A gateway that falls silent without a word: its power or its cable is gone, and nobody closes the connection."""

import time
from pathlib import Path

from tests.tracker.agent.running import Agent
from tests.tracker.agent.stub import Platform, wait_until
from tests.tracker.simulator.running import Simulator

NOTICED_WITHIN_S = 30.0


def test_it_is_told_within_half_a_minute(tmp_path: Path, platform: Platform, gateway: Simulator) -> None:
    agent = Agent(tmp_path, platform, gateway, "--pace", "1")  # as in a pub
    with agent:
        agent.enrol()
        agent.pair(gateway)
        gateway.pause()
        silent_at = time.monotonic()
        wait_until(lambda: platform.state == "offline", "offline", 2 * NOTICED_WITHIN_S)
        assert time.monotonic() - silent_at < NOTICED_WITHIN_S
        gateway.resume()
