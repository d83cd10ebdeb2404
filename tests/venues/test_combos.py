"""What a menu says of a combo: allergens, diets and age, and whom the filter shows it."""

from typing import Any

import pytest
from django.test import Client

from orders.menu_filter import Wanted
from orders.menu_page import ShownProduct, shown_sections
from tests.factories import make_combo, make_product, make_table, make_venue, now_ms
from venues.catalogue import load_catalogue
from venues.codes import table_code
from venues.menu import menu_of
from venues.models import Allergen, Product, ProductAllergen, Venue, VenueProduct

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


def said(product: Product, **states: str) -> Product:
    """Of all 14: those named, and free of the others."""
    for name in Allergen.values:
        ProductAllergen.objects.create(product=product, allergen=name, state=states.get(name, "free"))
    return product


@pytest.fixture
def venue() -> Venue:
    return make_venue()


@pytest.fixture
def meal(venue: Venue) -> Product:
    """With chips (gluten) or a vegan salad (milk not confirmed), and if wanted a pint (gluten, for adults)."""
    meal = said(make_product(venue, "Meal", category="Mains", vegan=True), mustard="contains")
    chips = said(make_product(venue, "Chips"), gluten="contains", nuts="may_contain")
    salad = said(make_product(venue, "Salad", vegan=True), milk="not_confirmed")
    pint = said(make_product(venue, "Pint", age_restricted=True), gluten="contains")
    make_combo(meal, "Side", {chips: "0", salad: "1"})
    make_combo(meal, "Drink", {pint: "2"}, minimum=0)
    return meal


def shown(venue: Venue, wanted: Wanted | None = None) -> ShownProduct:
    catalogue = load_catalogue(venue.pk)
    assert catalogue is not None
    sections = shown_sections(catalogue, now_ms(), wanted or Wanted())
    return next(product for section in sections for product in section.products if product.name == "Meal")


def fits(venue: Venue, *hide: str, diets: tuple[str, ...] = ()) -> bool:
    return not shown(venue, Wanted(hide=hide, diets=diets)).hidden


def test_the_menu_says_what_is_in_every_choice_and_what_only_in_some(venue: Venue, meal: Product) -> None:
    product = shown(venue)
    assert product.contains == "Contains mustard. Depending on the choice: gluten, nuts."
    assert [tag.words for tag in product.unknown] == ["Milk: not confirmed"]
    assert product.tags == ()
    side, drink = product.choices
    assert [(part.words, part.contains, part.tags) for part in side.parts] == [
        ("Chips", "Contains gluten. May contain nuts.", ()),
        ("Salad + £1.00", "", ("Vegan",)),
    ]
    assert [(part.contains, part.tags) for part in drink.parts] == [("Contains gluten.", ("18 or over",))]


def test_a_combo_is_free_of_nothing_that_its_own_row_or_one_of_its_parts_does_not_confirm(
    venue: Venue, meal: Product
) -> None:
    ProductAllergen.objects.filter(product=meal).delete()
    product = shown(venue)
    assert "None of the 14" not in product.contains
    assert [tag.words for tag in product.unknown] == ["Allergens: not confirmed"]


def test_the_filter_wants_one_choice_that_is_right_in_everything(venue: Venue, meal: Product) -> None:
    assert not fits(venue, "mustard")
    assert fits(venue, "gluten")
    assert fits(venue, "milk")  # not confirmed hides nothing, and is marked
    assert fits(venue, diets=("vegan",))
    salad = Product.objects.get(name="Salad")
    ProductAllergen.objects.filter(product=salad, allergen="milk").update(state="contains")
    assert fits(venue, "milk")
    assert not fits(venue, "milk", "gluten")  # each is free of one, none of both
    VenueProduct.objects.create(venue=venue, product=salad, available=False)
    assert not fits(venue, "gluten")
    assert not fits(venue, diets=("vegetarian",))


def test_the_api_promises_of_a_combo_only_what_holds_for_every_choice(venue: Venue, meal: Product) -> None:
    catalogue = load_catalogue(venue.pk)
    assert catalogue is not None

    def product(*, words: bool) -> dict[str, Any]:
        menu = menu_of(catalogue, now_ms(), words=words)
        return next(one for section in menu["categories"] for one in section["products"] if one["name"] == "Meal")

    whole = product(words=True)
    states = {one["allergen"]: one["state"] for one in whole["allergens"]}
    assert (states["mustard"], states["gluten"], states["milk"]) == ("contains", "may_contain", "not_confirmed")
    assert states["eggs"] == "free"
    assert whole["diets"] == []
    chips = whole["option_groups"][0]["options"][0]
    assert (chips["name"], chips["available"], chips["product"]["age_restricted"]) == ("Chips", True, False)
    assert {one["allergen"]: one["state"] for one in chips["product"]["allergens"]}["gluten"] == "contains"
    brief = product(words=False)["option_groups"][1]["options"][0]["product"]
    assert set(brief) == {"id", "age_restricted"}


def test_what_every_choice_contains_the_combo_contains(venue: Venue, meal: Product) -> None:
    ProductAllergen.objects.filter(product__name="Salad", allergen="gluten").update(state="contains")
    assert shown(venue).contains == "Contains gluten, mustard. Depending on the choice: nuts."


def test_a_phone_without_javascript_reads_each_parts_allergens(venue: Venue, meal: Product) -> None:
    table = make_table(venue, "7")
    page = Client().get(f"/t/{table_code(table.pk, table.code_version)}?hide=gluten").content.decode()
    assert '<small class="quiet">Contains gluten. May contain nuts.</small>' in page
    assert "Milk: not confirmed" in page
