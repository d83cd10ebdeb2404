"""A Redis of our own: `with Redis() as redis: ... redis.url`."""

import signal
from pathlib import Path

import redis

from tests.needs import find_redis
from tests.stack.ports import LOOPBACK
from tests.stack.server import Server, ServerFailed


class Redis(Server):
    """Keeps nothing on disk: after any end the next start is empty, as a failover to a fresh node is."""

    fast = signal.SIGTERM
    immediate = signal.SIGKILL

    @property
    def url(self) -> str:
        """The address of its database 0."""
        return f"redis://{LOOPBACK}:{self.port}/0"

    def flush(self) -> None:
        """Forget all keys; connections and subscriptions stay."""
        with self._client() as client:
            client.flushall()

    def _prepare(self) -> None:
        pass

    def _command(self) -> list[str | Path]:
        program = find_redis()
        if program is None:
            raise ServerFailed("There is no redis-server; see python -m tests.needs")
        options = {"bind": LOOPBACK, "port": str(self.port), "dir": str(self.folder), "save": "", "appendonly": "no"}
        return [program, *(word for key, value in options.items() for word in (f"--{key}", value))]

    def _answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _client(self) -> "redis.Redis":
        return redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2, retry=None)
