"""The page “Menu of …”: each value with where it comes from, changed in place, and never over what others changed."""

import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from orders.models import VenueEvent
from tests.factories import logged_in, make_order, make_product, make_table, make_venue, now_ms
from tests.orders.boards import words
from tests.venues.cast import House, make_house
from tests.venues.forms import fields_of
from venues.models import Category, Product, Venue, VenueCategory, VenueProduct

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def alice() -> House:
    """Whose venue shares its menu with another one: the shared menu is not its manager's to change."""
    house = make_house("Alice")
    make_venue(house.operator, "Alice's second", menu=house.venue.menu)
    VenueProduct.objects.all().delete()
    return house


@pytest.fixture
def manager(alice: House) -> Client:
    return logged_in(alice.manager)


def page_of(venue: Venue) -> str:
    return reverse("admin:venues_venue_menu", args=[venue.pk])


def fields(client: Client, venue: Venue) -> dict[str, Any]:
    """What a browser sends of the menu's own form: the filter and the question about several are forms of their own."""
    found = fields_of(client.get(page_of(venue)))
    return {name: value for name, value in found.items() if name[0] in "pc" and name[1].isdigit()}


def save(client: Client, venue: Venue, **changes: Any) -> Any:
    """The page's form, opened and sent with these changes; `_` stands for the minus in a field's name."""
    given = {name.replace("_", "-"): value for name, value in changes.items()}
    return client.post(page_of(venue), {**fields(client, venue), **given})


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def notices(venue: Venue) -> int:
    return VenueEvent.objects.filter(venue=venue, kind="menu").count()


def test_every_value_says_where_it_comes_from(alice: House, manager: Client) -> None:
    text = words(manager.get(page_of(alice.venue)))
    assert "Menu of Alice's" in text
    assert "shared with 1 other venue. 1 product; none differs here." in text
    assert "Alice ale Shared 4.60" in text
    VenueProduct.objects.create(venue=alice.venue, product=alice.product, price="4.20")
    text = words(manager.get(page_of(alice.venue)))
    assert "here back to 4.60 : Price of Alice ale" in text
    assert "1 differs here" in text


def test_several_values_are_saved_by_one_button_and_told_once(alice: House, manager: Client) -> None:
    stout = make_product(alice.venue, "Stout", "5.00", category="Alice beer")
    before, there = notices(alice.venue), notices(Venue.objects.get(name="Alice's second"))
    ale, section = alice.product.pk, alice.product.category_id
    changes = {
        f"p{ale}_price": "4,20",
        f"p{ale}_stock": "12",
        f"p{stout.pk}_sale": "today",
        f"c{section}_position": "3",
    }
    answer = save(manager, alice.venue, **changes)
    assert (answer.status_code, answer["Location"]) == (302, page_of(alice.venue))
    assert said(answer) == ["Saved: Alice beer, Alice ale, Stout. Guests see it now."]
    row = VenueProduct.objects.get(product=ale)
    assert (row.price, row.stock, row.available, row.position) == (Decimal("4.20"), 12, True, None)
    assert VenueProduct.objects.get(product=stout).sold_out_until > now_ms()  # type: ignore[operator]
    assert VenueCategory.objects.get().position == 3
    assert notices(alice.venue) == before + 1
    assert notices(Venue.objects.get(name="Alice's second")) == there


def test_saving_it_unchanged_writes_nothing_and_tells_nobody(alice: House, manager: Client) -> None:
    VenueProduct.objects.create(venue=alice.venue, product=alice.product, price="4.20", stock=3)
    before = notices(alice.venue), list(VenueProduct.objects.values())
    assert said(save(manager, alice.venue)) == ["Nothing was changed."]
    assert (notices(alice.venue), list(VenueProduct.objects.values())) == before


@pytest.mark.parametrize("tap", ["price", "row", "typed"])
def test_what_equals_the_shared_menu_is_no_row(alice: House, manager: Client, tap: str) -> None:
    VenueProduct.objects.create(venue=alice.venue, product=alice.product, price="4.20")
    ale = alice.product.pk
    taps = {
        "price": {"reset": f"p{ale}-price"},
        "row": {"reset": f"p{ale}"},
        "typed": {f"p{ale}_price": "4.60"},
    }
    assert said(save(manager, alice.venue, **taps[tap])) == ["Saved: Alice ale. Guests see it now."]
    assert not VenueProduct.objects.exists()


