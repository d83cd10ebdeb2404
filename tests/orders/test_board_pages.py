"""What staff do from the board's page: tables and pausing, by plain forms."""

import pytest
from django.test import Client

from tests.factories import (
    make_device,
    make_member,
    make_order,
    make_person,
    make_product,
    make_table,
    make_venue,
    now_ms,
)
from venues.access import DEVICE_COOKIE, start_session, table_with_code
from venues.codes import table_code
from venues.models import Category, Role, Table, TableSession, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def venue() -> Venue:
    return make_venue(name="The Anchor")


@pytest.fixture
def table(venue: Venue) -> Table:
    return make_table(venue, "7")


@pytest.fixture
def tablet(venue: Venue) -> Client:
    client = Client()
    client.cookies[DEVICE_COOKIE] = make_device(venue)[1]
    return client


def tables_of(venue: Venue) -> str:
    return f"/board/{venue.pk}/tables/"


def tap(client: Client, table: Table, verb: str) -> int:
    return client.post(f"/board/{table.venue_id}/tables/{table.pk}/{verb}").status_code


def test_open_orders_are_there_without_javascript(venue: Venue, table: Table, tablet: Client) -> None:
    order = make_order(table, {make_product(venue, "Stout"): 2})
    text = tablet.get(f"/board/{venue.pk}/").content.decode()
    assert f"Order {order.number}" in text
    assert "Stout" in text


def test_an_order_to_go_says_so_in_words_and_sends_nobody_to_its_table(tablet: Client) -> None:
    venue = make_venue(takes_to_go=True)
    tablet.cookies[DEVICE_COOKIE] = make_device(venue)[1]
    make_order(make_table(venue, "7"), {make_product(venue, "Stout"): 2}, to_go=True)
    text = tablet.get(f"/board/{venue.pk}/").content.decode()
    assert "TO GO" in text
    assert "go-here" not in text


def test_a_board_may_stand_at_one_station_of_its_venue(venue: Venue, table: Table, tablet: Client) -> None:
    stout, pie = make_product(venue, "Stout"), make_product(venue, "Pie", category="Food")
    Category.objects.filter(pk=pie.category_id).update(station="kitchen")
    make_order(table, {stout: 1})
    make_order(table, {pie: 1})
    texts = [
        tablet.get(f"/board/{venue.pk}/{query}").content.decode() for query in ("", "?station=kitchen", "?station=x")
    ]
    assert ["Stout" in text for text in texts] == [True, False, True]
    assert ["Pie" in text for text in texts] == [True, True, True]
    assert [text.count('aria-current="page"') for text in texts] == [1, 1, 1]
    # Where one station makes all, there is nothing to choose.
    small = make_venue()
    make_product(small, "Ale")
    other = Client()
    other.cookies[DEVICE_COOKIE] = make_device(small)[1]
    assert "data-station" not in other.get(f"/board/{small.pk}/").content.decode()


def test_a_tablets_link_may_name_its_station(venue: Venue) -> None:
    key = make_device(venue)[1]
    assert Client().get(f"/k/{key}/")["Location"] == f"/board/{venue.pk}/"
    assert Client().get(f"/k/{key}/?station=hot+bar")["Location"] == f"/board/{venue.pk}/?station=hot+bar"
    assert Client().get(f"/k/{key}/?station=%0aSet-Cookie:x")["Location"].startswith(f"/board/{venue.pk}/?station=%0A")


def test_the_page_holds_the_venues_own_thresholds_and_no_gateway_where_there_is_none(tablet: Client) -> None:
    venue = make_venue(slow_after=7, late_after=21)
    tablet.cookies[DEVICE_COOKIE] = make_device(venue)[1]
    text = tablet.get(f"/board/{venue.pk}/").content.decode()
    assert 'data-slow="7" data-late="21"' in text
    assert 'data-gateway="no"' in text


def test_open_clear_stop_and_go_on(venue: Venue, table: Table, tablet: Client) -> None:
    assert tap(tablet, table, "open") == 302
    session = TableSession.objects.get(table=table)
    assert tap(tablet, table, "clear") == 302
    session.refresh_from_db()
    assert session.ended_at is not None
    assert tap(tablet, table, "stop") == 302
    assert Table.objects.get(pk=table.pk).stopped_at is not None
    assert tap(tablet, table, "go-on") == 302
    assert Table.objects.get(pk=table.pk).stopped_at is None
    assert b"Table 7 may order again." in tablet.get(tables_of(venue)).content


def test_new_codes_are_for_managers(venue: Venue, table: Table, tablet: Client) -> None:
    printed = table_code(table.pk, table.code_version)
    staff, manager = Client(), Client()
    staff.force_login(make_person(role=Role.STAFF, at=venue))
    manager.force_login(make_person(role=Role.MANAGER, at=venue))
    assert [tap(client, table, "rotate") for client in (tablet, staff)] == [403, 403]
    assert table_with_code(printed) == table
    assert tap(manager, table, "rotate") == 302
    assert table_with_code(printed) is None
    shown = manager.get(tables_of(venue)).content.decode()
    fresh = Table.objects.get(pk=table.pk)
    assert table_code(fresh.pk, fresh.code_version) in shown
    page = f"{tables_of(venue)}{table.pk}/"
    assert [b"New code" in client.get(page).content for client in (tablet, staff, manager)] == [False, False, True]


