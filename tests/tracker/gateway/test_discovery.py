"""Discovery by real multicast on the loopback interface."""

import asyncio
import os
import socket

import pytest
from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from tests.stack.network import waits_for_its_turn
from tracker.gateway.discovery import Discovery, discovering
from tracker.gateway.errors import Unreachable
from tracker.gateway.sightings import SERVICE_TYPE, Appeared, Disappeared, Moved, News

pytestmark = [pytest.mark.usefixtures("own_network"), waits_for_its_turn]
LOOPBACK = ["127.0.0.1"]
INSTANCE = f"test bar {os.getpid()}"  # others on this machine may be announcing too
NAME = f"{INSTANCE.title()}.{SERVICE_TYPE}"


def announced(ip: str, port: int = 8000) -> AsyncServiceInfo:
    return AsyncServiceInfo(SERVICE_TYPE, NAME, addresses=[socket.inet_aton(ip)], port=port, server="gw-test.local.")


async def next_of(discovery: Discovery, kind: type[News]) -> News:
    async with asyncio.timeout(10):
        while True:
            for news in await discovery.next_news():
                if isinstance(news, kind) and news.gateway.device.instance == INSTANCE:
                    return news


def test_a_gateway_appears_moves_and_disappears() -> None:
    async def run() -> None:
        announcer = AsyncZeroconf(interfaces=LOOPBACK, ip_version=IPVersion.V4Only)
        try:
            async with discovering(interfaces=LOOPBACK, loopback=True) as discovery:
                await (await announcer.async_register_service(announced("127.0.0.1", 8123)))
                appeared = await next_of(discovery, Appeared)
                assert str(appeared.gateway.address) == "127.0.0.1:8123"
                assert appeared.gateway.device.host == "gw-test.local"
                await (await announcer.async_update_service(announced("127.0.0.2", 8123)))
                moved = await next_of(discovery, Moved)
                assert str(moved.gateway.address) == "127.0.0.2:8123"
                await (await announcer.async_unregister_service(announced("127.0.0.2", 8123)))
                await next_of(discovery, Disappeared)
                assert INSTANCE not in [one.device.instance for one in discovery.gateways]
        finally:
            await announcer.async_close()

    asyncio.run(run())


def test_an_announcer_of_a_metadata_address_is_not_listed() -> None:
    async def run() -> None:
        announcer = AsyncZeroconf(interfaces=LOOPBACK, ip_version=IPVersion.V4Only)
        try:
            async with discovering(interfaces=LOOPBACK) as discovery:
                await (await announcer.async_register_service(announced("169.254.169.254")))
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(1.5):
                        await next_of(discovery, Appeared)
                assert INSTANCE not in [one.device.instance for one in discovery.gateways]
        finally:
            await announcer.async_close()

    asyncio.run(run())


def test_a_machine_without_that_network_says_so() -> None:
    async def run() -> None:
        async with discovering(interfaces=["203.0.113.77"]):
            pass

    with pytest.raises(Unreachable, match="type the address in"):
        asyncio.run(run())
