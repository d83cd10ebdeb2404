"""The page behind a table's code."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from orders.models import BoardPresence
from orders.services import pause
from orders.tables import clear_table, open_table, rotate_code, stop_table
from tests.factories import make_options, make_product, make_table, make_venue, now_ms
from venues.access import MEMBER_COOKIE, join_session, member_with
from venues.codes import table_code, token_hash
from venues.models import Member, ProductAllergen, Table, TableSession, Venue
from venues.pictures import size_of

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


def test_the_whole_menu_is_there_to_read(venue: Venue, table: Table, phone: Client) -> None:
    pie = make_product(venue, "Pie", "13.20", category="Kitchen", description="Short crust.")
    make_options(pie, "Size", {"Small": "0", "Large": "3.00"}, minimum=1)
    text = phone.get(page(table)).content.decode()
    for words in ("The Anchor", "Kitchen", "Pie", "Short crust.", "£13.20", "Allergens: not confirmed"):
        assert words in text
    assert "Size, choose one: Small, Large + £3.00" in text


def test_a_scan_leaves_a_cookie_that_no_script_reads_and_opens_nothing(table: Table, phone: Client) -> None:
    answer = phone.get(page(table))
    morsel = answer.cookies[MEMBER_COOKIE]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"], morsel["secure"]) == (True, "Lax", "/", "")
    member = Member.objects.get(table=table)
    assert member.token_hash == token_hash(morsel.value)
    assert member.session is None
    assert not TableSession.objects.exists()
    assert answer["Referrer-Policy"] == "no-referrer"


def test_cookies_are_secure_on_https(table: Table, phone: Client) -> None:
    assert phone.get(page(table), secure=True).cookies[MEMBER_COOKIE]["secure"] is True


def test_a_page_that_is_loaded_again_keeps_its_member(venue: Venue, table: Table, phone: Client) -> None:
    phone.get(page(table))
    first = phone.cookies[MEMBER_COOKIE].value
    join_session(member_of(phone), venue, now_ms())
    phone.get(page(table))
    assert phone.cookies[MEMBER_COOKIE].value == first
    assert Member.objects.count() == 1


def test_the_latest_scan_wins(venue: Venue, table: Table, phone: Client) -> None:
    phone.get(page(table))
    phone.get(page(make_table(venue, "8")))
    assert member_of(phone).table.number == "8"


def test_a_scan_after_clearing_begins_anew(venue: Venue, table: Table, phone: Client) -> None:
    phone.get(page(table))
    first = phone.cookies[MEMBER_COOKIE].value
    open_table(table, now_ms())
    clear_table(table, now_ms())
    phone.get(page(table))
    assert phone.cookies[MEMBER_COOKIE].value != first


def test_a_preview_that_only_asks_for_headers_makes_no_member(table: Table, phone: Client) -> None:
    assert phone.head(page(table)).status_code == 200
    assert not Member.objects.exists()


def test_unknown_tables_wrong_macs_and_nonsense_get_the_same_bytes(table: Table, phone: Client) -> None:
    head, _, mac = code(table).partition(".")
    unknown = table_code(987_654, 1)
    wrong = f"{head}.{'a' * len(mac)}"
    answers = [phone.get(f"/t/{one}") for one in (unknown, wrong, "nonsense", f"{head}.", "%00.%ff", "x" * 400)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
    assert b"This code is not in use" in answers[0].content
    assert not any(answer.cookies for answer in answers)


def test_a_rotated_code_is_dead_at_once(table: Table, phone: Client) -> None:
    printed = page(table)
    rotate_code(table, now_ms())
    assert phone.get(printed).status_code == 404
    assert phone.get(page(table)).status_code == 200


def test_wrong_codes_are_limited_for_their_address_alone(table: Table, phone: Client, settings: Settings) -> None:
    for _ in range(settings.ONTAP_FAILURES_PER_MINUTE):
        assert phone.get("/t/ae.wrong").status_code == 404
    answer = phone.get("/t/ae.wrong")
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert phone.post("/api/session", {"code": "x"}, content_type="application/json").status_code == 429
    assert Client(REMOTE_ADDR="10.8.0.1").get(page(table)).status_code == 200


def test_the_page_says_why_nothing_can_be_ordered(venue: Venue, table: Table, phone: Client) -> None:
    pause(venue.pk, now_ms() + timedelta(minutes=20), "The kitchen is catching up.", now_ms())
    assert "The kitchen is catching up." in phone.get(page(table)).content.decode()
    pause(venue.pk, None, "", now_ms())
    stop_table(table, now_ms())
    assert "Staff have stopped orders from this table." in phone.get(page(table)).content.decode()


def visit_on(page: bytes) -> str:
    found = re.search(r'data-visit="(\w*)"', page.decode())
    assert found is not None
    return found[1]


def test_a_visit_has_a_name_that_stays_with_the_phone_and_says_nothing_of_its_token(
    table: Table, phone: Client
) -> None:
    first = visit_on(phone.get(page(table)).content)
    token = phone.cookies[MEMBER_COOKIE].value
    assert len(first) == 16
    assert first not in token
    assert first not in token_hash(token)
    assert visit_on(phone.get(page(table)).content) == first
    assert visit_on(Client(REMOTE_ADDR="10.8.0.2").get(page(table)).content) not in ("", first)


def test_a_visit_that_staff_ended_has_another_name_and_an_open_page_that_reads_again_begins_none(
    venue: Venue, table: Table, phone: Client
) -> None:
    first = visit_on(phone.get(page(table)).content)
    token = phone.cookies[MEMBER_COOKIE].value
    join_session(member_of(phone), venue, now_ms())
    clear_table(table, now_ms())
    answer = phone.get(page(table), headers={"x-open-page": "1"})
    assert visit_on(answer.content) == ""
    assert not answer.cookies
    assert phone.cookies[MEMBER_COOKIE].value == token
    assert Member.objects.count() == 1
    assert visit_on(phone.get(page(table)).content) not in ("", first)


def shown(answer: HttpResponseBase) -> list[str]:
    """The products that are not hidden."""
    assert isinstance(answer, HttpResponse)
    items = re.findall(r'<li class="item[^>]*>.*?<h3[^>]*>(.*?)</h3>', answer.content.decode(), re.DOTALL)
    hidden = re.findall(r'<li class="item[^>]* hidden>.*?<h3[^>]*>(.*?)</h3>', answer.content.decode(), re.DOTALL)
    return [item for item in items if item not in hidden]


def test_the_address_searches_and_filters_and_not_confirmed_is_neither_hidden_nor_free(
    venue: Venue, table: Table, phone: Client
) -> None:
    for name, state in (("Cake", "contains"), ("Soup", "may_contain"), ("Salad", "free"), ("Pie", None)):
        product = make_product(venue, name, vegan=name == "Salad", description=f"Our {name}.")
        if state:
            ProductAllergen.objects.create(product=product, allergen="milk", state=state)
    everything = ["Cake", "Soup", "Salad", "Pie"]
    assert shown(phone.get(page(table))) == everything
    without_milk = phone.get(page(table), {"hide": "milk"})
    assert shown(without_milk) == ["Salad", "Pie"]
    assert without_milk.content.decode().count("Milk: not confirmed") == 1
    assert shown(phone.get(page(table), {"diet": "vegetarian"})) == ["Salad"]
    assert shown(phone.get(page(table), {"q": " OUR pie "})) == ["Pie"]
    assert shown(phone.get(page(table), {"hide": "nonsense", "diet": "<b>"})) == everything
    assert b"<b>x" not in phone.get(page(table), {"q": '"><b>x'}).content


def test_a_picture_keeps_its_place_free(
    venue: Venue, table: Table, phone: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    drawn = io.BytesIO()
    Image.new("RGB", (300, 110)).save(drawn, "PNG")
    product = make_product(venue, "Pie", picture_alt="A pie")
    product.picture.save("pie.png", ContentFile(drawn.getvalue()))
    venue.logo.save("logo.png", ContentFile(drawn.getvalue()))
    text = phone.get(page(table)).content.decode()
    assert re.search(r'<img class="pic" src="[^"]+" alt="A pie" width="300" height="110" loading="lazy"', text)
    assert re.search(r'<img class="logo" src="[^"]+" alt="" width="300" height="110"', text)
    (tmp_path / str(product.picture)).unlink()
    size_of.cache_clear()
    assert phone.get(page(table)).status_code == 200


def test_what_must_be_known_before_choosing_is_said_first(venue: Venue, table: Table, phone: Client) -> None:
    def said() -> str:
        return phone.get(page(table)).content.decode()

    assert "Nobody is at the bar&#x27;s screen at the moment." in said()
    assert "data-refuses" not in said()
    Venue.objects.filter(pk=venue.pk).update(refuse_without_board=True)
    assert "Nobody at the bar would see your order." in said()
    assert "data-refuses" in said()
    BoardPresence.objects.create(venue=venue, boards=1, expires_at=now_ms() - timedelta(seconds=100))
    assert "data-again" not in said()
    Venue.objects.filter(pk=venue.pk).update(table_opening="staff")
    assert "Staff open this table first." in said()
    open_table(table, now_ms())
    assert "data-again" not in said()
