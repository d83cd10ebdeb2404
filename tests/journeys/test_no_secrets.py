"""Canaries: keys, tokens and codes in addresses, right and wrong, well-formed and not, where things go well and where
they fail; none of them is in any output, answer or row afterwards."""

import http.client
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

from tests.clients.v1 import V1Board, V1Guest
from tests.journeys.process import Web
from tests.journeys.running import Running
from tests.ontap.raw_socket import BINARY, CONTINUATION, TEXT, ConnectionEnded, RawSocket, encode, handshake
from tests.stack.ports import LOOPBACK, free_port
from tests.stack.postgres import Postgres

VENUE, TABLE = 2, "3"
SHORTEST_LEAK = 12  # letters of a secret in a row
OURS = "-m ontap.server --host {host} --port {port}"
# As docs/operations.md has it: uvicorn's own log would print whole addresses.
UVICORN = (
    "-m uvicorn ontap.asgi:application --host {host} --port {port} --ws websockets-sansio --ws-max-size 131072"
    " --ws-per-message-deflate false --lifespan off --no-access-log --log-level warning --no-proxy-headers"
)


@dataclass(frozen=True)
class Secrets:
    """What clients carry in addresses. The wrong ones are as secret: somebody's typing error is nearly right."""

    device_key: str
    member_token: str
    table_code: str
    invitation: str
    wrong_key: str = "Wr0ngK3y_" + "cAnArY" * 5 + "-x7Zq"
    wrong_token: str = "Wr0ngT0ken_" + "bIrDsOnG" * 3 + "-q9Zx7"
    wrong_code: str = "ae." + "wrngcdcnryqzxvkj7a5b3c2d4e"
    wrong_invitation: str = "Wr0ngInv1te_" + "fLeDgLiNg" * 3 + "-w8Zq"

    @property
    def all(self) -> Mapping[str, str]:
        return {name: value.partition(".")[2] or value for name, value in vars(self).items()}

    def found_in(self, text: str) -> list[str]:
        """Those of which a part is in the text, as it is or percent-encoded, in whichever case."""
        searched = f"{text}\n{unquote(text, errors='replace')}".casefold()
        return [name for name, value in self.all.items() if any(part in searched for part in _parts(value))]


