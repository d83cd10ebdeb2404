"""What a process does for its open sockets every second goes on, whatever fails."""

import asyncio
from datetime import UTC, datetime

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from orders import presence
from orders.consumers import OrderSocket
from tests.orders.driven import Driven
from tests.orders.pub import make_pub
from venues.models import Device
from venues.seen import is_online

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


def test_a_device_is_online_while_a_process_has_its_socket_and_not_for_long_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody says that it has gone: its next socket may be at another process already."""
    pub = make_pub()
    board = Driven(pub.venue.pk, "dashboard", pub.device_key)

    async def seen_at() -> datetime | None:
        return (await asyncio.to_thread(Device.objects.get, venue=pub.venue)).last_seen_at

    async def seen_after(moment: datetime) -> datetime:
        while True:
            found = await seen_at()
            if found is not None and found > moment:
                return found
            await asyncio.sleep(0.05)

    async def story() -> tuple[datetime, datetime]:
        assert await seen_at() is None
        await board.connect()
        came = await asyncio.wait_for(seen_after(datetime.min.replace(tzinfo=UTC)), 5)
        again = await asyncio.wait_for(seen_after(came), 10)
        await board.drop()
        return came, again

    monkeypatch.setattr(presence, "_started", False)
    monkeypatch.setattr(presence, "RENEW_S", 1)
    came, again = async_to_sync(story)()
    assert is_online(again, came + presence.LEASE)
    assert not is_online(again, again + presence.LEASE)
