"""How long ago it was, whatever the clocks do."""

import uuid
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tracker import wire
from tracker.agent.ages import age_ms, aged
from tracker.agent.gateway_time import GatewayTime
from tracker.agent.parts import in_parts
from tracker.agent.standing import Stand
from tracker.gateway.book import Change, ChangeKind
from tracker.gateway.calibration import Calibration, Source
from tracker.gateway.orders import ActiveOrder, PastOrder
from tracker.gateway.session import Live

BERLIN = Calibration(ZoneInfo("Europe/Berlin"), Source.MEASURED)
NIGHT = datetime(2026, 10, 25, tzinfo=UTC)  # at 01:00 UTC it is 02:00 in Berlin for the second time
MINUTE_MS = 60_000


def after(minutes: float) -> datetime:
    return NIGHT + timedelta(minutes=minutes)


@given(st.integers(-600, 600), st.integers(0, 300), st.integers(0, 300))
def test_an_age_is_right_but_for_the_hour_that_comes_twice_and_never_negative(
    began: int, lasted: int, since: int
) -> None:
    now = after(began + lasted + since)
    written = [BERLIN.to_local(after(began)), BERLIN.to_local(after(began + lasted))]
    told = aged(PastOrder(uuid.uuid4(), started=written[0], cleared=written[1]), BERLIN, now)
    for found, minutes in ((told.started_ms, lasted + since), (told.cleared_ms, since)):
        assert found is not None
        assert 0 <= found - minutes * MINUTE_MS in (0, 60 * MINUTE_MS)
    assert (told.started_ms or 0) >= (told.cleared_ms or 0)


def test_an_end_before_the_beginning_is_of_the_second_hour() -> None:
    written = [BERLIN.to_local(after(50)), BERLIN.to_local(after(70))]
    assert written[1] < written[0]
    told = aged(PastOrder(uuid.uuid4(), started=written[0], cleared=written[1]), BERLIN, after(80))
    assert (told.started_ms, told.cleared_ms) == (30 * MINUTE_MS, 10 * MINUTE_MS)


def test_a_clock_that_is_ahead_makes_nobody_younger_than_now() -> None:
    assert age_ms(datetime(2030, 1, 1), BERLIN, NIGHT) == 0  # noqa: DTZ001 - the gateway's clock
    assert age_ms(None, BERLIN, NIGHT) is None


def clock() -> GatewayTime:
    found = GatewayTime(Stand(lambda: None))
    found.set_zone("America/New_York")
    return found


def began(created: datetime, **fields: int) -> Change:
    naive = created.replace(tzinfo=None)
    order = ActiveOrder(uuid.uuid4(), "7", created=naive, state_changed=naive, **fields)  # type: ignore[arg-type]
    return Change(ChangeKind.CREATED, order)


def test_an_order_that_is_seen_to_begin_tells_the_clock_but_not_to_commands() -> None:
    time = clock()
    time.hear([began(NIGHT)], NIGHT)
    assert time.latest.to_utc(NIGHT.replace(tzinfo=None)) == NIGHT
    assert (time.latest.source, time.calibration.source) == (Source.MEASURED, Source.SETTINGS)


def test_a_clock_that_is_wrong_by_years_is_read_all_the_same() -> None:
    time = clock()
    time.hear([began(datetime(1970, 1, 1, 0, 4))], NIGHT)  # noqa: DTZ001
    assert time.latest.to_utc(datetime(1970, 1, 1, 0, 5)) == NIGHT + timedelta(minutes=1)  # noqa: DTZ001


def test_what_began_long_ago_tells_nothing() -> None:
    time = clock()
    time.hear([Live(), began(NIGHT - timedelta(minutes=5))], NIGHT)
    time.hear([began(NIGHT - timedelta(minutes=5), elapsed_s=300)], NIGHT)
    assert time.latest.source is Source.SETTINGS


def test_a_zone_that_is_changed_meanwhile_is_read_off_the_next_order() -> None:
    time = clock()
    berlin, tokyo = (NIGHT.astimezone(ZoneInfo(name)) for name in ("Europe/Berlin", "Asia/Tokyo"))
    for local in (berlin, tokyo):
        time.hear([began(local)], NIGHT)
        assert time.latest.to_utc(local.replace(tzinfo=None)) == NIGHT


def test_a_gateway_that_returns_is_measured_anew() -> None:
    time = clock()
    time.calibrate(Calibration(timezone(timedelta(hours=2)), Source.MEASURED))
    time.set_zone("America/New_York")
    assert time.latest.source is time.calibration.source is Source.SETTINGS


@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from(["a", "é", '"', "\U0001f600"])), max_size=450))
def test_every_part_fits_a_message_and_nothing_is_left_out(rows: list[tuple[int, str]]) -> None:
    told = [
        wire.ToldOrder(uuid=uuid.uuid4(), state=letter * length, order_type=letter * 200) for length, letter in rows
    ]
    parts = in_parts(told)
    assert [order for part in parts for order in part] == told
    for part in parts:
        message = wire.Told(ask=2**53 - 1, outcome="part", orders=part, spool=uuid.uuid4(), number=2**53 - 1)
        assert wire.from_agent(wire.to_text(message)) == message
    assert all(parts) or parts == [()]
