"""The small parts: settings, radio, figures, room, clock, keys, faults, guard."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tracker.simulator.clock import Clock
from tracker.simulator.control_guard import reason_to_refuse
from tracker.simulator.faults import Faults, Switches, describe
from tracker.simulator.figures import figures
from tracker.simulator.gateway import Impossible, Unknown, new_gateway
from tracker.simulator.keys import Keys, Wish
from tracker.simulator.orders import CLEARED, ON_PREMISE, TO_GO, Order
from tracker.simulator.radio import Radio, check_device_code
from tracker.simulator.refusals import Refused
from tracker.simulator.room import Area, Room, Table, default_room
from tracker.simulator.settings import Settings

NOW = datetime(2026, 5, 1, 18, 0, tzinfo=UTC)


def cleared(name: str, seconds: int, ended: datetime = NOW) -> Order:
    began = ended - timedelta(seconds=seconds)
    return Order(name, name, ON_PREMISE, CLEARED, began, ended, cleared=ended)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"colour": "red"}, -20),
        ({"zigbeePreset": "AA"}, -21),
        ({"targetTimeDefault": 0}, -21),
        ({"targetTimeDefault": True}, -21),
        ({"timezone": "Europe/Atlantis"}, -21),
        ({"timezone": ".."}, -21),
        ({"timezone": "+99:00"}, -21),
        ({"timezone": 1}, -21),
    ],
)
def test_wrong_setting_changes_nothing(wanted: dict[str, object], code: int) -> None:
    with pytest.raises(Refused) as caught:
        Settings().changed({"targetTimeDefault": 60} | wanted)
    assert caught.value.code == code


@pytest.mark.parametrize(("name", "hours"), [("+01:00", 1), ("-0530", -5.5), ("UTC+2", 2), ("America/New_York", -4)])
def test_zone_is_a_name_or_an_offset(name: str, hours: float) -> None:
    zone = Settings().changed({"timezone": name}).zone
    assert NOW.astimezone(zone).utcoffset() == timedelta(hours=hours)


def test_gateway_listens_for_repeaters_as_long_as_it_was_told() -> None:
    radio = Radio()
    assert radio.begin_pairing(60, NOW) == 1012
    assert radio.listens(NOW + timedelta(seconds=59))
    assert not radio.listens(NOW + timedelta(seconds=60))


def test_nought_stops_listening() -> None:
    radio = Radio()
    radio.begin_pairing(60, NOW)
    assert radio.begin_pairing(0, NOW) == 1013
    assert not radio.listens(NOW)


@pytest.mark.parametrize("seconds", [-1, 255])
def test_pairing_has_bounds(seconds: int) -> None:
    with pytest.raises(Refused) as caught:
        Radio().begin_pairing(seconds, NOW)
    assert caught.value.code == -16


@pytest.mark.parametrize(("code", "refusal"), [(None, -18), ("12", -17), (5, -17), ("999-9999-999", -19)])
def test_device_code_has_three_mistakes(code: object, refusal: int) -> None:
    with pytest.raises(Refused) as caught:
        check_device_code(code)
    assert caught.value.code == refusal


def test_figures_are_of_the_gateways_own_day() -> None:
    past = [cleared("1", 100), cleared("2", 500), cleared("3", 100, NOW - timedelta(days=1))]
    today = figures(past, NOW, Settings(timezone="Europe/London").zone, 300)
    assert (today.average, today.orders, today.target, today.goal) == (300.0, 2, 300, 50.0)


def test_day_without_orders_has_figures_too() -> None:
    assert figures([], NOW, UTC, 300).average == 0.0


def test_room_has_pucks_and_tags_as_promised() -> None:
    room = default_room()
    assert room.pucks == [str(number) for number in range(1, 100)]
    assert room.tags == {str(number) for number in range(1, 41)}


def test_tag_is_at_one_table_only() -> None:
    with pytest.raises(ValidationError, match="tag 1 is there twice"):
        Room(areas=[Area(name="Bar", tables=[Table(name="a", tag="1"), Table(name="b", tag="1")])], pucks=[])


def test_hands_need_a_puck_that_is_there() -> None:
    with pytest.raises(Unknown):
        new_gateway().start("100", ON_PREMISE, NOW)


def test_tag_must_be_in_the_room() -> None:
    gateway = new_gateway()
    gateway.start("5", ON_PREMISE, NOW)
    with pytest.raises(Unknown):
        gateway.locate("5", "41", NOW)


def test_puck_without_an_order_cannot_be_located() -> None:
    with pytest.raises(Impossible) as caught:
        new_gateway().locate("5", "7", NOW)
    assert caught.value.name == "no_order"


def test_starter_puts_a_forgotten_puck_back_into_the_inventory() -> None:
    gateway = new_gateway()
    gateway.inventory.clear()
    (notice,) = gateway.start("5", TO_GO, NOW)
    assert gateway.can_page(notice.order)


def test_clock_can_be_moved_but_not_out_of_the_calendar() -> None:
    clock = Clock(lambda: NOW)
    clock.move(timedelta(days=14))
    with pytest.raises(OverflowError):
        clock.move(timedelta(days=4_000_000))
    assert clock.now() == NOW + timedelta(days=14)


def test_colours_are_those_of_the_other_pages() -> None:
    root = Path(__file__).resolve().parents[3]
    ours = (root / "tracker/simulator/page/look.css").read_text().splitlines()
    theirs = (root / "venues/static/venues/look.css").read_text().splitlines()
    tokens = [line for line in ours if line.startswith("  --")]
    assert len(tokens) > 10
    assert set(tokens) <= set(theirs)


def press(text: str) -> list[Wish]:
    keys = Keys()
    return [wish for wish in map(keys.press, text) if wish is not None]


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("b", Wish("button")),
        ("22s", Wish("start", "22", ON_PREMISE)),
        ("22t", Wish("start", "22", TO_GO)),
        ("22l7\n", Wish("locate", "22", tag="7")),
        ("22c", Wish("clear", "22")),
        ("?", Wish("help")),
        ("q", Wish("quit")),
    ],
)
def test_each_key_has_its_wish(text: str, wish: Wish) -> None:
    assert press(text) == [wish]


def test_escape_forgets_what_was_typed() -> None:
    assert press("22l7\x1bb") == [Wish("button")]


@given(st.text())
def test_no_typing_breaks_the_keys(text: str) -> None:
    for wish in press(text):
        assert wish.verb in ("button", "start", "locate", "clear", "help", "quit")


def test_faults_that_count_strike_so_often() -> None:
    switches = Switches()
    switches.set({"lose_notifications": 2})
    assert [switches.strikes("lose_notifications") for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [({"nonsense": True}, "nonsense"), ({"latency_ms": -1}, "latency_ms"), ({"html_404": "yes"}, "html_404")],
)
def test_wrong_switch_is_named_and_nothing_is_set(wanted: dict[str, object], field: str) -> None:
    switches = Switches()
    with pytest.raises(ValidationError) as caught:
        switches.set({"utc_times": True} | wanted)
    assert caught.value.errors()[0]["loc"] == (field,)
    assert switches.faults == Faults()


def test_every_switch_is_described_for_the_page() -> None:
    described = {about["name"]: about for about in describe()}
    assert described.keys() == Faults.model_fields.keys()
    assert all(about["title"] and about["heading"] for about in described.values())


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({"host": "127.0.0.1:8001"}, None),
        ({"host": "LOCALHOST:8001", "origin": "http://localhost:8001"}, None),
        ({"host": "[::1]:8001"}, None),
        ({}, "foreign_host"),
        ({"host": "evil.example:8001"}, "foreign_host"),
        ({"host": "127.0.0.1:8000"}, "foreign_host"),
        ({"host": "127.0.0.1:8001", "origin": "null"}, "foreign_origin"),
        ({"host": "127.0.0.1:8001", "origin": "http://localhost:8001"}, "foreign_origin"),
        ({"host": "127.0.0.1:8001", "origin": "http://evil.example"}, "foreign_origin"),
        ({"host": "127.0.0.1:8001", "sec-fetch-site": "cross-site"}, "foreign_origin"),
        ({"host": "127.0.0.1:8001", "sec-fetch-site": "same-origin"}, None),
    ],
)
def test_control_port_serves_this_machine_only(headers: dict[str, str], error: str | None) -> None:
    assert reason_to_refuse(headers, 8001) == error
