"""Reads for sockets: a few threads of our own, each with its database connection, never one per message."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="reader")


async def in_reader(read: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The result of a function that uses the ORM, run where blocking harms nobody."""

    def work() -> R:
        close_old_connections()
        try:
            return read(*args, **kwargs)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_threads, work)
