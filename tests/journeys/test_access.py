"""Who gets in, who does not, and how soon whoever lost the right is out: on real processes, from the outside.

Venue 2 of the demo has no open tables; each test takes a table of its own there.
"""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

import pytest

from tests.clients import v2_frames
from tests.clients.inbox import SocketClosed
from tests.clients.line import Refused
from tests.clients.v1 import V1Board, V1Guest
from tests.clients.v2 import Answered, V2Board, V2Guest
from tests.journeys.process import ROOT, Web
from tests.journeys.running import Running
from tests.stack.ports import LOOPBACK, free_port

VENUE, OTHER_VENUE, UNKNOWN_VENUE = 2, 3, 999
SOON_ENOUGH = 5.0
Client = V1Board | V1Guest | V2Board | V2Guest
ENDED, REVOKED, TOO_MANY = 4001, 4003, 4008
ITEMS = {"3": 1}

OFFICE = """
import json, sys
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from orders.models import Order
from orders.tables import *
from venues.addresses import table_page
from venues.codes import new_token, token_hash
from venues.models import *
names = dict(globals())
for line in sys.stdin:
    asked = json.loads(line)
    names |= asked["values"] | {"answer": None, "now": now_in_ms()}
    try:
        exec(asked["code"], names)
    except Exception as error:
        names["answer"] = {"failed": repr(error)}
    print(json.dumps(names["answer"]), flush=True)
"""


