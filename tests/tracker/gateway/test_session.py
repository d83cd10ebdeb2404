"""The websocket session without a socket: authentication, the flow of messages, and what is missing in it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracker.gateway.reports import ONE, TWO, notification, order, report, snapshot
from tests.tracker.gateway.stranger import SECRET
from tracker.gateway.book import Change, ChangeKind, OrderBook
from tracker.gateway.errors import FeedLost, GatewayError, Refused, TokenTimeout, TokenUnusable
from tracker.gateway.messages import token_message
from tracker.gateway.session import HEADER_GETS_S, TOKEN_WINDOW_S, Live, Output, Phase, Resync, SendToken, Session
from tracker.gateway.token import Token

TOKEN = Token(SECRET)


def opened(*, by_header: bool = True, book: OrderBook | None = None) -> Session:
    return Session(TOKEN, book or OrderBook(), 0.0, by_header=by_header)


def live(*items: object) -> tuple[Session, OrderBook]:
    book = OrderBook()
    session = opened(book=book)
    session.received(snapshot(*items), 0.1)
    return session, book


def resyncs(outputs: list[Output]) -> list[str]:
    return [output.why for output in outputs if isinstance(output, Resync)]


def test_the_header_alone_is_enough_where_the_orders_follow() -> None:
    session = opened()
    assert session.tick(HEADER_GETS_S - 0.1) == []
    assert session.received(snapshot(report()), 1.0) == [Live(), Change(ChangeKind.CREATED, order())]
    assert session.phase is Phase.LIVE
    assert session.deadline is None
    assert session.tick(TOKEN_WINDOW_S * 2) == []


def test_the_token_follows_by_message_where_the_header_brought_nothing() -> None:
    session = opened()
    assert session.deadline == HEADER_GETS_S
    assert session.tick(HEADER_GETS_S) == [SendToken()]
    assert session.tick(HEADER_GETS_S + 1) == []
    assert HEADER_GETS_S < TOKEN_WINDOW_S


def test_without_a_header_the_token_goes_at_once() -> None:
    session = opened(by_header=False)
    assert session.deadline == 0.0
    assert session.tick(0.0) == [SendToken()]
    assert json.loads(token_message(TOKEN)) == {"accesstoken": SECRET}


def test_a_gateway_that_never_shows_its_orders_is_given_up() -> None:
    session = opened()
    session.tick(HEADER_GETS_S)
    assert session.deadline is not None
    with pytest.raises(FeedLost) as lost:
        session.tick(session.deadline)
    assert not lost.value.authenticated
    assert session.phase is Phase.ENDED


def test_a_feed_without_any_order_is_live_and_says_so_once() -> None:
    session = opened()
    assert session.received(snapshot(), 1.0) == [Live()]
    assert session.received(snapshot(), 2.0) == []


def test_an_end_before_the_orders_is_told_from_one_after_them() -> None:
    assert not opened().closed().authenticated
    session, _ = live()
    assert session.closed().authenticated


@pytest.mark.parametrize(("code", "error"), [(-2, TokenUnusable), (-32, TokenTimeout), (-31, Refused), (-77, Refused)])
def test_an_error_frame_is_a_named_error(code: int, error: type[GatewayError]) -> None:
    session = opened()
    with pytest.raises(error):
        session.received(json.dumps({"status": 401, "returnCode": code, "message": f"no {SECRET}"}), 1.0)
    assert session.received(snapshot(report()), 2.0) == []


def test_what_the_gateway_says_of_an_error_holds_no_token() -> None:
    with pytest.raises(Refused) as refusal:
        opened().received(json.dumps({"returnCode": -31, "message": f"bad payload {SECRET}"}), 1.0)
    assert refusal.value.said == "bad payload [token]"
    assert SECRET not in repr(vars(refusal.value)) + str(refusal.value)


def test_notifications_upsert_by_uuid_and_a_clear_removes() -> None:
    session, book = live()
    one = session.received(notification("ORDER_CREATED", 1, state="started"), 1)
    two = session.received(notification("ORDER_MODIFIED", 2, state="located"), 2)
    three = session.received(notification("ORDER_PAGED", 3, paged=True), 3)
    unknown = session.received(notification("ORDER_MODIFIED", 4, TWO), 4)
    four = session.received(notification("ORDER_MODIFIED", 5, state="cleared"), 5)
    assert [change.kind for change in (*one, *two, *three, *unknown, *four) if isinstance(change, Change)] == [
        "created", "modified", "paged", "created", "cleared",
    ]  # fmt: skip
    assert [str(key) for key in book.orders] == [TWO]


def test_a_clear_by_a_kind_that_nobody_documents_is_a_clear() -> None:
    session, book = live(report())
    (change,) = session.received(json.dumps({"type": "ORDER_CLEARED", "uuid": ONE}), 1)
    assert isinstance(change, Change)
    assert change.kind is ChangeKind.CLEARED
    assert not book.orders


def test_a_new_snapshot_replaces_and_asks_for_nothing() -> None:
    session, book = live(report())
    assert resyncs(session.received(snapshot(report(), report(TWO)), 2)) == []
    assert len(book.orders) == 2


def test_messages_in_line_ask_for_nothing() -> None:
    session, _ = live()
    for seq in (84, 85, 86, None, 87):
        assert resyncs(session.received(notification("ORDER_MODIFIED", seq), 1)) == []


def test_a_gap_asks_for_a_resync_and_is_not_waited_for() -> None:
    session, book = live()
    session.received(notification("ORDER_CREATED", 84), 1)
    outputs = session.received(notification("ORDER_CREATED", 87, TWO), 2)
    assert resyncs(outputs) == ["2 messages are missing"]
    assert len(book.orders) == 2


def test_a_message_that_was_overtaken_does_not_turn_the_order_back() -> None:
    session, book = live()
    session.received(notification("ORDER_CREATED", 5, state="started"), 1)
    session.received(notification("ORDER_MODIFIED", 7, state="located", locationName="9"), 2)
    assert resyncs(session.received(notification("ORDER_MODIFIED", 6, state="located", locationName="8"), 3))
    assert [one.location for one in book.orders.values()] == ["9"]
    assert resyncs(session.received(notification("ORDER_MODIFIED", 8), 4)) == []


def test_a_message_that_came_twice_is_taken_once() -> None:
    session, _ = live()
    paged = notification("ORDER_PAGED", 5, paged=True)
    assert len(session.received(paged, 1)) == 2
    assert not [output for output in session.received(paged, 1) if isinstance(output, Change)]


def test_a_gateway_that_counts_anew_is_followed() -> None:
    session, _ = live()
    session.received(notification("ORDER_CREATED", 900), 1)
    assert resyncs(session.received(notification("ORDER_MODIFIED", 1), 2)) == ["the gateway counts anew"]
    assert resyncs(session.received(notification("ORDER_MODIFIED", 2), 3)) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '{"type":"ACTIVE_ORDERS"}',
        '{"type":"ORDER_CREATED","seq":1,"name":"23"}',
        b"\x00",
        "[" * 9999,
    ],
)
def test_what_cannot_be_read_may_have_been_a_change(text: str | bytes) -> None:
    session, book = live(report())
    assert len(resyncs(session.received(text, 1))) == 1
    assert len(book.orders) == 1
    assert session.phase is Phase.LIVE


def test_unknown_kinds_are_let_pass_and_read_up_on_where_they_name_an_order() -> None:
    session, _ = live()
    assert session.received('{"type":"BATTERY_LOW","tracker":"23"}', 1) == []
    assert resyncs(session.received(json.dumps({"type": "ORDER_MERGED", "uuid": ONE}), 1))


def test_orders_without_a_uuid_in_a_snapshot_ask_for_a_resync_and_lose_nothing() -> None:
    session, book = live(report())
    outputs = session.received(snapshot({"name": "23"}), 60)
    assert resyncs(outputs) == ["1 active orders could not be read"]
    assert outputs == [Resync("1 active orders could not be read")]
    assert len(book.orders) == 1


def test_orders_are_remembered_over_a_reconnect() -> None:
    session, book = live(report(), report(TWO))
    session.received(notification("ORDER_MODIFIED", 1, state="cleared"), 1)
    session.closed()
    again = opened(book=book)
    assert again.received(snapshot(report(), report(TWO)), 5) == [Live()]
    assert [str(key) for key in book.orders] == [TWO]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["ACTIVE_ORDERS", "ORDER_PAGED", ONE, "x", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "seq", "uuid", "items", "state", "status", "returnCode"]), inner)
    ),
    max_leaves=12,
)


@given(st.lists(st.one_of(JSON.map(json.dumps), st.text(max_size=30), st.binary(max_size=30)), max_size=8))
def test_no_message_crashes_a_session(messages: list[str | bytes]) -> None:
    session = opened()
    try:
        for now, message in enumerate(messages):
            assert isinstance(session.received(message, now), list)
    except GatewayError:
        assert session.phase is Phase.ENDED
