"""Installations whose processes and servers these tests hang, kill and flood, apart from those of other tests."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.crowd import Crowd, Database
from tests.faults.postgres_wire import PostgresWire
from tests.faults.proxy import Proxy
from tests.journeys.fixtures import template
from tests.journeys.running import Running, start_production, start_up
from tests.journeys.template import DATABASE, Template
from tests.stack.ports import LOOPBACK
from tests.stack.postgres import Postgres
from tests.stack.redis import Redis

__all__ = ["template"]

PRODUCTION = os.environ.get("ONTAP_ENV") == "production"
# On the embedded column there is no PostgreSQL and no Redis that could break.
collect_ignore = [] if PRODUCTION else ["test_postgres_faults.py", "test_redis_faults.py"]

PACE = 0.1  # seconds between a guest's orders
MANY = "1000000"
NO_LIMITS = {
    "ONTAP_HANDSHAKES_PER_MINUTE": MANY,
    "ONTAP_FAILURES_PER_MINUTE": MANY,
    "ONTAP_ORDERS_PER_SOCKET": MANY,
    "ONTAP_ORDERS_PER_SESSION": MANY,
    "ONTAP_MESSAGES_PER_SOCKET": MANY,
}


class Pub:
    """An installation with the demo's venues, what it keeps, and the wire to its database where there is one."""

    def __init__(self, running: Running, database: Database, proxy: Proxy | None = None) -> None:
        self.running, self.database = running, database
        self._proxy = proxy

    @property
    def wire(self) -> Proxy:
        assert self._proxy is not None
        return self._proxy

    def board(self, venue: int = 1, web: int = 0) -> str:
        """A board's address at one of the web processes."""
        return self.running.device_socket(venue).replace(self.running.ws, self.running.webs[web].ws)

    def table(self, number: int, venue: int = 1, web: int = 0) -> str:
        """The same for a table."""
        return self.running.table_socket(venue, str(number)).replace(self.running.ws, self.running.webs[web].ws)

    @contextmanager
    def evening(self) -> Iterator[Crowd]:
        """A crowd, and no order and no table left open after it."""
        self.database.make_room()
        try:
            with Crowd(self.database) as crowd:
                yield crowd
        finally:
            if self._proxy is not None:
                self._proxy.heal()
            self.database.clear_tables()


@contextmanager
def embedded_pub(template: Template, folder: Path, env: Mapping[str, str]) -> Iterator[Pub]:
    """The one process on SQLite."""
    with start_up(folder, env=env, like=template) as running:
        yield Pub(running, Database(folder / "ontap.sqlite3"))


@contextmanager
def production_pub(
    template: Template, postgres: Postgres, redis: Redis, folder: Path, env: Mapping[str, str], *, n_web: int = 1
) -> Iterator[Pub]:
    """Web processes that reach PostgreSQL through a wire that may break."""
    name = f"faulty_{secrets.token_hex(4)}"
    url = postgres.create_database(name, like=DATABASE)
    with (
        Proxy((LOOPBACK, postgres.port), wire=PostgresWire) as proxy,
        start_production(proxy.url(url), redis.url, n_web, env=env, data_folder=folder, like=template) as running,
    ):
        yield Pub(running, Database(url), proxy)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def faulty_postgres(template: Template) -> Iterator[Postgres]:
    with Postgres(like=template.cluster) as postgres:
        yield postgres


@pytest.fixture(scope="session")
def faulty_redis() -> Iterator[Redis]:
    with Redis() as redis:
        yield redis
