"""What a person at the terminal sees: the code, what to do now, the seconds that are left, and that it is done."""

import re
from pathlib import Path

from tests.stack.terminal import Screen, terminal
from tests.tracker.agent.stub import CODE, Platform
from tests.tracker.simulator.running import Simulator
from tracker.gateway.pairing import GIVE_UP_S


def seconds_left(screen: Screen) -> list[int]:
    return [int(found) for found in re.findall(r"\((\d+) s left\)", screen.text)]


def test_the_first_run_is_guided_by_one_line_that_counts_down(
    platform: Platform, gateway: Simulator, tmp_path: Path
) -> None:
    where = ["--server", platform.url, "--gateway", f"127.0.0.1:{gateway.ready['port']}"]
    with terminal("-m", "tracker.agent", *where, "--state", str(tmp_path / "state")) as (screen, process, _):
        screen.wait_for(CODE)
        platform.confirm()
        screen.wait_for("Press the button")
        screen.wait_for(" s left)")
        first = seconds_left(screen)[0]
        screen.wait_for(f"({first - 2} s left)")
        assert GIVE_UP_S - 15 < first <= GIVE_UP_S
        assert seconds_left(screen) == sorted(seconds_left(screen), reverse=True)
        gateway.control("/button")
        screen.wait_for("is live")
        assert '"event"' not in screen.text, "the journal is for no terminal"
        process.terminate()
        assert process.wait(10) == 0
