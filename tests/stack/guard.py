"""Ends the servers of a test run that was killed, and removes their folders.

One small process for each run (and each xdist worker), started with the first server. It reads what to guard from a
pipe that only the run holds open: when the run is gone, by whatever death, the pipe ends. PR_SET_PDEATHSIG would be
shorter, but it is Linux's alone, fires when the *thread* that started the server ends, and could not remove the folder.

Standard library only, and run by its path with `-I`: it needs neither the run's environment nor its folder.
"""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.stack.processes import descendants, send, wait_gone

# Not zero: at the farewell PostgreSQL frees its shared memory, which a killed one leaves behind.
SECONDS_TO_END = 3


@dataclass(frozen=True)
class Watched:
    """A child of the run that is not to outlive it."""

    pid: int
    farewell: signal.Signals
    handle: int | None


_lock = threading.Lock()
_pipe: IO[str] | None = None
_pipe_owner = 0


def watch(pid: int, farewell: signal.Signals) -> None:
    """From now on the child does not outlive this process by more than some seconds.

    It is sent the farewell first and, with its own children, SIGKILL when that did not end it. To be called before
    anybody waits for the child's end, so that the number is surely still its own.
    """
    _tell(f"watch {pid} {farewell.value}")


def forget(pid: int) -> None:
    """The child has ended."""
    _tell(f"forget {pid}")


def watch_folder(folder: Path) -> None:
    """From now on the folder does not outlive this process, nor the children watched with it."""
    _tell(f"watch_folder {folder}")


def forget_folder(folder: Path) -> None:
    """The folder is gone."""
    _tell(f"forget_folder {folder}")


def _tell(line: str) -> None:
    global _pipe, _pipe_owner
    with _lock:
        if _pipe is None or _pipe_owner != os.getpid():  # a forked child has a guard of its own
            _pipe, _pipe_owner = _start(), os.getpid()
        _pipe.write(line + "\n")
        _pipe.flush()


def _start() -> IO[str]:
    # A session of its own: Ctrl-C at the terminal must not end the guard before it has done its work.
    guard = subprocess.Popen(
        [sys.executable, "-I", __file__], stdin=subprocess.PIPE, text=True, start_new_session=True, cwd="/"
    )
    pipe = guard.stdin
    if pipe is None:
        raise OSError("The guard has no pipe")

    def dismiss() -> None:
        if _pipe_owner == os.getpid():
            pipe.close()
            guard.wait()

    atexit.register(dismiss)
    return pipe


def main() -> None:
    """Keep the list until the pipe ends, then end what is left on it."""
    children: dict[int, Watched] = {}
    folders: set[str] = set()
    for line in sys.stdin:
        match line.rstrip("\n").split(" ", 1):
            case ["watch", rest]:
                pid, farewell = map(int, rest.split())
                children[pid] = Watched(pid, signal.Signals(farewell), _handle(pid))
            case ["forget", pid_text]:
                done = children.pop(int(pid_text), None)
                if done and done.handle is not None:
                    os.close(done.handle)
            case ["watch_folder", folder]:
                folders.add(folder)
            case ["forget_folder", folder]:
                folders.discard(folder)
    for child in children.values():
        _end(child)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _handle(pid: int) -> int | None:
    """A handle that stands for this very process, where the system has such a thing: numbers are used again."""
    pidfd_open: Callable[[int], int] | None = getattr(os, "pidfd_open", None)  # Linux alone has it
    try:
        return pidfd_open(pid) if pidfd_open else None
    except OSError:
        return None


def _still_ours(handle: int | None) -> bool:
    if sys.platform != "linux" or handle is None:
        return True
    try:
        signal.pidfd_send_signal(handle, signal.SIGCONT)
    except OSError:
        return False
    return True


def _end(child: Watched) -> None:
    if not _still_ours(child.handle):
        return
    family = [child.pid, *descendants(child.pid)]
    send(signal.SIGCONT, family)  # one that a test has hung hears nothing else
    send(child.farewell, [child.pid])
    if not wait_gone(family, SECONDS_TO_END):
        send(signal.SIGKILL, family)


if __name__ == "__main__":
    main()
