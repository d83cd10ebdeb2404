"""What every test may ask for."""

import os

import pytest


@pytest.fixture(scope="session")
def trials() -> bool:
    """Whether to use the full numbers that the issues name (`make trials`) instead of small ones."""
    return bool(os.environ.get("ONTAP_TRIALS"))


@pytest.fixture(scope="session")
def column() -> str:
    """Which column of the design the run is on: "embedded" (SQLite) or "production" (PostgreSQL and Redis)."""
    return os.environ.get("ONTAP_ENV", "embedded")
