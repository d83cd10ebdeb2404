"""Combos in admin: options that are products, and products that are options."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from tests.factories import logged_in, make_combo, make_options, make_product, make_venue
from tests.orders.boards import words
from tests.venues.cast import House, make_house
from tests.venues.forms import faults_of, fields_of, send_changed
from venues.history import versions_of
from venues.models import Category, Menu, Option, OptionGroup, Product, ProductOptionGroup

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


@pytest.fixture
def chips(alice: House) -> Product:
    return make_product(alice.venue, "Chips")


def page_of(row: Any, what: str = "change") -> str:
    return reverse(f"admin:venues_{row._meta.model_name}_{what}", args=[row.pk])


def add_option(client: Client, group: OptionGroup, **fields: Any) -> Any:
    """Send the group's page with one option more."""
    sent = fields_of(client.get(page_of(group)))
    n = int(sent["options-TOTAL_FORMS"])
    row = {f"options-{n}-{name}": value for name, value in fields.items()}
    base = {f"options-{n}-group": group.pk, f"options-{n}-position": n, f"options-{n}-price": "0"}
    base |= {f"options-{n}-available": "on"}
    return client.post(page_of(group), sent | base | row | {"options-TOTAL_FORMS": n + 1})


def test_an_option_takes_its_products_name_unless_it_has_one(alice: House, chips: Product) -> None:
    client = logged_in(alice.manager)
    assert add_option(client, alice.group, product=chips.pk, price="1.50").status_code == 302
    option = Option.objects.get(product=chips)
    assert (option.name, str(option.price), option.operator) == ("Chips", "1.50", alice.operator)
    assert add_option(client, alice.group, product=chips.pk, name="More chips").status_code == 302
    assert Option.objects.filter(group=alice.group, name="More chips", product=chips).exists()
    nameless = add_option(client, alice.group, name="")
    assert faults_of(nameless) == ["Give it a name, or choose a product."]
    assert "“Alice size” of Alice ale" in words(client.get(page_of(chips)))


def test_an_option_that_was_there_becomes_a_product(alice: House, chips: Product) -> None:
    plain = alice.group.options.get(name="Alice half")
    Option.objects.filter(pk=plain.pk).update(operator=None)  # as one that was there before combos
    answer = send_changed(logged_in(alice.manager), page_of(alice.group), **{"options-0-product": chips.pk})
    assert answer.status_code == 302, faults_of(answer)
    plain.refresh_from_db()
    assert (plain.product, plain.name, plain.operator) == (chips, "Alice half", alice.operator)


def test_what_can_be_no_part_is_refused_in_words(alice: House, chips: Product) -> None:
    client = logged_in(alice.owner)
    other = Category.objects.create(menu=Menu.objects.create(operator=alice.operator, name="Winter"), name="Soups")
    soup = Product.objects.create(category=other, name="Soup", price=5)
    own = Product.objects.create(category=chips.category, venue=alice.venue, name="Own pie", price=5)
    make_options(chips, "Dip", {"Mayo": "0"}, minimum=1)
    for product, why in (
        (own, "Own pie is sold at Alice's only, and options are for all venues."),
        (chips, "Chips asks for a choice itself, “Dip”, and nobody is asked for that within a combo."),
        (soup, "Soup is on the menu Winter; what offers this choice is on another."),
    ):
        assert faults_of(add_option(client, alice.group, product=product.pk)) == [why]


def test_a_part_cannot_begin_to_ask(alice: House, chips: Product) -> None:
    client = logged_in(alice.owner)
    dips = make_options(chips, "Dip", {"Mayo": "0"})
    make_combo(alice.product, "Side", {chips: "0"})
    raised = send_changed(client, page_of(dips), minimum=1)
    assert faults_of(raised) == ["Of combos nobody is asked for this, and Chips is a part of one: keep 0."]
    asking = make_options(alice.product, "Sauce", {"Gravy": "0"}, minimum=1)
    sent = fields_of(client.get(page_of(chips)))
    link = {"group_links-TOTAL_FORMS": 2, "group_links-1-group": asking.pk, "group_links-1-position": 1}
    linked = client.post(page_of(chips), sent | link | {"group_links-1-product": chips.pk})
    assert "Chips is a part of combos, in “Side”" in words(linked)
    assert not ProductOptionGroup.objects.filter(product=chips, group=asking).exists()


