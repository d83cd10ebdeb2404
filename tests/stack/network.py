"""Multicast on the loopback interface, where the test processes of a run hear each other's gateways."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# The wait for one's turn counts as the test's own time.
waits_for_its_turn = pytest.mark.timeout(1800 if os.environ.get("ONTAP_TRIALS") else 400)


@contextmanager
def turn_on_the_network() -> Iterator[None]:
    """Nobody else announces a gateway by mDNS, or looks for one, meanwhile. Not to be nested."""
    with Path(__file__).open() as lock:  # of this very file, so that nothing is left over; it goes with the process
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
