from tests.journeys.fixtures import own_postgres, own_redis, running

__all__ = ["own_postgres", "own_redis", "running"]
