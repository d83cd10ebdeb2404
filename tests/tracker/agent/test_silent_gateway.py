"""A gateway that can be used no more without a word of its own: its power or its cable is gone, and nobody closes the
connection; or it has forgotten our token, and the open websocket does not tell."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.tracker.agent.running import Agent
from tests.tracker.agent.stub import Platform, wait_until
from tests.tracker.simulator.running import Simulator

NOTICED_WITHIN_S = 30.0


def falls_silent(gateway: Simulator) -> None:
    gateway.pause()


def refuses_the_token(gateway: Simulator) -> None:
    gateway.fault(refuse_tokens=True)


@contextmanager
def in_trouble(folder: Path, trouble: Callable[[Simulator], None], state: str) -> Iterator[Callable[[], None]]:
    """A pub whose gateway has this trouble from now on; what is given returns when its platform is told, in time."""
    folder.mkdir()
    with (
        Platform() as platform,
        Simulator(folder, name="gateway").start() as gateway,
        Agent(folder, platform, gateway, "--pace", "1") as agent,  # as in a pub
    ):
        agent.enrol()
        agent.pair(gateway)
        trouble(gateway)
        began = time.monotonic()

        def told() -> None:
            wait_until(lambda: platform.state == state, state, 3 * NOTICED_WITHIN_S)
            assert time.monotonic() - began < NOTICED_WITHIN_S
            gateway.resume()

        yield told
    assert platform.faults == []


def test_it_is_told_within_half_a_minute(tmp_path: Path) -> None:
    """Of two pubs at once, for both take their time."""
    with (
        in_trouble(tmp_path / "silent", falls_silent, "offline") as silent,
        in_trouble(tmp_path / "refused", refuses_the_token, "token_refused") as refused,
    ):
        silent()
        refused()
