"""When a device was last at a board, in words: in the list of devices, and on the venue's page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_device
from tests.venues.cast import make_house
from venues.models import Device
from venues.seen import seen_in_words

AGES = [
    (0, "online now"),
    (14, "online now"),
    (15, "less than a minute ago"),
    (60, "1 minute ago"),
    (300, "5 minutes ago"),
    (3_599, "59 minutes ago"),
    (3_600, "1 hour ago"),
    (90_000, "1 day ago"),
    (864_000, "10 days ago"),
]


@pytest.mark.parametrize(("seconds", "words"), AGES)
def test_a_sign_of_life_holds_for_fifteen_seconds(seconds: int, words: str) -> None:
    now = timezone.now()
    assert seen_in_words(now - timedelta(seconds=seconds), now) == words
    assert seen_in_words(None, now) == "never"


@pytest.mark.django_db
@pytest.mark.usefixtures("plain_http")
def test_the_list_and_the_venues_page_say_which_devices_are_online() -> None:
    house = make_house("Alice")
    Device.objects.filter(pk=house.device.pk).update(last_seen_at=timezone.now())
    old, _ = make_device(house.venue, "Cellar tablet")
    make_device(house.venue, "New tablet")
    gone, _ = make_device(house.venue, "Lost tablet")
    Device.objects.filter(pk=old.pk).update(last_seen_at=timezone.now() - timedelta(minutes=5))
    Device.objects.filter(pk=gone.pk).update(revoked_at=timezone.now())
    client = Client()
    client.force_login(house.manager)
    listed = client.get(reverse("admin:venues_device_changelist")).content.decode()
    for words in ("online now", "5 minutes ago", "never"):
        assert words in listed
    assert "online now" in client.get(reverse("admin:venues_device_change", args=[house.device.pk])).content.decode()
    panel = client.get(reverse("admin:venues_venue_change", args=[house.venue.pk])).content.decode()
    assert "Devices: Alice tablet online now, Cellar tablet 5 minutes ago, New tablet never." in panel
