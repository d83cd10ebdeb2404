"""What a process does for its open sockets every second goes on, whatever fails."""

import asyncio

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from orders import presence
from orders.consumers import OrderSocket
from tests.orders.driven import Driven
from tests.orders.pub import make_pub
from venues.models import Device

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_right_is_taken_away_though_something_else_fails_each_second(monkeypatch: pytest.MonkeyPatch) -> None:
    pub = make_pub()
    board = Driven(pub.venue.pk, "dashboard", pub.device_key)
    failed: list[float] = []

    def fail(socket: OrderSocket, moment: float) -> None:
        if not failed:
            failed.append(moment)
            raise AttributeError("something that nobody thought of")

    async def story() -> int | None:
        await board.connect()
        await asyncio.to_thread(Device.objects.filter(venue=pub.venue).update, revoked_at=timezone.now())
        await board.until(lambda: board.closed is not None, 5)
        await board.drop()
        return board.closed

    monkeypatch.setattr(presence, "_started", False)
    monkeypatch.setattr(OrderSocket, "heartbeat", fail)
    assert async_to_sync(story)() == 4003
    assert failed
