"""Who sees reports, what the form answers, and what a page costs."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ontap.reports.kinds import KINDS
from tests.factories import logged_in, make_device, make_operator, make_order, make_person, make_table, make_venue
from tests.ontap.reports.evenings import Pub, at, make_tracked
from venues.access import DEVICE_COOKIE
from venues.models import Role, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

PERIOD = "first=2026-10-24&last=2026-10-25"
FILES = ("times/times.csv", "hours/weekdays.csv", "orders.csv")


@pytest.fixture
def pub() -> Pub:
    return Pub()


@pytest.fixture
def alice(pub: Pub) -> Client:
    """Manages The Anchor."""
    return logged_in(make_person("alice", Role.MANAGER, pub.venue))


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.parametrize("name", KINDS)
def test_a_manager_reads_every_report(alice: Client, name: str) -> None:
    page = text(alice, f"/reports/{name}/?{PERIOD}")
    assert ("The Anchor: 12 orders of the gateway." if KINDS[name].of_gateway else "There were orders from") in page
    assert "style=" not in page
    assert "<script" not in page


def test_reports_begin_with_takings_of_the_last_28_business_days(alice: Client) -> None:
    page = text(alice, "/reports/")
    assert "28 business days" in page
    assert 'aria-current="page">Takings</a>' in page


def test_bob_of_another_operator_charlie_of_the_staff_and_strangers_get_nothing(pub: Pub) -> None:
    bob = logged_in(make_person("bob", Role.OPERATOR, make_venue(name="The Other").operator))
    charlie = logged_in(make_person("charlie", Role.STAFF, pub.venue))
    tablet = Client()
    tablet.cookies[DEVICE_COOKIE] = make_device(pub.venue)[1]
    for address in ("", *(f"{name}/" for name in KINDS), *FILES):
        text(bob, f"/reports/{address}?venue={pub.venue.pk}", 404)
        text(charlie, f"/reports/{address}", 404)
        for nobody in (Client(), tablet):
            answer = nobody.get(f"/reports/{address}?venue={pub.venue.pk}")
            assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/login/")
    page = text(bob, f"/reports/times/?{PERIOD}")
    assert "The Anchor" not in page
    assert "Nothing to report on yet" in page
    assert "The Anchor" not in text(bob, f"/reports/times/venues.csv?{PERIOD}", 404)


def test_anothers_venue_answers_as_one_that_does_not_exist(pub: Pub) -> None:
    bob = logged_in(make_person("bob", Role.OPERATOR, make_venue(name="The Other").operator))
    for address in ("times/", *FILES):
        anothers, nobodys, nonsense = (
            bob.get(f"/reports/{address}", {"venue": venue}) for venue in (pub.venue.pk, 987_654, "x")
        )
        assert anothers.status_code == nobodys.status_code == nonsense.status_code == 404
        assert anothers.content == nobodys.content == nonsense.content


def test_an_operator_has_all_venues_and_a_manager_their_own() -> None:
    operator = make_operator()
    one, two = (make_venue(operator, name) for name in ("The One", "The Two"))
    for venue in (one, two):
        make_tracked(venue, at("24 18:00:00"), cleared=60)
    whole = text(logged_in(make_person(role=Role.OPERATOR, at=operator)), f"/reports/times/?{PERIOD}")
    own = text(logged_in(make_person(role=Role.MANAGER, at=one)), f"/reports/times/?{PERIOD}")
    assert "2 venues: 2 orders" in whole
    assert "The Two" in whole
    assert "The One: 1 order of the gateway." in own
    assert "The Two" not in own


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("first=2026-10-25&last=2026-10-24", "This is before the first day."),
        ("first=1990-01-01&last=2026-10-24", "A period is at most ten years long."),
        ("first=yesterday", "Enter a valid date."),
        ("first=9999-12-31&last=9999-12-31", "A period is at most ten years long."),
        ("target=0", "greater than or equal to 1"),
        ("target=ten", "Enter a whole number."),
        ("type=EAT_IN", "Select a valid choice."),
        ("place=table:99", "Select a valid choice."),
        ("measure=luck", "Select a valid choice."),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_and_kept(alice: Client, query: str, words: str) -> None:
    page = text(alice, f"/reports/hours/?target=7&{query}", 400)
    assert words in page
    assert "What is wrong stands beside its field" in page
    if not query.startswith("target"):
        assert 'name="target" value="7"' in page
    file = alice.get(f"/reports/hours/hours.csv?{query}")
    assert file.status_code == 400
    assert words in file.content.decode()


def test_what_was_typed_stays_in_the_form(alice: Client) -> None:
    assert 'value="yesterday"' in text(alice, "/reports/?first=yesterday", 400)


def test_nothing_yet_says_what_to_do() -> None:
    manager = logged_in(make_person(role=Role.MANAGER, at=make_venue()))
    page = text(manager, "/reports/times/")
    assert "Nothing to report on yet" in page
    assert 'href="/admin/tracker/edgeagent/"' in page


def test_an_empty_period_says_when_there_was_something(alice: Client) -> None:
    page = text(alice, "/reports/times/?first=2026-09-01&last=2026-09-02")
    assert "No orders in this period." in page
    assert "from 24 Oct 2026 to 25 Oct 2026" in page


def test_words_of_guests_and_gateways_are_only_words(pub: Pub, alice: Client) -> None:
    bad = "<img src=x>"
    make_tracked(pub.venue, at("24 18:00:00"), located=1, cleared=2, table_number=bad[:16], name=bad, type=bad)
    make_order(make_table(pub.venue, "11"), {pub.stout: 1})
    for name in KINDS:
        assert "<img" not in text(alice, f"/reports/{name}/?{PERIOD}")


@pytest.mark.parametrize("name", KINDS)
def test_more_venues_and_orders_cost_no_more_queries(name: str) -> None:
    operator = make_operator()
    pub = Pub(operator=operator)
    client = logged_in(make_person(role=Role.OPERATOR, at=operator))
    make_venue(operator, "The Second")
    few = queries(client, name)
    for number in range(4):
        venue = make_venue(operator, f"Venue of many {number}")
        for table in "123":
            make_table(venue, table)
            make_tracked(venue, at("24 18:00:00"), located=3, cleared=90, table_number=table)
    for _ in range(20):
        make_tracked(pub.venue, at("24 18:00:00"), located=3, cleared=90, table_number="2")
    assert queries(client, name) == few
    assert few <= 14


def queries(client: Client, name: str) -> int:
    text(client, f"/reports/{name}/?{PERIOD}")
    with CaptureQueriesContext(connection) as context:
        text(client, f"/reports/{name}/?{PERIOD}")
    return len(context)


def test_managers_find_reports_from_admin_and_home(pub: Pub, alice: Client) -> None:
    assert 'href="/reports/"' in text(alice, "/admin/")
    assert f'href="/reports/?venue={pub.venue.pk}"' in text(alice, f"/admin/venues/venue/{pub.venue.pk}/change/")
    assert 'href="/reports/"' in text(alice, "/")
    assert "/reports/" not in text(Client(), "/")
    assert "/reports/" not in text(logged_in(make_person(role=Role.STAFF, at=pub.venue)), "/")


def test_only_reading_is_let_in(alice: Client) -> None:
    assert [alice.post(f"/reports/{address}").status_code for address in ("", "times/", *FILES)] == [405] * 5


def test_unknown_reports_and_sheets_are_not_there(alice: Client) -> None:
    for address in ("luck/", "times/luck.csv", "luck/times.csv"):
        text(alice, f"/reports/{address}", 404)


def test_a_venue_may_have_no_table(pub: Pub) -> None:
    venue: Venue = make_venue(name="The Bare")
    make_tracked(venue, at("24 18:00:00"), located=1, cleared=2)
    client = logged_in(make_person(role=Role.MANAGER, at=venue))
    for name in KINDS:
        text(client, f"/reports/{name}/?{PERIOD}")
