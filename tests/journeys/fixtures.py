"""Fixtures on real processes. A conftest that wants them imports `running` and, on its own, what it stands on:

from tests.journeys.fixtures import own_postgres, own_redis, running, template, with_worker  # noqa: F401
"""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.running import Running, start_production, start_up
from tests.journeys.template import DATABASE, Template
from tests.stack.postgres import Postgres
from tests.stack.redis import Redis


@pytest.fixture(scope="session")
def template(column: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """What every `running` is a copy of; one for all test processes of a run."""
    folder = tmp_path_factory.getbasetemp()
    return Template.shared((folder if worker_id == "master" else folder.parent) / "template", column)


@pytest.fixture(scope="session")
def own_postgres(template: Template) -> Iterator[Postgres]:
    """A PostgreSQL for the processes of these tests, beside the one that the run itself uses."""
    with Postgres(like=template.cluster) as postgres:
        yield postgres


@pytest.fixture(scope="session")
def own_redis() -> Iterator[Redis]:
    with Redis() as redis:
        yield redis


@pytest.fixture(scope="module")
def with_worker() -> bool:
    """Whether `running` has a Celery worker and a beat on the production column too. Most of what sockets and pages do
    needs none, and they take seconds to start; a file or a folder that does overrides this."""
    return False


@pytest.fixture(scope="module")
def running(
    request: pytest.FixtureRequest,
    column: str,
    template: Template,
    tmp_path_factory: pytest.TempPathFactory,
    with_worker: bool,
) -> Iterator[Running]:
    """The whole installation on the column of this run, with the demo, ready; shared by the tests of one file."""
    folder: Path = tmp_path_factory.mktemp("running")
    if column == "embedded":
        with start_up(folder, like=template) as running:
            yield running
        return
    postgres: Postgres = request.getfixturevalue("own_postgres")
    redis: Redis = request.getfixturevalue("own_redis")
    database = f"running_{secrets.token_hex(4)}"
    address = postgres.create_database(database, like=DATABASE)
    try:
        with start_production(address, redis.url, worker=with_worker, data_folder=folder, like=template) as running:
            yield running
    finally:
        postgres.drop_database(database)
