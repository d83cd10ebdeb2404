"""Combos: products whose options are products. What they cost, what they take of stock, when they are gone."""

import itertools
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any

import orjson
import pytest

from orders.changes import Done, Placement
from orders.commit import Outcome, commit
from orders.errors import Refused
from orders.models import OrderLine, VenueEvent
from tests.factories import make_combo
from tests.orders.pub import NOON, Pub, make_pub, one, order_of
from venues.catalogue import load_catalogue
from venues.models import Category, Option, Product, ProductAllergen, VenueCategory, VenueFeed, VenueProduct

pytestmark = pytest.mark.django_db


@dataclass
class Meals:
    """A pub with a meal: one side, and perhaps a drink. The sides are Ale 1 and Ale 2, the drink is Ale 3."""

    pub: Pub
    meal: Product
    chips: Option
    salad: Option
    pint: Option

    def line(self, *options: Option, quantity: int = 1) -> dict[str, Any]:
        taken = [str(option.pk) for option in options]
        return {"product_id": str(self.meal.pk), "quantity": quantity, "options": taken}

    def placement(self, *lines: dict[str, Any], **extra: Any) -> Placement:
        return self.pub.placement(lines=list(lines), **extra)

    def place(self, *lines: dict[str, Any], **extra: Any) -> Outcome:
        return one(self.placement(*lines, **extra))

    def on_sale(self) -> bool:
        catalogue = load_catalogue(self.pub.venue.pk)
        assert catalogue is not None
        return catalogue.products[self.meal.pk].on_sale(self.pub.now, catalogue.zone)


@pytest.fixture
def meals() -> Meals:
    pub = make_pub()
    assert pub.venue.menu is not None
    mains = Category.objects.create(menu=pub.venue.menu, name="Mains", station="kitchen")
    meal = Product.objects.create(category=mains, name="Meal", price=14)
    chips, salad, pint = pub.products[:3]
    sides = make_combo(meal, "Side", {chips: "0", salad: "1.50"})
    drinks = make_combo(meal, "Drink", {pint: "2"}, minimum=0)
    return Meals(pub, meal, sides[chips], sides[salad], drinks[pint])


def refused(meals: Meals, *lines: dict[str, Any]) -> str:
    with pytest.raises(Refused) as caught:
        meals.placement(*lines)
    return caught.value.message


def stock_of(row: VenueProduct) -> int | None:
    row.refresh_from_db()
    return row.stock


def test_an_option_is_called_as_its_product_and_costs_what_the_option_says(meals: Meals) -> None:
    assert meals.salad.name == "Ale 2"
    done = meals.place(meals.line(meals.salad, meals.pint, quantity=2))
    assert isinstance(done, Done), done
    assert str(order_of(done).total) == "35.00"


def test_parts_are_counted_down_with_the_products_own_lines_and_given_back_with_them(meals: Meals) -> None:
    chips, pint = meals.pub.count_stock(0, 7), meals.pub.count_stock(2, 5)
    own = {"product_id": str(chips.product_id), "quantity": 3}
    too_many = meals.placement(meals.line(meals.chips, quantity=5), own)
    outcome = one(too_many)
    assert isinstance(outcome, Refused)
    assert outcome.message == "Ale 1: only 7 left."
    done = meals.place(meals.line(meals.chips, meals.pint, quantity=4), own)
    assert isinstance(done, Done), done
    assert (stock_of(chips), stock_of(pint)) == (0, 1)
    rejected = meals.pub.move("acceptorder", done.order_id, "rejected")
    assert (stock_of(chips), stock_of(pint)) == (7, 5)
    assert isinstance(rejected, Done)
    undone = meals.pub.undo(done.order_id, rejected.seq)
    assert isinstance(undone, Done), undone
    assert (stock_of(chips), stock_of(pint)) == (0, 1)
    rejected = meals.pub.move("acceptorder", done.order_id, "rejected")
    assert isinstance(rejected, Done)
    VenueProduct.objects.filter(pk=pint.pk).update(stock=3)
    missing = meals.pub.undo(done.order_id, rejected.seq)
    assert isinstance(missing, Refused)
    assert missing.message.startswith("Ale 3 is sold out")


def test_a_test_order_counts_no_part(meals: Meals) -> None:
    chips = meals.pub.count_stock(0, 3)
    placement = meals.placement(meals.line(meals.chips))
    placement.wanted = replace(placement.wanted, test=True)
    assert isinstance(one(placement), Done)
    assert stock_of(chips) == 3
    assert list(OrderLine.objects.values_list("counted_parts", flat=True)) == [""]


