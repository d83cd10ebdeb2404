"""What is told of a gateway is what it has, once, with the right ages."""

import asyncio
import io
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.tracker.agent.past import gone, worked
from tests.tracker.gateway.stranger import SECRET, Heard, says, stranger
from tests.tracker.simulator.running import Simulator
from tracker import wire
from tracker.agent.asking import Access
from tracker.agent.gateway_time import GatewayTime
from tracker.agent.readings import Readings
from tracker.agent.spool import Held
from tracker.agent.standing import Stand
from tracker.agent.status import Status
from tracker.agent.telling import Teller
from tracker.agent.timings import Timings
from tracker.gateway.address import Address
from tracker.gateway.admin import GatewayAdmin
from tracker.gateway.calibration import measure_any
from tracker.gateway.client import GatewayClient
from tracker.gateway.errors import GatewayError
from tracker.gateway.orders import ActiveOrder, OrderType
from tracker.gateway.paired import Paired
from tracker.gateway.token import Token
from tracker.gateway.transport import GatewayHttp

Now = Callable[[], datetime]
HOURS = timedelta(hours=1)
NIGHT = datetime(2026, 10, 25, tzinfo=UTC)  # the clocks of Berlin are put back at 01:00
MOST_OFF_MS = 2_500  # of a wrong clock: it is measured by whole seconds
EVERYTHING = wire.Ask(id=7, what="history")


def utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def reading(
    paired: Paired, now: Now, *, busy: bool = False, held: Held | None = None
) -> AsyncIterator[tuple[Readings, Access]]:
    async with GatewayHttp(paired.address, paired) as http:

        async def look() -> tuple[ActiveOrder, ...]:
            return (await access.client.active_orders()).orders

        time = GatewayTime(Stand(lambda: None))
        access = Access(GatewayClient(http), GatewayAdmin(http), time, asyncio.Lock(), look)
        idle = asyncio.Event()
        if not busy:
            idle.set()
        yield Readings(lambda: access, lambda: held, lambda: None, idle, now, Timings().times(0.02)), access


def at(gateway: Simulator, token: str, now: Now = utc_now) -> AbstractAsyncContextManager[tuple[Readings, Access]]:
    return reading(Paired(Token(token), Address("127.0.0.1", int(gateway.ready["port"]))), now)


async def told(readings: Readings, ask: wire.Ask = EVERYTHING) -> list[wire.Told]:
    return [part async for part in readings.of(ask)]


def past_of(answer: list[wire.Told]) -> dict[str, wire.PastOrder]:
    found = [order for part in answer for order in part.past or ()]
    assert len({order.uuid for order in found}) == len(found), "an order was told twice"
    return {str(order.uuid): order for order in found}


@pytest.fixture(scope="module")
def fortnight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Simulator, str]]:
    """Two orders an hour for ten days: five pages."""
    past = [gone(n, utc_now() - HOURS - n * HOURS / 2) for n in range(480)]
    gateway, token = worked(tmp_path_factory.mktemp("fortnight"), past, timezone="Europe/Berlin")
    with gateway:
        gateway.token = token
        yield gateway.start(), token


def expected(gateway: Simulator) -> dict[str, dict[str, str]]:
    """The whole history as the gateway lists it, without faults and in UTC."""
    gateway.control("/faults", {"utc_times": True, "clock_skew_s": 0})
    rows: dict[str, dict[str, str]] = {}
    while page := gateway.call("GET", f"/orders?limit=100&offset={len(rows)}").json()["items"]:
        rows |= {row["uuid"]: row for row in page}
    return rows


def ago_ms(text: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(text).replace(tzinfo=UTC)) / timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("zone", "utc", "skew"),
    [
        ("Europe/Berlin", False, 0),
        ("America/New_York", True, 0),
        ("Europe/Berlin", False, 250),
        ("America/New_York", False, -86_400),
    ],
)
def test_the_whole_history_is_told_once_with_its_ages_whatever_the_clock(
    fortnight: tuple[Simulator, str], zone: str, utc: bool, skew: int
) -> None:
    gateway, token = fortnight
    rows = expected(gateway)
    assert gateway.answer("POST", "/gateway/settings", {"timezone": zone})[0] == 200
    gateway.fault(utc_times=utc, clock_skew_s=skew)

    async def run() -> list[tuple[wire.Told, datetime]]:
        async with at(gateway, token) as (readings, access):
            order = await access.client.put_order("99", OrderType.TO_GO)
            assert order.created is not None
            access.time.set_zone(zone)
            access.time.latest = measure_any(order.created, utc_now(), zone)
            await access.client.clear_order(order.uuid)
            return [(part, utc_now()) async for part in readings.of(EVERYTHING)]

    answer = asyncio.run(run())
    assert set(rows) <= set(past_of([part for part, _ in answer]))
    for order, now in [(order, now) for part, now in answer for order in part.past or ()]:
        row = rows.get(str(order.uuid), {})  # the one of the measure is not in it
        for name, age in (("orderStarted", order.started_ms), ("orderCleared", order.cleared_ms)):
            assert age is not None
            assert not row or abs(ago_ms(row[name], now) - age) < (MOST_OFF_MS if skew else 1_000), row
    last, _ = answer[-1]
    assert (last.outcome, last.from_ms is not None and last.from_ms >= 14 * 24 * 3_600_000) == ("done", True)
    assert 0 < (last.through_ms or 0) < 20_000


