"""Whoever loses the right loses the socket, and how soon: on real processes, from the outside."""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.clients.v1 import V1Board, V1Guest
from tests.clients.v2 import V2Board, V2Guest
from tests.journeys.answers import Client, refused
from tests.journeys.browser import Browser
from tests.journeys.house import ENDED, OTHER_VENUE, REVOKED, SOON_ENOUGH, VENUE, House


@dataclass(frozen=True)
class Loss:
    """A right in use on two open sockets, how it is lost, and what the sockets are told."""

    code: int
    connect: Callable[[House, str], "Held"]
    lose: Callable[[House, "Held"], object]


@dataclass(frozen=True)
class Held:
    clients: tuple[Client, ...]
    again: Callable[[], Client]
    name: str
    browser: Browser | None = None


def a_guest(house: House, table: str) -> Held:
    address = house.seat(table, house.token(table))
    return Held((V1Guest(address), V2Guest(address)), lambda: V1Guest(address), table)


def an_open_guest(house: House, table: str) -> Held:
    house.office("venue = Venue.objects.get(pk=3); venue.open_tables = True; venue.save()")
    address = house.seat("1", venue=OTHER_VENUE)
    house.wait_until(lambda: not refused(lambda: V1Guest(address)), pause=0.3)
    return Held((V1Guest(address), V2Guest(address)), lambda: V1Guest(address), "1")


def a_device(house: House, table: str) -> Held:
    key = house.device()
    return Held((V1Board(house.bar(key)), V2Board(house.bar(key))), lambda: V1Board(house.bar(key)), key)


def a_person(house: House, table: str) -> Held:
    name, password = house.person()
    browser = house.logged_in(name, password)
    cookie, origin = browser.cookie, browser.origin
    clients = V1Board(house.bar(), cookie=cookie, origin=origin), V2Board(house.bar(), cookie=cookie, origin=origin)
    return Held(clients, lambda: V1Board(house.bar(), cookie=cookie, origin=origin), name, browser)


def by_office(code: str) -> Callable[[House, Held], object]:
    return lambda house, held: house.office(code, name=held.name)


def by_logging_out(house: House, held: Held) -> object:
    assert held.browser is not None
    answer = held.browser.submit(f"/board/{VENUE}/tables/", "/logout/")
    assert answer.status == 302
    return answer


TABLE, PERSON = "Table.objects.get(venue_id=2, number=name)", "User.objects.get(username=name)"
DEVICE = "Device.objects.get(key_hash=token_hash(name))"
LOSSES = {
    "the table is cleared": Loss(ENDED, a_guest, by_office(f"clear_table({TABLE}, now)")),
    "the code is rotated": Loss(REVOKED, a_guest, by_office(f"rotate_code({TABLE}, now)")),
    "the table is stopped": Loss(REVOKED, a_guest, by_office(f"stop_table({TABLE}, now)")),
    "the phone is forgotten": Loss(REVOKED, a_guest, by_office(f"Member.objects.filter(table={TABLE}).delete()")),
    "open tables are closed": Loss(
        REVOKED, an_open_guest, by_office("venue = Venue.objects.get(pk=3); venue.open_tables = False; venue.save()")
    ),
    "the device is revoked": Loss(
        REVOKED, a_device, by_office(f"device = {DEVICE}; device.revoked_at = now; device.save()")
    ),
    "the device is deleted": Loss(REVOKED, a_device, by_office(f"{DEVICE}.delete()")),
    "the person works there no more": Loss(REVOKED, a_person, by_office(f"{PERSON}.memberships.all().delete()")),
    "the person may log in no more": Loss(
        ENDED, a_person, by_office(f"user = {PERSON}; user.is_active = False; user.save()")
    ),
    "the password is changed": Loss(
        ENDED, a_person, by_office(f"user = {PERSON}; user.set_password('x'); user.save()")
    ),
    "the person logs out": Loss(ENDED, a_person, by_logging_out),
}
LAYERS = ["as it is", "with Redis dead"] if os.environ.get("ONTAP_ENV") == "production" else ["as it is"]


@dataclass(frozen=True)
class Farewell:
    codes: tuple[int, ...]
    seconds: float
    told: str
    refused_after: bool


@pytest.fixture(scope="module", params=LAYERS)
def farewells(request: pytest.FixtureRequest, house: House) -> Mapping[str, Farewell]:
    """Every right lost at once, with what its sockets saw: so that all the tests below wait but once."""
    redis = request.getfixturevalue("own_redis") if request.param == "with Redis dead" else None
    with ExitStack() as stack:
        held = {way: loss.connect(house, house.table()) for way, loss in LOSSES.items()}
        for one in held.values():
            for client in one.clients:
                stack.callback(client.close)
        if redis is not None:
            redis.kill()
            stack.callback(redis.start)
        lost: dict[str, float] = {}
        for way, loss in LOSSES.items():
            lost[way] = time.monotonic()
            loss.lose(house, held[way])
        found: dict[str, Farewell] = {}
        for way, one in held.items():
            new = one.clients[1]
            assert isinstance(new, V2Board | V2Guest)
            told = new.session_ended(3 * SOON_ENOUGH).reason
            codes = tuple(client.wait_closed(3 * SOON_ENOUGH) for client in one.clients)
            found[way] = Farewell(codes, time.monotonic() - lost[way], told, refused(one.again))
        return found


@pytest.mark.parametrize("way", LOSSES)
def test_open_sockets_are_closed_within_five_seconds_when(farewells: Mapping[str, Farewell], way: str) -> None:
    farewell = farewells[way]
    assert farewell.codes == (LOSSES[way].code, LOSSES[way].code)
    assert farewell.seconds < SOON_ENOUGH
    assert farewell.told
    assert farewell.refused_after