class Office:
    """What a manager does in another process than the web's: Python with all models, one request at a time."""

    def __init__(self, running: Running) -> None:
        with (running.data / "office.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", OFFICE],
                cwd=ROOT,
                env=running.environ | {"DJANGO_SETTINGS_MODULE": "ontap.settings"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def __call__(self, code: str, **values: object) -> Any:
        """What the code leaves in `answer`. It finds `values`, `now` and all models."""
        asked, answered = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answered is not None
        asked.write(json.dumps({"code": code, "values": values}) + "\n")
        asked.flush()
        answer = json.loads(answered.readline())
        assert not isinstance(answer, dict) or "failed" not in answer, answer
        return answer

    def close(self) -> None:
        self._process.communicate(timeout=10)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Browser:
    """Keeps cookies, whatever they say of https, and follows no redirects."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    @property
    def origin(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def ask(self, method: str, path: str, body: str = "", source: str = LOOPBACK, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(http.client.HTTPConnection(LOOPBACK, self.port, timeout=10, source_address=(source, 0))) as line:
            line.request(method, path, body or None, {"Cookie": self.cookie} | sent)
            response = line.getresponse()
            answer = Answer(response.status, response.headers, response.read().decode())
        for one in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = one.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def submit(self, page: str, path: str, **fields: str) -> Answer:
        """Fill in a form that stands on `page`."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(page).body)
        assert token is not None
        form = urlencode({"csrfmiddlewaretoken": token[1], **fields})
        return self.ask("POST", path, form, Content_Type="application/x-www-form-urlencoded")


class House:
    """Venue 2 with whatever a test needs there: tables, codes, tokens, devices, people."""

    def __init__(self, running: Running, office: Office) -> None:
        self.running, self.office = running, office
        self.port = running.web.port
        self._serial = count(100)

    def table(self, venue: int = VENUE) -> str:
        """The number of a new table."""
        number = str(next(self._serial))
        self.office("Table.objects.create(venue_id=venue, number=number)", venue=venue, number=number)
        return number

    def code_path(self, table: str) -> str:
        """`/t/<code>` of the table, as it is printed now."""
        code = "answer = table_page(Table.objects.get(venue_id=2, number=number))"
        return str(urlsplit(str(self.office(code, number=table))).path)

    def token(self, table: str) -> str:
        return str(self.post_code(self.code_path(table).removeprefix("/t/")).json["token"])

    def post_code(self, code: str) -> Answer:
        return Browser(self.port).ask(
            "POST", "/api/session", json.dumps({"code": code}), Content_Type="application/json"
        )

    def seat(self, table: str, token: str | None = None, venue: int = VENUE) -> str:
        """The socket's address for a client without cookies."""
        query = urlencode({"venue_id": venue, "table_number": table})
        return f"{self.running.ws}{f'/s/{token}' if token else ''}/Test?{query}"

    def device(self, venue: int = VENUE) -> str:
        """The key of a new device."""
        code = (
            "answer = new_token(); name = f'Device {serial}'\n"
            "Device.objects.create(venue_id=venue, name=name, key_hash=token_hash(answer), created_at=now)"
        )
        return str(self.office(code, venue=venue, serial=next(self._serial)))

    def bar(self, key: str | None = None, venue: int = VENUE) -> str:
        """The address of the venue's board."""
        return f"{self.running.ws}{f'/k/{key}' if key else ''}/Test?venue_id={venue}&table_number=dashboard"

    def person(self, role: str = "staff", venue: int = VENUE) -> tuple[str, str]:
        """Username and password of somebody new who works there."""
        name = f"person{next(self._serial)}"
        code = (
            "user = User.objects.create_user(name, password=name, is_staff=True)\n"
            "venue = Venue.objects.get(pk=venue)\n"
            "Membership.objects.create(user=user, operator_id=venue.operator_id, venue=venue, role=role)"
        )
        self.office(code, name=name, venue=venue, role=role)
        return name, name

    def logged_in(self, username: str, password: str) -> Browser:
        browser = Browser(self.port)
        answer = browser.submit("/admin/login/", "/admin/login/", username=username, password=password)
        assert answer.status == 302, answer.body
        return browser

    @contextmanager
    def rules(self, **rules: object) -> Iterator[None]:
        """Venue 2 with these rules meanwhile; they hold in the web process when this begins."""
        with V2Board(self.bar(self.device())) as board:
            board.snapshot()
            code = (
                "venue = Venue.objects.get(pk=2); answer = {name: getattr(venue, name) for name in rules}\n"
                "for name, value in rules.items(): setattr(venue, name, value)\n"
                "venue.save()"
            )
            before = self.office(code, rules=rules)
            board.next_notice("menu")
            try:
                yield
            finally:
                self.office(code, rules=before)
                board.next_notice("menu")

    def wait_until(self, happened: Callable[[], bool], pause: float = 0.05) -> None:
        """Return once it has: what another process changed reaches a web process within one sweep."""
        deadline = time.monotonic() + SOON_ENOUGH
        while not happened():
            assert time.monotonic() < deadline, "It did not happen in time"
            time.sleep(pause)

    def wait_for_orders(self, table: str, count: int) -> None:
        """Return once so many are written, and no more."""
        self.wait_until(lambda: self.orders_of(table) >= count)
        assert self.orders_of(table) == count

    def orders_of(self, table: str) -> int:
        return int(self.office("answer = Order.objects.filter(venue_id=2, table_number=number).count()", number=table))


def answer_to(connect: Callable[[], Client]) -> int:
    """The status of the handshake."""
    try:
        connect().close()
    except Refused as refusal:
        return refusal.status if not refusal.body else 0
    return 101


def refused(connect: Callable[[], Client]) -> bool:
    status = answer_to(connect)
    assert status in (101, 403)
    return status == 403


def told(client: V2Guest) -> str:
    """The code of the error that comes next; "closed" where the socket was faster."""
    try:
        return client.next_error().code
    except SocketClosed:
        return "closed"


def told_of(guest: V2Guest, items: Mapping[str, int]) -> str:
    """The code of the error that an order gets; empty where it is taken."""
    try:
        guest.place(items)
    except Answered as answered:
        return answered.error.code
    return ""


def handshake(port: int, address: SplitResult, source: str, **headers: str) -> int:
    """The status of a handshake that comes from this address: failures are counted for each."""
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=10, source_address=(source, 0))) as line:
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
        upgrade["Sec-WebSocket-Key"] = "A" * 22 + "=="
        line.request("GET", f"{address.path}?{address.query}", None, upgrade | headers)
        return line.getresponse().status


@pytest.fixture(scope="module")
def house(running: Running) -> Iterator[House]:
    with closing(Office(running)) as office:
        yield House(running, office)


@pytest.fixture
def table(house: House) -> str:
    return house.table()


# Table codes


def test_a_code_opens_the_page_and_leaves_a_cookie_that_opens_the_socket(house: House, table: str) -> None:
    phone = Browser(house.port)
    page = phone.get(house.code_path(table))
    assert page.status == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    cookie = page.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    with (
        V2Board(house.bar(house.device())) as board,
        V1Guest(house.seat(table), cookie=phone.cookie, origin=phone.origin) as guest,
    ):
        board.snapshot()
        guest.order(ITEMS)
        placed = board.next_event(change="placed").order
        assert (placed.table_number, placed.body["verified"], placed.body["first_of_session"]) == (table, True, True)