def test_one_value_goes_back_and_the_others_stay(alice: House, manager: Client) -> None:
    VenueProduct.objects.create(venue=alice.venue, product=alice.product, price="4.20", stock=7)
    save(manager, alice.venue, reset=f"p{alice.product.pk}-price")
    row = VenueProduct.objects.get()
    assert (row.price, row.stock) == (None, 7)


def test_what_others_changed_meanwhile_stays_and_is_said_with_both_values(alice: House, manager: Client) -> None:
    stout = make_product(alice.venue, "Stout", "5.00", category="Alice beer")
    row = VenueProduct.objects.create(venue=alice.venue, product=alice.product, price="4.20", stock=20)
    opened = fields(manager, alice.venue)
    make_order(alice.table, {alice.product: 3})
    VenueProduct.objects.filter(pk=row.pk).update(price="4.90")
    ale = f"p{alice.product.pk}"
    sent = {**opened, f"{ale}-price": "4.00", f"{ale}-position": "2", f"p{stout.pk}-price": "5.50"}
    answer = manager.post(page_of(alice.venue), sent)
    assert answer.status_code == 409
    text = words(answer)
    assert "Price of Alice ale is not saved: you want 4.00, others made it 4.90 meanwhile." in text
    assert "Saved: Alice ale, Stout." in text
    row.refresh_from_db()
    assert (row.price, row.stock, row.position) == (Decimal("4.90"), 17, 2)
    assert VenueProduct.objects.get(product=stout).price == Decimal("5.50")
    # What was wanted still stands there; sent again, it is meant.
    again = {name: value for name, value in fields_of(answer).items() if name.startswith(("p", "c"))}
    assert again[f"{ale}-price"] == "4.00"
    manager.post(page_of(alice.venue), again)
    row.refresh_from_db()
    assert row.price == Decimal("4.00")


def test_a_count_that_orders_moved_is_not_put_back(alice: House, manager: Client) -> None:
    row = VenueProduct.objects.create(venue=alice.venue, product=alice.product, stock=20)
    opened = fields(manager, alice.venue)
    make_order(alice.table, {alice.product: 3})
    manager.post(page_of(alice.venue), {**opened, f"p{alice.product.pk}-price": "4.00"})
    row.refresh_from_db()
    assert (row.price, row.stock) == (Decimal("4.00"), 17)


@pytest.mark.parametrize(
    ("field", "given", "why"),
    [
        ("price", "dear", "An amount such as 4.80, please."),
        ("price", "-1", "An amount such as 4.80, please."),
        ("price", "1.999", "An amount such as 4.80, please."),
        ("stock", "²", "A whole number, please; empty is not counted."),
        ("position", "99999", "A whole number, please; empty is as shared."),
        ("sale", "until tomorrow", "Choose one of the list."),
    ],
)
def test_a_wrong_value_is_said_beside_its_field_and_the_rest_is_saved(
    alice: House, manager: Client, field: str, given: str, why: str
) -> None:
    stout = make_product(alice.venue, "Stout", "5.00", category="Alice beer")
    answer = save(manager, alice.venue, **{f"p{alice.product.pk}_{field}": given, f"p{stout.pk}_price": "5.50"})
    assert answer.status_code == 400
    assert why in words(answer)
    if field != "sale":
        assert f'value="{given}"' in answer.content.decode()
    assert list(VenueProduct.objects.values_list("product__name", flat=True)) == ["Stout"]


def test_sold_out_as_boards_say_it(alice: House, manager: Client) -> None:
    ale = f"p{alice.product.pk}_sale"
    save(manager, alice.venue, **{ale: "on"})
    assert VenueProduct.objects.get().available is False
    save(manager, alice.venue, **{ale: "hour"})
    row = VenueProduct.objects.get()
    assert row.available
    assert row.sold_out_until is not None
    assert dt.timedelta(minutes=59) < row.sold_out_until - now_ms() <= dt.timedelta(hours=1)
    text = words(manager.get(page_of(alice.venue)))
    assert "Not until" in text
    save(manager, alice.venue, **{ale: "sale"})
    assert not VenueProduct.objects.exists()


def test_an_end_that_has_passed_is_no_difference_and_no_conflict(alice: House, manager: Client) -> None:
    soon = now_ms() + dt.timedelta(milliseconds=400)
    VenueProduct.objects.create(venue=alice.venue, product=alice.product, sold_out_until=soon)
    opened = fields(manager, alice.venue)
    while now_ms() <= soon:
        time.sleep(0.05)
    answer = manager.post(page_of(alice.venue), {**opened, f"p{alice.product.pk}-sale": "on"})
    assert answer.status_code == 302
    assert VenueProduct.objects.get().available is False


