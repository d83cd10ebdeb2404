"""A venue's own order of things and its own things beside a shared menu, and who is told of which change."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from orders.models import VenueEvent
from orders.sold_out import product_of
from tests.factories import logged_in, make_operator, make_options, make_person, make_product, make_venue
from tests.venues.cast import House, make_house
from tests.venues.forms import faults_of, fields_of, send_changed
from venues.catalogue import load_catalogue
from venues.models import Category, Menu, Product, Role, Venue, VenueCategory, VenueProduct
from venues.signals import changing_together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def anchor() -> Venue:
    return make_venue(name="The Anchor")


@pytest.fixture
def bell(anchor: Venue) -> Venue:
    """Beside the Anchor, on the same menu."""
    return make_venue(anchor.operator, "The Bell", menu=anchor.menu)


@pytest.fixture
def crown(anchor: Venue) -> Venue:
    """Of the same operator, on another menu."""
    return make_venue(anchor.operator, "The Crown")


def sold(venue: Venue) -> list[tuple[str, list[str]]]:
    """What a venue sells, in its order."""
    catalogue = load_catalogue(venue.pk)
    assert catalogue is not None
    return [(section.name, [product.name for product in section.products]) for section in catalogue.categories]


def test_a_venue_has_its_own_order_and_others_the_shared_one(anchor: Venue, bell: Venue) -> None:
    ale, stout = (make_product(anchor, name, category="Beer", position=n) for n, name in enumerate(("Ale", "Stout"), 1))
    pie = make_product(anchor, "Pie", category="Food")
    Category.objects.filter(pk=pie.category_id).update(position=5)
    VenueProduct.objects.create(venue=bell, product=stout, position=0)
    VenueCategory.objects.create(venue=bell, category=pie.category, position=0)
    VenueCategory.objects.create(venue=bell, category=ale.category, position=1)
    assert sold(anchor) == [("Beer", ["Ale", "Stout"]), ("Food", ["Pie"])]
    assert sold(bell) == [("Food", ["Pie"]), ("Beer", ["Stout", "Ale"])]


def test_a_venue_sells_its_own_and_never_anothers(anchor: Venue, bell: Venue) -> None:
    ale = make_product(anchor, "Ale", category="Beer")
    corner = _own_category_of(bell, anchor.menu)
    eel = Product.objects.create(category=corner, venue=bell, name="Eel", price=Decimal(9))
    mild = Product.objects.create(category=ale.category, venue=bell, name="Mild", price=Decimal(4))
    assert sold(anchor) == [("Beer", ["Ale"])]
    assert sorted(sold(bell)) == [("Beer", ["Ale", "Mild"]), ("Corner", ["Eel"])]
    assert (product_of(anchor, eel.pk), product_of(anchor, mild.pk)) == (None, None)
    assert product_of(bell, eel.pk) == eel
    bell.menu = Menu.objects.create(operator=bell.operator, name="Another")
    bell.save()
    assert sold(bell) == []


def test_a_hidden_category_sells_nothing_at_that_venue(anchor: Venue, bell: Venue) -> None:
    pie = make_product(anchor, "Pie", category="Food")
    VenueCategory.objects.create(venue=bell, category=pie.category, hidden=True)
    assert (sold(anchor), sold(bell)) == ([("Food", ["Pie"])], [])


def _own_category_of(venue: Venue, menu: Menu | None) -> Category:
    assert menu is not None
    return Category.objects.create(menu=menu, venue=venue, name="Corner")


WRONG: dict[str, Callable[[Venue, Venue], Any]] = {
    "a category is another operator's venue's own": lambda anchor, _: _own_category_of(
        make_venue(make_operator()), anchor.menu
    ),
    "a product is another operator's venue's own": lambda anchor, _: Product.objects.create(
        category=make_product(anchor).category, venue=make_venue(make_operator()), name="Eel", price=1
    ),
    "a shared product is in an own category": lambda anchor, _: Product.objects.create(
        category=_own_category_of(anchor, anchor.menu), name="Eel", price=1
    ),
    "a product is in another venue's own category": lambda anchor, bell: Product.objects.create(
        category=_own_category_of(anchor, anchor.menu), venue=bell, name="Eel", price=1
    ),
    "an update moves a shared product into an own category": lambda anchor, bell: Product.objects.filter(
        pk=make_product(anchor).pk
    ).update(category=_own_category_of(bell, anchor.menu)),
    "a category says that it is nobody's own": lambda anchor, bell: Category.objects.filter(
        pk=_own_category_of(bell, anchor.menu).pk
    ).update(venue=None),
    "a category of another operator differs here": lambda anchor, _: VenueCategory.objects.create(
        venue=anchor, category=make_product(make_venue(make_operator())).category
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_the_database_refuses(anchor: Venue, bell: Venue, wrong: str) -> None:
    def write() -> None:
        with transaction.atomic():
            WRONG[wrong](anchor, bell)
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        write()


def test_two_venues_may_have_a_category_of_one_name_and_one_venue_not(anchor: Venue, bell: Venue) -> None:
    assert anchor.menu is not None
    for venue in (None, anchor, bell):
        Category.objects.create(menu=anchor.menu, venue=venue, name="Specials")
    for venue in (None, anchor):
        with pytest.raises(IntegrityError), transaction.atomic():
            Category.objects.create(menu=anchor.menu, venue=venue, name="Specials")


def test_a_product_may_go_into_an_own_category_and_come_back(anchor: Venue) -> None:
    shared = make_product(anchor, category="Beer").category
    corner = _own_category_of(anchor, anchor.menu)
    eel = Product.objects.create(category=shared, venue=anchor, name="Eel", price=1)
    for category in (corner, shared):
        eel.category = category
        eel.save(update_fields=["category"])
        connection.check_constraints()
        eel.refresh_from_db()
        assert eel.category == category


def test_a_venue_that_goes_takes_its_own_along(anchor: Venue, bell: Venue) -> None:
    Product.objects.create(category=_own_category_of(bell, anchor.menu), venue=bell, name="Eel", price=1)
    bell.delete()
    assert not Product.objects.exists()
    assert not Category.objects.exists()


def told(*venues: Venue) -> list[int]:
    return [VenueEvent.objects.filter(venue=venue, kind="menu").count() for venue in venues]


def test_a_change_of_one_menu_says_nothing_to_venues_with_another(anchor: Venue, bell: Venue, crown: Venue) -> None:
    ale = make_product(anchor, "Ale")
    group = make_options(ale, "Size", {"Half": "0"})
    corner = _own_category_of(bell, anchor.menu)
    eel = Product.objects.create(category=corner, venue=bell, name="Eel", price=Decimal(9))
    loose = make_options(eel, "Sauce", {"Mustard": "0"})
    extra = VenueCategory.objects.create(venue=bell, category=ale.category)
    everybody, nobody, bell_alone = [1, 1, 0], [0, 0, 0], [0, 1, 0]
    changes: list[tuple[Any, list[int]]] = [
        (anchor.menu, everybody),
        (ale.category, everybody),
        (ale, everybody),
        (group, everybody),
        (group.options.get(), everybody),
        (ale.group_links.get(), everybody),
        (eel, bell_alone),
        (corner, bell_alone),
        (loose, bell_alone),
        (loose.options.get(), bell_alone),
        (extra, bell_alone),
        (Menu.objects.create(operator=anchor.operator, name="Nobody's"), nobody),
    ]
    for row, expected in changes:
        before = told(anchor, bell, crown)
        row.save()
        heard = [now - was for now, was in zip(told(anchor, bell, crown), before, strict=True)]
        assert heard == expected, row


def test_who_loses_something_is_told_too(anchor: Venue, crown: Venue) -> None:
    ale = make_product(anchor, "Ale")
    group = make_options(ale, "Size", {"Half": "0"})
    there = make_product(crown, "Port").category
    before = told(anchor, crown)
    ale.category = there
    ale.save()
    assert [now - was for now, was in zip(told(anchor, crown), before, strict=True)] == [1, 1]
    before = told(anchor, crown)
    group.delete()
    assert told(anchor, crown)[0] == before[0]
    assert told(anchor, crown)[1] > before[1]
    before = told(anchor, crown)
    ale.delete()
    assert told(anchor, crown)[0] == before[0]
    assert told(anchor, crown)[1] > before[1]


def test_many_rows_changed_together_are_told_once(anchor: Venue, bell: Venue, crown: Venue) -> None:
    products = [make_product(anchor) for _ in range(3)]
    before = told(anchor, bell, crown)
    with changing_together([anchor.pk, bell.pk]):
        for product in products:
            product.save()
    assert [now - was for now, was in zip(told(anchor, bell, crown), before, strict=True)] == [1, 1, 0]


@pytest.fixture
def alice() -> House:
    house = make_house("Alice")
    make_venue(house.operator, "Alice's second", menu=house.venue.menu)
    return house


def change_page(row: Any) -> str:
    return reverse(f"admin:venues_{row._meta.model_name}_change", args=[row.pk])


def add(client: Client, model: str, **given: Any) -> Any:
    page = reverse(f"admin:venues_{model}_add")
    return client.post(page, {**fields_of(client.get(page)), **given})


def test_a_manager_adds_and_changes_what_is_their_venues_own(alice: House) -> None:
    client, menu, venue = logged_in(alice.manager), alice.venue.menu, alice.venue
    assert menu is not None
    assert add(client, "category", menu=menu.pk, venue=venue.pk, name="Alice's corner").status_code == 302
    corner = Category.objects.get(name="Alice's corner")
    made = {"category": corner.pk, "venue": venue.pk, "name": "Alice eel", "price": "9", "tax_rate": "20"}
    assert add(client, "product", **made).status_code == 302
    eel = Product.objects.get(name="Alice eel")
    assert (eel.venue, eel.category_whose) == (venue, venue.pk)
    assert send_changed(client, change_page(eel), price="9.50").status_code == 302
    assert send_changed(client, change_page(corner), name="Alice's nook").status_code == 302
    assert client.post(change_page(alice.product), {"name": "Mine now"}).status_code == 403
    assert client.post(change_page(alice.product.category), {"name": "Mine now"}).status_code == 403


def test_a_manager_adds_nothing_to_the_shared_menu(alice: House) -> None:
    client, section = logged_in(alice.manager), alice.product.category
    why = "Other venues use this menu too: say for which of yours this is."
    assert why in faults_of(add(client, "category", menu=section.menu_id, name="Everybody's"))
    made = {"category": section.pk, "name": "Everybody's", "price": "9", "tax_rate": "20"}
    assert why in faults_of(add(client, "product", **made))
    second = Venue.objects.get(name="Alice's second")
    assert add(client, "product", **made, venue=second.pk).status_code == 200
    assert not Product.objects.filter(name="Everybody's").exists()


def test_another_venues_own_is_not_there_for_its_neighbour(alice: House) -> None:
    second = Venue.objects.get(name="Alice's second")
    assert second.menu is not None
    corner = Category.objects.create(menu=second.menu, venue=second, name="Second's corner")
    eel = Product.objects.create(category=corner, venue=second, name="Second's eel", price=9)
    client = logged_in(alice.manager)
    for row in (corner, eel):
        hers, none = client.get(change_page(row)), client.get(change_page(row).replace(f"/{row.pk}/", "/987654/"))
        assert (hers.status_code, hers["Location"]) == (none.status_code, none["Location"])
        assert b"Second" not in client.get(reverse(f"admin:venues_{row._meta.model_name}_changelist")).content
    chosen = add(client, "product", category=corner.pk, venue=alice.venue.pk, name="Eel", price="9", tax_rate="20")
    assert chosen.status_code == 200
    owner = logged_in(alice.owner)
    both = add(owner, "product", category=corner.pk, venue=alice.venue.pk, name="Eel", price="9", tax_rate="20")
    assert "This category is another venue's own." in faults_of(both)
    shared = add(owner, "product", category=corner.pk, name="Eel", price="9", tax_rate="20")
    assert any("so is what is in it" in fault for fault in faults_of(shared))
    elsewhere = add(owner, "venueproduct", venue=alice.venue.pk, product=eel.pk, available="on")
    assert "Second's eel is sold at Alice's second only." in elsewhere.context["adminform"].form.non_field_errors()


def test_two_categories_of_one_name_are_a_sentence_and_no_error(alice: House) -> None:
    owner, section = logged_in(alice.owner), alice.product.category
    twice = add(owner, "category", menu=section.menu_id, name=section.name)
    assert "The menu has a category of this name already." in faults_of(twice)
    page = change_page(section.menu)
    more = {"categories-TOTAL_FORMS": "3", "categories-1-position": "0", "categories-2-position": "0"}
    for names in ({"categories-1-name": section.name}, {"categories-1-name": "New", "categories-2-name": "New"}):
        sent = {**more, **names, "categories-1-station": "bar", "categories-2-station": "bar"}
        if len(names) == 1:
            sent["categories-TOTAL_FORMS"] = "2"
        assert send_changed(owner, page, **sent).status_code == 200
    assert Category.objects.filter(menu=section.menu).count() == 1


def test_a_group_that_anothers_own_product_offers_is_not_a_managers_to_change(alice: House) -> None:
    second = Venue.objects.get(name="Alice's second")
    eel = Product.objects.create(category=alice.product.category, venue=second, name="Eel", price=9)
    sauce = make_options(eel, "Alice sauce", {"Mustard": "0"})
    own = Product.objects.create(category=alice.product.category, venue=alice.venue, name="Pie", price=9)
    gravy = make_options(own, "Alice gravy", {"Onion": "0"})
    client = logged_in(alice.manager)
    assert client.post(change_page(sauce), {"name": "Mine now"}).status_code == 403
    assert send_changed(client, change_page(gravy), name="Alice thick gravy").status_code == 302


def test_places_are_changed_in_the_list_by_those_who_may(alice: House) -> None:
    page, section = reverse("admin:venues_category_changelist"), alice.product.category
    manager, owner = logged_in(alice.manager), logged_in(alice.owner)
    sent = {**fields_of(owner.get(page)), "form-0-position": "7", "_save": "Save"}
    assert "form-0-position" not in fields_of(manager.get(page))
    manager.post(page, sent)
    section.refresh_from_db()
    assert section.position == 0
    before = told(alice.venue)
    owner.post(page, sent)
    section.refresh_from_db()
    assert section.position == 7
    assert told(alice.venue) == [before[0] + 1]


def test_staff_see_a_preview_that_opens_nothing(alice: House) -> None:
    page = reverse("board-preview", args=[alice.venue.pk])
    bob = make_house("Bob")
    tables = alice.venue.tables.count()
    for user in (alice.owner, alice.manager, alice.staff):
        answer = logged_in(user).get(page)
        assert answer.status_code == 200
        assert "Nothing can be ordered from this page." in answer.content.decode()
        assert not answer.cookies
        assert b"<script" not in answer.content
    stranger, nowhere = logged_in(bob.manager).get(page), logged_in(bob.manager).get(page.replace("1", "987654"))
    assert (stranger.status_code, stranger.content) == (nowhere.status_code, nowhere.content)
    assert Client().get(page).status_code == 302
    assert alice.venue.tables.count() == tables
    root = logged_in(make_person("root", Role.OPERATOR, bob.operator))
    assert root.get(page).status_code == stranger.status_code


def test_a_preview_of_a_moment_shows_what_is_served_then(alice: House) -> None:
    Category.objects.filter(pk=alice.product.category_id).update(served_from="18:00", served_until="23:00")
    client, page = logged_in(alice.manager), reverse("board-preview", args=[alice.venue.pk])
    assert "From 18:00" in client.get(page, {"at": "2026-12-24T12:00"}).content.decode().split("<main>")[1]
    later = client.get(page, {"at": "2026-12-24T19:00"}).content.decode()
    assert '<span class="tag">From 18:00</span>' not in later
    assert "19:00" in later
    assert 'role="alert"' in client.get(page, {"at": "yesterday"}).content.decode()
