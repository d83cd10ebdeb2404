"""What is measured: onTap in its ways to run, and what others would write in its place."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.checks import Database, postgres_database, sqlite_database
from tests.benchmarks.seed import board_key
from tests.benchmarks.stage import ROOT, Stage
from tests.stack import guard
from tests.stack.ports import LOOPBACK, free_port, is_listening

HERE = Path(__file__).resolve().parent
SECONDS_TO_START = 30
SECONDS_TO_END = 10


@dataclass(frozen=True)
class Running:
    """A candidate that serves: its processes, the ports they listen on, and what they write into."""

    pids: list[int]
    ports: list[int]
    database: Database
    keep_venues: bool = False

    @property
    def guest_urls(self) -> list[str]:
        return [f"ws://{LOOPBACK}:{port}/Test?venue_id={{venue}}&table_number={{table}}" for port in self.ports]

    @property
    def board_urls(self) -> list[str]:
        key = board_key("{venue}")
        query = "Test?venue_id={venue}&table_number=dashboard"
        return [f"ws://{LOOPBACK}:{port}/k/{key}/{query}" for port in self.ports]


@dataclass(frozen=True)
class Candidate:
    """Something that can be started on a fresh database, for one run."""

    name: str
    command: Callable[[int, str], list[str]]  # from port and address of the database
    processes: int = 1
    embedded: bool = False
    keep_venues: bool = False
    options: tuple[str, ...] = field(default=())

    @contextmanager
    def run(self, stage: Stage) -> Iterator[Running]:
        """The candidate, serving; gone at the end, with its database."""
        with ExitStack() as stack:
            if self.embedded:
                data = stage.fresh_data()
                address, environment = str(data), stage.embedded_environment(data)
                database = stack.enter_context(sqlite_database(data / "ontap.sqlite3"))
            else:
                address = stage.fresh_database()
                stack.callback(stage.drop, address)
                environment = stage.environment(address)
                database = stack.enter_context(postgres_database(address))
            ports = [free_port() for _ in range(self.processes)]
            pids = [
                stack.enter_context(_process([*self.command(port, address), *self.options], environment, stage, port))
                for port in ports
            ]
            yield Running(pids, ports, database, self.keep_venues)


@contextmanager
def _process(command: list[str], environment: dict[str, str], stage: Stage, port: int) -> Iterator[int]:
    log = stage.folder / f"server-{port}.log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    guard.watch(child.pid, signal.SIGTERM)
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while not is_listening(port):
            if child.poll() is not None or time.monotonic() > deadline:
                raise OSError(f"{command[:4]} does not serve:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.05)
        yield child.pid
    finally:
        child.terminate()
        try:
            child.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        guard.forget(child.pid)


def _daphne(port: int, address: str) -> list[str]:
    return [sys.executable, "-m", "ontap.server", f"--port={port}"]


def _uvicorn(port: int, address: str) -> list[str]:
    options = ["--ws=websockets-sansio", "--loop=uvloop", "--http=h11", "--no-access-log", "--log-level=warning"]
    return [sys.executable, "-m", "uvicorn", "ontap.asgi:application", f"--host={LOOPBACK}", f"--port={port}", *options]


def _node(port: int, address: str) -> list[str]:
    # Young objects of a batch die young: with the default of 16 MB they are copied on the way.
    return ["node", "--max-semi-space-size=64", str(HERE / "peer.mjs"), f"--port={port}", f"--database={address}"]


DAPHNE = Candidate("ontap-daphne", _daphne)
UVICORN = Candidate("ontap-uvicorn", _uvicorn)
NODE_COMMIT = Candidate("node-commit", _node)
NODE_GROUP = Candidate("node-group", _node, options=("--group-commit",))
SQLITE = Candidate("ontap-sqlite", _daphne, embedded=True)
TWO_SPREAD = Candidate("ontap-two, spread", _daphne, processes=2)
TWO_BY_VENUE = Candidate("ontap-two, by venue", _daphne, processes=2, keep_venues=True)