def _parts(secret: str) -> Iterator[str]:
    for start in range(0, len(secret) - SHORTEST_LEAK + 1, SHORTEST_LEAK // 2):
        yield secret[start : start + SHORTEST_LEAK].casefold()


def encoded(text: str) -> str:
    """Every letter percent-encoded."""
    return "".join(f"%{byte:02x}" for byte in text.encode())


@dataclass
class Heard:
    """What came back over HTTP: where from, the headers that say nothing new to the client, and all the rest."""

    referrers: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    statuses: set[int] = field(default_factory=set)


# {0} is the secret, {1} the same with every letter percent-encoded.
PLACES_OF_KEYS = [
    "/k/{0}/",
    "/k/{0}",
    "/k/{0}/Test",
    "/k/{0}/ws?venue_id=2&table_number=dashboard",
    "/k/{0}/nothing/here",
    "/k/{0}/../../admin/",
    "/x/k/{0}/",
    "//k//{0}//",
    "/k/./{0}/",
    "/k/{0}%00",
    "/k/{0}%2F",
    "/k%2f{0}/",
    "/%6b/{0}/",
    "/K/{0}/",
    "/k/{1}/",
    "/%6B%2f{1}",
    "/?key={0}",
    "/session?device_key={0}",
    "/admin/?key={0}",
    "/healthz?key={0}",
    "/board/2/?key={0}",
    "/login/?next=/k/{0}/",
    "/static/k/{0}/x.js",
    "/media/k/{0}/",
]
PLACES_OF_TOKENS = [
    "/s/{0}/Test",
    "/s/{0}/",
    "/s/{1}/Test",
    "/%73/{0}/Test?venue_id=1",
    "/S/{0}/Test",
    "/session?token={0}",
    "/api/v1/venues/2/menu?token={0}",
    "/x?member_token={0}",
]
PLACES_OF_INVITATIONS = [
    "/i/{0}/",
    "/i/{0}",
    "/i/{1}/",
    "/%69/{0}/",
    "/I/{0}/",
    "/i/{0}/x",
    "/invitation/?token={0}",
    "/login/?next=/i/{0}/",
]
PLACES_OF_CODES = [
    "/t/{0}",
    "/t/{0}/",
    "/t/{0}/x",
    "/t/{0}x",
    "/t//{0}",
    "/t/{0}%00",
    "/t/{1}",
    "/%74/{0}",
    "/T/{0}",
    "/?code={0}",
    "/api/session?code={0}",
]


def addresses(secrets: Secrets) -> Iterator[str]:
    """Every place of a secret in an address that we, a client's author or a passer-by could think of."""
    for places, found in (
        (PLACES_OF_KEYS, (secrets.device_key, secrets.wrong_key)),
        (PLACES_OF_TOKENS, (secrets.member_token, secrets.wrong_token)),
        (PLACES_OF_INVITATIONS, (secrets.invitation, secrets.wrong_invitation)),
        (PLACES_OF_CODES, (secrets.table_code, secrets.wrong_code, secrets.table_code.upper())),
    ):
        for secret in found:
            yield from (place.format(secret, encoded(secret)) for place in places)


Request = tuple[str, str, str, dict[str, str]]


def requests(secrets: Secrets) -> Iterator[Request]:
    """Every address by several methods and with a bad Host, and secrets where bodies and headers hold them."""
    for address in addresses(secrets):
        yield from ((method, address, "", {}) for method in ("GET", "HEAD", "BREW"))
        yield "POST", address, "x=1", {}
        yield "GET", address, "", {"Host": "evil.example"}
    for code in (secrets.table_code + "x", secrets.wrong_code, secrets.member_token, secrets.device_key):
        yield "POST", "/api/session", json.dumps({"code": code}), {"Content-Type": "application/json"}
        yield "POST", "/api/session", f'{{"code": "{code}', {"Content-Type": "application/json"}
        yield "POST", "/api/session", json.dumps({"code": [code], "key": code}), {"Content-Type": "application/json"}
        yield "POST", "/api/session", f"code={code}", {"Content-Type": "application/x-www-form-urlencoded"}
        yield "POST", "/api/session", code, {"Content-Type": "text/plain"}
        names = ("ontap_member", "ontap_device", "ontap_invitation", "ontap_login", "csrftoken")
        yield "GET", "/session", "", {"Cookie": "; ".join(f"{name}={code}" for name in names)}
        yield "GET", "/", "", {"Referer": f"http://x/k/{code}/", "User-Agent": f"/t/{code}"}
        yield "GET", f"/api/v1/venues/{VENUE}/menu", "", {"Authorization": f"Bearer {code}"}


def ask_all(port: int, secrets: Secrets) -> Heard:
    """What comes back of all that, each time from another address: failures are counted."""
    heard = Heard()
    for number, (method, address, body, headers) in enumerate(requests(secrets)):
        source = f"127.0.{2 + number // 200}.{1 + number % 200}"
        line = http.client.HTTPConnection(LOOPBACK, port, timeout=10, source_address=(source, 0))
        with closing(line):
            line.request(method, address, body or None, headers)
            response = line.getresponse()
            text = response.read().decode(errors="replace")
        heard.statuses.add(response.status)
        if address.startswith(("/t/", "/k/", "/i/")) and response.status not in (400, 501):
            heard.referrers[address] = response.headers.get("Referrer-Policy", "none")
        if "?next=" not in address:  # a form says where it leads
            heard.texts[f"{method} {address} {headers}"] = f"{_told_to_all(response)}\n{text}"
    return heard


def _told_to_all(response: http.client.HTTPResponse) -> str:
    """Its headers, but those that show a client its way and give it its cookie."""
    return "\n".join(f"{k}: {v}" for k, v in response.headers.items() if k not in ("Location", "Set-Cookie"))


def knock_on_all(web: Web, secrets: Secrets) -> None:
    """Sockets with secrets in their addresses: refused, opened, and ended in bad ways."""
    for address in addresses(secrets):
        with RawSocket(web.port) as client, suppress(ConnectionEnded):
            client.send(handshake(address, {"Origin": f"http://{LOOPBACK}/k/{secrets.wrong_key}/"}))
            client.read_head()
    board = f"/k/{secrets.device_key}/Test?venue_id={VENUE}&table_number=dashboard"
    guest = f"/s/{secrets.member_token}/Test?venue_id={VENUE}&table_number={TABLE}"
    for address in (board, guest):
        for data in (
            encode(TEXT, json.dumps({"action": secrets.device_key, "code": secrets.wrong_code}).encode()),
            encode(TEXT, f"/k/{secrets.wrong_key}/".encode(), reserved=2),
            encode(BINARY, secrets.wrong_token.encode()),
            encode(TEXT, b"\xff" + secrets.wrong_code.encode()),
            encode(CONTINUATION, secrets.wrong_key.encode()),
            encode(TEXT, b" " * 131_073),
        ):
            with RawSocket(web.port) as client, suppress(ConnectionEnded):
                client.open(address)
                client.send(data)
                client.read_frame()
    with V1Board(f"{web.ws}{board}") as seen, V1Guest(f"{web.ws}{guest}") as orderer:
        orderer.order({"3": 1})
        seen.accept(seen.next_order())
        orderer.next_status()


@pytest.fixture(scope="module")
def with_worker() -> bool:
    """They print, too."""
    return True


@pytest.fixture(scope="module")
def secrets(running: Running) -> Secrets:
    key = urlsplit(running.device_socket(VENUE)).path.split("/")[2]
    code = urlsplit(running.table_link(VENUE, TABLE)).path.removeprefix("/t/")
    with closing(http.client.HTTPConnection(LOOPBACK, running.web.port, timeout=10)) as line:
        line.request("POST", "/api/session", json.dumps({"code": code}), {"Content-Type": "application/json"})
        token = json.loads(line.getresponse().read())["token"]
    return Secrets(key, token, code, invitation_of(running))


INVITE = f"""
from django.utils import timezone
from venues.invitations import invite
from venues.models import Invitation, User, Venue
venue = Venue.objects.get(pk={VENUE})
owner = User.objects.filter(memberships__operator=venue.operator, memberships__role="operator").first()
row = Invitation(operator=venue.operator, venue=venue, role="staff", name="Sam")
print(invite(row, owner, timezone.now()))
"""


def invitation_of(running: Running) -> str:
    return running.manage("shell", "--no-imports", "--command", INVITE).split()[-1]


@dataclass
class Served:
    heard: Heard
    web: Web

    @property
    def output(self) -> str:
        return self.web.output


@pytest.fixture(scope="module")
def webs(running: Running, column: str, request: pytest.FixtureRequest) -> Iterator[dict[str, Web]]:
    """The web process that everybody has, one that logs all there is, uvicorn, and one whose database is empty."""
    logs, empty = running.data / "logs", running.data / "empty"
    starts = {
        "talkative": (OURS, {"LOG_LEVEL": "DEBUG"}),
        "without a database": (OURS, {"ONTAP_DATA": str(empty)}),
    }
    postgres: Postgres | None = None
    if column == "production":
        postgres = request.getfixturevalue("own_postgres")
        assert postgres is not None
        starts["without a database"] = OURS, {"DATABASE_URL": postgres.create_database("without_tables")}
        starts["uvicorn"] = UVICORN, {}
    with ExitStack() as stack:
        found = {"as it is": running.web}
        for name, (command, more) in starts.items():
            port = free_port()
            arguments = command.format(host=LOOPBACK, port=port).split()
            web = Web(arguments, running.environ | more, logs, name.replace(" ", "-"), port=port)
            found[name] = stack.enter_context(web)
            web.start()
        for web in found.values():
            wait_alive(web)
        yield found
    if postgres is not None:
        postgres.drop_database("without_tables")


def wait_alive(web: Web) -> None:
    deadline = time.monotonic() + 30
    while True:
        with suppress(OSError, http.client.HTTPException, ValueError):
            if web.get_json("/healthz")[0] == 200:
                return
        assert time.monotonic() < deadline, web.tail()
        assert web.pid is not None, web.tail()
        time.sleep(0.05)


@pytest.fixture(scope="module")
def served(webs: dict[str, Web], secrets: Secrets) -> dict[str, Served]:
    """What each web process answered and printed."""
    found: dict[str, Served] = {}
    for name, web in webs.items():
        heard = ask_all(web.port, secrets)
        if name != "without a database":
            knock_on_all(web, secrets)
        found[name] = Served(heard, web)
    return found


def test_nothing_that_a_process_prints_holds_a_secret(
    running: Running, served: dict[str, Served], secrets: Secrets
) -> None:
    outputs = {name: one.output for name, one in served.items()} | {"all": running.output}
    assert {name: secrets.found_in(output) for name, output in outputs.items()} == {name: [] for name in outputs}
    assert "/k/…" in running.output
    assert "Traceback" not in running.output


def test_a_leak_would_be_found(secrets: Secrets) -> None:
    for name, secret in secrets.all.items():
        for leak in (secret, secret.upper(), encoded(secret), secret[3 : 3 + 2 * SHORTEST_LEAK]):
            assert secrets.found_in(f"GET /x/{leak}/ 404") == [name]
    assert secrets.found_in("GET /k/…/Test 403") == []


def test_nothing_secret_is_printed_where_everything_fails(served: dict[str, Served], secrets: Secrets) -> None:
    failed = served["without a database"]
    assert 500 in failed.heard.statuses
    assert "Traceback" in failed.output
    assert secrets.found_in(failed.output) == []


def test_no_answer_repeats_a_secret(served: dict[str, Served], secrets: Secrets) -> None:
    told = {
        f"{name}: {request}": secrets.found_in(text)
        for name, one in served.items()
        for request, text in one.heard.texts.items()
    }
    assert {request: found for request, found in told.items() if found} == {}
    assert len(told) > 500


def test_pages_behind_a_secret_send_no_referrer(served: dict[str, Served]) -> None:
    for one in served.values():
        assert set(one.heard.referrers.values()) == {"no-referrer"}, one.heard.referrers


def test_a_dump_of_the_database_holds_no_secret(running: Running, served: dict[str, Served], secrets: Secrets) -> None:
    dump = dump_of(running)
    assert "The Lantern Yard" in dump
    assert secrets.found_in(dump) == []


def dump_of(running: Running) -> str:
    """Every row of every table, as text."""
    url = running.environ.get("DATABASE_URL")
    if url is None:
        with closing(sqlite3.connect(running.data / "ontap.sqlite3")) as connection:
            return "\n".join(connection.iterdump())
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = [connection.execute(f'SELECT t::text FROM "{name}" t').fetchall() for (name,) in names]  # noqa: S608
    return "\n".join(str(row[0]) for table in rows for row in table)
