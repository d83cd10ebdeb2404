import os

import pytest

from tests.journeys.fixtures import own_postgres, own_redis, running, template

__all__ = ["own_postgres", "own_redis", "running", "template", "with_worker"]


@pytest.fixture(scope="module")
def with_worker() -> bool:
    """The whole chain."""
    return True


# On the embedded column there is no Redis that could be away, and one web process.
PRODUCTION = os.environ.get("ONTAP_ENV") == "production"
collect_ignore = [] if PRODUCTION else ["test_redis_away.py", "test_two_webs.py"]
