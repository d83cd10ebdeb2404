"""Readings in the admin: Alice has a pub, Bob another operator's, Charlie only pulls pints at Alice's."""

import json
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from tests.factories import logged_in, make_person, make_reading, make_venue
from tests.tracker.platform.asked import DAY, HOUR, MINUTE, Asked, past
from tracker import links
from tracker.admin.reading_words import state_of
from tracker.models import Reading
from venues.models import Role, User, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

LIST = "/admin/tracker/reading/"


@pytest.fixture
def pub() -> Asked:
    return Asked(make_venue(name="Alice's"))


@pytest.fixture
def alice(pub: Asked) -> Client:
    return logged_in(make_person("alice", Role.MANAGER, pub.venue))


@pytest.fixture
def bob() -> Client:
    return logged_in(make_person("bob", Role.OPERATOR, make_venue(name="Bob's").operator))


def read_now(client: Client, *readings: Reading) -> str:
    chosen = [reading.pk for reading in readings]
    answer = client.post(LIST, {"action": "read_now", ACTION_CHECKBOX_NAME: chosen}, follow=True)
    return str(answer.content.decode())


def progress(client: Client, pk: int) -> Any:
    return client.get(reverse("admin:tracker_reading_progress", args=[pk]))


def page_of(client: Client, reading: Reading) -> str:
    return str(client.get(reverse("admin:tracker_reading_change", args=[reading.pk])).content.decode())


def test_the_list_says_how_each_reading_stands(pub: Asked, alice: Client) -> None:
    now = timezone.now()
    Reading.objects.filter(subject="orders").update(done_at=now - 3 * MINUTE, count=12)
    Reading.objects.filter(subject="history").update(asked_at=now, count=400, read_until=now - 2 * HOUR)
    Reading.objects.filter(subject="settings").update(failed_at=now - 5 * MINUTE, detail="<b>It says 500.")
    text = alice.get(LIST).content.decode().replace("\xa0", " ")
    for words in (
        "3 minutes ago, 12 orders",
        "being read: 400 orders so far",
        "failed 5 minutes ago: &lt;b&gt;It says 500.",
        "not read yet",
        "2 hours",
        "as soon as its agent is there",
    ):
        assert words in text


def test_what_is_wanted_now_is_asked_and_says_how_far_it_is_until_it_is_read(pub: Asked, alice: Client) -> None:
    text = read_now(alice, pub.reading("history"))
    assert "1 are read now." in text
    assert "offline" not in text
    assert 'type="module"' in text
    assert progress(alice, pub.reading("history").pk).json() == {"words": "waits for its agent", "busy": True}
    pub.now = timezone.now()
    ask = pub.ask("history")
    pub.tell(ask, "part", past=[past(HOUR)])
    answer = progress(alice, pub.reading("history").pk)
    assert answer.json() == {"words": "being read: 1 order so far", "busy": True}
    assert f'data-progress="{LIST}{pub.reading("history").pk}/progress/"' in page_of(alice, pub.reading("history"))
    assert "are being read already" in read_now(alice, pub.reading("history"))
    pub.tell(ask, through_ms=0)
    assert progress(alice, pub.reading("history").pk).json()["busy"] is False
    assert "data-progress" not in page_of(alice, pub.reading("history"))


def test_an_agent_that_is_offline_is_said_to_be(pub: Asked, alice: Client) -> None:
    links.close_link(pub.link, timezone.now())
    assert "The agent of Alice&#x27;s is offline" in read_now(alice, pub.reading("history"))
    assert pub.reading("history").wanted_at is not None


def test_another_operators_reading_is_like_none(pub: Asked, bob: Client) -> None:
    hers, none = pub.reading("history").pk, 987_654_321
    answers = [progress(bob, pk) for pk in (hers, none)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert "are read now" not in read_now(bob, pub.reading("history"))
    assert pub.reading("history").wanted_at is None


def test_staff_see_and_want_nothing(pub: Asked) -> None:
    charlie = logged_in(make_person("charlie", Role.STAFF, pub.venue))
    assert progress(charlie, pub.reading("history").pk).status_code == 302
    charlie.post(LIST, {"action": "read_now", ACTION_CHECKBOX_NAME: [pub.reading("history").pk]})
    assert pub.reading("history").wanted_at is None


def test_settings_and_repeaters_are_shown_as_tables(pub: Asked, alice: Client) -> None:
    pub.tell(pub.ask("settings"), settings={"timezone": "Europe/<i>London", "target_time_s": 300})
    ask = pub.ask("repeaters")
    pub.tell(ask, "part", repeaters=[{"label": "Cellar", "address": "00:1", "status": "ok", "seen_ms": 60_000}])
    pub.tell(ask, repeaters=[{"label": "Garden"}])
    settings, repeaters = page_of(alice, pub.reading("settings")), page_of(alice, pub.reading("repeaters"))
    assert "<td>Europe/&lt;i&gt;London" in settings
    assert "<td>300 s" in settings
    for words in ("<td>Cellar<td>00:1<td>ok<td>", "<td>Garden"):
        assert words in repeaters.replace("</td>", "")
    pub.tell(pub.ask("repeaters"), "failed", detail="The gateway is away.")
    assert "<td>Cellar" in page_of(alice, pub.reading("repeaters"))


def test_what_is_lost_or_at_risk_is_said_where_a_manager_looks(pub: Asked, alice: Client) -> None:
    pub.read_history()
    pub.stay(20 * DAY)
    reading = pub.read_history()
    assert reading.lost_from is not None
    assert f"Orders between {reading.lost_from:%d %b %Y %H:%M} UTC and" in page_of(alice, reading)
    assert "Some are lost for good" in alice.get(LIST).content.decode()
    Reading.objects.update(at_risk_since=timezone.now(), read_until=timezone.now() - 11 * DAY)
    for page in (LIST, "/admin/tracker/edgeagent/"):
        text = alice.get(page).content.decode()
        assert "at risk" in text
        assert "orders are lost from" in text
    assert state_of(Reading(subject="history", at_risk_since=timezone.now()), timezone.now()).startswith("at risk: no")


def test_the_list_costs_no_more_queries_the_more_venues_there_are(
    alice: Client, pub: Asked, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    root = logged_in(User.objects.create_superuser("root"))
    for _ in range(10):
        venue: Venue = make_venue()
        make_reading(venue, content=json.dumps({"gaps": []}))
    with django_assert_max_num_queries(10):
        assert root.get(LIST).status_code == 200
