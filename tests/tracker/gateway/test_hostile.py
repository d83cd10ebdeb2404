"""Whatever answers in the gateway's place: a named error with a clear message, no crash, no loss, no token leaked."""

import asyncio
import gzip
import json
import logging
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from itertools import repeat

import pytest

from tests.tracker.gateway.reports import ONE, report
from tests.tracker.gateway.stranger import SECRET, Answering, Heard, Stranger, raw, says, stranger
from tracker.gateway.address import Address
from tracker.gateway.client import GatewayClient
from tracker.gateway.errors import (
    AnswerTooLarge,
    BadAnswer,
    FirmwareTooOld,
    GatewayError,
    NoAnswer,
    OrderNotFound,
    Redirected,
    ServerFailed,
    TokenUnusable,
    Unreachable,
)
from tracker.gateway.orders import OrderType
from tracker.gateway.paired import Paired
from tracker.gateway.token import Token
from tracker.gateway.transport import GatewayHttp

HTML = b"<html><body>Login to the hotel's wifi</body></html>"
METADATA = "Location: http://169.254.169.254/latest/meta-data/\r\n"


@pytest.fixture(autouse=True)
def no_token_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert SECRET not in caplog.text


async def meet(
    answering: Answering | bytes,
    asking: Callable[[GatewayClient], Awaitable[object]],
    *,
    read_s: float = 5.0,
    whole_s: float = 15.0,
) -> tuple[object, Stranger]:
    async with (
        stranger(answering) as found,
        GatewayHttp(found.address, found.paired, read_s=read_s, whole_s=whole_s) as http,
    ):
        return await asking(GatewayClient(http)), found


def refusal(answering: Answering | bytes, *, read_s: float = 5.0, whole_s: float = 15.0) -> GatewayError:
    """The error of reading the active orders, which shows the token nowhere."""
    with pytest.raises(GatewayError) as raised:
        asyncio.run(meet(answering, lambda client: client.active_orders(), read_s=read_s, whole_s=whole_s))
    error = raised.value
    assert SECRET not in "".join(traceback.format_exception(error)) + repr(vars(error))
    assert len(str(error)) > 20
    return error


