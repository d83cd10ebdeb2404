"""Planned changes of the menu: at their moment, once, told to every page, and taken back at their end."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import IntegrityError, transaction
from django.urls import reverse

from orders.models import VenueEvent
from orders.tasks import carry_out_change, look_for_planned_changes
from tests.factories import logged_in, make_change, make_person, make_product, make_venue, now_ms
from tests.venues.cast import House, make_house
from tests.venues.forms import faults_of
from venues.catalogue import load_catalogue
from venues.models import Product, Role, ScheduledChange, Venue, VenueProduct
from venues.scheduling import Overlaps, carry_out, changes_due, local_moment, plan_change, withdraw_change

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

HOUR = timedelta(hours=1)


@pytest.fixture
def venue() -> Venue:
    return make_venue()


@pytest.fixture
def ale(venue: Venue) -> Product:
    return make_product(venue, "Ale", "4.60")


def beat(now: datetime) -> list[str | None]:
    """What a look at all changes does; twice, as a beat may, and the second time nothing."""
    done = [carry_out(pk, now) for pk in changes_due(now)]
    before = list(ScheduledChange.objects.values()), list(VenueEvent.objects.values_list("venue_id", "seq"))
    assert [carry_out(pk, now) for pk in ScheduledChange.objects.values_list("pk", flat=True)].count(None) == len(
        before[0]
    )
    assert (list(ScheduledChange.objects.values()), list(VenueEvent.objects.values_list("venue_id", "seq"))) == before
    return done


def sold_at(venue: Venue, product: Product) -> Any:
    catalogue = load_catalogue(venue.pk)
    assert catalogue is not None
    return catalogue.products[product.pk].price


def state_of(change: ScheduledChange) -> tuple[str, str]:
    change.refresh_from_db()
    return change.state, change.why


def test_a_price_holds_from_its_moment_until_its_end_and_everybody_hears_of_both(venue: Venue, ale: Product) -> None:
    other = make_venue(venue.operator, menu=venue.menu)
    change = make_change(ale)
    told = VenueEvent.objects.filter(kind="menu").count()
    assert beat(change.starts_at - timedelta(milliseconds=1)) == []
    assert sold_at(venue, ale) == Decimal("4.60")
    assert beat(change.starts_at) == ["applied"]
    assert (sold_at(venue, ale), sold_at(other, ale)) == (Decimal(3), Decimal(3))
    assert VenueEvent.objects.filter(kind="menu").count() == told + 2
    assert beat(change.starts_at + HOUR) == []
    assert beat(change.starts_at + 2 * HOUR) == ["ended"]
    assert sold_at(venue, ale) == Decimal("4.60")
    assert state_of(change) == ("ended", "")


def test_a_change_without_an_end_stays(venue: Venue, ale: Product) -> None:
    change = make_change(ale, ends_at=None)
    assert beat(change.starts_at + HOUR) == ["applied"]
    assert beat(change.starts_at + 500 * HOUR) == []
    assert sold_at(venue, ale) == Decimal(3)


def test_the_end_of_a_change_leaves_what_else_is_different_there(venue: Venue, ale: Product) -> None:
    VenueProduct.objects.create(venue=venue, product=ale, position=3)
    change = make_change(ale, venue)
    assert beat(change.starts_at) == ["applied"]
    assert beat(change.starts_at + 2 * HOUR) == ["ended"]
    kept = VenueProduct.objects.get(venue=venue, product=ale)
    assert (kept.price, kept.position) == (None, 3)


def test_at_one_venue_alone_and_no_difference_is_left_of_it(venue: Venue, ale: Product) -> None:
    other = make_venue(venue.operator, menu=venue.menu)
    change = make_change(ale, venue)
    assert beat(change.starts_at) == ["applied"]
    assert (sold_at(venue, ale), sold_at(other, ale)) == (Decimal(3), Decimal("4.60"))
    assert beat(change.starts_at + 2 * HOUR) == ["ended"]
    assert not VenueProduct.objects.exists()


def test_the_count_of_the_stock_goes_on_meanwhile(venue: Venue, ale: Product) -> None:
    row = VenueProduct.objects.create(venue=venue, product=ale, price="4.20", stock=9)
    change = make_change(ale, venue)
    beat(change.starts_at)
    VenueProduct.objects.filter(pk=row.pk).update(stock=5)
    beat(change.starts_at + 2 * HOUR)
    row.refresh_from_db()
    assert (row.price, row.stock) == (Decimal("4.20"), 5)


def test_a_product_is_off_the_menu_or_not_available_for_a_time(venue: Venue, ale: Product) -> None:
    make_change(ale, venue, what="available", on=False, price=None)
    everywhere = make_change(ale, what="active", on=False, price=None)
    beat(everywhere.starts_at)
    ale.refresh_from_db()
    assert (ale.active, VenueProduct.objects.get().available) == (False, False)
    beat(everywhere.starts_at + 2 * HOUR)
    ale.refresh_from_db()
    assert (ale.active, VenueProduct.objects.exists()) == (True, False)
    assert state_of(everywhere) == ("ended", "")


def test_somebody_who_changed_it_by_hand_meanwhile_wins(venue: Venue, ale: Product) -> None:
    change = make_change(ale)
    beat(change.starts_at)
    ale.refresh_from_db()
    ale.price = Decimal("3.50")
    ale.save()
    assert beat(change.starts_at + 2 * HOUR) == ["ended"]
    assert sold_at(venue, ale) == Decimal("3.50")
    assert state_of(change) == ("ended", "Somebody has changed it to 3.50 meanwhile, which stays.")


def test_what_nobody_could_do_in_time_is_not_done_and_says_so(venue: Venue, ale: Product) -> None:
    change = make_change(ale)
    assert beat(change.starts_at + 3 * HOUR) == ["failed"]
    assert (sold_at(venue, ale), state_of(change)[0]) == (Decimal("4.60"), "failed")
    moved = make_change(ale, venue)
    Venue.objects.filter(pk=venue.pk).update(menu=None)
    assert beat(moved.starts_at) == ["failed"]
    assert state_of(moved) == ("failed", "The venue sells another menu now.")


def test_an_end_comes_before_the_beginning_of_the_next(venue: Venue, ale: Product) -> None:
    first = make_change(ale)
    assert first.ends_at is not None
    make_change(ale, price=Decimal(2), starts_at=first.ends_at, ends_at=first.ends_at + HOUR)
    beat(first.starts_at)
    assert beat(first.ends_at) == ["ended", "applied"]
    assert sold_at(venue, ale) == Decimal(2)
    beat(first.ends_at + HOUR)
    assert sold_at(venue, ale) == Decimal("4.60")


def test_happy_hour_comes_again_a_week_later_at_the_same_time_by_the_clock(venue: Venue, ale: Product) -> None:
    """Over the night in which the clocks go back."""
    zone = ZoneInfo("Europe/London")
    starts = datetime(2027, 10, 29, 17, tzinfo=zone)
    change = make_change(ale, venue, starts_at=starts, ends_at=starts + 2 * HOUR, weekly=True)
    beat(starts)
    assert beat(starts + 2 * HOUR) == ["ended"]
    following = ScheduledChange.objects.exclude(pk=change.pk).get()
    assert following.ends_at is not None
    assert (following.state, following.weekly, following.price) == ("planned", True, Decimal(3))
    assert following.starts_at.astimezone(zone) == datetime(2027, 11, 5, 17, tzinfo=zone)
    assert following.starts_at - starts == timedelta(days=7, hours=1)
    assert withdraw_change(following.pk, starts)
    assert beat(starts + timedelta(days=30)) == []


def test_a_week_for_which_something_else_is_planned_is_left_out(venue: Venue, ale: Product) -> None:
    change = make_change(ale, venue, weekly=True)
    assert change.ends_at is not None
    week = timedelta(days=7)
    make_change(ale, venue, starts_at=change.starts_at + week - HOUR, ends_at=change.ends_at + week)
    beat(change.starts_at)
    beat(change.ends_at)
    assert ScheduledChange.objects.get(weekly=True, state="planned").starts_at - change.starts_at in (
        2 * week,
        2 * week + HOUR,
        2 * week - HOUR,
    )


@pytest.mark.parametrize(
    ("begins", "ends", "overlaps"),
    [
        (0, 2, True),
        (-1, 1, True),
        (1, 3, True),
        (-1, 3, True),
        (1, None, True),
        (0, None, True),
        (2, 3, False),
        (-2, 0, False),
        (2, None, False),
        (-1, None, False),
    ],
)
def test_two_changes_of_one_value_do_not_overlap(ale: Product, begins: int, ends: int | None, overlaps: bool) -> None:
    first = make_change(ale)
    second = ScheduledChange(
        product=ale,
        price=Decimal(2),
        starts_at=first.starts_at + begins * HOUR,
        ends_at=None if ends is None else first.starts_at + ends * HOUR,
        made_at=now_ms(),
    )
    if overlaps:
        with pytest.raises(Overlaps) as refused:
            plan_change(second)
        assert refused.value.other == first
    else:
        plan_change(second)
        assert second.operator_id == ale.operator_id


def test_what_is_at_work_ends_at_once_when_it_is_withdrawn(venue: Venue, ale: Product) -> None:
    change = make_change(ale, weekly=True)
    beat(change.starts_at)
    assert withdraw_change(change.pk, change.starts_at + HOUR)
    assert beat(change.starts_at + HOUR) == ["ended"]
    assert sold_at(venue, ale) == Decimal("4.60")
    assert not withdraw_change(change.pk, change.starts_at + HOUR)
    assert ScheduledChange.objects.count() == 1


def test_the_task_does_it_and_knows_what_is_gone(venue: Venue, ale: Product) -> None:
    now = now_ms()
    change = make_change(ale, starts_at=now - HOUR, ends_at=None)
    for _ in range(2):
        carry_out_change(change.pk)
        carry_out_change(987_654)
    assert state_of(change)[0] == "applied"
    assert changes_due(now) == []
    look_for_planned_changes()


def test_the_database_takes_no_change_of_nothing_or_of_anothers(venue: Venue, ale: Product) -> None:
    wrong: list[dict[str, Any]] = [
        {"price": None},
        {"on": True},
        {"what": "available", "price": None, "on": True},
        {"what": "active", "price": None, "on": None},
        {"ends_at": now_ms() - HOUR},
        {"ends_at": None, "weekly": True},
    ]
    for fields in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            make_change(ale, **fields)


@pytest.mark.django_db(transaction=True)
def test_the_database_keeps_a_change_within_its_operator(ale: Product) -> None:
    with pytest.raises(IntegrityError):
        make_change(ale, make_venue())


@pytest.mark.parametrize(
    ("zone", "naive", "utc"),
    [
        ("Europe/London", "2027-03-28T01:30", None),
        ("Europe/London", "2027-03-28T02:00", "2027-03-28T01:00:00+00:00"),
        ("Europe/London", "2027-10-31T01:30", "2027-10-31T00:30:00+00:00"),
        ("America/New_York", "2027-03-14T02:00", None),
        ("Asia/Tokyo", "2027-03-28T02:30", "2027-03-27T17:30:00+00:00"),
    ],
)
def test_a_time_is_one_of_the_venues_clock(zone: str, naive: str, utc: str | None) -> None:
    moment = local_moment(datetime.fromisoformat(naive), ZoneInfo(zone))
    assert (moment.isoformat() if moment else None) == utc


ADD = "/admin/venues/scheduledchange/add/"


def form_of(house: House, **changes: Any) -> dict[str, Any]:
    return {
        "product": house.product.pk,
        "venue": house.venue.pk,
        "what": "price",
        "price": "3.90",
        "on": "",
        "starts_at_0": "2027-07-02",
        "starts_at_1": "17:00",
        "ends_at_0": "2027-07-02",
        "ends_at_1": "19:00",
    } | changes


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


def test_a_manager_plans_in_the_venues_time_sees_it_on_the_product_and_withdraws_it(alice: House) -> None:
    client = logged_in(alice.manager)
    assert client.post(ADD, form_of(alice)).status_code == 302
    planned = ScheduledChange.objects.get(state="planned")
    assert planned.starts_at.isoformat() == "2027-07-02T16:00:00+00:00"
    assert planned.made_by == alice.manager
    page = client.get(reverse("admin:venues_product_change", args=[alice.product.pk])).content.decode()
    assert "Fri 02 Jul 2027 17:00" in page
    refused = client.post(ADD, form_of(alice, starts_at_1="18:00", ends_at_1="20:00"))
    assert "This overlaps with another: price 3.90, from Fri 02 Jul 2027 17:00" in faults_of(refused)[0]
    chosen = {"action": "withdraw", ACTION_CHECKBOX_NAME: [planned.pk]}
    assert client.post(reverse("admin:venues_scheduledchange_changelist"), chosen).status_code == 302
    assert state_of(planned) == ("withdrawn", "")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"starts_at_0": "2027-03-28", "starts_at_1": "01:30"}, "skip this time"),
    ({"starts_at_0": "0001-01-01", "starts_at_1": "00:00"}, "Take a day that is at most 10 years from now."),
    ({"ends_at_0": "9999-12-31", "ends_at_1": "23:59"}, "Take a day that is at most 10 years from now."),
    ({"ends_at_1": "16:00"}, "ends after it starts"),
    ({"starts_at_0": "2020-01-01", "ends_at_0": "2020-01-02"}, "over already"),
    ({"price": ""}, "Which price?"),
    ({"what": "available"}, "Yes or no?"),
    ({"what": "available", "on": "true", "venue": ""}, "At which venue?"),
    ({"what": "active", "on": "true"}, "leave this empty"),
    ({"weekly": "on", "ends_at_0": "", "ends_at_1": ""}, "also ends"),
    ({"ends_at_1": ""}, "Give a date and a time."),
]


def test_what_cannot_be_planned_is_said_beside_its_field(alice: House) -> None:
    client = logged_in(alice.manager)
    for changes, words in WRONG:
        answer = client.post(ADD, form_of(alice, **changes))
        assert answer.status_code == 200
        assert words in " ".join(faults_of(answer)), changes


def test_a_manager_plans_nothing_for_a_menu_that_others_share(alice: House) -> None:
    other = make_venue(alice.operator, "Alice's second", menu=alice.venue.menu)
    theirs = make_change(alice.product, other)
    client = logged_in(alice.manager)
    assert "This menu is shared" in faults_of(client.post(ADD, form_of(alice, venue="")))[0]
    assert client.post(ADD, form_of(alice, venue=other.pk)).status_code == 200
    assert client.get(reverse("admin:venues_scheduledchange_change", args=[theirs.pk])).status_code == 302
    chosen = {"action": "withdraw", ACTION_CHECKBOX_NAME: [theirs.pk]}
    client.post(reverse("admin:venues_scheduledchange_changelist"), chosen)
    assert state_of(theirs)[0] == "planned"
    assert client.post(ADD, form_of(alice)).status_code == 302
    assert logged_in(alice.owner).post(ADD, form_of(alice, venue="")).status_code == 302


def test_a_change_at_work_that_is_deleted_is_taken_back_first(alice: House) -> None:
    now = now_ms()
    change = make_change(alice.product, alice.venue, starts_at=now - HOUR)
    assert carry_out(change.pk, now) == "applied"
    assert sold_at(alice.venue, alice.product) == Decimal(3)
    page = reverse("admin:venues_scheduledchange_delete", args=[change.pk])
    assert logged_in(alice.manager).post(page, {"post": "yes"}).status_code == 302
    assert sold_at(alice.venue, alice.product) == Decimal("4.60")


def test_staff_plan_nothing(alice: House) -> None:
    barkeeper = make_person("barkeeper", Role.STAFF, alice.venue)
    assert logged_in(barkeeper).post(ADD, form_of(alice)).status_code == 302
    assert not ScheduledChange.objects.filter(state="planned").exists()


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/New_York"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_an_end_of_the_calendar_is_answered_in_words_whatever_the_zone(
    alice: House, zone: str, day: str
) -> None:
    Venue.objects.filter(pk=alice.venue.pk).update(timezone=zone)
    moments = {"starts_at_0": day, "starts_at_1": "00:00", "ends_at_0": day, "ends_at_1": "23:59"}
    answer = logged_in(alice.manager).post(ADD, form_of(alice, **moments, also_on=["0", "1", "2", "3", "4", "5", "6"]))
    assert faults_of(answer) == ["Take a day that is at most 10 years from now."] * 2
