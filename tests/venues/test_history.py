"""History in the admin: every change with who, before and after, and the way back."""

import itertools
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from orders.models import VenueEvent
from tests.factories import logged_in, make_order, make_person, make_product, make_table, make_venue
from tests.venues.cast import House, make_house
from tests.venues.forms import fields_of, send_changed
from venues.history import has_history, prune_history, versions_of
from venues.models import (
    Allergen,
    AuditEntry,
    Category,
    Device,
    Invitation,
    Membership,
    OpeningHours,
    Product,
    ProductAllergen,
    Role,
    Table,
    User,
    Venue,
    VenueFeed,
    VenueProduct,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


def page_of(row: Any, page: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def told(client: Client, row: Any) -> list[str]:
    """What the history page says, one text an act, newest first."""
    answer = client.get(page_of(row, "history"))
    assert answer.status_code == 200
    return [
        f"{act.by}: "
        + " | ".join(
            f"{entry.kind} {entry.title} {entry.verb} "
            + ", ".join(f"{one.field}: {one.before} -> {one.after}" for one in entry.differences)
            for entry in act.entries
        )
        for act in answer.context["acts"]
    ]


def question(client: Client, row: Any, version: Any) -> str:
    kind = version.instance_type._meta.model_name
    return f"{page_of(row, 'history')}{kind}/{version.pk}/"


def restore(client: Client, row: Any, version: Any) -> Any:
    page = question(client, row, version)
    return client.post(page, {"newest": fields_of(client.get(page)).get("newest", "")})


def versions(row: Any) -> list[Any]:
    """Newest first."""
    return list(versions_of(type(row)).filter(id=row.pk).order_by("-pk"))


def test_a_change_is_told_with_who_before_and_after_and_with_its_inlines(alice: House) -> None:
    client = logged_in(alice.manager)
    fields = fields_of(client.get(page_of(alice.product)))
    row = next(n for n, v in fields.items() if n.startswith("allergens-") and v == "nuts").removesuffix("-allergen")
    changed = {**fields, "price": "5.10", "vegan": "on", f"{row}-state": "contains"}
    assert client.post(page_of(alice.product), changed).status_code == 302
    assert send_changed(client, page_of(alice.product), name="Alice bitter").status_code == 302
    newest, first, *_ = told(client, alice.product)
    assert newest == "Alice-manager: product Alice bitter changed name: Alice ale -> Alice bitter"
    assert "product Alice ale changed price: 4.60 -> 5.10, vegan: no -> yes" in first
    assert "product allergen nuts added allergen:  -> nuts, state:  -> contains" in first
    assert "confirmed by:  -> Alice-manager" in first
    assert first.startswith("Alice-manager: ")


def test_restoring_asks_changes_as_a_change_does_and_can_itself_be_taken_back(alice: House) -> None:
    client = logged_in(alice.manager)
    send_changed(client, page_of(alice.product), price="5.10", description="Stale.")
    version, menu = versions(alice.product)[1], VenueFeed.objects.get(venue=alice.venue).menu_version
    asked = client.get(question(client, alice.product, version)).content.decode()
    for words in ("Make product Alice ale again what it was?", "5.10", "4.60", "Stale.", "Alice knows."):
        assert words in asked
    alice.product.refresh_from_db()
    assert alice.product.price == Decimal("5.10")
    assert restore(client, alice.product, version).status_code == 302
    alice.product.refresh_from_db()
    assert (alice.product.price, alice.product.description) == (Decimal("4.60"), "Alice knows.")
    assert VenueFeed.objects.get(venue=alice.venue).menu_version == menu + 1
    assert VenueEvent.objects.filter(venue=alice.venue, kind="menu").exists()
    assert "price: 5.10 -> 4.60" in told(client, alice.product)[0]
    entry = AuditEntry.objects.get(what="restored")
    assert (entry.who, entry.operator, entry.about[:17]) == (alice.manager, alice.operator, "product Alice ale")
    assert "nothing would change" in client.get(question(client, alice.product, version)).content.decode()
    restore(client, alice.product, versions(alice.product)[1])
    alice.product.refresh_from_db()
    assert alice.product.price == Decimal("5.10")


def test_what_somebody_changed_while_the_question_was_open_is_not_overwritten(alice: House) -> None:
    client = logged_in(alice.manager)
    send_changed(client, page_of(alice.product), price="5.10")
    page = question(client, alice.product, versions(alice.product)[1])
    newest = fields_of(client.get(page))["newest"]
    send_changed(logged_in(alice.owner), page_of(alice.product), price="7.00")
    answer = client.post(page, {"newest": newest})
    assert b"Somebody has changed it meanwhile" in answer.content
    alice.product.refresh_from_db()
    assert alice.product.price == Decimal("7.00")


def test_a_version_that_can_no_longer_be_says_why(alice: House) -> None:
    client = logged_in(alice.manager)
    beer = alice.product.category
    wine = Category.objects.create(menu=beer.menu, name="Alice wine")
    assert send_changed(client, page_of(alice.product), category=wine.pk).status_code == 302
    old = versions(alice.product)[1]
    assert client.post(page_of(beer, "delete"), {"post": "yes"}).status_code == 302
    answer = restore(client, alice.product, old)
    assert b"Its category is not there any more, or not yours to use" in answer.content
    other = make_product(alice.venue, "Alice mild", category="Alice wine")
    assert send_changed(client, page_of(wine), name="Alice reds").status_code == 302
    Category.objects.create(menu=beer.menu, name="Alice wine")
    assert b"a category of this name already" in restore(client, wine, versions(wine)[1]).content
    alice.product.refresh_from_db()
    assert (alice.product.category, other.category) == (wine, wine)


def test_a_deleted_product_comes_back_with_its_allergens_options_and_differences(alice: House) -> None:
    client = logged_in(alice.manager)
    ProductAllergen.objects.create(product=alice.product, allergen="nuts", state="free", confirmed_by=alice.manager)
    VenueProduct.objects.filter(pk=alice.difference.pk).update(price=Decimal("4.20"))
    kept = alice.product.pk
    assert client.post(page_of(alice.product, "delete"), {"post": "yes"}).status_code == 302
    listed = client.get(reverse("admin:venues_product_deleted")).content.decode()
    assert "Alice ale" in listed
    assert "by Alice-manager" in listed
    address = re.search(r'href="([^"]+/history/product/\d+/)"', listed)
    assert address is not None
    asked = client.get(address[1])
    assert b"Put product Alice ale back?" in asked.content
    assert client.post(address[1], {"newest": fields_of(asked)["newest"]}).status_code == 302
    back = Product.objects.get(pk=kept)
    assert (back.name, back.price, back.option_groups.get()) == ("Alice ale", Decimal("4.60"), alice.group)
    assert (back.allergens.get().state, back.allergens.get().confirmed_by) == ("free", alice.manager)
    difference = back.differences.get()
    assert (difference.price, difference.stock) == (Decimal("4.20"), None)
    assert client.get(reverse("admin:venues_product_deleted")).context["rows"] == []


def test_what_was_a_venues_own_is_only_its_managers_to_bring_back(alice: House) -> None:
    other = make_venue(alice.operator, "Other", menu=alice.venue.menu)
    theirs = logged_in(make_person("Other-manager", Role.MANAGER, other))
    pie = Product.objects.create(category=alice.product.category, venue=alice.venue, name="Own pie", price="5.00")
    ours = logged_in(alice.manager)
    assert ours.post(page_of(pie, "delete"), {"post": "yes"}).status_code == 302
    deleted = reverse("admin:venues_product_deleted")
    assert b"Own pie" in ours.get(deleted).content
    assert b"Own pie" not in theirs.get(deleted).content
    (gone,) = versions(pie)[:1]
    assert restore(theirs, pie, gone).status_code == 302
    assert not Product.objects.filter(pk=pie.pk).exists()
    assert restore(ours, pie, gone).status_code == 302
    assert Product.objects.get(pk=pie.pk).venue == alice.venue


def test_a_deleted_table_has_the_code_again_that_it_had_at_the_end(alice: House) -> None:
    client = logged_in(alice.manager)
    table = make_table(alice.venue, "12", tag_number="7")
    codes = reverse("admin:venues_venue_codes", args=[alice.venue.pk])
    client.post(codes, {"do": "rotate-yes", "which": "ticked", "table": [table.pk]})
    assert send_changed(client, page_of(table), name="Window").status_code == 302
    first, stopped = versions(table)[-1], Table.objects.get(pk=table.pk)
    assert (first.code_version, stopped.code_version) == (1, 2)
    restore(client, table, first)
    table.refresh_from_db()
    assert (table.name, table.code_version) == ("", 2)
    assert client.post(page_of(table, "delete"), {"post": "yes"}).status_code == 302
    restore(client, table, first)
    table.refresh_from_db()
    assert (table.number, table.code_version) == ("12", 2)


def test_hours_are_restored_one_by_one_from_the_venues_history(alice: House) -> None:
    client = logged_in(alice.manager)
    hours = OpeningHours.objects.create(venue=alice.venue, weekday=5, opens="12:00", closes="23:00")
    page = reverse("admin:venues_venue_hours", args=[alice.venue.pk])
    assert send_changed(client, page, **{"d5-0-closes": "01:00"}).status_code == 302
    assert "opening hours Saturday 12:00 to 01:00 changed closes: 23:00 -> 01:00" in told(client, alice.venue)[0]
    assert restore(client, alice.venue, versions(hours)[1]).status_code == 302
    assert str(OpeningHours.objects.get(pk=hours.pk)) == "Saturday 12:00 to 23:00"
    assert send_changed(client, page, **{"d5-0-opens": "", "d5-0-closes": ""}).status_code == 302
    assert restore(client, alice.venue, versions(hours)[0]).status_code == 302
    assert str(OpeningHours.objects.get(pk=hours.pk)) == "Saturday 12:00 to 23:00"


def test_whoever_restores_an_allergen_has_confirmed_it(alice: House) -> None:
    row = ProductAllergen.objects.create(product=alice.product, allergen="nuts", state="free", confirmed_by=alice.owner)
    row.state = "contains"
    row.save(update_fields=["state"])
    assert restore(logged_in(alice.manager), alice.product, versions(row)[1]).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.confirmed_by) == ("free", alice.manager)
    assert row.confirmed_at is not None


def test_a_role_is_put_back_only_by_whoever_may_give_it(alice: House) -> None:
    role = Membership.objects.get(user=alice.manager)
    second = make_person("Alice-second", Role.MANAGER, alice.venue)
    owner = logged_in(alice.owner)
    assert owner.post(page_of(role, "delete"), {"post": "yes"}).status_code == 302
    deleted = versions(role)[0]
    hers, nowhere = (f"{page_of(role, 'history')}membership/{pk}/" for pk in (deleted.pk, 987_654))
    client = logged_in(second)
    assert b"Alice-manager" not in client.get(reverse("admin:venues_membership_deleted")).content
    assert [client.get(page).status_code for page in (hers, nowhere)] == [302, 302]
    assert restore(owner, role, deleted).status_code == 302
    assert Membership.objects.get(user=alice.manager).role == Role.MANAGER
    staff = Membership.objects.get(user=alice.staff)
    send_changed(owner, page_of(staff), role="manager")
    send_changed(owner, page_of(staff), role="staff")
    was_manager = versions(staff)[1]
    alice.manager.refresh_from_db()  # losing the role has ended the logins of before
    refused = restore(logged_in(alice.manager), staff, was_manager)
    assert b"This role is not yours to give." in refused.content
    staff.refresh_from_db()
    assert staff.role == Role.STAFF


def test_anothers_history_and_versions_are_as_if_they_did_not_exist(alice: House) -> None:
    bob = make_house("Bob")
    send_changed(logged_in(alice.owner), page_of(alice.product), price="5.10")
    gone = make_product(alice.venue, "Alice gone")
    gone_id = gone.pk
    gone.delete()
    lost, version = versions_of(Product).filter(id=gone_id)[0], versions(alice.product)[1]
    mine, nowhere = f"/admin/venues/product/{bob.product.pk}/history", "/admin/venues/product/987654/history"
    pairs = (
        (f"{page_of(alice.product, 'history')}product/{version.pk}/", f"{nowhere}/product/987654/"),
        (f"/admin/venues/product/{gone_id}/history/product/{lost.pk}/", f"{nowhere}/product/987654/"),
        (f"/admin/venues/product/{gone_id}/history/", f"{nowhere}/"),
        (f"{mine}/product/{version.pk}/", f"{mine}/product/987654/"),
    )
    for user in (bob.owner, bob.manager):
        client = logged_in(user)
        for method, (hers, none) in itertools.product((client.get, client.post), pairs):
            answers = [method(page) for page in (hers, none)]
            said = [(a.status_code, a.get("Location"), re.sub(rb'value="\w{64}"', b"", a.content)) for a in answers]
            assert said[0] == said[1], hers
            assert said[0][0] in (302, 404)
        client.get(reverse("admin:index"))
        assert b"Alice" not in client.get(reverse("admin:venues_product_deleted")).content
    alice.product.refresh_from_db()
    assert alice.product.price == Decimal("5.10")


def test_a_manager_of_a_shared_menu_reads_its_history_and_restores_nothing(alice: House) -> None:
    send_changed(logged_in(alice.owner), page_of(alice.product), price="5.10")
    second = make_venue(alice.operator, "Alice's second", menu=alice.venue.menu)
    make_person("Alice-two", Role.MANAGER, second)
    VenueProduct.objects.create(venue=second, product=alice.product, price="9.99")
    client = logged_in(alice.manager)
    assert "price: 4.60 -> 5.10" in told(client, alice.product)[0]
    assert "9.99" not in str(told(client, alice.product))
    page = question(client, alice.product, versions(alice.product)[1])
    assert (client.get(page).status_code, client.post(page).status_code) == (403, 403)


def test_reading_a_long_history_takes_no_more_queries_than_a_short_one(alice: House) -> None:
    client = logged_in(alice.manager)
    counts = []
    for times in (2, 12):
        for number in range(times):
            alice.product.price = Decimal(f"{times}.{number}")
            alice.product.save(update_fields=["price"])
            ProductAllergen.objects.create(product=alice.product, allergen=Allergen.values[number + times // 6])
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert len(told(client, alice.product)) > times
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[1] <= 40


def test_bulk_deletion_an_update_beside_and_a_first_save_leave_no_gap(alice: House) -> None:
    client = logged_in(alice.manager)
    Product.objects.filter(pk=alice.product.pk).update(price="4.70")
    send_changed(client, page_of(alice.product), price="5.10")
    assert "price: 4.70 -> 5.10" in told(client, alice.product)[0]
    assert told(client, alice.product)[1] == ": product Alice ale changed price: 4.60 -> 4.70"
    beer = alice.product.category
    new = Product(category=beer, operator=alice.operator, name="Alice new", price=2)
    [made] = Product.objects.bulk_create([new])
    send_changed(client, page_of(made), price="3.00")
    assert told(client, made)[0] == "Alice-manager: product Alice new changed price: 2.00 -> 3.00"
    answer = client.post(
        reverse("admin:venues_product_changelist"),
        {"action": "delete_selected", ACTION_CHECKBOX_NAME: [made.pk], "post": "yes"},
    )
    assert answer.status_code == 302
    assert versions_of(Product).filter(id=made.pk, history_type="-", by="Alice-manager").count() == 1


def test_orders_write_no_version_and_secrets_are_in_none(alice: House) -> None:
    def kept() -> int:
        return sum(
            versions_of(type(row)).count() for row in (alice.product, alice.difference, alice.venue, alice.table)
        )

    before = kept()
    make_order(alice.table, {alice.product: 3})
    alice.difference.refresh_from_db()
    alice.difference.stock = 7
    alice.difference.save(update_fields=["stock"])
    assert kept() == before
    assert not any(map(has_history, (User, Device, Invitation, AuditEntry)))
    tracked = [model for model in (Product, Category, Membership, Table, VenueProduct, Venue) if has_history(model)]
    names = {one.name for model in tracked for one in versions_of(model).model._meta.fields}
    assert len(tracked) == 6
    assert not {name for name in names if re.search("hash|token|secret|password|stock", name)}


def test_old_versions_are_pruned_but_for_what_the_next_change_needs(alice: House, settings: Settings) -> None:
    for price in ("5.00", "6.00", "7.00"):
        send_changed(logged_in(alice.manager), page_of(alice.product), price=price)
    gone = make_product(alice.venue, "Alice gone")
    gone_id = gone.pk
    gone.delete()
    newest, before, *_ = versions(alice.product)
    versions_of(Product).exclude(pk=newest.pk).update(history_date=timezone.now() - timedelta(days=731))
    assert prune_history(timezone.now()) == 4
    assert prune_history(timezone.now()) == 0
    assert [one.pk for one in versions(alice.product)] == [newest.pk, before.pk]
    assert not versions_of(Product).filter(id=gone_id).exists()
    assert [one.by for one in versions(alice.product)] == ["Alice-manager", ""]
    assert "price: 6.00 -> 7.00" in told(logged_in(alice.manager), alice.product)[0]
