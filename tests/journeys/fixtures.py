"""Fixtures on real processes. A conftest that wants them imports `running` and, on its own, what it stands on:

from tests.journeys.fixtures import own_postgres, own_redis, running  # noqa: F401
"""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.running import Running, start_production, start_up
from tests.stack.postgres import Postgres
from tests.stack.redis import Redis


@pytest.fixture(scope="session")
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL for the processes of these tests, beside the one that the run itself uses."""
    with Postgres() as postgres:
        yield postgres


@pytest.fixture(scope="session")
def own_redis() -> Iterator[Redis]:
    with Redis() as redis:
        yield redis


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest, column: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The whole installation on the column of this run, with the demo, ready; shared by the tests of one file."""
    folder: Path = tmp_path_factory.mktemp("running")
    if column == "embedded":
        with start_up(folder) as running:
            yield running
        return
    postgres: Postgres = request.getfixturevalue("own_postgres")
    redis: Redis = request.getfixturevalue("own_redis")
    database = f"running_{secrets.token_hex(4)}"
    try:
        with start_production(
            postgres.create_database(database), redis.url, worker=True, data_folder=folder
        ) as running:
            yield running
    finally:
        postgres.drop_database(database)
