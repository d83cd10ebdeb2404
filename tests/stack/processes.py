"""The processes below one of ours, by number, on Linux and elsewhere. Standard library only: the guard uses it too."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")


def descendants(pid: int) -> list[int]:
    """The running children of the process, and theirs; parents before children."""
    children: dict[int, list[int]] = {}
    for child, parent in _parents().items():
        children.setdefault(parent, []).append(child)
    found = list(children.get(pid, ()))
    for process in found:  # grows as it goes
        found += children.get(process, ())
    return found


def send(signal_number: signal.Signals, pids: Iterable[int]) -> None:
    """Send the signal to each of them that is still there."""
    for pid in pids:
        try:
            os.kill(pid, signal_number)
        except ProcessLookupError:
            continue


def wait_gone(pids: Iterable[int], seconds: float) -> bool:
    """Whether all of them ended within the time. Ended but not yet reaped by a lazy parent counts."""
    deadline = time.monotonic() + seconds
    waiting = set(pids)
    while waiting := waiting & _parents().keys():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _parents() -> dict[int, int]:
    """Process id to parent's id, of all processes that still run (no zombies)."""
    if not PROC.joinpath("self/stat").is_file():
        return _parents_by_ps()
    parents: dict[int, int] = {}
    for folder in PROC.iterdir():
        if folder.name.isdecimal():
            try:
                stat = folder.joinpath("stat").read_text(errors="replace")
            except OSError:  # ended between the two looks
                continue
            # "pid (name) state ppid ...", where the name may hold spaces and brackets.
            state, parent = stat.rpartition(")")[2].split()[:2]
            if state not in "ZX":
                parents[int(folder.name)] = int(parent)
    return parents


def _parents_by_ps() -> dict[int, int]:
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,state="], capture_output=True, text=True, check=True)
    rows = (line.split() for line in listing.stdout.splitlines())
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}
