"""The page of a venue's hours: the week as rows, dates that differ, what is wrong in words."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orders.models import VenueEvent
from tests.venues.cast import House, make_house
from tests.venues.forms import fields_of
from venues.models import OpeningException, OpeningHours, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

NEXT = timezone.now().date() + dt.timedelta(days=3)


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


@pytest.fixture
def client(alice: House) -> Client:
    client = Client()
    client.force_login(alice.manager)
    return client


def page_of(house: House) -> str:
    return reverse("admin:venues_venue_hours", args=[house.venue.pk])


def send(client: Client, house: House, *, do: str = "save", **changes: Any) -> Any:
    fields = {**fields_of(client.get(page_of(house))), "do": do}
    return client.post(page_of(house), {**fields, **{name.replace("_", "-"): v for name, v in changes.items()}})


def rows(house: House) -> list[str]:
    return [str(row) for row in OpeningHours.objects.filter(venue=house.venue)]


def test_a_week_is_saved_with_days_like_the_day_before(alice: House, client: Client) -> None:
    friday = {"d4_0_opens": "12:00", "d4_0_closes": "15:00", "d4_1_opens": "18:00", "d4_1_closes": "01:00"}
    assert send(client, alice, **friday, d5_same="on").status_code == 302
    week = ["12:00 to 15:00", "18:00 to 01:00"]
    assert rows(alice) == [f"{day} {span}" for day in ("Friday", "Saturday") for span in week]


def test_only_what_differs_is_written_and_told(alice: House, client: Client) -> None:
    send(client, alice, d0_0_opens="12:00", d0_0_closes="23:00", d1_same="on")
    kept = OpeningHours.objects.get(venue=alice.venue, weekday=0).pk
    before = VenueEvent.objects.filter(venue=alice.venue, kind="menu").count()
    send(client, alice)
    assert VenueEvent.objects.filter(venue=alice.venue, kind="menu").count() == before
    send(client, alice, d1_0_opens="", d1_0_closes="", d0_0_closes="22:00")
    assert rows(alice) == ["Monday 12:00 to 22:00"]
    assert OpeningHours.objects.get(venue=alice.venue).pk == kept
    assert VenueEvent.objects.filter(venue=alice.venue, kind="menu").count() == before + 2


def test_dates_that_differ_are_kept_changed_and_taken_away(alice: House, client: Client) -> None:
    OpeningException.objects.create(venue=alice.venue, date=dt.date(2020, 12, 25), reason="Christmas")
    send(
        client,
        alice,
        e0_date=f"{NEXT}",
        e0_reason="Wedding",
        e1_date=f"{NEXT + dt.timedelta(days=1)}",
        e1_opens="12:00",
        e1_closes="02:00",
    )
    upcoming = OpeningException.objects.filter(venue=alice.venue, date__gte=NEXT)
    assert [(row.reason, str(row)[12:]) for row in upcoming] == [("Wedding", "closed"), ("", "12:00 to 02:00")]
    page = client.get(page_of(alice)).content.decode()
    assert "Wedding" in page
    assert "Christmas" not in page
    send(client, alice, e0_date="", e0_reason="", e1_closes="03:00")
    assert [str(row)[12:] for row in upcoming.all()] == ["12:00 to 03:00"]
    assert OpeningException.objects.filter(venue=alice.venue, reason="Christmas").exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"d0_0_opens": "12:00"}, "Monday: give both times"),
        (
            {"d0_0_opens": "12:00", "d0_0_closes": "15:00", "d0_1_opens": "14:00", "d0_1_closes": "23:00"},
            "Monday: 12:00 to 15:00 and 14:00 to 23:00 overlap.",
        ),
        (
            {"d6_0_opens": "20:00", "d6_0_closes": "03:00", "d0_0_opens": "02:00", "d0_0_closes": "10:00"},
            "Sunday 20:00 to 03:00 runs into Monday 02:00 to 10:00.",
        ),
        ({"e0_date": "2020-12-25"}, "25 December 2020 is over"),
        ({"e0_reason": "Wedding"}, "Which date is “Wedding”?"),
        (
            {"e0_date": f"{NEXT}", "e1_date": f"{NEXT}", "e1_opens": "12:00", "e1_closes": "13:00"},
            "given as closed and",
        ),
        ({"d0_0_opens": "25:00", "d0_0_closes": "x"}, "Monday: give times such as"),
        ({"last_order_minutes_": "999"}, "Last orders: give minutes"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_saved(
    alice: House, client: Client, typed: dict[str, str], words: str
) -> None:
    fields = {**fields_of(client.get(page_of(alice))), "do": "save"}
    names = {name.replace("_", "-") if name[1] in "0123456789" else name.rstrip("_"): v for name, v in typed.items()}
    answer = client.post(page_of(alice), {**fields, **names})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert rows(alice) == []
    for value in typed.values():
        assert f'value="{value}"' in answer.content.decode()  # what was typed is still there


def test_what_guests_would_be_told_is_shown_before_it_is_saved(alice: House, client: Client) -> None:
    every = {f"d{day}_0_{end}": at for day in range(7) for end, at in (("opens", "12:00"), ("closes", "01:00"))}
    page = send(client, alice, do="look", **every).content.decode()
    assert page.count("12:00 to 01:00") >= 7
    assert "This is not saved yet." in page
    assert rows(alice) == []


def test_hours_that_somebody_changed_meanwhile_are_not_overwritten_unseen(alice: House, client: Client) -> None:
    opened = {**fields_of(client.get(page_of(alice))), "do": "save"}
    send(client, alice, d0_0_opens="12:00", d0_0_closes="23:00")
    mine = {**opened, "d1-0-opens": "10:00", "d1-0-closes": "11:00"}
    answer = client.post(page_of(alice), mine)
    assert "Somebody else has changed the hours" in answer.content.decode()
    assert rows(alice) == ["Monday 12:00 to 23:00"]
    assert client.post(page_of(alice), {**fields_of(answer), "do": "save"}).status_code == 302
    assert rows(alice) == ["Tuesday 10:00 to 11:00"]


def test_last_orders_are_saved_with_the_hours(alice: House, client: Client) -> None:
    fields = {**fields_of(client.get(page_of(alice))), "do": "save", "last_order_minutes": "30"}
    assert client.post(page_of(alice), fields).status_code == 302
    assert Venue.objects.get(pk=alice.venue.pk).last_order_minutes == 30