def test_several_prices_are_shown_before_they_are_changed(alice: House, manager: Client) -> None:
    stout = make_product(alice.venue, "Stout", "5.00", category="Alice beer")
    make_product(alice.venue, "Crisps", "1.00", category="Snacks")
    ask = {"step": "preview", "what": "up", "by": "5", "unit": "percent", "which": "chosen"}
    chosen = {**ask, "round": "5", "chosen": [alice.product.pk, stout.pk]}
    answer = manager.post(page_of(alice.venue), chosen)
    text = words(answer)
    assert "2 products of Alice's would change" in text
    assert "Alice ale 4.60 (shared) 4.85" in text
    assert "Stout 5.00 (shared) 5.25" in text
    assert not VenueProduct.objects.exists()
    VenueProduct.objects.create(venue=alice.venue, product=stout, price="6.00")
    done = manager.post(page_of(alice.venue), fields_of(answer))
    assert "Price of Stout is not saved: you want 5.25, others made it 6.00 meanwhile." in words(done)
    prices = VenueProduct.objects.order_by("product").values_list("product__name", "price")
    assert list(prices) == [("Alice ale", Decimal("4.85")), ("Stout", Decimal("6.00"))]


def test_a_whole_category_or_what_is_listed_is_changed_together(alice: House, manager: Client) -> None:
    stout = make_product(alice.venue, "Stout", "5.00", category="Alice beer")
    crisps = make_product(alice.venue, "Crisps", "1.00", category="Snacks")
    ask = {"step": "preview", "what": "on", "round": "1", "unit": "percent"}
    beer = manager.post(page_of(alice.venue), {**ask, "which": f"c{stout.category_id}"})
    manager.post(page_of(alice.venue), fields_of(beer))
    assert set(VenueProduct.objects.filter(available=False).values_list("product", flat=True)) == {
        alice.product.pk,
        stout.pk,
    }
    listed = manager.post(page_of(alice.venue), {**ask, "which": "shown", "q": "crÍsps"})
    assert "1 product of Alice's would change" in words(listed)
    manager.post(page_of(alice.venue), fields_of(listed))
    assert VenueProduct.objects.get(product=crisps).available is False
    back = manager.post(page_of(alice.venue), {**ask, "what": "reset", "which": "shown"})
    manager.post(page_of(alice.venue), fields_of(back))
    assert not VenueProduct.objects.exists()


def test_a_question_that_is_not_whole_is_asked_again(alice: House, manager: Client) -> None:
    ask = {"step": "preview", "what": "down", "unit": "amount", "round": "1", "which": "shown"}
    assert "By how much? A number such as 5 or 0.20." in words(manager.post(page_of(alice.venue), {**ask, "by": ""}))
    below = manager.post(page_of(alice.venue), {**ask, "by": "9"}, follow=True)
    assert "Alice ale: 4.60 is less than that: no price is below zero." in words(below)
    nobody = manager.post(page_of(alice.venue), {**ask, "by": "1", "which": "chosen"}, follow=True)
    assert "Tick some products first." in words(nobody)
    assert not VenueProduct.objects.exists()


def test_own_things_have_their_own_price_and_place(alice: House, manager: Client) -> None:
    product = alice.product.category
    own = Product.objects.create(category=product, venue=alice.venue, name="Alice special", price="7.00")
    text = words(manager.get(page_of(alice.venue)))
    assert "Alice special Only at this venue." in text
    save(manager, alice.venue, **{f"p{own.pk}_price": "7.50", f"p{own.pk}_position": "4", f"p{own.pk}_stock": "5"})
    own.refresh_from_db()
    assert (own.price, own.position) == (Decimal("7.50"), 4)
    row = VenueProduct.objects.get(product=own)
    assert (row.price, row.position, row.stock) == (None, None, 5)
    assert save(manager, alice.venue, **{f"p{own.pk}_price": ""}).status_code == 400
    save(manager, alice.venue, reset=f"p{own.pk}")
    own.refresh_from_db()
    assert own.price == Decimal("7.50")
    assert not VenueProduct.objects.exists()


def test_another_venues_own_is_nowhere_on_it(alice: House, manager: Client) -> None:
    second = Venue.objects.get(name="Alice's second")
    assert second.menu is not None
    section = Category.objects.create(menu=second.menu, venue=second, name="Second's corner")
    elsewhere = Product.objects.create(category=section, venue=second, name="Second's secret", price="7.00")
    text = words(manager.get(page_of(alice.venue)))
    assert "Second's" not in text
    sent = {f"p{elsewhere.pk}-seen": "7.00|sale||0", f"p{elsewhere.pk}-price": "1.00"}
    answer = manager.post(page_of(alice.venue), sent)
    assert said(answer) == ["1 of those that you changed are on this menu no more."]
    elsewhere.refresh_from_db()
    assert elsewhere.price == Decimal(7)
    assert not VenueProduct.objects.exists()


