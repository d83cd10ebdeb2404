"""Who gets in, and who does not: devices, people, cookies by their origin, open tables, and everybody else's venues."""

from urllib.parse import urlsplit

import pytest

from tests.clients.v1 import V1Board, V1Guest
from tests.clients.v2 import V2Board
from tests.journeys.answers import answer_to, handshake, refused
from tests.journeys.browser import Browser
from tests.journeys.house import OTHER_VENUE, VENUE, House
from tests.stack.ports import LOOPBACK

UNKNOWN_VENUE = 999


# Devices


def test_a_device_key_opens_the_board_of_its_venue_and_nothing_else(house: House) -> None:
    key = house.device()
    assert not refused(lambda: V1Board(house.bar(key)))
    assert not refused(lambda: V1Board(house.bar(key).replace("/Test?", "/ws?")))
    assert refused(lambda: V1Board(house.bar(key, venue=1)))
    assert refused(lambda: V1Board(house.bar(key, venue=OTHER_VENUE)))
    assert refused(lambda: V1Guest(house.seat("1", venue=1).replace("/Test?", f"/k/{key}/Test?")))
    assert refused(lambda: V1Board(house.bar(key[:-1] + ("A" if key[-1] != "A" else "B"))))


def test_the_page_of_a_key_leaves_a_cookie_and_leads_to_the_board(house: House) -> None:
    tablet, key = Browser(house.port), house.device()
    answer = tablet.get(f"/k/{key}/")
    assert (answer.status, answer.headers["Location"]) == (302, f"/board/{VENUE}/")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert tablet.get(f"/board/{VENUE}/").status == 200
    assert not refused(lambda: V1Board(house.bar(), cookie=tablet.cookie, origin=tablet.origin))
    assert refused(lambda: V1Board(house.bar(venue=1), cookie=tablet.cookie, origin=tablet.origin))
    assert Browser(house.port).get(f"/k/{'k' * 43}/").status == 404


def test_a_guests_credential_opens_no_board(house: House, table: str) -> None:
    phone, token = Browser(house.port), house.token(table)
    phone.get(house.code_path(table))
    assert refused(lambda: V1Board(house.bar(), cookie=phone.cookie, origin=phone.origin))
    assert refused(lambda: V1Board(house.bar().replace("/Test?", f"/s/{token}/Test?")))
    assert refused(lambda: V1Board(house.bar(token)))
    assert refused(lambda: V1Board(house.bar(venue=1)))  # open tables are no open board


# People


def test_staff_log_in_and_stand_at_their_own_venues_board(house: House) -> None:
    logins = house.running.logins
    boards = {
        "lamplighter-staff": (True, False, False),
        "lamplighter-operator": (True, True, False),
        "tern-manager": (False, False, True),
        "admin": (True, True, True),
    }
    for username, may in boards.items():
        person = house.logged_in(username, logins[username]["password"])
        for venue, lets_in in zip((1, 2, 3), may, strict=True):
            door = refused(lambda: V1Board(house.bar(venue=venue), cookie=person.cookie, origin=person.origin))  # noqa: B023
            assert door is not lets_in, (username, venue)


def test_a_login_makes_nobody_a_guest(house: House, table: str) -> None:
    person = house.logged_in(*house.person())
    assert refused(lambda: V1Guest(house.seat(table), cookie=person.cookie, origin=person.origin))


@pytest.mark.parametrize(
    ("origin", "counts"),
    [
        ("http://{host}", True),
        (None, False),
        ("null", False),
        ("http://evil.example", False),
        ("http://evil.example:{port}", False),
        (f"http://{LOOPBACK}", False),
        (f"http://{LOOPBACK}:1", False),
        ("http://localhost:{port}", False),
        ("http://user@{host}", False),
        ("http://{host}@evil.example", False),
        ("ws://{host}", False),
        ("file://", False),
        ("file://{host}", False),
        ("chrome-extension://abcdefgh", False),
        ("capacitor://localhost", False),
        ("//{host}", False),
        ("http://evil.example, http://{host}", False),
    ],
)
def test_a_cookie_counts_with_this_hosts_origin_only(
    house: House, table: str, origin: str | None, counts: bool
) -> None:
    phone, tablet = Browser(house.port), Browser(house.port)
    phone.get(house.code_path(table))
    tablet.get(f"/k/{house.device()}/")
    host = f"{LOOPBACK}:{house.port}"
    sent = {} if origin is None else {"Origin": origin.format(host=host, port=house.port)}
    for browser, address in ((phone, house.seat(table)), (tablet, house.bar())):
        status = handshake(house.port, urlsplit(address), "127.0.0.80", Cookie=browser.cookie, **sent)
        assert status == (101 if counts else 403)


