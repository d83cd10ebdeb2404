from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.journeys.fixtures import own_postgres, own_redis, running, template, with_worker
from tests.journeys.house import House
from tests.journeys.office import Office
from tests.journeys.room import Room
from tests.journeys.running import Running

__all__ = ["own_postgres", "own_redis", "running", "template", "with_worker"]


@pytest.fixture(scope="module")
def house(running: Running) -> Iterator[House]:
    """Venue 2, for tests of access."""
    with closing(Office(running)) as office:
        yield House(running, office)


@pytest.fixture
def table(house: House) -> str:
    """The number of a table of the test's own at venue 2."""
    return house.table()


@pytest.fixture
def room(running: Running) -> Iterator[Room]:
    """Venue 1, for tests of version 2."""
    with closing(Room(running)) as room:
        yield room
