"""The websocket's shell against real servers on loopback, faithful and hostile."""

import asyncio
import json
import logging
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.tracker.gateway.reports import notification, order, report, snapshot
from tests.tracker.gateway.stranger import DEVICE, SECRET, raw, says, stranger
from tracker.gateway.address import Address
from tracker.gateway.book import Change, ChangeKind, OrderBook
from tracker.gateway.connection import USUAL, Timing, open_feed
from tracker.gateway.errors import (
    BadAnswer,
    FeedLost,
    GatewayError,
    NoAnswer,
    Redirected,
    ServerFailed,
    TokenUnusable,
    Unreachable,
)
from tracker.gateway.paired import Paired
from tracker.gateway.session import HEADER_GETS_S, Live, Output, Resync
from tracker.gateway.token import Token
from tracker.gateway.tolerant import MOST_BYTES

Serving = Callable[[ServerConnection], Awaitable[None]]
CREATED = Change(ChangeKind.CREATED, order())


@pytest.fixture(autouse=True)
def no_token_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    for name in ("", "websockets.client", "tracker.gateway.websocket"):
        caplog.set_level(logging.DEBUG, name)
    yield
    # The servers of these tests are no subject of theirs.
    assert not [one for one in caplog.records if SECRET in one.getMessage() and one.name != "websockets.server"]


@asynccontextmanager
async def gateway(serving: Serving) -> AsyncIterator[Paired]:
    async def quietly(socket: ServerConnection) -> None:
        await serving(socket)

    async with serve(quietly, "127.0.0.1", 0, compression=None, close_timeout=0.3) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield Paired(Token(SECRET), Address("127.0.0.1", port), DEVICE)


def listen(serving: Serving, *, receives: int = 1, by_header: bool = True, timing: Timing = USUAL) -> list[Output]:
    """What comes of so many receives."""

    async def run() -> list[Output]:
        outputs: list[Output] = []
        async with (
            gateway(serving) as paired,
            open_feed(paired, OrderBook(), by_header=by_header, timing=timing) as feed,
        ):
            for _ in range(receives):
                outputs += await feed.receive()
        return outputs

    return asyncio.run(run())


def lost(serving: Serving, timing: Timing = USUAL) -> GatewayError:
    """The error that the session ends with, which shows the token nowhere."""
    with pytest.raises(GatewayError) as raised:
        listen(serving, receives=50, timing=timing)
    assert SECRET not in "".join(traceback.format_exception(raised.value)) + repr(vars(raised.value))
    return raised.value


def test_the_header_authenticates_and_changes_come() -> None:
    async def serving(socket: ServerConnection) -> None:
        assert socket.request is not None
        assert socket.request.headers["Authorization"] == f"Bearer {SECRET}"
        await socket.send(snapshot(report()))
        await socket.send(notification("ORDER_MODIFIED", 1, locationName="9"))
        await socket.wait_closed()

    moved = order(locationName="9")
    assert listen(serving, receives=2) == [Live(), CREATED, Change(ChangeKind.MODIFIED, moved, order())]


def test_a_gateway_that_ignores_the_header_gets_the_message() -> None:
    async def serving(socket: ServerConnection) -> None:
        assert json.loads(await socket.recv()) == {"accesstoken": SECRET}
        await socket.send(snapshot(report()))
        await socket.wait_closed()

    assert listen(serving, timing=Timing(header_gets_s=0.1)) == [Live(), CREATED]


def test_a_gateway_that_refuses_the_header_gets_the_message_at_once() -> None:
    async def serving(socket: ServerConnection) -> None:
        assert socket.request is not None
        assert "Authorization" not in socket.request.headers
        assert SECRET in str(await socket.recv())
        await socket.send(snapshot(report()))
        await socket.wait_closed()

    began = time.monotonic()
    assert listen(serving, by_header=False) == [Live(), CREATED]
    assert time.monotonic() - began < HEADER_GETS_S


def test_an_end_before_the_orders_points_at_the_token_whatever_its_code() -> None:
    async def serving(socket: ServerConnection) -> None:
        await socket.close(1000)

    error = lost(serving)
    assert isinstance(error, FeedLost)
    assert not error.authenticated


def test_an_error_frame_is_named() -> None:
    async def serving(socket: ServerConnection) -> None:
        await socket.send(json.dumps({"status": 401, "returnCode": -2, "message": f"Invalid {SECRET}"}))
        await socket.close(1000)

    assert isinstance(lost(serving), TokenUnusable)


def test_half_a_frame_ends_the_session_and_loses_nothing_of_before() -> None:
    book = OrderBook()

    async def serving(socket: ServerConnection) -> None:
        await socket.send(snapshot(report()))
        socket.transport.write(b"\x81\x7e\x10\x00" + b'{"type":"ORDER_')  # 4,096 bytes are announced
        await asyncio.sleep(0.05)
        socket.transport.abort()

    async def run() -> None:
        async with gateway(serving) as paired, open_feed(paired, book) as feed:
            assert await feed.receive() == [Live(), CREATED]
            with pytest.raises(FeedLost) as raised:
                await feed.receive()
            assert raised.value.authenticated

    asyncio.run(run())
    assert list(book.orders.values()) == [order()]