def test_looking_at_the_page_opens_no_session(house: House, table: str) -> None:
    for method in ("GET", "HEAD", "GET"):
        assert Browser(house.port).ask(method, house.code_path(table)).status == 200
    assert house.office("answer = TableSession.objects.filter(table__number=number).count()", number=table) == 0


def test_a_code_is_changed_into_an_address_for_clients_without_cookies(house: House, table: str) -> None:
    answer = house.post_code(house.code_path(table).removeprefix("/t/"))
    assert answer.status == 200
    assert (answer.json["venue"], answer.json["table"]) == (str(VENUE), table)
    parts = urlsplit(answer.json["address"])
    with V1Board(house.bar(house.device())) as board, V1Guest(f"{house.running.ws}{parts.path}?{parts.query}") as guest:
        guest.order(ITEMS)
        assert board.next_order().table_number == table


def test_wrong_codes_answer_like_codes_of_unknown_tables(house: House, table: str) -> None:
    path = house.code_path(table)
    head, _, mac = path.removeprefix("/t/").partition(".")
    other = house.code_path(house.table()).partition(".")[2]
    wrong = [f"{head}.{mac[:-1]}", f"{head}.{other}", f"{head}.{'a' * 26}", f"{head}.", f"zzzzzzz.{mac}", f"ae.{mac}"]
    wrong += [f".{mac}", head, f"{head}.{mac}.{mac}", f"{head}.{mac}x", f"{head}={mac}", "x" * 500, "%00", "%C3%A9"]
    pages = [Browser(house.port).ask("GET", f"/t/{code}", source="127.0.0.81") for code in wrong]
    answers = [house.post_code(code) for code in wrong[:6]]
    for alike in (pages, answers):
        assert {answer.status for answer in alike} == {404}
        assert len({answer.body for answer in alike}) == 1


def test_a_token_is_good_for_its_own_table_alone(house: House, table: str) -> None:
    token, other = house.token(table), house.table()
    assert not refused(lambda: V1Guest(house.seat(table, token)))
    assert refused(lambda: V1Guest(house.seat(other, token)))
    assert refused(lambda: V1Guest(house.seat("1", token, venue=OTHER_VENUE)))
    assert refused(lambda: V1Guest(house.seat("1", token, venue=1)))  # whose tables are open, but not to a wrong token
    assert refused(lambda: V1Guest(house.seat("1", "s" * 43, venue=1)))


def test_the_latest_scan_wins(house: House, table: str) -> None:
    phone, second = Browser(house.port), house.table()
    phone.get(house.code_path(table))
    assert not refused(lambda: V1Guest(house.seat(table), cookie=phone.cookie, origin=phone.origin))
    phone.get(house.code_path(second))
    assert not refused(lambda: V1Guest(house.seat(second), cookie=phone.cookie, origin=phone.origin))
    assert refused(lambda: V1Guest(house.seat(table), cookie=phone.cookie, origin=phone.origin))


def test_a_page_that_is_loaded_again_keeps_its_cookie(house: House, table: str) -> None:
    phone = Browser(house.port)
    phone.get(house.code_path(table))
    assert "Set-Cookie" not in phone.get(house.code_path(table)).headers


def test_phones_of_one_table_are_one_party(house: House, table: str) -> None:
    first, second = house.token(table), house.token(table)
    assert first != second
    with (
        V1Board(house.bar(house.device())) as board,
        V1Guest(house.seat(table, first)) as orderer,
        V1Guest(house.seat(table, second)) as friend,
    ):
        orderer.order(ITEMS)
        board.accept(board.next_order())
        assert orderer.next_status().order_id == friend.next_status().order_id


# The end of a session, of a code, of a table


def test_a_cleared_tables_cookie_and_token_order_nothing_and_a_new_scan_begins_anew(house: House, table: str) -> None:
    phone, token = Browser(house.port), house.token(table)
    phone.get(house.code_path(table))
    with V1Guest(house.seat(table, token)), V1Guest(house.seat(table), cookie=phone.cookie, origin=phone.origin):
        pass
    house.office("clear_table(Table.objects.get(venue_id=2, number=number), now)", number=table)
    assert refused(lambda: V1Guest(house.seat(table, token)))
    assert refused(lambda: V1Guest(house.seat(table), cookie=phone.cookie, origin=phone.origin))
    asked = phone.get(f"/session?venue_id={VENUE}&table_number={table}")
    assert (asked.status, asked.json["code"]) == (401, "session_ended")
    with V2Board(house.bar(house.device())) as board, V1Guest(house.seat(table, house.token(table))) as guest:
        board.snapshot()
        guest.order(ITEMS)
        assert board.next_event(change="placed").order.body["first_of_session"] is True


