"""The history is read whole, whatever moves while it is read."""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracker.gateway.reports import number
from tracker.gateway.calibration import Calibration, Source, from_settings
from tracker.gateway.errors import BadAnswer, InvalidRequest
from tracker.gateway.history import (
    KEPT,
    OVERLAP,
    HistoryPage,
    HistoryQuery,
    HistoryWalk,
    is_loss_near,
    local_window,
    window_start,
)
from tracker.gateway.orders import PastOrder

NOON = datetime(2024, 7, 1, 12)  # noqa: DTZ001 - the gateway's clock has no zone
HOUR = timedelta(hours=1)


def past(n: int, *, cleared: bool = True) -> PastOrder:
    return PastOrder(uuid.UUID(number(n)), started=NOON, cleared=NOON if cleared else None)


def walk(rows: list[PastOrder], *, most: int = 100, purge_each: int = 0) -> list[PastOrder]:
    """All that a walk finds in a gateway with these rows, which loses some of the first with every page."""
    history = HistoryWalk(NOON - HOUR, NOON)
    found: list[PastOrder] = []
    while (query := history.query) is not None:
        page = rows[query.offset : query.offset + min(query.limit, most)]
        found += history.take(HistoryPage(tuple(page), len(page)))
        rows = rows[purge_each:]
    return found


@given(st.integers(0, 450), st.sampled_from([100, 25, 7]))
def test_every_order_is_found_once_whatever_the_size_of_a_page(count: int, most: int) -> None:
    rows = [past(n) for n in range(count)]
    assert walk(rows, most=most) == rows


def test_what_is_purged_meanwhile_makes_no_other_order_be_skipped() -> None:
    rows = [past(n) for n in range(350)]
    assert set(walk(rows, purge_each=9)) >= set(rows[27:])


def test_what_is_still_active_is_not_history() -> None:
    assert walk([past(1), past(2, cleared=False)]) == [past(1)]


def test_a_gateway_that_ignores_the_offset_is_named() -> None:
    history = HistoryWalk(NOON - HOUR, NOON)
    page = HistoryPage(tuple(past(n) for n in range(100)), 100)
    assert len(history.take(page)) == 100
    with pytest.raises(BadAnswer):
        history.take(page)


def test_an_order_that_was_open_at_the_last_read_is_not_lost() -> None:
    assert window_start(NOON - HOUR, None, NOON) == NOON - HOUR - OVERLAP
    assert window_start(NOON - HOUR, NOON - 30 * HOUR, NOON) == NOON - 30 * HOUR - OVERLAP
    assert window_start(None, None, NOON) == window_start(NOON - 99 * KEPT, None, NOON) == NOON - KEPT


def test_the_alarm_comes_days_before_the_gateway_purges() -> None:
    assert not is_loss_near(NOON - timedelta(days=9), NOON)
    assert is_loss_near(NOON - timedelta(days=11), NOON)
    assert is_loss_near(None, NOON)


def test_the_window_stays_where_it_is_and_is_a_second_wider() -> None:
    history = HistoryWalk(NOON - HOUR, NOON)
    first = history.query
    assert first is not None
    assert first.parameters() == {
        "offset": 0,
        "limit": 100,
        "created_after": "2024-07-01T10:59:59",
        "created_before": "2024-07-01T12:00:01",
        "order_type": None,
        "location_name": None,
    }
    history.take(HistoryPage(tuple(past(n) for n in range(100)), 100))
    assert history.query is not None
    assert (history.query.offset, history.query.created_before) == (90, first.created_before)


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(0, 14 * 24 * 60),
    st.floats(0, 1),
    st.integers(-300, 300),
)
def test_what_was_created_in_a_window_is_within_it_by_any_reading_of_the_gateways_clock(
    zone: str, start: datetime, minutes: int, part: float, skew: int
) -> None:
    calibration = Calibration(ZoneInfo(zone), Source.MEASURED, timedelta(seconds=skew))
    end = start + timedelta(minutes=minutes)
    after, before = local_window(start, end, calibration)
    created = start + (end - start) * part
    assert after <= calibration.to_local(created) <= before
    for fold in (0, 1):
        assert calibration.to_utc(after.replace(fold=fold)) <= created <= calibration.to_utc(before.replace(fold=fold))


def test_a_window_is_no_wider_than_it_must_be() -> None:
    start, end = NOON.replace(tzinfo=UTC), (NOON + HOUR).replace(tzinfo=UTC)
    after, before = local_window(start, end, Calibration(ZoneInfo("Europe/Berlin"), Source.MEASURED))
    assert before - after < HOUR + timedelta(seconds=10)
    after, before = local_window(start, end, from_settings("Europe/Berlin"))
    assert (after < NOON - 11 * HOUR, before > NOON + 15 * HOUR) == (True, True)


@pytest.mark.parametrize("query", [HistoryQuery(offset=-1), HistoryQuery(limit=101), HistoryQuery(location="8;x")])
def test_a_query_that_no_gateway_allows_is_not_sent(query: HistoryQuery) -> None:
    with pytest.raises(InvalidRequest):
        query.parameters()