def test_another_operators_product_is_no_choice_and_answers_as_one_that_does_not_exist(
    alice: House, chips: Product
) -> None:
    bob = make_house("Bob")
    client = logged_in(alice.manager)
    foreign, none = (faults_of(add_option(client, alice.group, product=pk)) for pk in (bob.product.pk, 999_999))
    assert foreign == none != []
    asked = {"app_label": "venues", "model_name": "option", "field_name": "product", "term": ""}
    found = client.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert {one["text"] for one in found} == {"Alice ale", "Chips"}

    def write() -> None:
        with transaction.atomic():
            Option.objects.create(group=alice.group, name="Bob's", product=bob.product)
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        write()


def test_a_part_is_not_deleted_from_under_its_combo(alice: House, chips: Product) -> None:
    make_combo(alice.product, "Side", {chips: "0"})
    client = logged_in(alice.owner)
    page = client.get(page_of(chips, "delete"))
    assert "would require deleting the following protected related objects" in words(page)
    client.post(page_of(chips, "delete"), {"post": "yes"})
    assert Product.objects.filter(pk=chips.pk).exists()
    assert Option.objects.filter(product=chips).exists()


def test_other_venues_own_combos_are_not_told_to_a_manager(alice: House, chips: Product) -> None:
    beside = make_venue(alice.operator, "Beside", menu=alice.venue.menu)
    secret = Product.objects.create(category=chips.category, venue=beside, name="Secret supper", price=9)
    make_combo(secret, "Side", {chips: "0"})
    page = words(logged_in(alice.manager).get(page_of(chips)))
    assert "“Side” of nothing yet" in page
    assert "Secret supper" not in page
    assert "“Side” of Secret supper" in words(logged_in(alice.owner).get(page_of(chips)))


def test_the_page_of_a_group_asks_as_much_for_one_part_as_for_ten(
    alice: House, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    parts = {make_product(alice.venue, f"Part {n}"): "0" for n in range(12)}
    few = make_combo(alice.product, "Few", dict(list(parts.items())[:1]))
    many = make_combo(alice.product, "Many", parts)
    client = logged_in(alice.manager)
    client.get(page_of(alice.group))
    counts = []
    for options in (few, many):
        with django_assert_max_num_queries(40) as asked:
            assert client.get(page_of(next(iter(options.values())).group)).status_code == 200
        counts.append(len(asked.captured_queries))
    assert counts[0] == counts[1]


def test_a_name_that_nobody_typed_follows_the_product(alice: House, chips: Product) -> None:
    client = logged_in(alice.manager)
    options = make_combo(alice.product, "Side", {chips: "0", make_product(alice.venue, "Mash"): "0"})
    typed = Option.objects.create(group=alice.group, product=chips, name="A handful")
    answer = send_changed(client, page_of(chips), name="Skinny chips")
    assert answer.status_code == 302, faults_of(answer)
    options[chips].refresh_from_db()
    typed.refresh_from_db()
    assert (options[chips].name, typed.name) == ("Skinny chips", "A handful")
    assert send_changed(client, page_of(chips), name="Mash").status_code == 302
    options[chips].refresh_from_db()
    assert options[chips].name == "Skinny chips"  # the group has a Mash


def test_history_says_which_product_an_option_became_and_brings_it_back(alice: House, chips: Product) -> None:
    client = logged_in(alice.owner)
    pie = make_product(alice.venue, "Pie")
    option = make_combo(alice.product, "Side", {chips: "0"})[chips]
    answer = send_changed(client, page_of(option.group), **{"options-0-product": pie.pk})
    assert answer.status_code == 302, faults_of(answer)
    said = words(client.get(page_of(option.group, "history")))
    assert "Option Pie changed Product: Chips → Pie Name: Chips → Pie" in said
    first = option.history.order_by("pk")[0]  # type: ignore[attr-defined]
    restore = f"{page_of(option.group, 'history')}option/{first.pk}/"
    answer = send_changed(client, restore)
    option.refresh_from_db()
    assert (option.product, option.name) == (chips, "Chips"), words(answer)


def test_a_part_does_not_ask_again_by_a_version_that_is_restored(alice: House, chips: Product) -> None:
    dips = make_options(chips, "Dip", {"Mayo": "0"}, minimum=1)
    asking = versions_of(OptionGroup).get(id=dips.pk)
    dips.minimum = 0
    dips.save()
    make_combo(alice.product, "Side", {chips: "0"})
    client = logged_in(alice.owner)
    page = reverse("admin:venues_optiongroup_restore", args=[dips.pk, "optiongroup", asking.pk])
    assert "Chips is a part of one: keep 0." in words(client.get(page))
    client.post(page, {"newest": versions_of(OptionGroup).filter(id=dips.pk).latest("pk").pk})
    dips.refresh_from_db()
    assert dips.minimum == 0
