"""An installation that runs, as a test sees it: its processes, its addresses, its logins."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from tests.journeys.process import ROOT, NotRunning, Process, Web
from tests.stack import guard
from tests.stack.ports import LOOPBACK, free_port

SECONDS_FOR_A_COMMAND = 60
KNOWN_ADDRESSES = "boards-of-tests.json"  # in a data folder that was copied: `{"<venue>": "<address of its board>"}`


class Running:
    """An installation that runs. `webs` are its web processes; `worker` and `beat` are None where none were asked for,
    and in the embedded column, where they are threads of the one process."""

    def __init__(self, data: Path, environ: Mapping[str, str]) -> None:
        self.data = data
        self.environ = dict(environ)
        self.webs: list[Web] = []
        self.worker: Process | None = None
        self.beat: Process | None = None
        self.made_folder: Path | None = None  # goes with `close`
        self._device_paths = _known_boards(data)
        self._table_paths: dict[tuple[int, str], str] = {}

    @property
    def web(self) -> Web:
        """The first web process."""
        return self.webs[0]

    @property
    def http(self) -> str:
        """The base address of the first web process, without a slash at the end."""
        return self.web.http

    @property
    def ws(self) -> str:
        """The same for websockets."""
        return self.web.ws

    @property
    def processes(self) -> list[Process]:
        return [*self.webs, *(process for process in (self.worker, self.beat) if process is not None)]

    @property
    def addresses(self) -> dict[str, Any]:
        """What demo-addresses.json holds."""
        return self._read("demo-addresses.json")

    @property
    def logins(self) -> dict[str, Any]:
        """What demo-logins.json holds: `{"<username>": {"password", "role", "operator", "venues"}}`."""
        return self._read("demo-logins.json")

    @property
    def output(self) -> str:
        """Everything that its processes printed so far."""
        return "".join(process.output for process in self.processes)

    def table_socket(self, venue: int, table: str) -> str:
        """The seed's bare address of a table (for venues with open tables, such as venue 1 of the demo)."""
        return f"{self.ws}/Test?{urlencode({'venue_id': venue, 'table_number': table})}"

    def device_socket(self, venue: int) -> str:
        """The address of the venue's board for any websocket client. One device per venue, made on first use."""
        if venue not in self._device_paths:
            printed = self.manage("device_key", str(venue), "--name", "Test board").splitlines()[-1]
            self._device_paths[venue] = _path_of(printed)
        return f"{self.ws}{self._device_paths[venue]}"

    def table_link(self, venue: int, table: str) -> str:
        """The link in the table's code."""
        if (venue, table) not in self._table_paths:
            self._table_paths[venue, table] = _path_of(self.manage("table_link", str(venue), table).splitlines()[-1])
        return f"{self.http}{self._table_paths[venue, table]}"

    def manage(self, *arguments: str) -> str:
        """What a management command printed. Raises NotRunning where it failed."""
        return manage(arguments, self.environ)

    def kill(self) -> None:
        """SIGKILL to all its processes."""
        for process in self.processes:
            process.kill()

    def terminate(self, seconds: float = 20) -> list[int]:
        """SIGTERM to all its processes, and their exit codes."""
        return [process.terminate(seconds) for process in self.processes if process.pid is not None]

    def start(self) -> Self:
        """All that does not run, again, on the same ports; returns when it is ready."""
        for process in self.processes:
            if process.pid is None:
                process.start()
        return self.wait_ready()

    def wait_ready(self) -> Self:
        """Return when every web process is ready, and the worker."""
        for web in self.webs:
            web.wait_ready()
        if self.worker is not None:
            self.worker.wait_for(" ready.")
        return self

    def add_web(self) -> Web:
        """One more web process on the same database (production only), started; `wait_ready` is yours."""
        port = free_port()
        arguments = ["-m", "ontap.server", "--host", LOOPBACK, "--port", str(port)]
        web = Web(arguments, self.environ, self.data / "logs", f"web-{len(self.webs) + 1}", port=port)
        self.webs.append(web)
        web.start()
        return web

    def add_worker(self) -> None:
        """A Celery worker and a beat (production only), started."""
        logs, schedule = self.data / "logs", str(self.data / "schedule")
        celery = ["-m", "celery", "-A", "ontap"]
        worker = [*celery, "worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "INFO"]
        self.worker = Process(worker, self.environ, logs, "worker").start()
        self.beat = Process([*celery, "beat", "--schedule", schedule], self.environ, logs, "beat").start()

    def close(self) -> None:
        """End everything; a folder that was made for it goes."""
        for process in self.processes:
            process.close()
        if self.made_folder is not None:
            shutil.rmtree(self.made_folder, ignore_errors=True)
            guard.forget_folder(self.made_folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data / name).read_text())
        return found


def _known_boards(data: Path) -> dict[int, str]:
    known = data / KNOWN_ADDRESSES
    addresses: dict[str, str] = json.loads(known.read_text()) if known.exists() else {}
    return {int(venue): _path_of(address) for venue, address in addresses.items()}


def manage(arguments: Sequence[str], environ: Mapping[str, str], *, may_fail: bool = False) -> str:
    """What `manage.py <arguments>` printed to its standard output; with `may_fail`, also its errors."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS_FOR_A_COMMAND,
        check=False,
    )
    if may_fail:
        return done.stdout + done.stderr
    if done.returncode:
        raise NotRunning(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _path_of(address: str) -> str:
    """Path and query: what was printed names the public host, which is not ours."""
    parts = urlsplit(address.strip())
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
