"""What a gateway writes of an order is read tolerantly, and harms nobody."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracker.gateway.reports import ONE, TWO, order, report
from tracker.gateway.orders import OrderType, State, read_active_order, read_active_orders, read_past_order
from tracker.gateway.tolerant import read_json

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("name", "orderType", "locationName", "state", "created", "stateChanged", "paged", "elapsedTime", "new")


def test_the_sample_of_the_reference_is_read() -> None:
    read = order()
    assert (read.name, read.location, read.state, read.paged) == ("23", "8", State.LOCATED, False)
    assert read.order_type == OrderType.ON_PREMISE
    assert read.created == datetime(2024, 5, 1, 9, 0, 23)  # noqa: DTZ001 - the gateway gives no zone


def test_both_spellings_of_on_premise_are_one() -> None:
    assert order(orderType="ON_PREMISES") == order()


def test_unknown_words_and_fields_are_kept() -> None:
    read = order(orderType="CURBSIDE", state="Parked", battery=12, radio={"lqi": [1, 2.5, None]})
    assert (read.order_type, read.state) == ("CURBSIDE", "parked")
    assert read.extra == {"battery": 12, "radio": {"lqi": [1, 2.5, None]}}


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00", "9999-12-31T23:59:59-14:00", "soon, perhaps", "2024-13-01T00:00"]
)
def test_a_time_that_is_none_or_that_no_zone_can_hold_is_missing(text: str) -> None:
    assert order(created=text).created is None


def test_v1_words_are_read() -> None:
    read = order(paged="Yes", stateChanged=None, locationName=None, name=23)
    assert (read.paged, read.location, read.name, read.state_changed) == (True, "", "23", None)


def test_only_a_uuid_is_needed() -> None:
    read = read_active_order({"uuid": ONE})
    assert read is not None
    assert (read.name, read.state, read.created) == ("", "", None)


@pytest.mark.parametrize("key", [None, 5, "", "23", "../accesstoken", "{" + ONE[1:-1] + "}", ONE + "0", [ONE]])
def test_without_a_readable_uuid_it_is_no_order(key: object) -> None:
    assert read_active_order(report() | {"uuid": key}) is None
    assert read_past_order({"uuid": key}) is None


def test_orders_that_cannot_be_read_are_counted() -> None:
    active = read_active_orders([report(), {"name": "7"}, "x", None, report(TWO)])
    assert ([str(one.uuid) for one in active.orders], active.unreadable) == ([ONE, TWO], 3)


def test_an_offset_in_a_time_is_honoured() -> None:
    assert order(created="2024-05-01T09:00:23Z").created == datetime(2024, 5, 1, 9, 0, 23, tzinfo=UTC)


def test_names_lose_what_breaks_terminals_and_databases() -> None:
    read = order(name="2\x003\x1b[31m\u202e\ud800", note="a\x00\ud83d b")
    assert read.name == "23[31m"
    assert read.extra["note"] == "a b"
    json.dumps(read.extra, ensure_ascii=False).encode()


def test_words_that_grow_with_their_capitals_stay_as_short_as_the_wire_takes_them() -> None:
    read, past = order(orderType="ß" * 200, state="İ" * 200), read_past_order({"uuid": ONE, "orderType": "ß" * 200})
    assert past is not None
    assert max(len(word) for word in (read.order_type, read.state, past.order_type)) <= 200


def test_what_is_kept_is_bounded() -> None:
    read = order(**{f"field{n}": "x" * 900 for n in range(50)})
    assert 0 < len(json.dumps(dict(read.extra))) < 5_000


def test_reports_that_differ_in_elapsed_time_only_are_equal() -> None:
    assert order(elapsedTime=5) == order(elapsedTime=900)


def test_a_past_order_of_the_blueprint_is_read() -> None:
    read = read_past_order(
        {
            "type": "ORDER_SUMMARY",
            "name": "66",
            "uuid": ONE,
            "orderType": "ON_PREMISE",
            "locationName": None,
            "orderStarted": "2024-05-01T06:57:45+00:00",
            "orderLocated": None,
            "orderCleared": "2024-05-01T07:10:00",
            "reason": "TRACKER",
        }
    )
    assert read is not None
    assert (read.name, read.location, read.located, read.extra) == ("66", "", None, {"reason": "TRACKER"})
    assert read.started == datetime(2024, 5, 1, 6, 57, 45, tzinfo=UTC)
    assert read.cleared == datetime(2024, 5, 1, 7, 10)  # noqa: DTZ001


def test_a_past_order_without_the_keys_of_v1_takes_those_of_an_active_one() -> None:
    cleared, active = read_past_order(report(state="cleared")), read_past_order(report())
    assert cleared is not None
    assert active is not None
    assert cleared.cleared == cleared.started is not None
    assert active.cleared is None


@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING))
def test_no_value_of_any_field_crashes(fields: dict[str, object]) -> None:
    source = {"uuid": ONE, **fields}
    for read in (read_active_order(source), read_past_order(source)):
        assert read is not None
        assert read.name.isprintable()
        json.dumps(dict(read.extra), ensure_ascii=False, allow_nan=False).encode()


@pytest.mark.parametrize("text", ["", "{", "[NaN]", "Infinity", "[" * 100_000, "9" * 5_000, b"\xff\xfe", "nul"])
def test_what_is_no_json_is_one_kind_of_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the parser's
        read_json(text)
