"""A PostgreSQL of our own: `with Postgres() as postgres: url = postgres.create_database("pub")`."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from tests.needs import find_postgres
from tests.stack import guard
from tests.stack.ports import LOOPBACK
from tests.stack.server import Server, ServerFailed

USER = "ontap"
SECONDS_TO_CONNECT = 5


class Postgres(Server):
    """Trusts whoever reaches its loopback port as the superuser `ontap`.

    Without `fsync` (the default) a crash of the server still loses nothing that was committed, only a crash of the
    whole machine would; benchmarks turn it on, as production has it. `like`: it begins with what another one, which
    was stopped in order, kept in its `data`.
    """

    fast = signal.SIGINT
    immediate = signal.SIGQUIT

    def __init__(self, *, fsync: bool = False, max_connections: int = 300, like: Path | None = None) -> None:
        super().__init__()
        self._like = like
        self.fsync = fsync
        self.max_connections = max_connections
        self.data = self.folder / "data"

    @property
    def url(self) -> str:
        """The address of the database `postgres`, which always exists."""
        return self._url("postgres")

    def create_database(self, name: str, like: str = "template1") -> str:
        """The address of a new database: empty, or a copy of another one, to which nobody may be connected."""
        self._administer(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(like)))
        return self._url(name)

    def drop_database(self, name: str) -> None:
        """Remove the database where it exists, cutting off whoever is connected to it."""
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True, connect_timeout=SECONDS_TO_CONNECT) as connection:
            connection.execute(statement)

    def _url(self, database: str) -> str:
        return f"postgres://{USER}@{LOOPBACK}:{self.port}/{database}"

    def _prepare(self) -> None:
        if self._like is not None:
            shutil.copytree(self._like, self.data)
            self._give_away(self.data)
            return
        # --no-sync: the folder lives as long as the test. The locale sorts and folds case alike on every machine.
        locale = "C.UTF-8" if sys.platform == "linux" else "C"
        options = [f"--username={USER}", "--auth=trust", "--encoding=UTF8", f"--locale={locale}", "--no-sync"]
        with self.log.open("ab") as log:
            made = self._spawn([_programs() / "initdb", f"--pgdata={self.data}", *options], log.fileno())
            try:
                code = made.wait(60)
            except subprocess.TimeoutExpired:
                made.kill()
                code = made.wait()
            finally:
                guard.forget(made.pid)
        if code:
            raise ServerFailed(f"initdb failed:\n{self.log_tail()}")

    def _give_away(self, folder: Path) -> None:
        if self._account:
            for path, _, names in os.walk(folder):
                for found in (path, *(os.path.join(path, name) for name in names)):
                    os.chown(found, self._account.pw_uid, self._account.pw_gid)

    def _command(self) -> list[str | Path]:
        durable = "on" if self.fsync else "off"
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",  # our folder's path may be too long for one
            "max_connections": str(self.max_connections),
            "fsync": durable,
            "full_page_writes": durable,
            "shared_buffers": "128MB",
            "max_wal_size": "2GB",
            "jit": "off",
            "timezone": "UTC",
            "log_lock_waits": "on",
            "log_line_prefix": "%m [%p] %a ",
        }
        arguments = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return [_programs() / "postgres", "-D", self.data, *arguments]

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=SECONDS_TO_CONNECT):
                return True
        except psycopg.OperationalError:
            return False


def _programs() -> Path:
    folder = find_postgres()
    if folder is None:
        raise ServerFailed("There is no PostgreSQL; see python -m tests.needs")
    return folder
