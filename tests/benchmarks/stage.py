"""Where everything is measured: our own PostgreSQL (with fsync) and Redis, and a fresh database for every run."""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from tests.benchmarks.seed import TABLES, VENUES
from tests.run import clean_environment, production_environment
from tests.stack import guard
from tests.stack.postgres import Postgres
from tests.stack.redis import Redis

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = "template_of_runs"

# A load generator is one address with a thousand tables: what protects a pub from it would be all that we measure.
WIDE_OPEN = {
    "ONTAP_ALLOW_OPEN_TABLES": "1",
    "ONTAP_HANDSHAKES_PER_MINUTE": "100000000",
    "ONTAP_FAILURES_PER_MINUTE": "100000000",
    "ONTAP_ORDERS_PER_SOCKET": "100000000",
    "ONTAP_ORDERS_PER_SESSION": "100000000",
    "ONTAP_MESSAGES_PER_SOCKET": "100000000",
}


class Stage:
    """`with Stage() as stage: ...`; everything it started ends with it."""

    def __init__(self, *, venues: int = VENUES, tables: int = TABLES) -> None:
        self.venues, self.tables = venues, tables
        self._stack = ExitStack()
        self._runs = 0

    def __enter__(self) -> Self:
        try:
            self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="ontap-benchmarks-")))
            guard.watch_folder(self.folder)
            self._stack.callback(guard.forget_folder, self.folder)
            self.postgres = self._stack.enter_context(Postgres(fsync=True))
            self.redis = self._stack.enter_context(Redis())
            self._seed(self.environment(self.postgres.create_database(TEMPLATE)))
            self._administer("VACUUM ANALYZE", database=TEMPLATE)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def environment(self, database_url: str) -> dict[str, str]:
        """What onTap needs to serve a database as in production."""
        data = {"ONTAP_ENV": "production", "ONTAP_DATA": str(self.folder / "data")}
        return clean_environment(os.environ) | production_environment(database_url, self.redis.url) | data | WIDE_OPEN

    def embedded_environment(self, data: Path) -> dict[str, str]:
        """What onTap needs to serve the SQLite database in a data folder."""
        return clean_environment(os.environ) | {"ONTAP_ENV": "embedded", "ONTAP_DATA": str(data)} | WIDE_OPEN

    def fresh_database(self) -> str:
        """The address of a new database with venues, tables and menu, and no order yet."""
        self._runs += 1
        name = f"run_{self._runs}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        self._administer("CHECKPOINT")  # what was written before is not this run's to flush
        return self.postgres.url.rpartition("/")[0] + f"/{name}"

    def drop(self, database_url: str) -> None:
        """Forget a run's database."""
        self.postgres.drop_database(database_url.rpartition("/")[2])

    def fresh_data(self) -> Path:
        """A new data folder of an embedded onTap, filled in the same way."""
        template = self.folder / "embedded"
        if not template.exists():
            self._seed(self.embedded_environment(template))
        self._runs += 1
        copy = self.folder / f"run_{self._runs}"
        shutil.copytree(template, copy)
        return copy

    def deadlocks(self) -> int:
        """How often PostgreSQL's log says that it had to end a deadlock."""
        return self.postgres.log.read_text(errors="replace").count("deadlock detected")

    def _seed(self, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.seed"]
        command += [f"--venues={self.venues}", f"--tables={self.tables}"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)

    def _administer(self, statement: str, database: str = "postgres") -> None:
        address = self.postgres.url.rpartition("/")[0] + f"/{database}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql.SQL(statement))  # our own words only
