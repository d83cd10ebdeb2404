"""A gateway that can be used no more without a word of its own: its power or its cable is gone, and nobody closes the
connection; or it has forgotten our token, and the open websocket does not tell."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tracker.agent.running import Agent
from tests.tracker.agent.stub import Platform, wait_until
from tests.tracker.simulator.running import Simulator

NOTICED_WITHIN_S = 30.0


def falls_silent(gateway: Simulator) -> None:
    gateway.pause()


def refuses_the_token(gateway: Simulator) -> None:
    gateway.fault(refuse_tokens=True)


@pytest.mark.parametrize(
    ("trouble", "state"), [(falls_silent, "offline"), (refuses_the_token, "token_refused")], ids=["silent", "refused"]
)
def test_it_is_told_within_half_a_minute(
    tmp_path: Path, platform: Platform, gateway: Simulator, trouble: Callable[[Simulator], None], state: str
) -> None:
    with Agent(tmp_path, platform, gateway, "--pace", "1") as agent:  # as in a pub
        agent.enrol()
        agent.pair(gateway)
        trouble(gateway)
        began = time.monotonic()
        wait_until(lambda: platform.state == state, state, 3 * NOTICED_WITHIN_S)
        assert time.monotonic() - began < NOTICED_WITHIN_S
        gateway.resume()
