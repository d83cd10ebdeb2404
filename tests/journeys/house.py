"""Venue 2 of the demo, which has no open tables; each test of access takes a table of its own there."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from urllib.parse import urlencode, urlsplit

from tests.clients.v2 import V2Board
from tests.journeys.browser import Answer, Browser
from tests.journeys.office import Office
from tests.journeys.running import Running

VENUE, OTHER_VENUE = 2, 3
SOON_ENOUGH = 5.0  # seconds
ENDED, REVOKED, TOO_MANY = 4001, 4003, 4008  # close codes
ITEMS = {"3": 1}


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
