"""The keys in a real terminal, and the program without one."""

import fcntl
import os
import pty
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.journeys.process import ROOT
from tests.tracker.simulator.running import bare_environment

COMMAND = [sys.executable, "-m", "tracker.simulator", "--no-mdns", "--port", "0", "--control-port", "0"]


class Screen:
    """What the program wrote to its terminal so far."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.text = ""

    def type(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def wait_for(self, text: str, seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        os.set_blocking(self._descriptor, False)
        while text not in self.text:
            assert time.monotonic() < deadline, self.text
            try:
                self.text += os.read(self._descriptor, 4096).decode(errors="replace")
            except BlockingIOError:
                time.sleep(0.02)


@contextmanager
def terminal() -> Iterator[tuple[Screen, subprocess.Popen[bytes], int]]:
    """The program in a terminal of its own: its screen, its process, and the terminal as the program has it."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        COMMAND,
        cwd=ROOT,
        env=bare_environment(),
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    try:
        yield Screen(ours), process, its
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(its)


@pytest.fixture
def running() -> Iterator[tuple[Screen, subprocess.Popen[bytes], int]]:
    with terminal() as it:
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
        COMMAND, cwd=ROOT, env=bare_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
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
