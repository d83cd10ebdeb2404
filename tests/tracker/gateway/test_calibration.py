"""What the gateway's times mean, measured."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.gateway.calibration import Source, from_settings, measure, measure_any, zone_of
from tracker.gateway.errors import ClockIsWrong

NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def written(at: datetime, hours: float, skew: timedelta = timedelta(0)) -> datetime:
    """What a gateway that far from UTC writes: naive, whole seconds."""
    return (at + timedelta(hours=hours) + skew).replace(tzinfo=None, microsecond=0)


@pytest.mark.parametrize("hours", [0, 1, 2, -4, -9.5, 5.75, 14, -12])
def test_the_offset_is_measured_by_an_order_of_ours(hours: float) -> None:
    found = measure(written(NOON, hours), NOON, NOON + SECOND)
    assert (found.source, found.skew) == (Source.MEASURED, timedelta(0))
    assert found.to_utc(written(NOON, hours)) == NOON
    assert found.to_local(NOON) == written(NOON, hours)


def test_a_clock_that_is_wrong_within_its_zone_is_corrected() -> None:
    late = timedelta(minutes=-4)
    found = measure(written(NOON, 2, late), NOON, NOON + SECOND)
    assert abs(found.skew - late) <= SECOND
    assert abs(found.to_utc(written(NOON, 2, late)) - NOON) <= SECOND


def test_a_clock_that_no_zone_explains_is_named() -> None:
    with pytest.raises(ClockIsWrong, match="wrong by"):
        measure(datetime(1970, 1, 1, 0, 4), NOON, NOON + SECOND)  # noqa: DTZ001


@pytest.mark.parametrize("setting", ["", "Europe/Berlin"])
def test_a_clock_that_no_zone_explains_can_be_read_all_the_same(setting: str) -> None:
    found = measure_any(datetime(1970, 1, 1, 0, 4), NOON, setting)  # noqa: DTZ001
    assert found.to_utc(datetime(1970, 1, 1, 0, 6)) == NOON + 120 * SECOND  # noqa: DTZ001
    assert measure_any(written(NOON, 2), NOON, setting) == measure(written(NOON, 2), NOON, NOON, setting)


def test_a_change_of_the_clocks_is_near_for_some_hours() -> None:
    berlin, back = from_settings("Europe/Berlin"), datetime(2024, 10, 27, 1, tzinfo=UTC)
    hour = timedelta(hours=1)
    assert [berlin.change_near(back + by * hour) for by in (-4, -2, 0, 2, 4)] == [0 * hour, hour, hour, hour, 0 * hour]


def test_a_zone_that_agrees_with_the_measure_knows_the_winter_too() -> None:
    found = measure(written(NOON, 2), NOON, NOON, "Europe/Berlin")
    january = datetime(2024, 1, 15, 12, tzinfo=UTC)
    assert found.to_local(january) == written(january, 1)


def test_a_zone_that_disagrees_is_not_believed() -> None:
    found = measure(written(NOON, 0), NOON, NOON, "America/New_York")
    assert found.to_utc(written(NOON, 0)) == NOON


def test_a_time_with_an_offset_means_what_it_says() -> None:
    berlin = NOON.astimezone(ZoneInfo("Europe/Berlin"))
    assert measure(berlin, NOON, NOON).skew == timedelta(0)
    assert from_settings("America/New_York").to_utc(berlin) == NOON


def test_the_settings_are_the_fallback_and_utc_the_last() -> None:
    assert from_settings("America/New_York").source is Source.SETTINGS
    assert from_settings("America/New_York").to_local(NOON) == written(NOON, -4)
    assert from_settings("Middle-earth/Shire").source is Source.ASSUMED
    assert from_settings("").to_local(NOON) == written(NOON, 0)


@pytest.mark.parametrize(("text", "hours"), [("+02:00", 2), ("-5", -5), ("UTC+0530", 5.5), ("gmt -3:30", -3.5)])
def test_a_zone_may_be_an_offset(text: str, hours: float) -> None:
    zone = zone_of(text)
    assert zone is not None
    assert zone.utcoffset(None) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "text", ["../../etc/passwd", "/etc/passwd", "America", "Europe/../../etc", "+99:00", "x" * 999, "\x00", "a/b/c/d"]
)
def test_a_zone_is_no_path(text: str) -> None:
    assert zone_of(text) is None


@given(st.integers(-48, 56), st.floats(-430, 430), st.floats(0, 5))
def test_every_quarter_of_an_hour_is_found_whatever_the_skew(quarters: int, skew: float, took: float) -> None:
    hours, off = quarters / 4, timedelta(seconds=skew)
    found = measure(written(NOON, hours, off), NOON, NOON + timedelta(seconds=took))
    assert abs(found.to_utc(written(NOON, hours, off)) - NOON) <= timedelta(seconds=5)