@pytest.mark.parametrize(
    ("answer", "error", "permanent"),
    [
        (raw(HTML), BadAnswer, False),
        (raw(HTML, 500), ServerFailed, False),
        (raw(HTML, 503), ServerFailed, False),
        (raw(HTML, 302, more=METADATA), Redirected, True),
        (raw(b"", 307, more=METADATA), Redirected, True),
        (raw(b""), BadAnswer, False),
        (raw(b'{"items": ['), BadAnswer, False),
        (raw(b"[]"), BadAnswer, False),
        (raw(b"null"), BadAnswer, False),
        (raw(b"[" * 200_000), BadAnswer, False),
        (raw(b'{"items": NaN}'), BadAnswer, False),
        (raw(b'{"items": "\xff\xfe"}'), BadAnswer, False),
        (raw(b'{"items": [], "n": ' + b"9" * 9_999 + b"}"), BadAnswer, False),
        (raw(gzip.compress(b"{}"), more="Content-Encoding: gzip\r\n"), BadAnswer, False),
        (b"", BadAnswer, False),
        (b"SSH-2.0-OpenSSH_9.2\r\n", BadAnswer, False),
        (b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 500_000, BadAnswer, False),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"items": [', BadAnswer, False),
        (says({"status": 401, "returnCode": -2, "message": f"{SECRET} is not valid"}, 401), TokenUnusable, True),
        (raw(HTML, 401), TokenUnusable, True),
    ],
)
def test_nonsense_is_a_named_error(answer: bytes, error: type[GatewayError], permanent: bool) -> None:
    found = refusal(answer)
    assert type(found) is error
    assert found.permanent is permanent


def test_a_hundred_megabytes_are_not_read() -> None:
    written = 0

    async def stream(heard: Heard, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n")
        for part in repeat(b" " * 65_536, 1_600):
            writer.write(part)
            await writer.drain()
            written += len(part)

    assert isinstance(refusal(stream), AnswerTooLarge)
    assert written < 20_000_000  # what the sockets' buffers take


def test_a_gateway_that_never_answers_is_waited_for_no_longer_than_its_time() -> None:
    async def silence(heard: Heard, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3)

    began = time.monotonic()
    error = refusal(silence, read_s=0.2)
    assert isinstance(error, NoAnswer)
    assert error.perhaps_done
    assert time.monotonic() - began < 2


def test_an_answer_that_drips_is_cut_off() -> None:
    async def drip(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    began = time.monotonic()
    assert isinstance(refusal(drip, read_s=1.0, whole_s=0.5), NoAnswer)
    assert time.monotonic() - began < 2


def test_where_nothing_listens_the_request_was_surely_not_carried_out() -> None:
    async def run() -> None:
        async with stranger(b"") as found:
            pass
        async with GatewayHttp(found.address, found.paired) as http:
            assert not await GatewayClient(http).is_online()
            with pytest.raises(Unreachable) as raised:
                await GatewayClient(http).page_order("23")
            assert not raised.value.perhaps_done

    asyncio.run(run())


def test_a_redirect_is_not_followed_and_the_token_stays() -> None:
    async def run() -> None:
        async with stranger(says({"items": []})) as thief:
            location = f"Location: {thief.address.http}/api/v2/activeorders\r\n"
            for status in (301, 302, 303, 307, 308):
                with pytest.raises(Redirected):
                    await meet(raw(b"", status, more=location), lambda client: client.active_orders())
            assert thief.heard == []

    asyncio.run(run())


def test_a_proxy_of_the_environment_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with stranger(says({"items": []})) as proxy:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, proxy.address.http)
            _, found = await meet(says({"items": []}), lambda client: client.active_orders())
            assert (len(found.heard), proxy.heard) == (1, [])

    asyncio.run(run())


def test_a_cookie_is_not_sent_back() -> None:
    async def twice(client: GatewayClient) -> None:
        await client.active_orders()
        await client.active_orders()

    _, found = asyncio.run(meet(raw(b'{"items": []}', more="Set-Cookie: id=1; Path=/\r\n"), twice))
    assert [heard.headers.get("cookie") for heard in found.heard] == [None, None]


def test_something_else_at_the_gateways_address_is_not_called_online() -> None:
    online = lambda client: client.is_online()  # noqa: E731
    assert asyncio.run(meet(says({"anything": True}), online))[0] is True
    for answer, error in ((raw(HTML), BadAnswer), (raw(HTML, 404), FirmwareTooOld), (raw(HTML, 500), ServerFailed)):
        with pytest.raises(error):
            asyncio.run(meet(answer, online))


def test_orders_without_a_uuid_hide_no_others() -> None:
    answer = says({"items": [{"name": "7"}, report(), 5, report() | {"uuid": "../accesstoken"}]})
    active, _ = asyncio.run(meet(answer, lambda client: client.active_orders()))
    assert f"UUID('{ONE}')" in repr(active)
    assert repr(active).endswith("unreadable=3)")


def test_what_the_gateway_says_is_kept_clean_and_apart() -> None:
    said = f"\x1b[2J{SECRET}\n" + "x" * 900
    with pytest.raises(OrderNotFound) as raised:
        asyncio.run(meet(says({"returnCode": -6, "message": said}, 404), lambda client: client.clear_order("23")))
    assert raised.value.said.startswith("[2J[token]xxx")
    assert len(raised.value.said) <= 200
    assert "xxx" not in str(raised.value)


def test_a_token_that_is_echoed_in_a_header_or_a_reason_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    echo = f"HTTP/1.1 200 {SECRET}\r\nX-Echo: {SECRET}\r\nContent-Length: 13\r\n\r\n".encode() + b'{"items": []}'
    asyncio.run(meet(echo, lambda client: client.active_orders()))
    assert "[token]" in caplog.text


def test_no_traceback_with_local_values_shows_the_token() -> None:
    async def run() -> None:
        await meet(raw(HTML), lambda client: client.put_order("23", OrderType.TO_GO))

    with pytest.raises(GatewayError) as raised:
        asyncio.run(run())
    shown = "".join(traceback.TracebackException.from_exception(raised.value, capture_locals=True).format())
    assert "put_order" in shown
    assert SECRET not in shown


def test_a_host_that_no_name_service_knows_is_unreachable() -> None:
    async def run() -> bool:
        address = Address("no-such-gateway.invalid")
        async with GatewayHttp(address, Paired(Token(SECRET), address)) as http:
            return await GatewayClient(http).is_online()

    assert not asyncio.run(run())


def test_numbers_of_any_size_are_read_or_left_out() -> None:
    text = json.dumps({"items": [report(elapsedTime=10**40, name=10**30, paged=1e308)]})
    active, _ = asyncio.run(meet(raw(text.encode()), lambda client: client.active_orders()))
    assert "elapsed_s=None" in repr(active)
