"""What every test may ask for."""

import itertools
import os

import pytest
from django.test import Client
from pytest_django.fixtures import Settings


@pytest.fixture(scope="session")
def trials() -> bool:
    """Whether to use the full numbers that the issues name (`make trials`) instead of small ones."""
    return bool(os.environ.get("ONTAP_TRIALS"))


@pytest.fixture(scope="session")
def column() -> str:
    """Which column of the design the run is on: "embedded" (SQLite) or "production" (PostgreSQL and Redis)."""
    return os.environ.get("ONTAP_ENV", "embedded")


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
