"""The hint that something is new for a venue's agent: a wish, another connection, the end of its right to be here.

It says which venue and nothing else; whoever hears it looks into the database. Best effort: every process with agents
looks every two seconds anyway.
"""

import asyncio
from collections.abc import Callable

from asgiref.sync import async_to_sync
from django.db import transaction

from orders import layer

GROUP = "agents"

_loop: asyncio.AbstractEventLoop | None = None
_announce: Callable[[int], None] | None = None


def announce_on(loop: asyncio.AbstractEventLoop, announce: Callable[[int], None]) -> None:
    """Have this process's nudges sent on its loop, by this function, which also looks here."""
    global _loop, _announce
    _loop, _announce = loop, announce


def look_soon(venue_id: int) -> None:
    """Once the transaction of this thread is committed, have whoever holds the venue's agent look. From any thread."""
    transaction.on_commit(lambda: _tell(venue_id))


def _tell(venue_id: int) -> None:
    if _loop is not None and _announce is not None and not _loop.is_closed():
        _loop.call_soon_threadsafe(_announce, venue_id)
        return
    async_to_sync(send)(venue_id)


async def send(venue_id: int) -> None:
    """To every process with agents."""
    await layer.tell(GROUP, venue=venue_id)
