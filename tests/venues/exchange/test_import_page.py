"""The page of a menu's files: what was shown is what is done, once, by whoever may, and told once to each venue."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from orders.models import VenueEvent
from tests.factories import logged_in, make_options, make_order, make_product, make_venue
from tests.venues.cast import House, make_house
from tests.venues.exchange.menus import csv_of, lines_of, plan_of
from tests.venues.forms import fields_of
from venues.exchange.columns import PRODUCTS, VENUES
from venues.history import versions_of
from venues.models import Category, Menu, MenuImport, OptionGroup, Product, ProductAllergen, Venue, VenueProduct

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]
NO_MENU = 987_654_321


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


def menu_of(venue: Venue) -> Menu:
    assert venue.menu is not None
    return venue.menu


def page_of(menu: Menu | int) -> str:
    return reverse("admin:venues_menu_files", args=[menu if isinstance(menu, int) else menu.pk])


def upload(client: Client, menu: Menu, content: bytes, name: str = "menu.csv") -> Any:
    return client.post(page_of(menu), {"file": SimpleUploadedFile(name, content)})


def confirm(client: Client, menu: Menu, shown: Any, **more: str) -> Any:
    """Send the form that says yes on the page that shows what an import would do."""
    fields = {name: value for name, value in fields_of(shown).items() if name in ("import", "shown")}
    assert len(fields) == 2, shown.content.decode()
    return client.post(page_of(menu), {**fields, "confirm": "yes", **more})


def products_of(menu: Menu, **changes: Any) -> bytes:
    """The products' CSV with these changes in every row."""
    return csv_of([line | changes for line in lines_of(menu, PRODUCTS)])


def menu_events() -> list[int]:
    return list(VenueEvent.objects.filter(kind="menu").order_by("venue_id").values_list("venue_id", flat=True))


def test_what_was_shown_is_done_after_a_yes_and_not_before(alice: House) -> None:
    menu, client = menu_of(alice.venue), logged_in(alice.manager)
    second = make_product(alice.venue, "Alice stout", category="Alice beer")
    before = len(menu_events())
    shown = upload(client, menu, products_of(menu, price="5,10", nuts="may contain"))
    assert b"<del>4.60</del>" in shown.content
    assert b"<ins>5.10</ins>" in shown.content
    assert set(Product.objects.values_list("price", flat=True)) == {Decimal("4.60"), Decimal("3.20")}
    answer = confirm(client, menu, shown)
    assert (answer.status_code, answer["Location"]) == (302, page_of(menu))
    assert set(Product.objects.filter(pk__in=[alice.product.pk, second.pk]).values_list("price", flat=True)) == {
        Decimal("5.10")
    }
    noted = ProductAllergen.objects.get(product=second)
    assert (noted.allergen, noted.state, noted.confirmed_by) == ("nuts", "may_contain", alice.manager)
    assert noted.confirmed_at is not None
    assert len(menu_events()) == before + 1
    version: Any = versions_of(Product).filter(id=second.pk).order_by("pk").last()
    assert (version.price, version.by, version.history_change_reason) == (Decimal("5.10"), "Alice-manager", "Imported")
    assert "2 changed" in LogEntry.objects.get().change_message
    assert b"0 added, 2 changed" in client.get(page_of(menu)).content
    assert b"No differences" in upload(client, menu, products_of(menu)).content


def test_a_second_yes_finds_nothing_to_do(alice: House) -> None:
    menu, client = menu_of(alice.venue), logged_in(alice.manager)
    line = {"category": "Alice beer", "name": "Alice stout", "price": "5"}
    shown = upload(client, menu, csv_of([line]))
    assert confirm(client, menu, shown).status_code == 302
    assert b"not kept any more" in confirm(client, menu, shown).content
    assert Product.objects.filter(name="Alice stout").count() == 1


def test_what_changed_meanwhile_is_shown_anew_and_nothing_is_written(alice: House) -> None:
    menu, client = menu_of(alice.venue), logged_in(alice.manager)
    shown = upload(client, menu, products_of(menu, price="5.10"))
    alice.product.price = Decimal("4.80")
    alice.product.save()
    again = confirm(client, menu, shown)
    assert b"has changed since this was shown" in again.content
    assert b"<del>4.80</del>" in again.content
    assert Product.objects.get(pk=alice.product.pk).price == Decimal("4.80")
    assert confirm(client, menu, again).status_code == 302
    assert Product.objects.get(pk=alice.product.pk).price == Decimal("5.10")


