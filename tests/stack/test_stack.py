"""The servers that the other tests rely on do what their methods say."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis as redis_client

from tests.stack.ports import first_ephemeral_port, free_port, is_listening
from tests.stack.postgres import Postgres
from tests.stack.processes import wait_gone
from tests.stack.redis import Redis

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    with Redis() as server:
        yield server


def count_orders(url: str) -> int:
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute("SELECT count(*) FROM orders").fetchone()
    assert row
    return int(row[0])


def url_with_one_order(postgres: Postgres, name: str) -> str:
    url = postgres.create_database(name)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE orders (id int)")
        connection.execute("INSERT INTO orders VALUES (1)")
    return url


@pytest.mark.parametrize("end", ["stop", "stop_immediately", "kill"])
def test_postgres_keeps_what_was_committed_however_it_ends(postgres: Postgres, end: str) -> None:
    url = url_with_one_order(postgres, f"ended_by_{end}")
    getattr(postgres, end)()
    assert not is_listening(postgres.port)
    postgres.start()
    assert count_orders(url) == 1


def test_paused_postgres_hangs_open_connections_and_goes_on_when_resumed(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection, ThreadPoolExecutor() as pool:
        postgres.pause()
        answer = pool.submit(connection.execute, "SELECT 1")
        try:
            with pytest.raises(TimeoutError):
                answer.result(0.5)
            assert is_listening(postgres.port)
        finally:
            postgres.resume()
        assert answer.result(10).fetchone() == (1,)


def test_paused_postgres_can_be_stopped_and_started(postgres: Postgres) -> None:
    postgres.pause()
    postgres.stop_immediately()
    postgres.start()
    with psycopg.connect(postgres.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_dropped_database_is_gone_for_those_who_use_it_too(postgres: Postgres) -> None:
    url = postgres.create_database("to_drop")
    with psycopg.connect(url, autocommit=True) as connection:
        postgres.drop_database("to_drop")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_postgres_tells_benchmarks_that_it_syncs() -> None:
    with Postgres(fsync=True, max_connections=20) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW max_connections").fetchone() == ("20",)


@pytest.mark.parametrize("end", ["stop", "stop_immediately", "kill"])
def test_redis_comes_back_empty_on_the_same_port(redis: Redis, end: str) -> None:
    url = redis.url
    with redis_client.Redis.from_url(url) as client:
        client.set("key", "value")
        getattr(redis, end)()
        with pytest.raises(redis_client.ConnectionError):
            client.get("key")
        redis.start()
        assert redis.url == url
        assert client.get("key") is None


def test_paused_redis_hangs_and_goes_on_when_resumed(redis: Redis) -> None:
    with redis_client.Redis.from_url(redis.url, socket_timeout=0.5, retry=None) as client:
        client.set("key", "value")
        redis.pause()
        with pytest.raises(redis_client.TimeoutError):
            client.get("key")
        redis.resume()
        assert client.get("key") == b"value"


def test_flushed_redis_has_no_keys(redis: Redis) -> None:
    with redis_client.Redis.from_url(redis.url) as client:
        client.set("key", "value")
        redis.flush()
        assert client.dbsize() == 0


def test_servers_do_not_run_as_root(redis: Redis, postgres: Postgres) -> None:
    for server in (redis, postgres):
        assert server.pid
        assert os.stat(f"/proc/{server.pid}").st_uid != 0


def test_folder_goes_when_the_server_is_closed() -> None:
    with Redis() as server:
        assert server.folder.is_dir()
    assert not server.folder.exists()


def test_ports_are_not_given_twice_nor_those_of_outgoing_connections() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    assert max(ports) < max(first_ephemeral_port(), 32001)


KILLED_RUN = """
import os, signal
from tests.stack.postgres import Postgres
from tests.stack.redis import Redis
postgres, redis = Postgres().start(), Redis().start()
postgres.pause()
print(postgres.pid, redis.pid, postgres.folder, redis.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_run_that_is_killed_leaves_no_server_and_no_folder_behind() -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED_RUN], cwd=ROOT, capture_output=True, text=True, timeout=60)
    pids, folders = killed.stdout.split()[:2], killed.stdout.split()[2:]
    assert wait_gone(map(int, pids), seconds=20)
    deadline = time.monotonic() + 10
    while any(map(os.path.exists, folders)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(os.path.exists, folders))