@pytest.mark.parametrize(
    "origin", ["{host}", "http:{host}", "http://", "http://[", "http://{host}.evil.example", "http://{host} http://x"]
)
def test_an_origin_that_is_none_is_a_bad_request(house: House, table: str, origin: str) -> None:
    phone = Browser(house.port)
    phone.get(house.code_path(table))
    sent = origin.format(host=f"{LOOPBACK}:{house.port}")
    assert answer_to(lambda: V1Guest(house.seat(table), cookie=phone.cookie, origin=sent)) in (400, 403)


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "file://", "capacitor://localhost"])
def test_keys_in_the_address_and_open_tables_ask_for_no_origin(house: House, table: str, origin: str | None) -> None:
    assert not refused(lambda: V1Board(house.bar(house.device()), origin=origin))
    assert not refused(lambda: V1Guest(house.seat(table, house.token(table)), origin=origin))
    assert not refused(lambda: V1Guest(house.seat("24", venue=1), origin=origin))


# Open tables


def test_orders_from_open_tables_are_marked_unverified(house: House) -> None:
    with V2Board(house.running.device_socket(1)) as board, V1Guest(house.seat("24", venue=1)) as guest:
        board.snapshot()
        guest.order({"13": 1})
        placed = board.next_event(change="placed").order
        assert placed.body["verified"] is False
        board.reject(placed, "only a test")


def test_a_venue_without_open_tables_lets_nobody_in_by_the_bare_address(house: House, table: str) -> None:
    assert refused(lambda: V1Guest(house.seat(table)))
    assert refused(lambda: V1Guest(house.seat("1", venue=OTHER_VENUE)))


# Other operators


def test_anothers_venue_answers_like_one_that_does_not_exist(house: House) -> None:
    staff = house.logged_in(*house.person())
    key = house.device()
    for path in (
        "/board/{venue}/",
        "/board/{venue}/tables/",
        "/api/v1/venues/{venue}/menu",
        "/session?venue_id={venue}",
        "/session?venue_id={venue}&table_number=dashboard",
        "/session?venue_id={venue}&table_number=1",
    ):
        anothers, nobodys = (staff.get(path.format(venue=venue)) for venue in (OTHER_VENUE, UNKNOWN_VENUE))
        assert (anothers.status, anothers.body) == (nobodys.status, nobodys.body), path
        assert anothers.status in (401, 404), path
    for venue in (OTHER_VENUE, UNKNOWN_VENUE):
        for address in (house.bar(key, venue=venue), house.bar(venue=venue)):
            assert refused(lambda: V1Board(address, cookie=staff.cookie, origin=staff.origin))  # noqa: B023


def test_session_says_who_one_is_and_401_to_everybody_else(house: House, table: str) -> None:
    phone, tablet, person = Browser(house.port), Browser(house.port), house.logged_in(*house.person())
    phone.get(house.code_path(table))
    tablet.get(f"/k/{house.device()}/")
    at_table = phone.get("/session").json
    assert (at_table["role"], at_table["venue"], at_table["table"]) == ("guest", str(VENUE), table)
    for browser in (tablet, person):
        at_board = browser.get(f"/session?venue_id={VENUE}&table_number=dashboard").json
        assert (at_board["role"], at_board["venue"], at_board["table"]) == ("board", str(VENUE), None)
    for cookies in ({}, {"ontap_member": "x" * 43}, {"ontap_device": "x" * 43}, {"ontap_login": "x" * 32}):
        answer = Browser(house.port, cookies).get("/session")
        assert (answer.status, answer.json["code"]) == (401, "no_credential")
