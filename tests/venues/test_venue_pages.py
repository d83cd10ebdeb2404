"""Every page below a venue in the admin, and the panel above its form: whose they are, and what they cost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from orders.models import BoardPresence
from tests.factories import logged_in, make_table, make_venue
from tests.venues.cast import House, make_house
from tracker.models import EdgeAgent, Gateway
from venues.models import Table, User, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


def panel(user: User, house: House) -> str:
    text = logged_in(user).get(reverse("admin:venues_venue_change", args=[house.venue.pk])).content.decode()
    return text.partition('aria-label="This venue"')[2].partition("</section>")[0]


def test_the_panel_says_of_each_part_how_it_is_and_what_to_do(alice: House) -> None:
    Venue.objects.filter(pk=alice.venue.pk).update(tracker_use="pucks")
    now = timezone.now()
    EdgeAgent.objects.filter(pk=alice.agent.pk).update(last_seen_at=now, link_until=now + timedelta(seconds=60))
    Gateway.objects.filter(pk=alice.gateway.pk).update(state="offline")
    said = panel(alice.manager, alice)
    for words in ("Taken now, 1 open", "open all day", "Menu of Alice", "Codes never printed: 1", "Print them."):
        assert words in said
    assert "Offline since" in said
    assert "its network cable in?" in said
    BoardPresence.objects.create(venue=alice.venue, boards=2, expires_at=now + timedelta(seconds=15))
    Table.objects.update(printed_version=7)
    Venue.objects.filter(pk=alice.venue.pk).update(paused_until=now + timedelta(hours=1), pause_reason="Full house")
    said = panel(alice.owner, alice)
    for words in ("2 online now", "Codes out of date on paper: 1", "(Full house)", "Go on, or pause for longer"):
        assert words in said


def test_a_venue_without_anything_is_told_what_to_do_first(alice: House) -> None:
    new = make_venue(alice.operator, "Alice's annexe", menu=None)
    text = logged_in(alice.owner).get(reverse("admin:venues_venue_change", args=[new.pk])).content.decode()
    for words in ("No tables yet.", "guests see nothing to order", "No board was ever open."):
        assert words in text
    assert "Connect an agent" not in text
    assert logged_in(alice.owner).get(reverse("admin:venues_venue_add")).status_code == 200


def test_the_panel_costs_the_same_with_a_hundred_tables(
    alice: House, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = logged_in(alice.manager)
    for number in range(100):
        make_table(alice.venue, str(number))
    with django_assert_max_num_queries(40):
        assert client.get(reverse("admin:venues_venue_change", args=[alice.venue.pk])).status_code == 200
