"""Every endpoint: what goes over the wire, and what comes of the answer."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.tracker.gateway.reports import ONE, order, report
from tests.tracker.gateway.stranger import SECRET, Heard, says, stranger
from tracker.gateway.admin import GatewayAdmin
from tracker.gateway.client import GatewayClient
from tracker.gateway.errors import BadAnswer, EndpointUnavailable, InvalidRequest, OrderNotFound, TokenMissing
from tracker.gateway.history import HistoryQuery
from tracker.gateway.orders import OrderType
from tracker.gateway.transport import GatewayHttp

KEY = uuid.UUID(ONE)
AT = datetime(2024, 5, 1, 9, 0, 23)  # noqa: DTZ001 - the gateway's clock has no zone
TOKEN = {"name": "default", "token": SECRET, "creation_date": "2024-05-01T18:04:34", "last_used": None}
ORDER = {"status": 200, "returnCode": 6, "activeorder": report()}

Asking = Callable[[GatewayClient, GatewayAdmin], Awaitable[object]]


def ask(asking: Asking, *answers: bytes, paired: bool = True) -> tuple[object, list[Heard]]:
    """The result of a call, and the requests that it made; the last answer is given from then on."""

    async def run() -> tuple[object, list[Heard]]:
        left = list(answers)

        async def answering(heard: Heard, writer: asyncio.StreamWriter) -> None:
            writer.write(left.pop(0) if len(left) > 1 else left[0])

        async with (
            stranger(answering) as found,
            GatewayHttp(found.address, found.paired if paired else None) as http,
        ):
            try:
                result = await asking(GatewayClient(http), GatewayAdmin(http))
            finally:
                assert all(SECRET not in heard.target for heard in found.heard)
            return result, found.heard

    return asyncio.run(run())


# asking, answer, method, path, query, body
CALLS: list[tuple[Asking, dict[str, Any], str, str, dict[str, str], object]] = [
    (lambda c, a: c.is_online(), {"any": 1}, "GET", "", {}, None),
    (lambda c, a: c.request_token("POS1"), {"token": TOKEN}, "GET", "/accesstoken/generate", {"name": "POS1"}, None),
    (lambda c, a: c.another_token("POS1"), {"token": TOKEN}, "POST", "/accesstoken/generate", {}, {"name": "POS1"}),
    (lambda c, a: c.token_details(), {"token": TOKEN}, "GET", "/accesstoken", {}, None),
    (lambda c, a: c.all_tokens(), {"items": [TOKEN, {}]}, "GET", "/accesstoken/all", {}, None),
    (lambda c, a: c.revoke_token(), {"returnCode": 1001}, "DELETE", "/accesstoken", {}, None),
    (lambda c, a: c.active_orders(), {"items": [report()]}, "GET", "/activeorders", {}, None),
    (lambda c, a: c.active_order("23"), ORDER, "GET", "/activeorders/23", {}, None),
    (lambda c, a: c.active_order(KEY), ORDER, "GET", f"/activeorders/{ONE}", {}, None),
    (
        lambda c, a: c.put_order("23", OrderType.TO_GO),
        ORDER, "POST", "/activeorders", {}, {"name": "23", "orderType": "TO_GO"},
    ),
    (
        lambda c, a: c.put_order("23", OrderType.ON_PREMISE, "8"),
        ORDER, "POST", "/activeorders", {}, {"name": "23", "orderType": "ON_PREMISE", "locationName": "8"},
    ),
    (lambda c, a: c.clear_order(KEY), ORDER, "DELETE", f"/activeorders/{ONE}", {}, None),
    (lambda c, a: c.clear_all_orders(), {"count": 0}, "DELETE", "/activeorders", {}, None),
    (lambda c, a: c.page_order(KEY), ORDER, "POST", f"/activeorders/{ONE}/page", {}, {"tracking": True}),
    (
        lambda c, a: c.page_order("23", tracking=False),
        ORDER, "POST", "/activeorders/23/page", {}, {"tracking": False},
    ),
    (lambda c, a: c.stop_paging("23"), {"returnCode": 1002}, "DELETE", "/activeorders/23/page", {}, None),
    (
        lambda c, a: c.history(HistoryQuery(25, 50, AT, AT, OrderType.TO_GO, "8")),
        {"items": []}, "GET", "/orders",
        {
            "offset": "25", "limit": "50", "created_after": "2024-05-01T09:00:23",
            "created_before": "2024-05-01T09:00:23", "order_type": "TO_GO", "location_name": "8",
        },
        None,
    ),
    (lambda c, a: c.past_order(KEY), {"order": report()}, "GET", f"/orders/{ONE}", {}, None),
    (lambda c, a: a.statistics(), {"statistics": {}}, "GET", "/statistics", {}, None),
    (lambda c, a: a.statistics(300), {"statistics": {}}, "GET", "/statistics", {"target_time": "300"}, None),
    (lambda c, a: a.settings(), {"settings": {}}, "GET", "/gateway/settings", {}, None),
    (
        lambda c, a: a.change_settings(timezone="UTC", target_time_s=350),
        {}, "POST", "/gateway/settings", {}, {"timezone": "UTC", "targetTimeDefault": 350},
    ),
    (lambda c, a: a.repeaters(), {"repeaters": []}, "GET", "/repeaters", {"refresh": "false"}, None),
    (lambda c, a: a.repeaters(refresh=True), {"repeaters": []}, "GET", "/repeaters", {"refresh": "true"}, None),
    (lambda c, a: a.clear_repeaters(), {"returnCode": 1006}, "DELETE", "/repeaters", {"refresh": "false"}, None),
    (lambda c, a: a.begin_pairing(30), {"returnCode": 1012}, "POST", "/repeaters/beginPairing", {}, {"timeout": 30}),
    (lambda c, a: a.end_pairing(), {"returnCode": 1013}, "POST", "/repeaters/endPairing", {}, {}),
    (
        lambda c, a: a.activate("012-3456-789"),
        {"returnCode": 1011}, "POST", "/gateway/activate", {}, {"deviceCode": "012-3456-789"},
    ),
    (lambda c, a: a.activation_state(), {"state": "NOT_CONFIGURED"}, "GET", "/gateway/activate", {}, None),
    (lambda c, a: a.register_webhook("http://10.0.1.18/n"), {}, "POST", "/register", {}, {"http_client": "http://10.0.1.18/n"}),
    (lambda c, a: a.capabilities(), {}, "GET", "/capabilities", {}, None),
    (lambda c, a: a.gateway(), {}, "GET", "/gateway", {}, None),
    (lambda c, a: a.check(), {}, "GET", "/gateway/check", {}, None),
    (lambda c, a: a.trackers(), {}, "GET", "/trackers", {}, None),
    (lambda c, a: a.clear_trackers(), {"returnCode": 1007}, "DELETE", "/trackers", {}, None),
]  # fmt: skip
OPEN = ("", "/accesstoken/generate")  # without a token, as GET


@pytest.mark.parametrize(
    ("asking", "answer", "method", "path", "query", "body"), CALLS, ids=[f"{call[2]} {call[3]}" for call in CALLS]
)
def test_each_endpoint_is_asked_as_documented(
    asking: Asking, answer: dict[str, Any], method: str, path: str, query: dict[str, str], body: object
) -> None:
    _, (heard,) = ask(asking, says({"status": 200, **answer}))
    target = urlsplit(heard.target)
    assert (heard.method, target.path, dict(parse_qsl(target.query))) == (method, f"/api/v2{path}", query)
    assert heard.headers["content-type"] == "application/json"
    if method == "GET" and path in OPEN:
        assert "authorization" not in heard.headers
    else:
        assert heard.headers["authorization"] == f"Bearer {SECRET}"
    if method == "POST":
        assert heard.json == body
    else:
        assert heard.body == b""


def test_nothing_that_wants_a_token_is_sent_without_one() -> None:
    for asking, answer, method, path, *_ in CALLS:
        if method == "GET" and path in OPEN:
            ask(asking, says(answer), paired=False)
        else:
            with pytest.raises(TokenMissing):
                ask(asking, says(answer), paired=False)


def test_a_token_is_sent_to_no_address_but_its_own() -> None:
    async def run() -> None:
        async with stranger(says({})) as ours, stranger(says({})) as other:
            with pytest.raises(InvalidRequest):
                GatewayHttp(other.address, ours.paired)

    asyncio.run(run())


def test_a_token_comes_with_or_without_a_return_code() -> None:
    for more in ({}, {"returnCode": 2}):
        token, _ = ask(
            lambda c, a: c.request_token("x"), says({"status": 201, "token": TOKEN, **more}, 201), paired=False
        )
        assert SECRET not in repr(token)


def test_a_listed_token_is_never_kept() -> None:
    details, _ = ask(lambda c, a: c.all_tokens(), says({"items": [TOKEN | {"rights": "all"}, "x", {}]}))
    assert SECRET not in repr(details)
    assert "rights" in repr(details)


@pytest.mark.parametrize("code", [1009, 1010])
def test_an_order_that_was_there_already_is_read(code: int) -> None:
    put: Asking = lambda c, a: c.put_order("23", OrderType.ON_PREMISE)  # noqa: E731
    result, heard = ask(put, says({"status": 200, "returnCode": code, "message": "already"}), says(ORDER))
    assert result == order()
    assert [one.method for one in heard] == ["POST", "GET"]
    result, heard = ask(put, says(ORDER | {"returnCode": code}))
    assert (result, len(heard)) == (order(), 1)


def test_paging_falls_back_once_and_remembers() -> None:
    async def twice(client: GatewayClient, admin: GatewayAdmin) -> None:
        await client.page_order("23")
        await client.page_order("23")

    missing = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p/>"
    _, heard = ask(twice, missing, says(ORDER))
    assert [one.target.rsplit("/", 1)[1] for one in heard] == ["page", "guest_paging", "guest_paging"]


def test_an_order_that_is_gone_is_not_paged_at_another_path() -> None:
    with pytest.raises(OrderNotFound):
        ask(lambda c, a: c.page_order("23"), says({"status": 404, "returnCode": -6}, 404), says(ORDER))


def test_a_gateway_that_says_itself_that_it_cannot_page_is_believed() -> None:
    with pytest.raises(EndpointUnavailable):
        ask(lambda c, a: c.page_order("23"), says({"status": 404, "returnCode": -5}, 404), says(ORDER))


def test_a_gateway_without_both_paths_says_so() -> None:
    with pytest.raises(EndpointUnavailable):
        ask(lambda c, a: c.page_order("23"), says({}, 405))


@pytest.mark.parametrize("name", ["../accesstoken", "23/page", "", "23?x=1", "\uff12", "%2e%2e", "2" * 50])
def test_a_name_never_becomes_an_address(name: str) -> None:
    for asking in (
        lambda c, a: c.clear_order(name),
        lambda c, a: c.page_order(name),
        lambda c, a: c.put_order(name, OrderType.TO_GO),
        lambda c, a: c.put_order("23", OrderType.TO_GO, name),
    ):
        with pytest.raises(InvalidRequest):
            ask(asking, says(ORDER))


def test_statistics_are_read_nested_and_flat() -> None:
    flat = {"averageSeconds": 1809.5, "ordersToday": 2.0, "targetTime": 109.0, "percentGoal": 50.0}
    nested, _ = ask(lambda c, a: a.statistics(), says({"returnCode": 10, "statistics": flat}))
    assert nested == ask(lambda c, a: a.statistics(), says({"status": 200, **flat}))[0]
    assert "1809.5" in repr(nested)


def test_a_page_counts_what_could_not_be_read() -> None:
    page, _ = ask(lambda c, a: c.history(HistoryQuery()), says({"items": [report(), {}, None]}))
    assert repr(page).endswith("listed=3)")


def test_any_json_at_all_is_online() -> None:
    answers: list[object] = [{}, [], "ok", 2]
    for answer in answers:
        assert ask(lambda c, a: c.is_online(), says(answer))[0] is True


def test_a_command_may_be_answered_by_a_bare_yes() -> None:
    no_content = b"HTTP/1.1 204 No Content\r\n\r\n"
    for asking in (lambda c, a: c.page_order("23"), lambda c, a: c.clear_order("23"), lambda c, a: a.end_pairing()):
        ask(asking, no_content)


@pytest.mark.parametrize("answer", [{}, {"items": {}}, {"items": None}])
def test_a_missing_list_is_no_empty_pub(answer: object) -> None:
    with pytest.raises(BadAnswer):
        ask(lambda c, a: c.active_orders(), says(answer))
