"""What an import would do, said before it is done: added, changed, left alone, and wrong with what to do."""

from decimal import Decimal
from typing import Any

import pytest

from tests.factories import make_combo, make_options, make_person, make_product, make_venue, now_ms
from tests.venues.exchange.menus import EVERYTHING, csv_of, lines_of, plan_of, rows_of
from venues.exchange.applying import apply_plan
from venues.exchange.columns import CATEGORIES, OPTIONS, PRODUCTS, VENUES
from venues.exchange.files import read_file
from venues.exchange.plan import NewRow, Plan
from venues.exchange.planning import SHARED, SHARED_GROUP, Rights, make_plan
from venues.models import Category, Menu, Option, OptionGroup, Product, ProductAllergen, Venue, VenueProduct

pytestmark = pytest.mark.django_db
Line = dict[str, Any]


class Inn:
    """A menu with one ale that comes in sizes."""

    def __init__(self) -> None:
        self.venue = make_venue(name="The Inn")
        assert self.venue.menu is not None
        self.menu: Menu = self.venue.menu
        self.ale = make_product(self.venue, "Ale", "4.60", description="Pale.")
        self.size = make_options(self.ale, "Size", {"Half": "0", "Pint": "2.00"})
        ProductAllergen.objects.create(product=self.ale, allergen="gluten", state="contains", detail="barley")

    def product(self, **changes: Any) -> Line:
        """The ale's row as it is exported, with these changes."""
        return lines_of(self.menu, PRODUCTS)[0] | {head.replace("_", " "): value for head, value in changes.items()}

    def new(self, **cells: Any) -> Line:
        return {"category": "Beer", "name": "Stout", "price": "5.00"} | {
            k.replace("_", " "): v for k, v in cells.items()
        }

    def plan(self, *lines: Line, **how: Any) -> Plan:
        return plan_of(self.menu, csv_of(list(lines), **how))


@pytest.fixture
def inn() -> Inn:
    return Inn()


def told(plan: Plan) -> list[tuple[str, list[tuple[str, str, str]]]]:
    return [(line.title, [(d.column, d.old, d.new) for d in line.differences]) for line in plan.lines]


def wrong(plan: Plan) -> list[tuple[str, int, str]]:
    return [(fault.sheet, fault.row, fault.column) for fault in plan.faults]


def test_a_change_is_told_field_by_field_with_old_and_new(inn: Inn) -> None:
    plan = inn.plan(inn.product(price="5,10", name="Best ale", active="NO", description=""), between=";")
    changes = [("name", "Ale", "Best ale"), ("description", "Pale.", ""), ("price", "4.60", "5.10")]
    assert told(plan) == [("Best ale", [*changes, ("active", "yes", "no")])]
    assert plan.lines[0].values["price"] == Decimal("5.10")
    assert plan.may_be_applied


def test_what_is_written_otherwise_and_means_the_same_is_no_change(inn: Inn) -> None:
    plan = inn.plan(
        inn.product(price="£ 4,6", active="TRUE", name=" Ale ", options=f"#{inn.size.pk}") | {"tax %": "20%"}
    )
    assert (plan.lines, plan.faults, plan.same) == ([], [], 1)


def test_an_empty_cell_and_a_column_that_is_not_there_leave_what_is_there(inn: Inn) -> None:
    assert inn.plan(inn.product(price="", name="", active="", gluten="", category="")).lines == []
    assert inn.plan({"id": inn.ale.pk, "category": "", "price": "5"}).lines[0].values == {"price": Decimal(5)}


def test_a_row_without_an_id_is_new_and_says_what_is_missing(inn: Inn) -> None:
    plan = inn.plan(inn.product(), inn.new(gluten="contains (oats)"), inn.new(price="", category=""))
    assert [line.title for line in plan.added] == ["Stout"]
    assert plan.added[0].values["gluten"] == ("contains", "oats")
    assert ("category", "", "Beer") in told(plan)[0][1]
    assert wrong(plan) == [("Products", 4, "category"), ("Products", 4, "price")]
    assert not plan.may_be_applied


def test_a_new_row_that_looks_like_a_product_of_this_menu_is_warned_of(inn: Inn) -> None:
    assert "already" in inn.plan(inn.new(name="ALE")).lines[0].warning
    assert inn.plan(inn.new(name="Stout")).lines[0].warning == ""


WRONG = [
    ("id", "x1", "no id"),
    ("id", "987654321", "no product of this id"),
    ("price", "1,234", "two ways"),
    ("price", "-4.60", "less than nothing"),
    ("price", "9999999", "digits"),
    ("tax %", "101", "100"),
    ("vegan", "perhaps", "neither yes nor no"),
    ("position", "1.5", "whole number"),
    ("position", "99999", "32767"),
    ("category", "Wine", "no category “Wine”"),
    ("options", "Sauces", "no group of options “Sauces”"),
    ("options", "#99999999", "no group of options"),
    ("options", "Size; size", "twice"),
    ("gluten", "none", "none of"),
    ("name", "N" * 81, "80"),
    ("name", "two\nlines", "more than one line"),
    ("gluten", "contains (" + "x" * 61 + ")", "60"),
]


