"""What clients may send, and that whatever else they send is refused by a number (API reference, sections 6 and 9)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.simulator.answers import Writer
from tracker.simulator.faults import Faults
from tracker.simulator.orders import ON_PREMISE, Wish
from tracker.simulator.reading import (
    check_timeout,
    read_body,
    read_boolean,
    read_history_query,
    read_pairing_timeout,
    read_target_time,
    read_wish,
)
from tracker.simulator.refusals import Refused
from tracker.simulator.webhooks import read_client

WRITER = Writer(ZoneInfo("Europe/London"), Faults(), datetime(2026, 7, 1, 12, 0, tzinfo=UTC))
ORDER = {"name": "7", "orderType": "ON_PREMISE"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def code_of(act: object, *arguments: object) -> int | None:
    """The return code that it is refused with, or None where it is not."""
    assert callable(act)
    try:
        act(*arguments)
    except Refused as refused:
        return int(refused.code)
    return None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": None}, -8),
        ({"name": ""}, -9),
        ({"name": "7a"}, -9),
        ({"name": 7}, -9),
        ({"name": "\u0667"}, -9),
        ({"name": "7\n"}, -9),
        ({"orderType": None}, -11),
        ({"orderType": "to_go"}, -12),
        ({"orderType": []}, -12),
        ({"locationName": "bar"}, -10),
        ({"locationName": ""}, -10),
        ({"locationName": 8}, -10),
        ({"locationName": None}, None),
        ({"locationName": "008"}, None),
        ({"unknown": 1}, None),
    ],
)
def test_each_mistake_of_an_order_has_its_code(change: dict[str, object], code: int | None) -> None:
    assert code_of(read_wish, ORDER | change) == code


def test_both_spellings_of_dining_in_are_taken() -> None:
    assert read_wish(ORDER | {"orderType": "ON_PREMISES"}) == Wish("7", ON_PREMISE)


def test_leading_noughts_are_the_clients_own_affair() -> None:
    assert read_wish(ORDER | {"name": "007"}).name == "007"


@given(st.dictionaries(st.sampled_from(("name", "orderType", "locationName")), JSON))
def test_any_object_is_an_order_or_refused(body: dict[str, object]) -> None:
    assert code_of(read_wish, body) in (None, -8, -9, -10, -11, -12)


@given(st.binary())
def test_any_bytes_are_an_object_or_refused(raw: bytes) -> None:
    assert code_of(read_body, raw) in (None, -31)


@pytest.mark.parametrize("raw", [b"[]", b"1", b'"x"', b"null", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_is_refused(raw: bytes) -> None:
    assert code_of(read_body, raw) == -31


def test_no_body_is_an_empty_one() -> None:
    assert read_body(b" \n") == {}


@pytest.mark.parametrize(
    ("value", "truth"), [(True, True), (False, False), ("true", True), ("False", False), (None, True)]
)
def test_yes_and_no_are_written_in_two_ways(value: object, truth: bool) -> None:
    assert read_boolean(value, default=True) is truth


@pytest.mark.parametrize("value", [1, 0, "yes", "", [], {}])
def test_anything_else_is_neither_yes_nor_no(value: object) -> None:
    with pytest.raises(Refused) as caught:
        read_boolean(value, default=True)
    assert caught.value.code == -15


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"limit": "101"}, -23),
        ({"limit": "0"}, -23),
        ({"limit": "many"}, -23),
        ({"limit": "9" * 5000}, -23),
        ({"offset": "-1"}, -24),
        ({"created_after": "yesterday"}, -25),
        ({"created_before": "2026-13-01T00:00:00"}, -26),
        ({"created_before": "0001-01-01T00:00:00"}, None),
        ({"order_type": "BOTH"}, -12),
        ({"location_name": "0"}, -10),
        ({"location_name": "x"}, -10),
        ({"limit": "100", "offset": "3", "created_after": "2026-07-01T12:00:00"}, None),
    ],
)
def test_each_mistake_of_a_query_has_its_code(query: dict[str, str], code: int | None) -> None:
    assert code_of(read_history_query, query, WRITER) == code


def test_naive_times_are_the_gateways_own() -> None:
    query = read_history_query({"created_after": "2026-07-01T12:00:00"}, WRITER)
    assert query.after == datetime(2026, 7, 1, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(("text", "code"), [("0", -22), ("-1", -22), ("x", -22), ("1.5", -22), ("300", None)])
def test_target_time_is_a_number_of_seconds(text: str, code: int | None) -> None:
    assert code_of(read_target_time, text, 300) == code


@pytest.mark.parametrize(("value", "code"), [(True, -16), ("x", -16), ([], -16), ("254", None), (None, None)])
def test_pairing_timeout_is_a_number_of_seconds(value: object, code: int | None) -> None:
    assert code_of(read_pairing_timeout, value) == code


@pytest.mark.parametrize(("text", "code"), [("x", -33), ("255", -34), ("30", None)])
def test_check_knows_two_mistakes(text: str, code: int | None) -> None:
    assert code_of(check_timeout, text) == code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, -28),
        ("", -29),
        ("ftp://x/", -29),
        ("http://", -29),
        ("http://x:port/", -29),
        ("http://[x/", -29),
        ("http://a b/", -29),
        (5, -29),
        ("http://10.0.1.18:8989/v1/notify", None),
    ],
)
def test_webhook_is_an_address(value: object, code: int | None) -> None:
    assert code_of(read_client, value) == code
