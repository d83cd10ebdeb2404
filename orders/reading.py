"""Reads for sockets: a few threads of our own, each with its database connection, never one per message."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import Error, close_old_connections, connection

P = ParamSpec("P")
R = TypeVar("R")

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="reader")


async def in_reader(read: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The result of a function that uses the ORM, run where blocking harms nobody."""

    def work() -> R:
        try:
            return read(*args, **kwargs)
        except Error:
            connection.close()
            raise
        finally:
            if connection.vendor != "sqlite":  # to open the file anew would cost more than the read
                close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_threads, work)
