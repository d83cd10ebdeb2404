"""A program in a real terminal."""

import fcntl
import os
import pty
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.journeys.process import ROOT
from tests.tracker.simulator.running import bare_environment


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
def terminal(*arguments: str) -> Iterator[tuple[Screen, subprocess.Popen[bytes], int]]:
    """`python <arguments>` in a terminal of its own: screen, process, and the terminal as the program has it."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, *arguments],
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
