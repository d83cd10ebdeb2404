"""A page that a phone keeps: its manifest, where it starts, the worker, and the page without a connection."""

import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client
from PIL import Image

from orders.tables import clear_table, open_table, rotate_code
from tests.factories import make_device, make_product, make_table, make_venue, now_ms
from venues.access import DEVICE_COOKIE, MEMBER_COOKIE, join_session, member_with
from venues.codes import table_code
from venues.models import Member, Table, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def venue() -> Venue:
    return make_venue(name="The Anchor and Crown", colour="#7c1d2e")


@pytest.fixture
def table(venue: Venue) -> Table:
    return make_table(venue, "7")


def scan(phone: Client, table: Table) -> Any:
    return phone.get(f"/t/{table_code(table.pk, table.code_version)}")


def here(venue: Venue) -> str:
    return f"/here/{venue.pk}/"


def test_here_is_the_table_that_the_phone_has_scanned(venue: Venue, table: Table, phone: Client) -> None:
    make_product(venue, "Pie")
    scan(phone, table)
    answer = phone.get(here(venue))
    assert answer.status_code == 200
    assert "Menu, table 7, The Anchor and Crown" in answer.content.decode()
    assert "Pie" in answer.content.decode()
    assert table_code(table.pk, 1) not in answer.content.decode()
    assert not answer.cookies
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_here_opens_no_session_and_makes_no_member(venue: Venue, table: Table, phone: Client) -> None:
    assert phone.get(here(venue)).status_code == 404
    assert not phone.cookies
    assert not Member.objects.exists()


def _cleared(table: Table, phone: Client) -> None:
    member = member_with(phone.cookies[MEMBER_COOKIE].value)
    assert member is not None
    open_table(table, now_ms())
    join_session(member, table.venue, now_ms())
    clear_table(table, now_ms())


def _rotated(table: Table, phone: Client) -> None:
    rotate_code(table, now_ms())


@pytest.mark.parametrize("end", [_cleared, _rotated])
def test_who_is_at_no_table_any_more_is_sent_to_the_code(
    end: Callable[[Table, Client], None], venue: Venue, table: Table, phone: Client
) -> None:
    scan(phone, table)
    end(table, phone)
    answer = phone.get(here(venue))
    assert answer.status_code == 404
    assert b"Scan the code on your table" in answer.content
    assert b"The Anchor" not in answer.content


def test_other_venues_and_none_answer_alike(venue: Venue, table: Table, phone: Client) -> None:
    scan(phone, table)
    answers = [phone.get(f"/here/{pk}/") for pk in (make_venue().pk, 987_654)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    manifests = [phone.get(f"/here/{pk}/manifest.webmanifest") for pk in (make_venue().pk, 987_654)]
    assert {answer.status_code for answer in manifests} == {404}
    assert len({answer.content for answer in manifests}) == 1


def test_the_guests_manifest_has_the_venues_colour_and_no_secret(venue: Venue, table: Table, phone: Client) -> None:
    scan(phone, table)
    answer = phone.get(f"{here(venue)}manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["id"] == manifest["start_url"] == manifest["scope"] == here(venue)
    assert (manifest["name"], manifest["short_name"]) == ("The Anchor and Crown", "Anchor and")
    assert (manifest["display"], manifest["theme_color"]) == ("standalone", "#7c1d2e")
    assert "/t/" not in json.dumps(manifest)
    assert f'<link rel="manifest" href="{here(venue)}manifest.webmanifest" crossorigin="use-credentials">' in (
        phone.get(here(venue)).content.decode()
    )


def test_the_boards_manifest_is_for_its_own_staff(venue: Venue, phone: Client) -> None:
    address = f"/board/{venue.pk}/manifest.webmanifest"
    assert phone.get(address).status_code == 404
    _, key = make_device(make_venue())
    phone.cookies[DEVICE_COOKIE] = key
    assert phone.get(address).status_code == 404
    _, key = make_device(venue)
    phone.cookies[DEVICE_COOKIE] = key
    manifest = phone.get(address).json()
    assert manifest["id"] == manifest["start_url"] == manifest["scope"] == f"/board/{venue.pk}/"
    assert manifest["name"] == "Board, The Anchor and Crown"
    assert f'href="{address}"' in phone.get(f"/board/{venue.pk}/").content.decode()


def test_icons_are_what_the_manifest_says_they_are(venue: Venue, table: Table, phone: Client) -> None:
    scan(phone, table)
    icons = phone.get(f"{here(venue)}manifest.webmanifest").json()["icons"]
    assert {(icon["sizes"], icon["purpose"]) for icon in icons} == {
        (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
    }
    for icon in icons:
        path = finders.find(icon["src"].removeprefix(static("")))
        assert isinstance(path, str)
        with Image.open(path) as image:
            assert f"{image.width}x{image.height}" == icon["sizes"]
        assert phone.get(icon["src"])["Content-Type"] == icon["type"]


def test_the_worker_is_asked_for_again_each_time_and_names_the_release(phone: Client) -> None:
    answer = phone.get("/service-worker.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"
    assert answer.content.decode().startswith(f"// {static('')}\n")
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    assert "connect-src 'self'" in answer["Content-Security-Policy"]  # of the worker's own requests


def test_the_page_without_a_connection_knows_nobody(phone: Client) -> None:
    answer = phone.get("/offline")
    assert b"No connection" in answer.content
    assert not answer.cookies


def test_menu_and_guests_page_come_compressed_and_hold_no_secret(venue: Venue, table: Table, phone: Client) -> None:
    # BREACH needs a secret in the body. What would be one here stays in the address and in the cookie.
    for number in range(20):
        make_product(venue, f"Pie {number}")
    code = table_code(table.pk, table.code_version)
    scan(phone, table)
    token = phone.cookies[MEMBER_COOKIE].value
    for address in (f"/t/{code}", here(venue), f"/api/v1/venues/{venue.pk}/menu"):
        answer = phone.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in answer["Vary"]
        text = gzip.decompress(answer.content).decode()
        assert "Pie 19" in text
        assert code not in text
        assert token not in text
        assert not re.search("csrf", text, re.IGNORECASE)


def test_a_compressed_menu_is_not_sent_again(venue: Venue, table: Table, phone: Client) -> None:
    for number in range(20):
        make_product(venue, f"Pie {number}")
    scan(phone, table)
    address = f"/api/v1/venues/{venue.pk}/menu"
    etag = phone.get(address, headers={"Accept-Encoding": "gzip"})["ETag"]
    again = phone.get(address, headers={"Accept-Encoding": "gzip", "If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
