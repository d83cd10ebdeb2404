"""`POST /api/session` and `GET /session`: a token for a code, and who one is."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from orders.admin import revoke_device
from orders.tables import clear_table, rotate_code, stop_table
from tests.factories import make_device, make_person, make_table, make_venue, now_ms
from venues.access import DEVICE_COOKIE, MEMBER_COOKIE, join_session, member_with
from venues.codes import table_code
from venues.models import Member, Role, Table, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def venue() -> Venue:
    return make_venue(name="The Anchor")


@pytest.fixture
def table(venue: Venue) -> Table:
    return make_table(venue, "7")


def code(table: Table) -> str:
    return table_code(table.pk, table.code_version)


def page(table: Table) -> str:
    return f"/t/{code(table)}"


def member_of(client: Client) -> Member:
    """The member that this browser's cookie names."""
    member = member_with(client.cookies[MEMBER_COOKIE].value)
    assert member is not None
    return member


def who(client: Client, **query: Any) -> tuple[int, dict[str, Any]]:
    answer = client.get("/session", query)
    return answer.status_code, answer.json()


def test_a_code_buys_a_token_and_an_address(venue: Venue, table: Table, phone: Client) -> None:
    answer = phone.post("/api/session", {"code": code(table)}, content_type="application/json")
    assert answer.status_code == 200
    given = answer.json()
    assert (given["venue"], given["table"]) == (str(venue.pk), "7")
    assert given["address"] == f"ws://testserver/s/{given['token']}/Test?venue_id={venue.pk}&table_number=7"
    member = member_with(given["token"])
    assert member is not None
    assert member.session is None
    assert "no-store" in answer["Cache-Control"]


def test_addresses_of_https_are_wss_and_escape_the_tables_number(venue: Venue, phone: Client) -> None:
    table = make_table(venue, "Bar & 1")
    answer = phone.post("/api/session", {"code": code(table)}, content_type="application/json", secure=True)
    address = answer.json()["address"]
    assert address.startswith("wss://testserver/s/")
    assert address.endswith("&table_number=Bar+%26+1")


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ('{"code": "ae.wrong"}', 404, ("unknown_code", "code")),
        ("{}", 400, ("wrong_type", "code")),
        ('{"code": 7.5e99}', 404, ("unknown_code", "code")),
        ('{"code": ["x"]}', 400, ("wrong_type", "code")),
        ('{"code": "' + "x" * 100 + '"}', 400, ("wrong_type", "code")),
        ("[1]", 400, ("wrong_type", "non_field_errors")),
        ("{", 400, ("parse_error", None)),
        (b"\xff", 400, ("parse_error", None)),
    ],
)
def test_errors_have_one_shape(phone: Client, body: str | bytes, status: int, error: tuple[str, str | None]) -> None:
    answer = phone.post("/api/session", body, content_type="application/json")
    said = answer.json()
    assert (answer.status_code, (said["code"], said["field"])) == (status, error)
    assert said.keys() == {"code", "message", "field"}
    assert isinstance(said["message"], str)


def test_other_methods_and_types_have_that_shape_too(phone: Client) -> None:
    assert phone.get("/api/session").json()["code"] == "method_not_allowed"
    assert phone.post("/api/session", {"code": "x"}).json()["code"] == "unsupported_media_type"


def test_a_guest_is_told_who_they_are(venue: Venue, table: Table, phone: Client) -> None:
    phone.get(page(table))
    expected = {"role": "guest", "venue": str(venue.pk), "table": "7", "expires": None}
    assert who(phone) == (200, expected)
    assert who(phone, venue_id=venue.pk, table_number="7") == (200, expected)
    join_session(member_of(phone), venue, now_ms())
    assert who(phone)[1]["expires"] is not None


@pytest.mark.parametrize(
    ("end", "word"),
    [
        (lambda table: clear_table(table, now_ms()), "session_ended"),
        (lambda table: rotate_code(table, now_ms()), "code_rotated"),
        (lambda table: stop_table(table, now_ms()), "table_stopped"),
    ],
    ids=["cleared", "rotated", "stopped"],
)
def test_a_guest_is_told_why_it_is_over(venue: Venue, table: Table, phone: Client, end: Any, word: str) -> None:
    phone.get(page(table))
    join_session(member_of(phone), venue, now_ms())
    end(table)
    status, said = who(phone, venue_id=venue.pk, table_number="7")
    assert (status, said["code"]) == (401, word)
    assert who(phone)[0] == 401


def test_the_query_picks_the_credential_that_is_meant(venue: Venue, table: Table, phone: Client) -> None:
    phone.get(page(table))
    phone.cookies[DEVICE_COOKIE] = make_device(venue)[1]
    assert who(phone, venue_id=venue.pk, table_number="7")[1]["role"] == "guest"
    assert who(phone, venue_id=venue.pk, table_number="dashboard")[1]["role"] == "board"
    assert who(phone, venue_id=venue.pk, table_number="8")[0] == 401
    assert who(phone, venue_id=make_venue().pk, table_number="dashboard")[0] == 401


def test_a_device_is_told_that_it_was_revoked(venue: Venue, phone: Client) -> None:
    device, key = make_device(venue)
    phone.cookies[DEVICE_COOKIE] = key
    assert who(phone) == (200, {"role": "board", "venue": str(venue.pk), "table": None, "expires": None})
    revoke_device(device, now_ms())
    assert who(phone, venue_id=venue.pk, table_number="dashboard")[1]["code"] == "revoked"
    assert who(phone)[0] == 401


def test_a_login_counts_at_the_venues_of_its_memberships(venue: Venue, phone: Client) -> None:
    person = make_person(role=Role.STAFF, at=venue)
    phone.force_login(person)
    status, said = who(phone, venue_id=venue.pk, table_number="dashboard")
    assert (status, said["role"], said["venue"]) == (200, "board", str(venue.pk))
    assert said["expires"] > timezone.now().isoformat()
    assert who(phone)[1]["venue"] is None
    unknown, anothers = who(phone, venue_id=999_999), who(phone, venue_id=make_venue().pk)
    assert unknown == anothers
    assert unknown[0] == 401
    person.memberships.all().delete()
    assert who(phone)[0] == 401


def test_open_tables_need_no_cookie_where_they_are_allowed(phone: Client, settings: Settings) -> None:
    table = make_table(make_venue(open_tables=True), "3")
    settings.ONTAP_ALLOW_OPEN_TABLES = True
    assert who(phone, venue_id=table.venue_id, table_number="3")[0] == 200
    assert who(phone, venue_id=table.venue_id, table_number="99")[0] == 401
    settings.ONTAP_ALLOW_OPEN_TABLES = False
    assert who(phone, venue_id=table.venue_id, table_number="3")[0] == 401


@pytest.mark.parametrize("venue_id", ["0", "x", "-1", "1e3", "9" * 40, "\uff11"])
def test_a_venue_id_that_is_none_is_nobodys(phone: Client, venue_id: str) -> None:
    assert who(phone, venue_id=venue_id, table_number="1")[0] == 401