def test_an_order_that_was_on_its_way_when_the_table_was_cleared_is_refused(house: House, table: str) -> None:
    with V2Guest(house.seat(table, house.token(table))) as guest:
        house.office("clear_table(Table.objects.get(venue_id=2, number=number), now)", number=table)
        with suppress(SocketClosed):
            guest.order(ITEMS)
            assert told(guest) in ("session_ended", "closed")
        assert guest.wait_closed(SOON_ENOUGH) == ENDED
    assert house.orders_of(table) == 0


def test_a_rotated_code_is_dead_at_once_and_the_new_one_works(house: House, table: str) -> None:
    old, token = house.code_path(table), house.token(table)
    house.office("rotate_code(Table.objects.get(venue_id=2, number=number), now)", number=table)
    assert Browser(house.port).get(old).status == 404
    assert house.post_code(old.removeprefix("/t/")).status == 404
    assert refused(lambda: V1Guest(house.seat(table, token)))
    assert not refused(lambda: V1Guest(house.seat(table, house.token(table))))


def test_a_stopped_table_takes_no_orders_until_it_goes_on(house: House, table: str) -> None:
    token = house.token(table)
    with V2Guest(house.seat(table, token)) as guest:
        house.office("stop_table(Table.objects.get(venue_id=2, number=number), now)", number=table)
        with suppress(SocketClosed):
            guest.order(ITEMS)
            assert told(guest) in ("table_stopped", "closed")
        assert guest.wait_closed(SOON_ENOUGH) == REVOKED
    assert refused(lambda: V1Guest(house.seat(table, token)))
    house.office("let_table_go_on(Table.objects.get(venue_id=2, number=number))", number=table)
    with V2Guest(house.seat(table, token)) as guest:
        guest.place(ITEMS)
    assert house.orders_of(table) == 1


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


# Whoever loses the right loses the socket


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


# Limits


@pytest.mark.parametrize("version", [1, 2])
def test_the_thirty_first_order_of_a_socket_in_a_minute_is_an_error(house: House, table: str, version: int) -> None:
    token = house.token(table)
    with (V1Guest if version == 1 else V2Guest)(house.seat(table, token)) as guest:
        for _ in range(31):
            guest.order(ITEMS)
        error = guest.next_error()
        assert "wait a moment" in error.message.lower()
        if isinstance(error, v2_frames.ErrorFrame):
            assert error.code == "too_many_orders"
    house.wait_for_orders(table, 30)


def test_a_party_has_sixty_orders_a_minute_over_all_its_phones(house: House, table: str) -> None:
    with ExitStack() as stack:
        phones = [stack.enter_context(V2Guest(house.seat(table, house.token(table)))) for _ in range(3)]
        for phone in phones[:2]:
            for _ in range(30):
                phone.order(ITEMS)
        house.wait_for_orders(table, 60)
        phones[2].order(ITEMS)
        assert phones[2].next_error().code == "too_many_orders"


def test_a_flood_of_messages_is_closed_with_4008(house: House, table: str) -> None:
    with V1Guest(house.seat(table, house.token(table))) as guest:
        with suppress(SocketClosed):
            for _ in range(201):
                guest.send('{"action":"nothing"}')
        assert guest.wait_closed() == TOO_MANY
    assert not refused(lambda: V1Guest(house.seat(table, house.token(table))))


def test_a_board_may_say_ten_times_as_much_and_no_more(house: House) -> None:
    with V1Board(house.bar(house.device())) as board:
        with suppress(SocketClosed):
            for _ in range(2001):
                board.send('{"action":"nothing"}')
        assert board.wait_closed(2 * SOON_ENOUGH) == TOO_MANY