@pytest.mark.parametrize(
    "frame",
    [b"\x81\x03\xff\xfe\xfd", b"\xf1\x00", b"\x83\x00", b"\x81\x7f" + (100_000_000).to_bytes(8, "big") + b" " * 70_000],
    ids=["no UTF-8", "reserved bits", "reserved opcode", "100 MB"],
)
def test_frames_against_the_protocol_end_the_session(frame: bytes) -> None:
    async def serving(socket: ServerConnection) -> None:
        await socket.send(snapshot())
        await socket.send(notification("ORDER_CREATED", 1))
        socket.transport.write(frame)
        await socket.wait_closed()

    error = lost(serving)
    assert isinstance(error, FeedLost)
    assert error.authenticated


def test_a_message_beyond_the_bound_ends_the_session() -> None:
    async def serving(socket: ServerConnection) -> None:
        await socket.send(snapshot(report()))
        await socket.send(" " * (MOST_BYTES + 1))
        await socket.wait_closed()

    assert isinstance(lost(serving), FeedLost)


def test_nonsense_in_between_is_survived() -> None:
    async def serving(socket: ServerConnection) -> None:
        await socket.send(snapshot())
        for nonsense in ("<html>", b"\x00\x01", "[]", '{"type":"PARTY"}', '{"type":"ORDER_CREATED","name":"7"}'):
            await socket.send(nonsense)
        await socket.send(notification("ORDER_CREATED", 1))
        await socket.wait_closed()

    outputs = listen(serving, receives=6)
    assert [type(output) for output in outputs] == [Live, Resync, Resync, Resync, Resync, Change]
    assert outputs[-1] == CREATED


def test_a_gateway_that_answers_no_ping_is_given_up() -> None:
    async def serving(socket: ServerConnection) -> None:
        await socket.send(snapshot(report()))
        socket.transport.pause_reading()
        await asyncio.sleep(1)

    error = lost(serving, Timing(ping_every_s=0.1, pong_within_s=0.1, close_s=0.1))
    assert isinstance(error, FeedLost)
    assert error.authenticated


def test_a_cancelled_receive_loses_no_change() -> None:
    async def serving(socket: ServerConnection) -> None:
        await asyncio.sleep(0.1)
        await socket.send(snapshot(report()))
        await socket.wait_closed()

    async def run() -> None:
        async with gateway(serving) as paired, open_feed(paired, OrderBook()) as feed:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await feed.receive()
            assert await feed.receive() == [Live(), CREATED]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (raw(b"<html>", 200), BadAnswer),
        (raw(b"<html>", 500), ServerFailed),
        (raw(b"<html>", 401), TokenUnusable),
        (says({"status": 400, "returnCode": -1, "message": SECRET}, 400), TokenUnusable),
        (raw(b"", 302, more="Location: ws://169.254.169.254/latest/\r\n"), Redirected),
        (b"SSH-2.0-OpenSSH_9.2\r\n", BadAnswer),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", BadAnswer),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 4_000_000, BadAnswer),
        (b"", BadAnswer),
    ],
)
def test_a_handshake_that_fails_is_a_named_error(answer: bytes, error: type[GatewayError]) -> None:
    async def run() -> None:
        async with stranger(answer) as found, open_feed(found.paired, OrderBook()):
            pass

    with pytest.raises(GatewayError) as raised:
        asyncio.run(run())
    assert type(raised.value) is error
    assert SECRET not in "".join(traceback.format_exception(raised.value)) + repr(vars(raised.value))


def test_no_traceback_with_local_values_shows_the_token() -> None:
    async def closing(socket: ServerConnection) -> None:
        await socket.close()

    async def refused() -> None:
        async with stranger(raw(b"<html>", 500)) as found, open_feed(found.paired, OrderBook()):
            pass

    for failing in (lambda: listen(closing), lambda: asyncio.run(refused())):
        with pytest.raises(GatewayError) as raised:
            failing()
        shown = traceback.TracebackException.from_exception(raised.value, capture_locals=True).format()
        assert SECRET not in "".join(shown)


def test_a_redirected_handshake_takes_the_token_nowhere() -> None:
    async def run() -> None:
        async with stranger(b"") as thief:
            location = f"Location: {thief.address.websocket}\r\n"
            async with stranger(raw(b"", 302, more=location)) as found:
                with pytest.raises(Redirected):
                    async with open_feed(found.paired, OrderBook()):
                        pass
            assert thief.heard == []

    asyncio.run(run())


def test_a_proxy_of_the_environment_gets_no_handshake(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with stranger(b"") as proxy, stranger(raw(b"", 500)) as found:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "ws_proxy", "socks_proxy"):
                monkeypatch.setenv(name, proxy.address.http)
            with pytest.raises(ServerFailed):
                async with open_feed(found.paired, OrderBook()):
                    pass
            assert proxy.heard == []

    asyncio.run(run())


def test_where_nothing_listens_or_nobody_answers_it_says_so() -> None:
    async def silence(heard: object, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)

    async def run() -> None:
        async with stranger(silence) as found:
            with pytest.raises(NoAnswer):
                async with open_feed(found.paired, OrderBook(), timing=Timing(open_s=0.2)):
                    pass
        with pytest.raises(Unreachable):
            async with open_feed(found.paired, OrderBook()):
                pass

    asyncio.run(run())