def test_one_batch_of_meals_and_own_lines_sells_exactly_what_there_is(meals: Meals) -> None:
    chips = meals.pub.count_stock(0, 10)
    own = {"product_id": str(chips.product_id), "quantity": 1}
    wishes = itertools.cycle((meals.line(meals.chips), own))
    placements = [meals.placement(next(wishes), table=n % 4) for n in range(30)]
    outcomes, _ = commit(placements)
    sold = [outcome for outcome in outcomes if isinstance(outcome, Done)]
    refusals = [outcome.code for outcome in outcomes if isinstance(outcome, Refused)]
    assert (len(sold), set(refusals), stock_of(chips)) == (10, {"sold_out"}, 0)


def test_a_part_that_sells_out_is_a_new_menu_and_the_meal_goes_with_its_last_choice(meals: Meals) -> None:
    chips = meals.pub.count_stock(0, 1)
    waiting = meals.placement(meals.line(meals.chips))
    version = VenueFeed.objects.get(venue=meals.pub.venue).menu_version
    assert isinstance(meals.place(meals.line(meals.chips)), Done)
    assert VenueFeed.objects.get(venue=meals.pub.venue).menu_version == version + 1
    assert VenueEvent.objects.filter(venue=meals.pub.venue, kind="availability").count() == 1
    late = one(waiting)
    assert isinstance(late, Refused)
    assert late.message == "Ale 1 is sold out at the moment."
    assert meals.on_sale()
    salad = meals.pub.count_stock(1, 0)
    assert not meals.on_sale()
    assert refused(meals, meals.line(meals.salad)) == "Meal: too little of “Side” is left."
    VenueProduct.objects.filter(pk=salad.pk).delete()
    assert meals.on_sale()
    assert stock_of(chips) == 0


def gone(meals: Meals, how: str) -> None:
    """Make the salad something that cannot be had here now."""
    venue, salad = meals.pub.venue, meals.salad.product
    assert salad is not None
    if how == "inactive":
        Product.objects.filter(pk=salad.pk).update(active=False)
    elif how == "hidden":
        VenueCategory.objects.create(venue=venue, category=salad.category, hidden=True)
    elif how == "another menu":
        Product.objects.filter(pk=salad.pk).update(category=_elsewhere(venue.menu))
    else:
        differences: dict[str, dict[str, Any]] = {
            "not here": {"available": False},
            "until later": {"sold_out_until": NOON + timedelta(hours=1)},
            "none left": {"stock": 0},
        }
        values = differences[how]
        VenueProduct.objects.create(venue=venue, product=salad, **values)


def _elsewhere(menu: Any) -> Category:
    other = type(menu).objects.create(operator=menu.operator, name="Other")
    return Category.objects.create(menu=other, name="Beer")


@pytest.mark.parametrize("how", ["inactive", "hidden", "another menu", "not here", "until later", "none left"])
def test_what_cannot_be_had_here_cannot_be_taken_as_a_part(meals: Meals, how: str) -> None:
    assert isinstance(meals.place(meals.line(meals.salad)), Done)
    gone(meals, how)
    wanted = "Side" if how == "hidden" else "Ale 2 is sold out at the moment."
    assert wanted in refused(meals, meals.line(meals.salad))
    if how == "until later":
        meals.pub.tick(3600)
        assert isinstance(meals.place(meals.line(meals.salad)), Done)


def test_a_part_has_the_times_of_day_of_its_meal_and_not_its_own(meals: Meals) -> None:
    Category.objects.filter(name="Beer", menu=meals.pub.venue.menu).update(served_from=time(18), served_until=time(22))
    assert refused(meals, {"product_id": str(meals.pub.products[0].pk), "quantity": 1}).endswith(
        "sold out at the moment."
    )
    assert isinstance(meals.place(meals.line(meals.chips)), Done)


def test_a_part_with_choices_of_its_own_is_not_asked_for_them(meals: Meals) -> None:
    assert meals.chips.product is not None
    make_combo(meals.chips.product, "Dip", {meals.pub.products[3]: "0"}, minimum=1)
    assert isinstance(meals.place(meals.line(meals.chips)), Done)


def test_a_meal_of_the_plain_form_is_never_called_free_of_what_a_choice_may_contain(meals: Meals) -> None:
    assert meals.salad.product is not None
    assert meals.pint.product is not None
    for product, allergen, state in (
        (meals.meal, "nuts", "free"),
        (meals.meal, "milk", "free"),
        (meals.salad.product, "nuts", "contains"),
    ):
        ProductAllergen.objects.create(product=product, allergen=allergen, state=state)
    Product.objects.filter(pk=meals.pint.product.pk).update(age_restricted=True)
    plain = meals.pub.place({str(meals.meal.pk): 1})
    (line,) = orjson.loads(order_of(plain).lines_json)
    assert (line["allergens"], line["age_restricted"]) == ([{"allergen": "nuts", "state": "may_contain"}], True)
    assert OrderLine.objects.get(order=plain.order_id).allergens == "nuts:may_contain"
    said = meals.place(meals.line(meals.chips))
    assert isinstance(said, Done), said
    (line,) = orjson.loads(order_of(said).lines_json)
    assert (line["allergens"], line["age_restricted"]) == ([], False)