def test_what_is_wrong_names_row_and_column_and_says_what_to_do(inn: Inn) -> None:
    product = inn.product()
    for column, cell, words in WRONG:
        plan = inn.plan(product | {column: cell})
        assert wrong(plan) == [("Products", 2, column)]
        assert words in plan.faults[0].words


def test_anothers_product_is_as_unknown_as_one_that_does_not_exist(inn: Inn) -> None:
    bob = make_product(make_venue(), "Bob's gin")
    answers = [inn.plan(inn.product(id=pk)).faults[0].words for pk in (bob.pk, 987_654_321)]
    assert answers[0] == answers[1]
    group = make_options(bob, "Bob's tonics", {})
    answers = [
        inn.plan(inn.product(options=f"#{pk}")).faults[0].words.replace(str(pk), "") for pk in (group.pk, 98_765)
    ]
    assert answers[0] == answers[1]


def test_the_same_product_twice_is_refused(inn: Inn) -> None:
    assert wrong(inn.plan(inn.product(), inn.product(price="5"))) == [("Products", 3, "id")]


def test_whatever_becomes_free_of_an_allergen_is_listed_by_itself(inn: Inn) -> None:
    plan = inn.plan(inn.product(gluten="free", nuts="free", milk="may contain"), inn.new(eggs="free"))
    assert [(f.product, f.allergen, f.old) for f in plan.freed] == [
        ("Ale", "gluten", "contains"),
        ("Ale", "nuts", "not confirmed"),
        ("Stout", "eggs", "not confirmed"),
    ]
    ProductAllergen.objects.create(product=inn.ale, allergen="nuts", state="free")
    assert inn.plan(inn.product(nuts="free of it (checked)")).freed == []


def test_categories_may_be_added_and_named_in_one_file_with_their_products(inn: Inn) -> None:
    lines = [*lines_of(inn.menu, CATEGORIES), {"name": "Wine", "station": "cellar", "served from": "0.5"}]
    plan = plan_of(inn.menu, csv_of(lines))
    assert wrong(plan) == [("Categories", 3, "served until")]
    lines[-1]["served until"] = "23:00"
    assert told(plan_of(inn.menu, csv_of(lines)))[0][0] == "Wine"
    again = plan_of(inn.menu, csv_of([{"name": "Beer", "station": "tap"}]))
    assert told(again) == [("Beer", [("station", "bar", "tap")])]
    twice = plan_of(inn.menu, csv_of([{"name": "Wine", "station": ""}, {"name": "Wine", "station": ""}]))
    assert {fault.row for fault in twice.faults} == {2, 3}


def test_a_group_stands_in_the_rows_of_its_options_and_they_must_agree(inn: Inn) -> None:
    half, pint = lines_of(inn.menu, OPTIONS)
    plan = plan_of(inn.menu, csv_of([half | {"maximum": "2"}, pint | {"maximum": "2", "price": "2,50"}]))
    assert told(plan) == [("Size", [("maximum", "1", "2")]), ("Size: Pint", [("price", "2.00", "2.50")])]
    disagree = plan_of(inn.menu, csv_of([half | {"maximum": "2"}, pint]))
    assert wrong(disagree) == [("Options", 3, "maximum")]
    none = plan_of(inn.menu, csv_of([half | {"maximum": "0"}, pint | {"maximum": "0"}]))
    assert wrong(none) == [("Options", 2, "maximum")]
    new = plan_of(inn.menu, csv_of([{"group": "Sauce", "option": "Mint"}, {"group": "Sauce", "option": "Apple"}]))
    assert [line.title for line in new.lines] == ["Sauce", "Sauce: Mint", "Sauce: Apple"]
    assert {line.parent for line in new.lines[1:]} == {NewRow("options", 2)}
    same = plan_of(inn.menu, csv_of([{"group": "Size", "option": "Third"}, {"group": "Size", "option": "Third"}]))
    assert {fault.row for fault in same.faults} == {2, 3}


def test_a_venues_difference_is_found_by_names_too_and_stock_is_set_only_when_said(inn: Inn) -> None:
    VenueProduct.objects.create(venue=inn.venue, product=inn.ale, price="4.20", stock=20)
    (line,) = lines_of(inn.menu, VENUES)
    assert (line["counted at export"], line["set stock to"]) == ("20", "")
    VenueProduct.objects.update(stock=7)
    assert plan_of(inn.menu, csv_of([line])).lines == []  # orders that came meanwhile are not undone
    plan = plan_of(inn.menu, csv_of([{"venue": "The Inn", "product": "ale", "set stock to": "30", "price": ""}]))
    assert told(plan) == [("Ale at The Inn", [("price here", "4.20", ""), ("set stock to", "", "30")])]
    assert plan.lines[0].values == {"price": None, "stock": 30}
    uncounted = plan_of(inn.menu, csv_of([line | {"set stock to": "not counted"}]))
    assert uncounted.lines[0].values == {"stock": None}