def test_another_venues_tables_and_unknown_verbs_are_not_there(venue: Venue, table: Table, tablet: Client) -> None:
    foreign = make_table()
    assert tablet.post(f"/board/{venue.pk}/tables/{foreign.pk}/stop").status_code == 404
    assert tablet.post(f"/board/{venue.pk}/tables/999999/stop").status_code == 404
    assert tablet.post(f"/board/{foreign.venue_id}/tables/{foreign.pk}/stop").status_code == 302  # to the login
    assert tap(tablet, table, "burn") == 404
    assert Table.objects.filter(stopped_at=None).count() == 2


def test_a_stranger_who_is_logged_in_finds_nothing(table: Table) -> None:
    stranger = Client()
    stranger.force_login(make_person(role=Role.OPERATOR, at=make_venue().operator))
    assert tap(stranger, table, "stop") == 404
    assert stranger.get(tables_of(table.venue)).status_code == 404
    assert stranger.post(f"/board/{table.venue_id}/pause", {"minutes": "15"}).status_code == 404


def test_without_the_forms_token_nothing_is_done(venue: Venue, table: Table) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies[DEVICE_COOKIE] = make_device(venue)[1]
    assert tap(client, table, "stop") == 403
    assert client.post(f"/board/{venue.pk}/pause", {"minutes": "15"}).status_code == 403
    page = client.get(tables_of(venue))
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    assert b"csrfmiddlewaretoken" in page.content
    assert client.post(f"/board/{venue.pk}/tables/{table.pk}/stop", token).status_code == 302


def test_looking_changes_nothing(venue: Venue, table: Table, tablet: Client) -> None:
    assert tablet.get(f"/board/{venue.pk}/tables/{table.pk}/stop").status_code == 405
    assert tablet.get(f"/board/{venue.pk}/tables/{table.pk}/paid").status_code == 405
    assert tablet.get(f"/board/{venue.pk}/pause").status_code == 200
    venue.refresh_from_db()
    assert venue.paused_until is None


def test_pausing_says_until_when_and_why(venue: Venue, tablet: Client) -> None:
    now = now_ms()
    assert tablet.post(f"/board/{venue.pk}/pause", {"minutes": "15", "reason": "Full house."}).status_code == 302
    venue.refresh_from_db()
    assert venue.paused_until is not None
    assert 14 * 60 < (venue.paused_until - now).total_seconds() < 16 * 60
    assert venue.pause_reason == "Full house."
    assert b"Full house." in tablet.get(tables_of(venue)).content
    tablet.post(f"/board/{venue.pk}/pause", {})
    venue.refresh_from_db()
    assert venue.paused_until is not None
    assert venue.paused_until <= now_ms()
    assert b"Full house." not in tablet.get(tables_of(venue)).content


def test_pausing_for_the_rest_of_the_day_ends_with_the_business_day(venue: Venue, tablet: Client) -> None:
    tablet.post(f"/board/{venue.pk}/pause", {"minutes": "day"})
    venue.refresh_from_db()
    assert venue.paused_until is not None
    assert venue.paused_until.astimezone(venue.zone).time() == venue.day_starts
    assert 0 < (venue.paused_until - now_ms()).total_seconds() <= 25 * 3600


@pytest.mark.parametrize("wrong", [{"minutes": "7"}, {"minutes": "x"}, {"minutes": "15", "reason": "x" * 141}])
def test_a_pause_of_another_length_is_refused(venue: Venue, tablet: Client, wrong: dict[str, str]) -> None:
    assert tablet.post(f"/board/{venue.pk}/pause", wrong).status_code == 400
    venue.refresh_from_db()
    assert venue.paused_until is None


def test_tables_are_listed_as_people_count(venue: Venue, tablet: Client) -> None:
    for number in ("10", "2", "Bar", "1"):
        make_table(venue, number)
    text = tablet.get(tables_of(venue)).content.decode()
    found = [text.index(f'<span class="vh">Table </span>{number}</span>') for number in ("1", "2", "10", "Bar")]
    assert found == sorted(found)


def test_staff_are_asked_to_open_tables_where_they_do_that(tablet: Client) -> None:
    venue = make_venue(table_opening="staff")
    client = Client()
    client.cookies[DEVICE_COOKIE] = make_device(venue)[1]
    asked, other = make_table(venue, "5"), make_table(venue, "6")
    make_member(asked)
    start_session(other, now_ms())
    make_member(other)
    text = client.get(tables_of(venue)).content.decode()
    assert "Open table 5?" in text
    assert "Open table 6?" not in text
