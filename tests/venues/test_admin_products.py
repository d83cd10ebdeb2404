"""The list of products: what it shows, finds and changes of many at once, after a question."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from orders.models import VenueEvent
from tests.factories import logged_in, make_product, make_venue
from tests.orders.boards import words
from tests.venues.cast import House, make_house
from tests.venues.forms import fields_of
from venues.models import Allergen, AllergenState, Category, Product, ProductAllergen, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]
PAGE = reverse("admin:venues_product_changelist")


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


def listed(client: Client, **query: Any) -> set[str]:
    rows = client.get(PAGE, query).context["cl"].queryset
    return {product.name for product in rows}


def confirm(product: Product) -> None:
    ProductAllergen.objects.bulk_create(
        ProductAllergen(product=product, allergen=name, state=AllergenState.FREE) for name in Allergen.values
    )


def act(client: Client, action: str, rows: list[Product], **answer: Any) -> Any:
    """Ask for the action, then answer its question as the page holds it."""
    chosen = {"action": action, ACTION_CHECKBOX_NAME: [row.pk for row in rows]}
    asked = client.post(PAGE, chosen)
    assert asked.status_code == 200
    fields = {**fields_of(asked), ACTION_CHECKBOX_NAME: chosen[ACTION_CHECKBOX_NAME]}
    return client.post(PAGE, {**fields, **answer})


def test_it_finds_by_description_and_what_is_not_confirmed(alice: House) -> None:
    stout = make_product(alice.venue, "Stout", description="Dark as Alice's cellar")
    confirm(stout)
    client = logged_in(alice.manager)
    assert listed(client, q="cellar") == {"Stout"}
    assert listed(client, allergens="open") == {"Alice ale"}
    assert listed(client, allergens="all") == {"Stout"}
    assert "14 of 14" in words(client.get(PAGE))


def test_it_asks_no_more_with_more_products(alice: House, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = logged_in(alice.manager)

    def grow(number: int) -> None:
        for one in range(number):
            confirm(make_product(alice.venue, category=f"Section {one}", vegan=True))

    grow(2)
    client.get(PAGE)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(PAGE)
    grow(10)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(PAGE)


LIST_QUERIES = 13


@pytest.mark.parametrize(
    ("action", "answer", "becomes"),
    [
        ("set_active", {"active": "no"}, {"active": False}),
        ("set_tax", {"tax_rate": "5"}, {"tax_rate": Decimal(5)}),
        ("set_age", {"age_restricted": "yes"}, {"age_restricted": True}),
        ("set_diets", {"vegan": "yes", "halal": ""}, {"vegan": True, "halal": True}),
    ],
)
def test_many_are_changed_after_a_question_and_told_once(
    alice: House, action: str, answer: dict[str, str], becomes: dict[str, Any]
) -> None:
    rows = [alice.product, make_product(alice.venue)]
    Product.objects.update(halal=True)
    client = logged_in(alice.manager)
    before = VenueEvent.objects.filter(venue=alice.venue, kind="menu").count()
    done = act(client, action, rows, **answer)
    assert done.status_code == 302
    for row in rows:
        row.refresh_from_db()
        assert {name: getattr(row, name) for name in becomes} == becomes
    assert VenueEvent.objects.filter(venue=alice.venue, kind="menu").count() == before + 1


def test_the_question_alone_changes_nothing(alice: House) -> None:
    client = logged_in(alice.manager)
    asked = client.post(PAGE, {"action": "set_active", ACTION_CHECKBOX_NAME: [alice.product.pk]})
    assert "1 product. Nothing has been changed yet." in words(asked)
    assert Product.objects.get(pk=alice.product.pk).active


def test_many_go_to_a_category_and_own_things_only_where_they_may_be(alice: House) -> None:
    snacks = Category.objects.create(menu=alice.product.category.menu, name="Snacks")
    second = make_venue(alice.operator, "Alice's second", menu=alice.venue.menu)
    own = Product.objects.create(category=snacks, venue=second, name="Eel", price=9)
    corner = Category.objects.create(menu=snacks.menu, venue=alice.venue, name="Corner")
    client = logged_in(alice.owner)
    assert act(client, "set_category", [alice.product, own], category=snacks.pk).status_code == 302
    refused = act(client, "set_category", [alice.product, own], category=corner.pk)
    assert "Eel: This category is another venue's own." in words(refused)
    assert set(Product.objects.values_list("category", flat=True)) == {snacks.pk}


def test_shared_products_of_many_venues_are_left_out_for_a_manager(alice: House) -> None:
    make_venue(alice.operator, "Alice's second", menu=alice.venue.menu)
    own = Product.objects.create(category=alice.product.category, venue=alice.venue, name="Eel", price=9)
    done = act(logged_in(alice.manager), "set_active", [alice.product, own], active="no")
    assert done.status_code == 302
    assert list(Product.objects.filter(active=False)) == [own]


def _first(venue: Venue) -> Product:
    return Product.objects.filter(category__menu=venue.menu).get()


ANOTHERS: list[Callable[[House], str]] = [lambda bob: str(bob.product.category_id), lambda bob: "987654"]


@pytest.mark.parametrize("theirs", ANOTHERS)
def test_anothers_category_is_no_choice(alice: House, theirs: Callable[[House], str]) -> None:
    bob = make_house("Bob")
    answer = act(logged_in(alice.owner), "set_category", [alice.product], category=theirs(bob))
    assert "Select a valid choice." in words(answer)
    assert _first(alice.venue).category == alice.product.category