def test_a_hidden_category_is_on_the_page_and_not_for_guests(alice: House, manager: Client) -> None:
    section = alice.product.category_id
    save(manager, alice.venue, **{f"c{section}_shown": "hidden"})
    assert VenueCategory.objects.get().hidden
    assert "guests do not see it" in words(manager.get(page_of(alice.venue)))
    assert "Alice ale" not in words(manager.get(reverse("board-preview", args=[alice.venue.pk])))
    save(manager, alice.venue, **{f"c{section}_shown": "shown"})
    assert not VenueCategory.objects.exists()


def test_whose_venue_it_is_not_gets_the_answer_for_none(alice: House) -> None:
    bob = make_house("Bob")
    second = Venue.objects.get(name="Alice's second")
    for client, theirs in ((logged_in(bob.manager), alice.venue), (logged_in(alice.manager), second)):
        for ask in (client.get, client.post):
            hers, none = ask(page_of(theirs)), ask(page_of(theirs).replace(f"/{theirs.pk}/", "/987654/"))
            assert (hers.status_code, hers["Location"]) == (none.status_code, none["Location"])
            assert said(hers)[-1].replace(str(theirs.pk), "PK") == said(none)[-1].replace("987654", "PK")
    for client in (logged_in(alice.staff), Client()):
        assert client.get(page_of(alice.venue))["Location"].startswith(reverse("admin:login"))


def test_a_page_of_300_products_asks_no_more_than_one_of_five(
    alice: House, manager: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def grow(categories: int, each: int) -> None:
        for number in range(categories):
            category = Category.objects.create(menu_id=alice.venue.menu_id or 0, name=f"Section {each} {number}")
            rows = [
                Product(operator=alice.operator, category=category, name=f"Product {one}", price=one)
                for one in range(each)
            ]
            for row in Product.objects.bulk_create(rows):
                row.refresh_from_db()
            VenueProduct.objects.bulk_create(
                VenueProduct(operator=alice.operator, venue=alice.venue, product=row, price="3.00")
                for row in Product.objects.filter(category=category)[::2]
            )

    grow(1, 5)
    manager.get(page_of(alice.venue))
    with django_assert_num_queries(PAGE_QUERIES):
        manager.get(page_of(alice.venue))
    grow(15, 20)
    with django_assert_num_queries(PAGE_QUERIES):
        answer = manager.get(page_of(alice.venue))
    assert answer.content.count(b'class="vm-row"') == 306


PAGE_QUERIES = 18


def test_the_form_without_javascript_is_not_too_many_fields(alice: House, manager: Client) -> None:
    Product.objects.bulk_create(
        Product(operator=alice.operator, category=alice.product.category, name=f"Product {one}", price=1)
        for one in range(300)
    )
    sent = fields(manager, alice.venue)
    assert len(sent) > 1500
    assert said(manager.post(page_of(alice.venue), sent)) == ["Nothing was changed."]


def test_a_venue_without_a_menu_is_told_what_to_do(alice: House) -> None:
    bare = make_venue(alice.operator, "Alice's bare", menu=None)
    assert "This venue uses no menu yet." in words(logged_in(alice.owner).get(page_of(bare)))
    empty = make_venue(alice.operator, "Alice's empty")
    assert "This menu has no categories yet." in words(logged_in(alice.owner).get(page_of(empty)))


def test_people_of_one_venue_have_it_in_their_sidebar(alice: House) -> None:
    make_table(alice.venue)
    for person, is_there in ((alice.manager, True), (alice.owner, False)):
        page = logged_in(person).get(reverse("admin:index")).content.decode()
        assert (page_of(alice.venue) in page) is is_there


@pytest.mark.parametrize(
    "seen", ["", "|||", "4.60|until x||", "4.60|until 9999-12-31T23:59:59-23:00||", "|sale|", "|gone||"]
)
def test_what_the_page_cannot_have_said_changes_nothing(alice: House, manager: Client, seen: str) -> None:
    ale = f"p{alice.product.pk}"
    sent = {f"{ale}-seen": seen, f"{ale}-price": "0.01", "x-seen": "", "p²-seen": "|sale||", "c0-seen": "|shown"}
    answer = manager.post(page_of(alice.venue), sent)
    assert said(answer) == ["Nothing was changed."]
    assert not VenueProduct.objects.exists()