def test_only_what_was_created_since_then_is_told(fortnight: tuple[Simulator, str]) -> None:
    gateway, token = fortnight
    rows = expected(gateway)
    assert gateway.answer("POST", "/gateway/settings", {"timezone": "UTC"})[0] == 200

    async def run() -> list[wire.Told]:
        async with at(gateway, token) as (readings, access):
            access.time.latest = measure_any(utc_now().replace(tzinfo=None), utc_now())
            return await told(readings, wire.Ask(id=7, what="history", since_ms=6 * 3_600_000))

    answer = asyncio.run(run())
    recent = {key for key, row in rows.items() if ago_ms(row["orderStarted"], utc_now()) < 6 * 3_600_000}
    assert 5 <= len(recent) <= len(past_of(answer)) <= len(recent) + 1
    assert abs((answer[-1].from_ms or 0) - 6 * 3_600_000) < 20_000


def test_a_clock_that_was_never_measured_loses_no_order(fortnight: tuple[Simulator, str]) -> None:
    gateway, token = fortnight
    rows = expected(gateway)

    async def run() -> list[wire.Told]:
        async with at(gateway, token) as (readings, access):
            access.time.set_zone("America/New_York")  # it writes UTC
            return await told(readings, wire.Ask(id=7, what="history", since_ms=6 * 3_600_000))

    recent = {key for key, row in rows.items() if ago_ms(row["orderStarted"], utc_now()) < 6 * 3_600_000}
    assert recent <= set(past_of(asyncio.run(run())))


def test_nothing_of_the_night_with_an_hour_twice_is_lost(tmp_path: Path) -> None:
    past = [gone(n, NIGHT + timedelta(minutes=10 * n - 120), timedelta(minutes=15)) for n in range(36)]
    created = {order.uuid: order.created for order in past}
    gateway, token = worked(tmp_path, past, timezone="Europe/Berlin", now=NIGHT + 24 * HOURS)

    async def run(start: datetime, end: datetime) -> dict[str, wire.PastOrder]:
        async with at(gateway, token, lambda: end) as (readings, access):
            shown = end.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None)
            access.time.latest = measure_any(shown, end, "Europe/Berlin")
            since_ms = (end - start) // timedelta(milliseconds=1)
            return past_of(await told(readings, wire.Ask(id=7, what="history", since_ms=since_ms)))

    with gateway.start():
        for began, ended in ((-1.0, 0.5), (0.25, 1.5), (0.75, 1.25), (1.25, 3.0), (0.0, 4.0)):
            start, end = NIGHT + began * HOURS, NIGHT + ended * HOURS
            found = asyncio.run(run(start, end))
            assert {key for key, at_ in created.items() if start <= at_ <= end} <= set(found)
            assert all((order.started_ms or 0) >= (order.cleared_ms or 0) >= 0 for order in found.values())


def test_settings_and_repeaters_are_told_as_the_gateway_has_them(tmp_path: Path) -> None:
    gateway, token = worked(tmp_path, [], timezone="Europe/Berlin")
    with gateway.start():
        gateway.token = token
        gateway.call("POST", "/repeaters/beginPairing", {"timeout": 60})
        gateway.control("/repeaters", {"label": "Garden"})

        async def run() -> list[wire.Told]:
            async with at(gateway, token) as (readings, access):
                access.time.set_zone("Europe/Berlin")
                asks = [wire.Ask(id=1, what="settings"), wire.Ask(id=2, what="repeaters")]
                return [part for ask in asks for part in await told(readings, ask)]

        settings, repeaters = asyncio.run(run())
        wanted = wire.GatewaySettings(timezone="Europe/Berlin", target_time_s=300, zigbee_preset="A")
        assert (settings.outcome, settings.settings) == ("done", wanted)
        (repeater,) = repeaters.repeaters or ()
        assert (repeater.label, repeater.status, repeaters.outcome) == ("Garden", "ACTIVE", "done")
        assert 0 <= (repeater.seen_ms or 0) < 10_000


