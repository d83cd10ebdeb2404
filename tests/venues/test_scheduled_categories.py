"""Planned changes of a whole category: product by product, in one word, and back at the end what is as it was left."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orders.models import VenueEvent
from tests.factories import logged_in, make_product, make_venue, now_ms
from tests.venues.cast import House, make_house
from tests.venues.forms import faults_of, fields_of, send_changed
from tests.venues.test_scheduling import ADD, HOUR, beat, form_of, sold_at, state_of
from venues.history import versions_of
from venues.models import Category, ChangedProduct, Product, ScheduledChange, Venue, VenueProduct
from venues.scheduling import Overlaps, carry_out, overlapping, plan_change, take_back_of, withdraw_change
from venues.signals import menu_changing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def venue() -> Venue:
    return make_venue()


@pytest.fixture
def ale(venue: Venue) -> Product:
    return make_product(venue, "Ale", "4.60")


@pytest.fixture
def stout(venue: Venue) -> Product:
    return make_product(venue, "Stout", "5.10")


def of_category(product: Product, venue: Venue | None = None, **fields: Any) -> ScheduledChange:
    """20 % off all that stands with this product, in an hour, for two hours."""
    now = now_ms()
    values = {"percent": Decimal(-20), "starts_at": now + HOUR, "ends_at": now + 3 * HOUR, "made_at": now, **fields}
    return ScheduledChange(category=product.category, venue=venue, **values)


def planned(product: Product, venue: Venue | None = None, **fields: Any) -> ScheduledChange:
    change = of_category(product, venue, **fields)
    plan_change(change)
    return change


def prices(venue: Venue, *products: Product) -> list[str]:
    return [str(sold_at(venue, product)) for product in products]


def test_all_prices_of_a_category_go_down_and_come_back_each_to_its_own(
    venue: Venue, ale: Product, stout: Product
) -> None:
    other = make_venue(venue.operator, menu=venue.menu)
    VenueProduct.objects.create(venue=other, product=stout, price="6.00")
    own = Product.objects.create(category=ale.category, venue=other, name="House ale", price="4.00")
    wine = make_product(venue, "Wine", "6.20", category="Wine")
    change = planned(ale, step=5)
    told = VenueEvent.objects.filter(kind="menu").count()
    assert beat(change.starts_at) == ["applied"]
    assert VenueEvent.objects.filter(kind="menu").count() == told + 2
    assert prices(venue, ale, stout, wine) == ["3.70", "4.10", "6.20"]
    assert prices(other, ale, stout, own) == ["3.70", "6.00", "4.00"]
    assert beat(change.starts_at + 2 * HOUR) == ["ended"]
    assert VenueEvent.objects.filter(kind="menu").count() == told + 4
    assert prices(venue, ale, stout, wine) == ["4.60", "5.10", "6.20"]
    assert state_of(change) == ("ended", "")
    assert not ChangedProduct.objects.exists()
    noted = versions_of(Product).filter(id=stout.pk).order_by("pk").values_list("price", "history_change_reason")
    assert list(noted)[-2:] == [(Decimal("4.10"), "Planned change"), (Decimal("5.10"), "Planned change")]


def test_at_one_venue_its_own_prices_and_products_too_and_nothing_is_left_of_it(
    venue: Venue, ale: Product, stout: Product
) -> None:
    other = make_venue(venue.operator, menu=venue.menu)
    VenueProduct.objects.create(venue=venue, product=stout, price="6.00", stock=9)
    own = Product.objects.create(category=ale.category, venue=venue, name="House ale", price="4.00")
    change = planned(ale, venue, percent=Decimal(10))
    assert beat(change.starts_at) == ["applied"]
    assert prices(venue, ale, stout, own) == ["5.06", "6.60", "4.40"]
    assert prices(other, ale, stout) == ["4.60", "5.10"]
    VenueProduct.objects.filter(product=stout).update(stock=5)
    assert beat(change.starts_at + 2 * HOUR) == ["ended"]
    (row,) = VenueProduct.objects.all()
    assert (row.product, row.price, row.stock) == (stout, Decimal("6.00"), 5)
    kinds = versions_of(VenueProduct).filter(product_id=ale.pk).order_by("pk").values_list("history_type", flat=True)
    assert list(kinds) == ["+", "-"]


def test_a_category_is_off_the_menu_and_one_at_a_venue_is_not_available(
    venue: Venue, ale: Product, stout: Product
) -> None:
    Product.objects.filter(pk=stout.pk).update(active=False)
    planned(ale, what="active", on=False, percent=None)
    here = planned(ale, venue, what="available", on=False, percent=None)
    beat(here.starts_at)
    assert not Product.objects.filter(active=True).exists()
    assert set(VenueProduct.objects.values_list("product__name", "available")) == {("Ale", False), ("Stout", False)}
    beat(here.starts_at + 2 * HOUR)
    assert list(Product.objects.filter(active=True)) == [ale]
    assert not VenueProduct.objects.exists()


def test_what_somebody_changed_stays_what_came_meanwhile_is_not_touched_and_what_left_comes_back(
    venue: Venue, ale: Product, stout: Product
) -> None:
    porter = make_product(venue, "Porter", "5.00")
    change = planned(ale)
    beat(change.starts_at)
    stout.refresh_from_db()
    stout.price = Decimal("4.99")
    stout.save()
    late = make_product(venue, "Late", "3.00")
    porter.refresh_from_db()
    porter.category = make_product(venue, category="Elsewhere").category
    porter.save()
    assert beat(change.starts_at + 2 * HOUR) == ["ended"]
    assert prices(venue, ale, stout, late, porter) == ["4.60", "4.99", "3.00", "5.00"]
    assert state_of(change) == ("ended", "Somebody has changed meanwhile, which stays: Stout to 4.99.")


def test_a_product_that_another_change_holds_is_left_until_that_has_ended(
    venue: Venue, ale: Product, stout: Product
) -> None:
    """Else the end of the second would bring back what the first had made of it."""
    wine = make_product(venue, "Wine", "6.00", category="Wine")
    first = planned(ale)
    beat(first.starts_at)
    stout.refresh_from_db()
    stout.category = wine.category
    stout.save()
    second = planned(wine, starts_at=first.starts_at + HOUR, ends_at=first.starts_at + 5 * HOUR)
    assert beat(first.starts_at + HOUR) == ["applied"]
    assert prices(venue, stout, wine) == ["4.08", "4.80"]
    assert state_of(second)[1] == "Left as they are: Stout (another planned change holds it)."
    third = planned(stout, starts_at=first.starts_at + 6 * HOUR, ends_at=first.starts_at + 7 * HOUR)
    beat(second.ends_at or now_ms())
    assert prices(venue, ale, stout, wine) == ["4.60", "5.10", "6.00"]
    assert beat(third.starts_at) == ["applied"]


def test_a_beginning_waits_for_an_end_that_is_due(venue: Venue, ale: Product) -> None:
    first = planned(ale)
    assert first.ends_at is not None
    beat(first.starts_at)
    second = planned(ale, starts_at=first.ends_at, ends_at=first.ends_at + HOUR, percent=Decimal(-50))
    assert carry_out(second.pk, first.ends_at) is None
    assert beat(first.ends_at) == ["ended", "applied"]
    assert prices(venue, ale) == ["2.30"]


def test_withdrawn_at_work_it_ends_at_once_and_weekly_it_comes_again(venue: Venue, ale: Product) -> None:
    change = planned(ale, venue, weekly=True, step=10)
    beat(change.starts_at)
    beat(change.starts_at + 2 * HOUR)
    again = ScheduledChange.objects.get(state="planned")
    assert (again.category, again.percent, again.step, again.weekly) == (ale.category, Decimal(-20), 10, True)
    beat(again.starts_at)
    assert prices(venue, ale) == ["3.70"]
    assert withdraw_change(again.pk, again.starts_at + HOUR)
    beat(again.starts_at + HOUR)
    assert prices(venue, ale) == ["4.60"]


def test_a_hundred_products_take_no_more_queries_than_ten(venue: Venue) -> None:
    def spent(category: str, number: int, at: Venue | None) -> int:
        some = [make_product(venue, f"{category} {one}", "5.00", category=category) for one in range(number)]
        change = planned(some[0], at)
        told = VenueEvent.objects.filter(kind="menu").count()
        with CaptureQueriesContext(
            connection,
        ) as begun:
            assert carry_out(change.pk, change.starts_at) == "applied"
        assert sold_at(venue, some[-1]) == Decimal("4.00")
        with CaptureQueriesContext(connection) as ended:
            assert carry_out(change.pk, change.starts_at + 2 * HOUR) == "ended"
        assert sold_at(venue, some[-1]) == Decimal("5.00")
        assert VenueEvent.objects.filter(kind="menu").count() == told + 2
        assert transaction.get_connection().in_atomic_block  # the test's own: each was one savepoint in it
        return len(begun) + len(ended)

    for at in (None, venue):
        few = spent(f"Few {at}", 10, at)
        assert spent(f"Many {at}", 100, at) <= few + 4  # SQLite takes so many values in one statement
        assert few < 70


def test_overlaps_are_refused_in_both_directions_by_name(venue: Venue, ale: Product, stout: Product) -> None:
    other = make_venue(venue.operator, menu=venue.menu)
    own = Product.objects.create(category=ale.category, venue=other, name="House ale", price="4.00")
    wine = make_product(venue, "Wine", category="Wine")
    now = now_ms()
    moments: dict[str, Any] = {"starts_at": now + 2 * HOUR, "ends_at": now + 4 * HOUR, "made_at": now}

    def of(product: Product, at: Venue | None = None) -> ScheduledChange:
        return ScheduledChange(product=product, venue=at, price=Decimal("2.00"), **moments)

    whole = planned(ale)
    with pytest.raises(Overlaps) as refused:
        plan_change(of(stout))
    assert refused.value.other == whole
    with pytest.raises(Overlaps):
        planned(stout, percent=Decimal(5), **moments)
    for free in (of(wine), of(own), of(stout, venue)):  # another category, not the shared menu's, here alone
        plan_change(free)
    one = ScheduledChange.objects.get(product=wine)
    assert list(overlapping(of_category(wine))) == [one]
    assert list(overlapping(of_category(wine, venue))) == []
    assert [str(found) for found in overlapping(of_category(ale, venue))] == [f"Stout at {venue}: price 2.00"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_plan_at_once_for_a_product_and_for_its_category_one_is_refused(ale: Product) -> None:
    start, refused = threading.Barrier(2), list[ScheduledChange]()

    def plan(change: ScheduledChange) -> None:
        try:
            start.wait(10)
            plan_change(change)
        except Overlaps as overlap:
            refused.append(overlap.other)
        finally:
            connection.close()

    for day in range(6):
        begins = now_ms() + timedelta(days=day + 1)
        moments: dict[str, Any] = {"starts_at": begins, "ends_at": begins + HOUR}
        whole = of_category(ale, **moments)
        one = ScheduledChange(product=ale, price=Decimal(2), made_at=now_ms(), **moments)
        planners = [threading.Thread(target=plan, args=(change,)) for change in (whole, one)]
        for planner in planners:
            planner.start()
        for planner in planners:
            planner.join()
        assert len(refused) == day + 1
        assert ScheduledChange.objects.count() == day + 1


def test_the_database_takes_one_product_or_one_category_with_a_value_that_fits(venue: Venue, ale: Product) -> None:
    for wrong in ({"product": ale}, {"price": Decimal(3)}, {"percent": None}, {"percent": Decimal(-101)}, {"step": 3}):
        change = of_category(ale)
        for name, value in wrong.items():
            setattr(change, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            change.save()


@pytest.mark.django_db(transaction=True)
def test_the_database_keeps_it_within_its_operator(ale: Product) -> None:
    with pytest.raises(IntegrityError):
        of_category(ale, make_venue()).save()
    mine = planned(ale)
    elsewhere = make_product(make_venue())
    with pytest.raises(IntegrityError):
        ChangedProduct.objects.create(operator=ale.operator, change=mine, product=elsewhere)


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


def form_for_category(house: House, **changes: Any) -> dict[str, Any]:
    of = {"product": "", "category": house.product.category.pk, "price": "", "percent": "-20", "step": "5"}
    return form_of(house, **{**of, **changes})


def test_a_manager_plans_happy_hour_on_five_days_and_sees_what_it_does(alice: House) -> None:
    client = logged_in(alice.manager)
    weekdays = {"starts_at_0": "2027-06-28", "ends_at_0": "2027-06-28", "weekly": "on", "also_on": [0, 1, 2, 3, 4]}
    answer = client.post(ADD, form_for_category(alice, **weekdays), follow=True)
    made = list(ScheduledChange.objects.filter(state="planned").order_by("starts_at"))
    assert [f"{one.starts_at:%a %H:%M} {one.weekly}" for one in made] == [
        f"{day} 16:00 True" for day in ("Mon", "Tue", "Wed", "Thu", "Fri")
    ]
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == reverse("admin:venues_scheduledchange_change", args=[made[0].pk])
    assert "<td>Alice ale</td><td>4.60</td><td>3.70</td>" in page
    refused = client.post(ADD, form_of(alice, starts_at_0="2027-06-30", ends_at_0="2027-06-30"))
    assert "of Alice beer: prices down by 20 %, from Wed 30 Jun 2027 17:00" in faults_of(refused)[0]
    assert "all of Alice beer" in client.get(reverse("admin:venues_scheduledchange_changelist")).content.decode()
    category = reverse("admin:venues_category_change", args=[alice.product.category.pk])
    assert "Mon 28 Jun 2027 17:00" in client.get(category).content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_the_form_at_once_one_reads_what_the_other_has_planned(alice: House) -> None:
    clients = [logged_in(alice.owner), logged_in(alice.owner)]
    start, answers = threading.Barrier(2), list[Any]()

    def send(client: Client, day: str) -> None:
        try:
            start.wait(10)
            answers.append(client.post(ADD, form_for_category(alice, starts_at_0=day, ends_at_0=day, weekly="")))
        finally:
            connection.close()

    for number in range(1, 5):
        answers.clear()
        senders = [threading.Thread(target=send, args=(client, f"2027-07-0{number}")) for client in clients]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert sorted(answer.status_code for answer in answers) == [200, 302]
        assert "This overlaps with another" in next(faults_of(one)[0] for one in answers if one.status_code == 200)
        assert ScheduledChange.objects.filter(category__isnull=False).count() == number


def test_what_is_a_venues_own_goes_by_its_clocks(alice: House) -> None:
    """And not by those of the first venue of the menu."""
    tokyo = make_venue(alice.operator, "Alice's far", menu=alice.venue.menu, timezone="Asia/Tokyo")
    menu = alice.product.category.menu
    own = Category.objects.create(menu=menu, venue=tokyo, name="Alice's sake")
    client = logged_in(alice.owner)
    page = client.post(ADD, form_for_category(alice, category=own.pk, venue=""), follow=True).content.decode()
    change = ScheduledChange.objects.get(category=own)
    assert change.starts_at.isoformat() == "2027-07-02T08:00:00+00:00"
    assert "Fri 02 Jul 2027 17:00" in page
    assert "There is nothing in this category yet." in page


WRONG: list[tuple[Callable[[House], dict[str, Any]], str]] = [
    (lambda house: {"product": house.product.pk}, "leave one of the two empty"),
    (lambda house: {"category": ""}, "Of which product?"),
    (lambda house: {"percent": ""}, "By how many percent?"),
    (lambda house: {"percent": "0"}, "By how many percent?"),
    (lambda house: {"percent": "-101"}, "greater than or equal to -100"),
    (lambda house: {"step": "3"}, "not one of the available choices"),
    (lambda house: {"what": "active", "on": "false"}, "leave this empty"),
    (lambda house: {"also_on": [0], "ends_at_0": "", "ends_at_1": ""}, "ends within a day"),
    (lambda house: {"also_on": [9]}, "not one of the available choices"),
]


def test_what_cannot_be_planned_of_a_category_is_said_beside_its_field(alice: House) -> None:
    client = logged_in(alice.manager)
    for changes, words in WRONG:
        answer = client.post(ADD, form_for_category(alice, **changes(alice)))
        assert answer.status_code == 200
        assert words in " ".join(faults_of(answer)), words


def test_nobody_plans_for_a_shared_category_or_anothers_alone(alice: House) -> None:
    bob = make_house("Bob")
    make_venue(alice.operator, "Alice's second", menu=alice.venue.menu)
    client = logged_in(alice.manager)
    assert "This menu is shared" in faults_of(client.post(ADD, form_for_category(alice, venue="")))[0]
    theirs = client.post(ADD, form_for_category(alice, category=bob.product.category.pk))
    nobodys = client.post(ADD, form_for_category(alice, category=987_654))
    assert faults_of(theirs) == faults_of(nobodys) != []
    assert not ScheduledChange.objects.filter(state="planned").exists()
    assert logged_in(alice.owner).post(ADD, form_for_category(alice, venue="")).status_code == 302


def by_its_page(client: Client, category: Category) -> Any:
    return client.post(reverse("admin:venues_category_delete", args=[category.pk]), {"post": "yes"})


def by_the_list(client: Client, category: Category) -> Any:
    chosen = {"action": "delete_selected", ACTION_CHECKBOX_NAME: [category.pk], "post": "yes"}
    return client.post(reverse("admin:venues_category_changelist"), chosen)


def by_its_menu(client: Client, category: Category) -> Any:
    page = reverse("admin:venues_menu_change", args=[category.menu_id])
    row = next(
        name
        for name, value in fields_of(client.get(page)).items()
        if name.endswith("-id") and value == str(category.pk)
    )
    return send_changed(client, page, **{row.removesuffix("id") + "DELETE": "on"})


@pytest.mark.parametrize("delete", [by_its_page, by_the_list, by_its_menu])
def test_a_category_that_is_deleted_takes_its_change_back_first(alice: House, delete: Callable[..., Any]) -> None:
    now = now_ms()
    change = planned(alice.product, alice.venue, starts_at=now - HOUR)
    assert carry_out(change.pk, now) == "applied"
    elsewhere = Category.objects.create(menu=alice.product.category.menu, name="Elsewhere")
    Product.objects.filter(pk=alice.product.pk).update(category=elsewhere)
    client: Client = logged_in(alice.manager)
    listed = client.get(reverse("admin:venues_scheduledchange_change", args=[change.pk])).content.decode()
    assert "<td>Alice ale</td><td>3.68</td><td>as in the menu</td>" in listed
    assert delete(client, change.category).status_code == 302
    assert not ScheduledChange.objects.filter(pk=change.pk).exists()
    assert sold_at(alice.venue, alice.product) == Decimal("4.60")


def test_what_is_taken_back_with_its_category_locks_all_venues_at_once_and_first(
    venue: Venue, ale: Product, stout: Product
) -> None:
    other = make_venue(venue.operator, menu=venue.menu)
    changes = [planned(ale, other), planned(ale, venue)]
    beat(changes[1].starts_at)
    as_planned = set(ScheduledChange.objects.values_list("ends_at", flat=True))
    asked: list[tuple[list[int], bool]] = []

    def note(venue_ids: list[int], **kwargs: Any) -> None:
        asked.append((venue_ids, set(ScheduledChange.objects.values_list("ends_at", flat=True)) == as_planned))

    menu_changing.connect(note)
    try:
        take_back_of([ale.category], changes[1].starts_at + HOUR)
    finally:
        menu_changing.disconnect(note)
    assert asked[0] == ([venue.pk, other.pk], True)
    assert [state_of(change) for change in changes] == [("ended", "")] * 2


def test_a_product_that_has_gone_to_another_menu_meanwhile_is_told_of_there(venue: Venue, ale: Product) -> None:
    change = planned(ale)
    beat(change.starts_at)
    other = make_venue(venue.operator)
    assert other.menu is not None
    ale.refresh_from_db()
    ale.category = Category.objects.create(menu=other.menu, name="Guests")
    ale.save()
    told = VenueEvent.objects.filter(kind="menu", venue=other).count()
    assert beat(change.starts_at + 2 * HOUR) == ["ended"]
    assert prices(other, ale) == ["4.60"]
    assert VenueEvent.objects.filter(kind="menu", venue=other).count() == told + 1