def test_the_venues_caps_hold_whatever_a_client_asks(house: House, table: str) -> None:
    rules = house.rules(max_quantity=5, max_items=6, max_open_per_table=2)
    with rules, V2Guest(house.seat(table, house.token(table))) as guest:
        assert told_of(guest, {"3": 6}) == "wrong_quantity"
        assert told_of(guest, {"3": 4, "5": 3}) == "too_many"
        assert [told_of(guest, ITEMS) for _ in range(3)] == ["", "", "too_many_orders"]


@pytest.fixture
def strict(house: House) -> Iterator[Web]:
    """One more web process on the same data, with low limits and no open tables."""
    port = free_port()
    limits = {
        "ONTAP_HANDSHAKES_PER_MINUTE": "30",
        "ONTAP_FAILURES_PER_MINUTE": "10",
        "ONTAP_ALLOW_OPEN_TABLES": "false",
    }
    arguments = ["-m", "ontap.server", "--host", LOOPBACK, "--port", str(port)]
    running = house.running
    with Web(arguments, running.environ | limits, running.data / "logs", "strict", port=port) as web:
        web.start()
        yield web.wait_ready()


def test_after_too_many_failures_an_address_is_refused_whatever_it_brings(
    house: House, strict: Web, table: str
) -> None:
    token = house.token(table)
    address = house.seat(table, token).replace(house.running.ws, strict.ws)
    far = "127.0.0.77"
    good = urlsplit(address)
    wrong = house.seat(table, "s" * 43).replace(house.running.ws, strict.ws)
    statuses = [handshake(strict.port, urlsplit(wrong), far) for _ in range(10)]
    assert statuses == [403] * 10
    assert handshake(strict.port, good, far) == 403
    # Nor are codes, keys or passwords looked at, and a header does not make it another address.
    browser = Browser(strict.port)
    assert browser.ask("GET", house.code_path(table), source=far).status == 429
    assert browser.ask("GET", house.code_path(table), source=far, X_Forwarded_For="10.1.2.3").status == 429
    code = json.dumps({"code": house.code_path(table).removeprefix("/t/")})
    assert browser.ask("POST", "/api/session", code, source=far, Content_Type="application/json").status == 429
    # Other addresses are another matter.
    assert handshake(strict.port, good, LOOPBACK) == 101
    assert browser.ask("GET", house.code_path(table)).status == 200


def test_wrong_codes_over_http_count_as_failures_too(house: House, strict: Web, table: str) -> None:
    far, browser = "127.0.0.78", Browser(strict.port)
    good = urlsplit(house.seat(table, house.token(table)))
    for number in range(5):
        assert browser.ask("GET", f"/t/aaaa.{number}", source=far).status == 404
        assert browser.ask("GET", f"/k/{'k' * 42}{number}/", source=far).status == 404
    assert handshake(strict.port, good, far) == 403


def test_an_address_may_begin_so_many_sockets_a_minute_and_no_more(house: House, strict: Web, table: str) -> None:
    good, far = urlsplit(house.seat(table, house.token(table))), "127.0.0.79"
    assert [handshake(strict.port, good, far) for _ in range(31)] == [101] * 30 + [403]
    assert handshake(strict.port, good, LOOPBACK) == 101


def test_an_installation_without_open_tables_heeds_no_venues_wish(house: House, strict: Web, table: str) -> None:
    assert refused(lambda: V1Guest(house.seat("1", venue=1).replace(house.running.ws, strict.ws)))
    address = house.seat(table, house.token(table)).replace(house.running.ws, strict.ws)
    assert not refused(lambda: V1Guest(address))


# Tables that staff open


def test_where_staff_open_tables_nothing_is_ordered_before_they_do(house: House, table: str) -> None:
    with (
        house.rules(table_opening="staff"),
        V1Board(house.bar(house.device())) as board,
        V2Guest(house.seat(table, house.token(table))) as guest,
        V1Guest(house.seat(table, house.token(table))) as old_guest,
    ):
        assert told_of(guest, ITEMS) == "table_not_open"
        old_guest.order(ITEMS)
        assert "open" in old_guest.next_error().message
        assert house.orders_of(table) == 0
        house.office("open_table(Table.objects.get(venue_id=2, number=number), now)", number=table)
        # Guests are not told that the table is open; each try counts as an order.
        house.wait_until(lambda: told_of(guest, ITEMS) == "", pause=0.3)
        board.accept(board.next_order())
        assert old_guest.next_status().order_status == "accepted"
        old_guest.order(ITEMS)
        assert board.next_order().table_number == table
