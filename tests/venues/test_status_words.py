"""A venue's own words for the states of an order: where guests get them, and what may stand in them."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from orders.models import VenueEvent
from tests.factories import now_ms
from tests.venues.cast import House, make_house
from tests.venues.forms import faults_of, send_changed
from venues.catalogue import load_catalogue
from venues.menu import menu_of
from venues.models import Venue
from venues.status_words import STATUS_WORDS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


@pytest.fixture
def manager(alice: House) -> Client:
    client = Client()
    client.force_login(alice.manager)
    return client


def form_of(house: House) -> str:
    return reverse("admin:venues_venue_change", args=[house.venue.pk])


def told_to_guests(venue: Venue) -> object:
    catalogue = load_catalogue(venue.pk)
    assert catalogue is not None
    return menu_of(catalogue, now_ms(), words=False)["venue"]["status_words"]


def test_guests_get_what_the_manager_wrote_at_once_and_ours_where_nothing_is_written(
    alice: House, manager: Client
) -> None:
    assert told_to_guests(alice.venue) == {}
    before = VenueEvent.objects.filter(venue=alice.venue, kind="menu").count()
    own = {"words_sent": "<b>Cheers</b> {table}", "words_to_go": "Come to the hatch."}
    assert send_changed(manager, form_of(alice), **own).status_code == 302
    assert told_to_guests(alice.venue) == {"pending": "<b>Cheers</b> {table}", "ready_to_go": "Come to the hatch."}
    assert VenueEvent.objects.filter(venue=alice.venue, kind="menu").count() == before + 1


def test_the_form_shows_our_words_and_says_who_reads_own_ones(alice: House, manager: Client) -> None:
    page = manager.get(form_of(alice)).content.decode()
    assert "for guests of every language" in page
    for words in STATUS_WORDS:
        assert f'placeholder="{words.ours}"' in page


@pytest.mark.parametrize("wrong", ["At {when}", "{", "x" * 141, "two\u2028lines", "{{time}}"])
def test_what_guests_could_not_read_is_refused(alice: House, manager: Client, wrong: str) -> None:
    answer = send_changed(manager, form_of(alice), words_ready=wrong)
    assert answer.status_code == 200
    assert len(faults_of(answer)) == 1
    assert told_to_guests(alice.venue) == {}


def test_our_words_are_those_of_the_guests_page() -> None:
    script = (Path(settings.BASE_DIR) / "orders/static/orders/guest_words.js").read_text()
    for words in STATUS_WORDS:
        assert f'gettext("{words.ours.replace("{", "%(").replace("}", ")s")}"' in script, words
