"""What every test may ask for."""

import itertools
import os
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client, override_settings
from hypothesis import HealthCheck, settings
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker
from xdist.remote import Producer  # type: ignore[import-untyped]  # it has none

from tests.scheduling import Scheduling
from tests.stack.network import turn_on_the_network

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


# Where tests wait for real processes, for up to a minute each.
_SLOW = {"agent", "browser", "chain", "faults", "journeys", "ontap", "simulator"}


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first, so that no worker is left with one of them when the others have nothing to do any more."""
    items.sort(key=lambda item: _SLOW.isdisjoint(item.path.parts))


@pytest.fixture(scope="session")
def trials() -> bool:
    """Whether to use the full numbers that the issues name (`make trials`) instead of small ones."""
    return bool(os.environ.get("ONTAP_TRIALS"))


@pytest.fixture(scope="session")
def column() -> str:
    """Which column of the design the run is on: "embedded" (SQLite) or "production" (PostgreSQL and Redis)."""
    return os.environ.get("ONTAP_ENV", "embedded")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test's database, which goes at the end although the writer and the readers keep their connections to it."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Made-up passwords need no strong hash, and a strong one takes a twentieth of a second of a core. Processes that
    tests start have the real one."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def short_audit() -> Iterator[None]:
    """Entries of the audit log may be removed at once: else the database would refuse to empty itself after a test."""
    with override_settings(ONTAP_AUDIT_DAYS=0):
        yield


@pytest.fixture
def own_network() -> Iterator[None]:
    """No other test's agent hears the gateways of this one, nor this one's theirs."""
    with turn_on_the_network():
        yield


@pytest.fixture
def plain_http(settings: Settings) -> None:
    """Pages answer a test's plain requests, where production would send them to https first."""
    settings.SECURE_SSL_REDIRECT = False


_addresses = itertools.count(1)


@pytest.fixture
def phone() -> Client:
    """A browser at an address of its own: failures are counted per address."""
    number = next(_addresses)
    return Client(REMOTE_ADDR=f"10.9.{number // 250}.{number % 250 + 1}")