def test_orders_that_come_meanwhile_are_no_change_and_their_stock_is_not_put_back(alice: House) -> None:
    menu, client = menu_of(alice.venue), logged_in(alice.manager)
    shown = upload(client, menu, csv_of([line | {"price here": "4.20"} for line in lines_of(menu, VENUES)]))
    make_order(alice.table, {alice.product: 3})
    left = VenueProduct.objects.get().stock
    assert confirm(client, menu, shown).status_code == 302
    row = VenueProduct.objects.get()
    assert (row.price, row.stock) == (Decimal("4.20"), left)


def test_what_becomes_free_of_an_allergen_needs_a_yes_of_its_own(alice: House) -> None:
    menu, client = menu_of(alice.venue), logged_in(alice.manager)
    shown = upload(client, menu, products_of(menu, nuts="free"))
    assert b"Becomes free of an allergen" in shown.content
    assert b"has checked" in confirm(client, menu, shown).content
    assert not ProductAllergen.objects.exists()
    assert confirm(client, menu, shown, checked="yes").status_code == 302
    assert ProductAllergen.objects.get().state == "free"


def test_one_wrong_row_keeps_all_others_out(alice: House) -> None:
    menu, client = menu_of(alice.venue), logged_in(alice.manager)
    lines = [line | {"price": "5"} for line in lines_of(menu, PRODUCTS)] + [{"name": "Alice gin"}]
    shown = upload(client, menu, csv_of(lines))
    assert b"nothing can be imported yet" in shown.content
    kept = MenuImport.objects.get()
    forged = {"import": kept.pk, "shown": plan_of(menu, csv_of(lines)).fingerprint, "confirm": "yes"}
    assert client.post(page_of(menu), forged).status_code == 200
    assert Product.objects.get().price == Decimal("4.60")


def test_a_whole_menu_is_made_of_one_workbook_and_comes_out_as_it_went_in(alice: House) -> None:
    """Exported from one menu and imported, without its ids, into an empty one."""
    menu, client = menu_of(alice.venue), logged_in(alice.owner)
    make_options(alice.product, "Alice glass", {"Tall": "0.50"}, 1, 1)
    ProductAllergen.objects.create(product=alice.product, allergen="gluten", state="contains", detail="barley")
    empty = Menu.objects.create(operator=alice.operator, name="Alice new")
    venue = make_venue(alice.operator, "Alice's second", menu=empty)
    before = menu_events()
    exported = client.get(reverse("admin:venues_menu_file", args=[menu.pk, "menu.xlsx"]))
    assert exported["Content-Disposition"] == 'attachment; filename="menu-of-alices.xlsx"'
    book = load_workbook(BytesIO(exported.content))
    for title in ("Categories", "Products"):
        book[title].delete_cols(1)
    book["Products"].append(["Alice beer", "Alice mild", "", 3.9])
    del book["Venues"]
    file = BytesIO()
    book.save(file)
    shown = upload(client, empty, file.getvalue(), "menu.xlsx")
    assert confirm(client, empty, shown).status_code == 302
    new, mild = Product.objects.filter(category__menu=empty).order_by("pk")
    assert (new.name, new.price, new.operator_id, mild.name) == (
        "Alice ale",
        Decimal("4.60"),
        alice.operator.pk,
        "Alice mild",
    )
    assert [link.group.name for link in new.group_links.order_by("position")] == ["Alice size", "Alice glass"]
    assert new.allergens.get().detail == "barley"
    assert (Category.objects.filter(menu=empty).count(), OptionGroup.objects.count()) == (1, 2)
    assert menu_events() == sorted([*before, venue.pk])
    again = client.get(reverse("admin:venues_menu_file", args=[empty.pk, "menu.xlsx"]))
    assert b"No differences" in upload(client, empty, again.content, "menu.xlsx").content


