"""The keys in a real terminal, and the program without one."""

import subprocess
import sys
import termios
import time
from collections.abc import Iterator

import pytest

from tests.journeys.process import ROOT
from tests.stack.terminal import Screen, terminal
from tests.tracker.simulator.running import bare_environment

PROGRAM = ("-m", "tracker.simulator", "--no-mdns", "--port", "0", "--control-port", "0")


@pytest.fixture
def running() -> Iterator[tuple[Screen, subprocess.Popen[bytes], int]]:
    with terminal(*PROGRAM) as it:
        it[0].wait_for("Escape forgets")
        yield it


def test_keys_work_the_pucks(running: tuple[Screen, subprocess.Popen[bytes], int]) -> None:
    screen, _, _ = running
    screen.type("b")
    screen.wait_for("Button pressed")
    screen.type("22s")
    screen.wait_for("Puck 22: ON_PREMISE.")
    screen.type("22l7\n")
    screen.wait_for("Puck 22 is on tag 7.")
    screen.type("22c")
    screen.wait_for("Puck 22 is cleared.")
    screen.type("100s")
    screen.wait_for("There is no tracker 100 in this room.")
    assert "Traceback" not in screen.text


@pytest.mark.parametrize("key", ["q", "\x03"])
def test_terminal_is_left_as_it_was(running: tuple[Screen, subprocess.Popen[bytes], int], key: str) -> None:
    screen, process, its = running
    screen.type(key)
    assert process.wait(timeout=5) == 0
    flags = termios.tcgetattr(its)[3]
    assert flags & termios.ICANON
    assert flags & termios.ECHO


def test_without_a_terminal_it_simply_runs() -> None:
    process = subprocess.Popen(
        [sys.executable, *PROGRAM],
        cwd=ROOT,
        env=bare_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert any('"ready": true' in line for line in process.stdout)
        time.sleep(0.2)
        assert process.poll() is None
    finally:
        process.terminate()
        assert process.wait(5) == 0
        assert process.stdout is not None
        process.stdout.close()