def test_a_column_that_was_sorted_without_the_others_is_noticed(inn: Inn) -> None:
    make_product(inn.venue, "Stout")
    VenueProduct.objects.create(venue=inn.venue, product=inn.ale, price="4.20")
    (line,) = lines_of(inn.menu, VENUES)
    assert wrong(plan_of(inn.menu, csv_of([line | {"product": "Stout"}]))) == [("Venues", 2, "product")]


def test_a_venue_of_others_is_as_unknown_as_one_that_does_not_exist(inn: Inn) -> None:
    bob = make_venue(name="Bob's")
    second = make_venue(inn.venue.operator, "With another menu")
    line = {"product id": inn.ale.pk, "available": "no"}
    answers = {
        plan_of(inn.menu, csv_of([line | {"venue id": pk, "venue": ""}])).faults[0].words
        for pk in (bob.pk, second.pk, 987_654)
    }
    assert len(answers) == 1


def test_a_shared_menu_changes_only_in_what_is_the_venues_own(inn: Inn) -> None:
    rights = Rights(menu=False, groups=frozenset())
    assert plan_of(inn.menu, csv_of([inn.product()]), rights).faults == []
    changed = plan_of(inn.menu, csv_of([inn.product(price="1")]), rights)
    assert [fault.words for fault in changed.faults] == [SHARED]
    options = [line | {"price": "9"} for line in lines_of(inn.menu, OPTIONS)]
    assert {fault.words for fault in plan_of(inn.menu, csv_of(options), rights).faults} == {SHARED_GROUP}
    own = csv_of([{"venue": "The Inn", "product": "Ale", "price here": "1"}])
    assert plan_of(inn.menu, own, rights).may_be_applied


def test_making_a_plan_writes_nothing(inn: Inn) -> None:
    models: tuple[Any, ...] = (Category, Product, ProductAllergen, OptionGroup, VenueProduct, Venue)
    before = [list(model.objects.values()) for model in models]
    assert plan_of(inn.menu, csv_of([inn.product(price="1", nuts="free"), inn.new()]), EVERYTHING).lines
    assert [list(model.objects.values()) for model in models] == before


def test_an_option_names_the_product_that_it_is_even_one_that_the_file_adds(inn: Inn) -> None:
    chips = make_product(inn.venue, "Chips")
    half = lines_of(inn.menu, OPTIONS)[0]
    plan = inn.plan(half | {"product": "chips"})
    assert told(plan) == [("Size: Half", [("product", "", "chips")])]
    assert plan.lines[0].values == {"product": chips.pk}
    side = {"group": "Side", "minimum": "1", "option": "", "price": "1.50"}
    sheets = [csv_of([inn.new(name="Mash")]), csv_of([side | {"product": "Mash"}, side | {"product": "Chips"}])]
    tables = [table for sheet in sheets for table in read_file(sheet)]
    plan = make_plan(tables, rows_of(inn.menu), EVERYTHING)
    assert plan.faults == []
    options = [line for line in plan.lines if line.about is Option]
    assert [(line.title, line.values["name"]) for line in options] == [("Side: Mash", "Mash"), ("Side: Chips", "Chips")]
    assert [line.values["product"] for line in options] == [NewRow("products", 2), chips.pk]
    apply_plan(inn.menu, plan.fingerprint, lambda: plan, make_person(), now_ms())
    assert set(Option.objects.values_list("name", "product__name")) >= {("Mash", "Mash"), ("Chips", "Chips")}
    (exported,) = [line for line in lines_of(inn.menu, OPTIONS) if line["option"] == "Mash"]
    cleared = inn.plan(exported | {"product": ""})
    assert told(cleared) == [("Side: Mash", [("product", "Mash", "")])]


def test_a_product_that_asks_for_a_choice_is_no_option_wherever_the_file_says_so(inn: Inn) -> None:
    half, pint = lines_of(inn.menu, OPTIONS)
    unknown = inn.plan(half | {"product": "Gravy"})
    assert wrong(unknown) == [("Options", 2, "product")]
    asking = [line | {"minimum": "1"} for line in (half, pint)]
    both = inn.plan(asking[0] | {"product": "Ale"}, asking[1])
    assert wrong(both) == [("Options", 2, "product")]
    side = make_combo(make_product(inn.venue, "Meal"), "Side", {inn.ale: "0"})
    lines = [line for line in lines_of(inn.menu, OPTIONS) if line["group"] == "Size"]
    assert wrong(inn.plan(*[line | {"minimum": "1"} for line in lines])) == [("Options", 2, "minimum")]
    OptionGroup.objects.create(operator=inn.venue.operator, name="Dip", minimum=1)
    assert wrong(inn.plan(inn.product(options="Dip"))) == [("Products", 2, "options")]
    assert side[inn.ale].product == inn.ale
