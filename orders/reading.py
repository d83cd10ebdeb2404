"""Reads for sockets: a few threads of our own, each with its database connection, never one per message."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, Error, OperationalError, close_old_connections, connection, connections
from django.db.utils import load_backend

P = ParamSpec("P")
R = TypeVar("R")

READ_S = 5.0  # nobody at a socket waits longer


def leave_pool() -> None:
    """Give this thread a connection of its own, kept and looked at before each use.

    A pool is for pages. After an outage it waits, ever longer, before it tries again, and then hands out what died.
    """
    settings = connection.settings_dict
    if "pool" in settings["OPTIONS"]:
        options = {name: value for name, value in settings["OPTIONS"].items() if name != "pool"}
        own = {**settings, "OPTIONS": options, "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
        connections[DEFAULT_DB_ALIAS] = load_backend(settings["ENGINE"]).DatabaseWrapper(own, DEFAULT_DB_ALIAS)


_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="reader", initializer=leave_pool)


async def in_reader(read: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The result of a function that uses the ORM, run where blocking harms nobody.

    Raises Django's OperationalError after READ_S too; the thread comes back when the database does.
    """

    def work() -> R:
        try:
            return read(*args, **kwargs)
        except Error:
            connection.close()
            raise
        finally:
            if connection.vendor != "sqlite":  # to open the file anew would cost more than the read
                close_old_connections()

    try:
        async with asyncio.timeout(READ_S):
            return await asyncio.get_running_loop().run_in_executor(_threads, work)
    except TimeoutError:
        raise OperationalError(f"The database has not answered for {READ_S:.0f} s") from None