def test_a_strange_history_is_passed_over() -> None:
    sane = {"uuid": str(uuid.uuid4()), "name": "7", "orderStarted": "soon", "orderCleared": "2026-11-01T12:00:00"}
    edges = {**sane, "uuid": str(uuid.uuid4()), "orderStarted": "0001-01-01T00:00:00", "orderLocated": 7}
    zoned = {**sane, "uuid": str(uuid.uuid4()), "orderStarted": "9999-12-31T23:59:59-14:00", "orderPaged": {}}
    active = {"uuid": str(uuid.uuid4()), "orderStarted": "2026-11-01T12:00:00", "orderCleared": "never"}
    items = [None, 7, {}, {"uuid": "no uuid", "orderCleared": "2026-11-01T12:00:00"}, sane, edges, zoned, active, sane]

    async def answering(heard: Heard) -> bytes:
        return says({"status": 200, "items": items if "offset=0" in heard.target else []})

    found = past_of(asyncio.run(of_stranger(answering)))
    assert set(found) == {sane["uuid"], edges["uuid"], zoned["uuid"]}
    for order in found.values():
        assert (order.started_ms, order.located_ms, order.paged_ms) == (None, None, None)
        assert order.cleared_ms is not None


def test_no_word_of_a_stranger_is_in_the_reason_of_a_failure() -> None:
    async def answering(heard: Heard) -> bytes:
        return says({"status": 400, "returnCode": -25, "message": f"no: {heard.headers['authorization']}"}, 400)

    with pytest.raises(GatewayError) as error:
        asyncio.run(of_stranger(answering))
    assert SECRET not in str(error.value)
    assert "no:" not in str(error.value)


async def of_stranger(answering: Callable[[Heard], object]) -> list[wire.Told]:
    async def write(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(await answering(heard))  # type: ignore[misc]

    async with stranger(write) as found, reading(found.paired, utc_now) as (readings, _):
        return await told(readings)


def test_a_page_waits_for_commands() -> None:
    async def run() -> None:
        async with (
            stranger(says({"status": 200, "items": []})) as found,
            reading(found.paired, utc_now, busy=True) as (readings, _),
        ):
            waiting = asyncio.create_task(told(readings))
            await asyncio.sleep(0.1)
            assert found.heard == []
            assert [part.outcome for part in await waiting] == ["done"], "and for these not for ever"

    asyncio.run(run())


def test_more_orders_than_fit_a_message_are_told_in_parts_of_one_moment() -> None:
    items = [{"uuid": str(uuid.uuid4()), "name": str(n)} for n in range(2 * wire.MOST_TOLD + 50)]
    held = Held(uuid.uuid4(), 1, 17)

    async def run() -> list[wire.Told]:
        async with (
            stranger(says({"status": 200, "items": items})) as found,
            reading(found.paired, utc_now, held=held) as (readings, _),
        ):
            return await told(readings, wire.Ask(id=7, what="orders"))

    answer = asyncio.run(run())
    assert [part.outcome for part in answer] == ["part", "part", "done"]
    assert {(part.spool, part.number) for part in answer} == {(held.spool, 17)}
    assert [str(order.uuid) for part in answer for order in part.orders or ()] == [item["uuid"] for item in items]


def broken_clock() -> datetime:
    raise ZeroDivisionError


def test_a_fault_of_our_own_ends_its_answer_only_and_is_said_once() -> None:
    journal = io.StringIO()

    async def run() -> list[wire.Told]:
        async with stranger(says({"status": 200, "items": []})) as found, reading(found.paired, broken_clock) as (r, _):
            more = asyncio.Event()
            teller = Teller(r, Status(io.StringIO(), journal), more.set)
            running = asyncio.create_task(teller.run())
            answers: list[wire.Told] = []
            for number, what in enumerate(("history", "history", "orders")):
                teller.take(wire.Ask(id=number, what=what))  # type: ignore[arg-type]
                await more.wait()
                more.clear()
                answers += [part for part in [teller.next_part()] if part is not None]
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            return answers

    answers = asyncio.run(run())
    assert [(part.ask, part.outcome) for part in answers] == [(0, "failed"), (1, "failed"), (2, "failed")]
    assert answers[0].detail == "a fault of the agent's (ZeroDivisionError)"
    assert answers[2].detail == "the agent's disk takes nothing: events wait in memory"
    assert journal.getvalue().count("ZeroDivisionError") == 1
