"""A socket that is closed while the menu is read for its order orders nothing any more."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.utils import timezone

from orders import presence, tables
from orders import writer as writing
from orders.models import Order
from orders.reading import in_reader
from tests.orders.driven import Driven
from tests.orders.pub import make_pub

pytestmark = pytest.mark.django_db(transaction=True)
READERS = 4


class Menus:
    """Whoever reads a menu waits until it may go on, and nobody else."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._free = threading.Event()

    async def hold(self) -> None:
        await _in_every_reader(lambda: connection.execute_wrappers.append(self._wait))

    async def let_go(self) -> None:
        self._free.set()
        await _in_every_reader(lambda: connection.execute_wrappers.remove(self._wait))

    def _wait(self, execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if 'FROM "venues_category"' in sql:
            self._loop.call_soon_threadsafe(self.asked.set)
            assert self._free.wait(10)
        return execute(sql, *more)


async def _in_every_reader(work: Callable[[], None]) -> None:
    together = threading.Barrier(READERS)

    def one() -> None:
        together.wait(10)
        work()

    await asyncio.gather(*(in_reader(one) for _ in range(READERS)))


def test_what_was_sent_before_its_table_was_stopped_is_not_placed_when_the_table_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pub = make_pub()
    table = pub.tables[0]
    guest, later = (Driven(pub.venue.pk, table.number, pub.member_token(0)) for _ in range(2))
    order = {
        "action": "order",
        "venue_id": str(pub.venue.pk),
        "table_number": table.number,
        "order_items": {str(pub.products[0].pk): 1},
    }

    async def story() -> None:
        menus = Menus()
        await guest.connect()
        await menus.hold()
        await guest.say(order)
        await menus.asked.wait()
        await asyncio.to_thread(tables.stop_table, table, timezone.now())
        presence.check_access_soon()
        await guest.until(lambda: guest.closed is not None)
        await asyncio.to_thread(tables.let_table_go_on, table)
        await menus.let_go()
        await guest.drop()
        await later.connect()
        await later.say(order)
        await later.until(lambda: any(frame["type"] == "ack" for frame in later.frames))
        await later.drop()
        writing.writer().stop()

    # Those of this story's loop, which ends with it.
    monkeypatch.setattr(presence, "_started", False)
    monkeypatch.setattr(writing, "_writer", None)
    async_to_sync(story)()
    assert guest.closed == 4003
    assert Order.objects.count() == 1
