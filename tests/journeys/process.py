"""One process of onTap's, started, watched and ended by its number, with all that it printed in a file."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.run import clean_environment, production_environment
from tests.stack import guard
from tests.stack.ports import LOOPBACK
from tests.stack.processes import descendants, send, wait_gone

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 60
SECONDS_TO_END = 20


class NotRunning(AssertionError):
    """A process ended, or did not become what it should, in time; the message holds the end of its output."""


class Process:
    """`python <arguments>` in the repository's folder. The output of all its starts is in one file, `log`."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], folder: Path, name: str) -> None:
        self.arguments = list(arguments)
        self.environ = dict(environ)
        self.log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._began_at = 0  # bytes of the log that earlier starts wrote

    def start(self) -> Self:
        """Run it; again after any end. Does not wait until it is ready."""
        assert self.pid is None, "It runs already"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._began_at = log.tell()
            # A session of its own: Ctrl-C at the terminal is for the test run, which then ends its processes.
            self._process = subprocess.Popen(
                [sys.executable, *self.arguments],
                cwd=ROOT,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        guard.watch(self._process.pid, signal.SIGKILL)
        return self

    @property
    def pid(self) -> int | None:
        """The process id while it runs (or hangs), else None."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def children(self) -> list[int]:
        """The processes below it."""
        return descendants(self.pid) if self.pid is not None else []

    @property
    def output(self) -> str:
        """Everything that it printed so far, in all its starts."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def terminate(self, seconds: float = SECONDS_TO_END) -> int:
        """SIGTERM, and the exit code. Raises NotRunning where it takes longer."""
        return self._end(signal.SIGTERM, seconds)

    def interrupt(self, seconds: float = SECONDS_TO_END) -> int:
        """Ctrl-C, and the exit code."""
        return self._end(signal.SIGINT, seconds)

    def kill(self) -> None:
        """SIGKILL to it alone: what happens to its children is part of the test."""
        if self.pid is not None:
            self._end(signal.SIGKILL, SECONDS_TO_END)

    def pause(self) -> None:
        """Hang it: its sockets stay open, and nobody answers."""
        assert self.pid is not None
        send(signal.SIGSTOP, [self.pid])

    def resume(self) -> None:
        """Go on after `pause`."""
        assert self.pid is not None
        send(signal.SIGCONT, [self.pid])

    def wait(self, seconds: float = SECONDS_TO_END) -> int:
        """The exit code, once it has ended by itself."""
        process = self._process
        assert process is not None, "It was not started"
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise NotRunning(f"{self.log.stem} still runs after {seconds} s:\n{self.tail()}") from None
        guard.forget(process.pid)
        return code

    def wait_for(self, text: str, seconds: float = SECONDS_TO_START) -> None:
        """Return once the text stands in the output of this start. Raises NotRunning where it never does."""
        deadline = time.monotonic() + seconds
        while text not in self.log.read_bytes()[self._began_at :].decode(errors="replace"):
            if self.pid is None or time.monotonic() > deadline:
                raise NotRunning(f"{self.log.stem} did not say “{text}”:\n{self.tail()}")
            time.sleep(0.05)

    def close(self) -> None:
        """End it, whatever it does, with its children."""
        process, family = self._process, self.children
        if process is None:
            return
        if self.pid is not None:
            send(signal.SIGCONT, [process.pid])
            process.terminate()
            try:
                process.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()
        send(signal.SIGKILL, family)
        wait_gone(family, SECONDS_TO_END)
        guard.forget(process.pid)

    def tail(self, lines: int = 40) -> str:
        """The last lines of the output."""
        return "\n".join(self.output.splitlines()[-lines:])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _end(self, number: signal.Signals, seconds: float) -> int:
        assert self.pid is not None, f"{self.log.stem} does not run:\n{self.tail()}"
        send(signal.SIGCONT, [self.pid])
        send(number, [self.pid])
        return self.wait(seconds)


class Web(Process):
    """A process that serves on a loopback port, and again on the same one after an end."""

    def __init__(
        self, arguments: Sequence[str], environ: Mapping[str, str], folder: Path, name: str, *, port: int
    ) -> None:
        super().__init__(arguments, environ, folder, name)
        self.port = port
        self.http = f"http://{LOOPBACK}:{port}"
        self.ws = f"ws://{LOOPBACK}:{port}"

    def wait_ready(self, seconds: float = SECONDS_TO_START) -> Self:
        """Return when `/readyz` says yes. Raises NotRunning where it ended instead, or did not in time."""
        deadline = time.monotonic() + seconds
        said: object = "nothing"
        while True:
            try:
                status, said = self.get_json("/readyz")
                if status == 200:
                    return self
            except (OSError, http.client.HTTPException, ValueError) as error:
                said = error
            if self.pid is None or time.monotonic() > deadline:
                raise NotRunning(f"{self.log.stem} is not ready, /readyz said {said!r}:\n{self.tail()}")
            time.sleep(0.05)

    def get_json(self, path: str) -> tuple[int, Any]:
        """Status and content of a GET."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()


def environment(**more: str) -> dict[str, str]:
    """The environment of a process of ours: nothing that this run's own settings read, then what is given."""
    # INFO, so that the output holds all that could hold a secret.
    return clean_environment(os.environ) | {"LOG_LEVEL": "INFO", "PYTHONUNBUFFERED": "1"} | more


def whole_environment(postgres_url: str, redis_url: str, data: Path) -> dict[str, str]:
    """All that a production installation on loopback is told, with secrets of its own."""
    return environment(
        **production_environment(postgres_url, redis_url),
        ONTAP_ENV="production",
        ONTAP_DATA=str(data),
        ONTAP_ALLOW_OPEN_TABLES="true",
        ALLOWED_HOSTS=LOOPBACK,
        SECURE_SSL_REDIRECT="false",
    )
