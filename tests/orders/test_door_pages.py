"""The ways to a board: device keys and logins."""

import re
import secrets
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from orders.admin import revoke_device
from tests.factories import make_device, make_member, make_person, make_table, make_venue, now_ms
from venues.access import DEVICE_COOKIE
from venues.models import Device, Operator, Role, Table, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def venue() -> Venue:
    return make_venue(name="The Anchor")


@pytest.fixture
def table(venue: Venue) -> Table:
    return make_table(venue, "7")


PASSWORD = "a long evening"


def make_login(name: str, role: Role, at: Venue | Operator) -> None:
    person = make_person(name, role, at)
    person.set_password(PASSWORD)
    person.save()


def without_token(answer: Any) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", answer.content)


def test_a_key_becomes_a_cookie_and_leaves_the_address(venue: Venue, phone: Client) -> None:
    _, key = make_device(venue)
    answer = phone.get(f"/k/{key}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/board/{venue.pk}/")
    morsel = answer.cookies[DEVICE_COOKIE]
    assert (morsel.value, morsel["httponly"], morsel["samesite"]) == (key, True, "Lax")
    assert int(morsel["max-age"]) > 365 * 86_400
    assert answer["Referrer-Policy"] == "no-referrer"
    board = phone.get(answer["Location"])
    assert board.status_code == 200
    assert key not in board.content.decode()


def test_unknown_and_revoked_keys_answer_alike(venue: Venue, phone: Client) -> None:
    device, key = make_device(venue)
    revoke_device(device, now_ms())
    answers = [phone.get(f"/k/{one}/") for one in (key, secrets.token_urlsafe(32), "x")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert not any(answer.cookies for answer in answers)


def test_a_device_has_its_own_venues_board_only(venue: Venue, phone: Client) -> None:
    phone.cookies[DEVICE_COOKIE] = make_device(venue)[1]
    other = make_venue()
    answers = [phone.get(f"/board/{pk}/") for pk in (other.pk, 999_999)]
    assert [answer["Location"] for answer in answers] == [f"/login/?next=/board/{pk}/" for pk in (other.pk, 999_999)]


def test_nobody_is_sent_to_the_login_and_comes_back(venue: Venue, phone: Client) -> None:
    make_login("sam", Role.STAFF, venue)
    away = phone.get(f"/board/{venue.pk}/")
    assert away["Location"] == f"/login/?next=/board/{venue.pk}/"
    back = phone.post(away["Location"], {"username": "sam", "password": PASSWORD, "next": f"/board/{venue.pk}/"})
    assert back["Location"] == f"/board/{venue.pk}/"
    assert phone.get(back["Location"]).status_code == 200


def test_anothers_board_and_no_board_answer_alike(venue: Venue, phone: Client) -> None:
    phone.force_login(make_person(role=Role.OPERATOR, at=venue.operator))
    answers = [phone.get(f"/board/{pk}/") for pk in (make_venue().pk, 999_999)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert without_token(answers[0]) == without_token(answers[1])


def test_wrong_passwords_are_limited(venue: Venue, phone: Client, settings: Settings) -> None:
    make_login("sam", Role.STAFF, venue)
    for _ in range(settings.ONTAP_FAILURES_PER_MINUTE):
        assert phone.post("/login/", {"username": "sam", "password": "guess"}).status_code == 200
    assert phone.post("/admin/login/", {"username": "sam", "password": PASSWORD}).status_code == 429


def test_a_login_goes_where_its_person_works(venue: Venue, phone: Client) -> None:
    homes = {}
    for role, at in ((Role.STAFF, venue), (Role.MANAGER, venue), (Role.OPERATOR, venue.operator)):
        make_login(f"a-{role}", role, at)
        answer = phone.post("/login/", {"username": f"a-{role}", "password": PASSWORD})
        homes[role] = answer["Location"]
    admin = reverse("admin:index")
    assert homes == {Role.STAFF: f"/board/{venue.pk}/", Role.MANAGER: admin, Role.OPERATOR: admin}


def test_a_login_leads_to_no_other_site(venue: Venue, phone: Client) -> None:
    make_login("sam", Role.STAFF, venue)
    words = {"username": "sam", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert phone.post("/login/", words)["Location"] == f"/board/{venue.pk}/"


def test_a_device_that_was_deleted_has_no_board(venue: Venue, phone: Client) -> None:
    _, key = make_device(venue)
    phone.cookies[DEVICE_COOKIE] = key
    assert phone.get(f"/board/{venue.pk}/").status_code == 200
    Device.objects.all().delete()
    assert phone.get(f"/board/{venue.pk}/").status_code == 302


def test_a_members_token_is_no_board(table: Table, phone: Client) -> None:
    token = make_member(table)
    phone.cookies[DEVICE_COOKIE] = token
    assert phone.get(f"/board/{table.venue_id}/").status_code == 302
    assert phone.get(f"/k/{token}/").status_code == 404
