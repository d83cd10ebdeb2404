"""A platform, a gateway and an agent for each test, all real."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tracker.agent.running import Agent
from tests.tracker.agent.stub import Platform
from tests.tracker.simulator.running import Simulator


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform
    assert platform.faults == []


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Simulator]:
    with Simulator(tmp_path, name="gateway") as gateway:
        yield gateway.start()


@pytest.fixture
def agent(tmp_path: Path, platform: Platform, gateway: Simulator) -> Iterator[Agent]:
    """Not started yet. Whatever a test does, no token may be seen."""
    with Agent(tmp_path, platform, gateway) as agent:
        yield agent
        agent.assert_told_no_secret()


@pytest.fixture
def live(agent: Agent, gateway: Simulator) -> Agent:
    """Enrolled, paired and live."""
    agent.enrol()
    agent.pair(gateway)
    return agent
