"""onTap as people run it: `start_up` is one process on SQLite, `start_production` many on PostgreSQL and Redis.

with start_up(folder) as running, V1Board(running.device_socket(1)), V1Guest(running.table_socket(1, "1")):
    ...

Both come back ready, with the demo's venues. Everything is ended by its number, also when the test run is killed.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.journeys.installation import Running, manage
from tests.journeys.process import Web, environment, whole_environment
from tests.journeys.template import Template
from tests.stack import guard
from tests.stack.ports import free_port

__all__ = ["Running", "manage", "start_production", "start_up"]


def start_up(
    data_folder: Path,
    port: int | None = None,
    env: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
    *,
    wait: bool = True,
    gateway: bool = False,
    like: Template | None = None,
) -> Running:
    """`manage.py up` on a data folder, ready (or just started, with `wait=False`).

    `gateway`: with the demo's simulated gateway and agent, which few tests need and all would pay for. `like`: not its
    first start.
    """
    if like is not None:
        like.copy_to(data_folder)
    port = free_port() if port is None else port
    running = Running(data_folder, environment(ONTAP_DATA=str(data_folder), PORT=str(port)) | dict(env or {}))
    beside = [] if gateway else ["--no-gateway"]
    web = Web(["manage.py", "up", *beside, *arguments], running.environ, data_folder / "logs", "up", port=port)
    running.webs.append(web)
    try:
        web.start()
        if wait:
            web.wait_ready()
    except BaseException:
        running.close()
        raise
    return running


def start_production(
    postgres_url: str,
    redis_url: str,
    n_web: int = 1,
    worker: bool = False,
    env: Mapping[str, str] | None = None,
    data_folder: Path | None = None,
    like: Template | None = None,
) -> Running:
    """`n_web` web processes on an empty or known database, with Celery worker and beat where wanted, ready.

    Open tables are allowed, as on the embedded column, so that the same tests run on both. `like`: the database is a
    copy of this one's.
    """
    made = Path(tempfile.mkdtemp(prefix="ontap-production-")) if data_folder is None else None
    data = made or data_folder
    assert data is not None
    if like is None:
        environ = whole_environment(postgres_url, redis_url, data)
    else:
        like.copy_to(data)
        environ = like.environ | {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url, "ONTAP_DATA": str(data)}
    running = Running(data, environ | dict(env or {}))
    if made is not None:
        running.made_folder = made
        guard.watch_folder(made)
    try:
        if like is None:
            running.manage("migrate", "--verbosity", "0")
            running.manage("load_demo")
        if worker:
            running.add_worker()
        for _ in range(n_web):
            running.add_web()
        running.wait_ready()
    except BaseException:
        running.close()
        raise
    return running
