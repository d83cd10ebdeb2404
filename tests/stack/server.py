"""What PostgreSQL and Redis have in common when a test runs them: to start, to end and to hang in several ways."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.stack import guard
from tests.stack.account import unprivileged_account
from tests.stack.ports import free_port
from tests.stack.processes import descendants, send, wait_gone

SECONDS_TO_START = 30
SECONDS_TO_STOP = 20
FIRST_STARTS = 5


class ServerFailed(Exception):
    """A server did not start or end; the message holds the end of its log."""


class Server(ABC):
    """One server program of our own: `with Postgres() as postgres: ...`.

    The port and what the server keeps stay the same from one start to the next. The folder goes with `close`, which the
    `with` does. Never run as root: when we are, the server gets the account `postgres`, or else `nobody`.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self._account = unprivileged_account()
        # Not pytest's tmp_path, which only our own account may enter.
        self.folder = Path(tempfile.mkdtemp(prefix=f"ontap-{type(self).__name__.lower()}-"))
        guard.watch_folder(self.folder)
        self.log = self.folder / "server.log"
        if self._account:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        self._process: subprocess.Popen[bytes] | None = None
        self._paused = False
        self._started_before = False

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients find it."""

    @abstractmethod
    def _prepare(self) -> None:
        """Make what the first start needs in the folder."""

    @abstractmethod
    def _command(self) -> list[str | Path]:
        """The program and its arguments; it stays in the foreground and logs to its standard output."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether it serves by now."""

    # What each signal means differs from one server to the other.
    fast: signal.Signals
    immediate: signal.Signals

    @property
    def pid(self) -> int | None:
        """The process id while it runs (or hangs), else None."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> Self:
        """Run it and return when it answers; again after any of the ways to end, on the same port."""
        if self.pid is not None:
            return self
        if not self._started_before:
            self._prepare()
        for attempt in range(1, FIRST_STARTS + 1):
            try:
                self._launch()
                break
            except ServerFailed as failure:
                # Another process may have taken the port between our look and the server's. Later starts must keep it.
                if self._started_before or attempt == FIRST_STARTS or "ddress already in use" not in str(failure):
                    raise
                self.port = free_port()
        self._started_before = True
        return self

    def stop(self) -> None:
        """End it in order, now: connections are cut, what was committed is written."""
        self._end(self.fast, [])

    def stop_immediately(self) -> None:
        """End it as if it had crashed: nothing is written, no goodbye is said; the next start recovers."""
        self._end(self.immediate, [])

    def kill(self) -> None:
        """SIGKILL to it and all its children at once, as in a power cut, but what it wrote is kept."""
        self._end(signal.SIGKILL, self._children())

    def pause(self) -> None:
        """Hang it, children too: its sockets stay open and accept, but nobody answers."""
        if self.pid is None:
            raise ServerFailed(f"{type(self).__name__} does not run")
        send(signal.SIGSTOP, [self.pid])  # first, so that it makes no more children
        send(signal.SIGSTOP, self._children())
        self._paused = True

    def resume(self) -> None:
        """Go on after `pause`; harmless otherwise."""
        self._paused = False
        if self.pid is not None:
            send(signal.SIGCONT, [*self._children(), self.pid])

    def close(self) -> None:
        """Stop it and remove its folder."""
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
            guard.forget_folder(self.folder)

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _children(self) -> list[int]:
        return descendants(self.pid) if self.pid is not None else []

    def _launch(self) -> None:
        with self.log.open("ab") as log:
            process = self._spawn(self._command(), log.fileno())
        self._process = process
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            if process.poll() is not None:
                self._process = None
                guard.forget(process.pid)
                raise ServerFailed(f"{type(self).__name__} ended while it started:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                self.kill()
                raise ServerFailed(f"{type(self).__name__} did not answer in time:\n{self.log_tail()}")
            time.sleep(0.02)

    def _spawn(self, command: list[str | Path], output: int) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C at the terminal is for the run, which then stops its servers in order.
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env={"PATH": os.defpath, "HOME": str(self.folder), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=self._account.pw_uid if self._account else None,
            group=self._account.pw_gid if self._account else None,
            extra_groups=[] if self._account else None,
        )
        guard.watch(process.pid, self.immediate)
        return process

    def _end(self, signal_number: signal.Signals, others: list[int]) -> None:
        process = self._process
        if process is None:
            return
        family = self._children()
        if self._paused and signal_number is not signal.SIGKILL:
            self.resume()  # one that hangs hears nothing else
        self._paused = False
        if process.poll() is None:
            send(signal_number, [process.pid, *others])
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            send(signal.SIGKILL, [process.pid, *family])
            process.wait()
            raise ServerFailed(f"{type(self).__name__} did not end in time:\n{self.log_tail()}") from None
        finally:
            # Children of a dead PostgreSQL end by themselves, but hold its memory until then: a start would fail.
            wait_gone(family, SECONDS_TO_STOP)
            self._process = None
            guard.forget(process.pid)

    def log_tail(self, lines: int = 20) -> str:
        """The last lines of the server's own log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.is_file() else ""