def test_groups_options_and_their_products_are_added_together(alice: House) -> None:
    menu, client = menu_of(alice.venue), logged_in(alice.manager)
    lines = [{"group": "Sauce", "option": name, "price": "0.30", "maximum": "2"} for name in ("Mint", "Apple")]
    assert confirm(client, menu, upload(client, menu, csv_of(lines))).status_code == 302
    sauce = OptionGroup.objects.get(name="Sauce")
    assert (sauce.operator_id, sauce.maximum, sauce.options.count()) == (alice.operator.pk, 2, 2)
    options = products_of(menu, options="Sauce; Alice size")
    assert confirm(client, menu, upload(client, menu, options)).status_code == 302
    names = [link.group.name for link in alice.product.group_links.order_by("position")]
    assert names == ["Sauce", "Alice size"]
    assert confirm(client, menu, upload(client, menu, products_of(menu, options=""))).status_code == 302
    assert not alice.product.group_links.exists()


def test_names_that_are_swapped_are_refused_in_words(alice: House) -> None:
    menu, client = menu_of(alice.venue), logged_in(alice.manager)
    Category.objects.create(menu=menu, name="Alice wine")
    ids = dict(Category.objects.filter(menu=menu).values_list("name", "pk"))
    swapped = [{"id": ids["Alice beer"], "name": "Alice wine"}, {"id": ids["Alice wine"], "name": "Alice beer"}]
    content = csv_of([line | {"station": ""} for line in swapped])
    assert b"one name for a moment" in confirm(client, menu, upload(client, menu, content)).content
    assert dict(Category.objects.filter(menu=menu).values_list("name", "pk")) == ids


def test_a_shared_menu_takes_only_the_differences_of_the_managers_venues(alice: House) -> None:
    menu, client = menu_of(alice.venue), logged_in(alice.manager)
    other = make_venue(alice.operator, "Alice's second", menu=menu)
    VenueProduct.objects.create(venue=other, product=alice.product, price="9.99")
    assert b"9.99" not in client.get(reverse("admin:venues_menu_file", args=[menu.pk, "venues.csv"])).content
    assert b"This menu is shared" in upload(client, menu, products_of(menu, price="1")).content
    line = {"venue": "Alice's", "product": "Alice ale", "price here": "4.20"}
    assert b"that you may change" in upload(client, menu, csv_of([line | {"venue": "Alice's second"}])).content
    before = menu_events()
    assert confirm(client, menu, upload(client, menu, csv_of([line]))).status_code == 302
    assert VenueProduct.objects.get(venue=alice.venue).price == Decimal("4.20")
    assert menu_events() == sorted([*before, alice.venue.pk])


def test_anothers_menu_has_no_files_as_one_that_does_not_exist(alice: House) -> None:
    bob, menu = make_house("Bob"), menu_of(alice.venue)
    shown = upload(logged_in(alice.manager), menu, products_of(menu, price="1"))
    fields = {name: value for name, value in fields_of(shown).items() if name in ("import", "shown")} | {
        "confirm": "yes"
    }
    for user in (bob.owner, bob.manager):
        client = logged_in(user)
        for name in ("", "menu.xlsx", "products.csv", "nothing"):
            hers, none = (client.get(f"{page_of(pk)}{name}") for pk in (menu.pk, NO_MENU))
            assert (hers.status_code, hers["Location"], hers.content) == (
                none.status_code,
                none["Location"],
                none.content,
            )
        hers, none = (client.post(page_of(pk), fields) for pk in (menu.pk, NO_MENU))
        assert (hers.status_code, hers["Location"]) == (none.status_code, none["Location"])
        # Her file, said to be of his menu.
        assert b"not kept any more" in client.post(page_of(menu_of(bob.venue)), fields).content
        assert b"Alice" not in client.get(reverse("admin:index")).content
    # A colleague confirms what they were shown themselves.
    assert b"not kept any more" in logged_in(alice.owner).post(page_of(menu), fields).content
    for client in (logged_in(alice.staff), Client()):
        assert client.post(page_of(menu), fields).status_code == 302
        assert client.get(f"{page_of(menu)}menu.xlsx")["Location"].startswith(reverse("admin:login"))
    assert Product.objects.get(pk=alice.product.pk).price == Decimal("4.60")


def test_a_file_that_is_none_is_answered_beside_its_field(alice: House) -> None:
    menu, client = menu_of(alice.venue), logged_in(alice.manager)
    for content, words in ((b"", "is empty"), (b"hello", "no heads that we know"), (bytes(5_000_001), "5 megabytes")):
        answer = upload(client, menu, content)
        assert answer.status_code == 200
        assert words in answer.content.decode()
    assert not MenuImport.objects.exists()
