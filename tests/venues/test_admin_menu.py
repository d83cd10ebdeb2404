"""The menu in the admin: who changes it, and that what they did not touch stays as it is."""

from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django.fixtures import Settings

from orders.models import VenueEvent
from tests.factories import logged_in, make_options, make_order, make_person, make_venue
from tests.venues.cast import House, make_house
from tests.venues.forms import faults_of, fields_of, send_changed
from venues.models import Allergen, ProductAllergen, VenueFeed, VenueProduct

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>"""


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


def page_of(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    file = BytesIO()
    Image.new("1" if kind == "PNG" else "RGB", (width, height)).save(file, kind)
    return file.getvalue()


def upload(alice: House, name: str, content: bytes) -> Any:
    client = logged_in(alice.manager)
    fields = fields_of(client.get(page_of(alice.product)))
    return client.post(page_of(alice.product), {**fields, "picture": SimpleUploadedFile(name, content)})


def test_a_manager_changes_a_price_and_every_socket_hears_of_a_new_menu(alice: House) -> None:
    version = VenueFeed.objects.get(venue=alice.venue).menu_version
    assert send_changed(logged_in(alice.manager), page_of(alice.product), price="5.10").status_code == 302
    alice.product.refresh_from_db()
    assert alice.product.price == Decimal("5.10")
    assert VenueFeed.objects.get(venue=alice.venue).menu_version > version
    assert VenueEvent.objects.filter(venue=alice.venue, kind="menu").exists()


def test_saving_a_form_unchanged_is_no_new_menu(alice: House) -> None:
    version = VenueFeed.objects.get(venue=alice.venue).menu_version
    assert send_changed(logged_in(alice.manager), page_of(alice.product)).status_code == 302
    assert VenueFeed.objects.get(venue=alice.venue).menu_version == version


def test_deleting_a_product_is_a_new_menu_and_leaves_its_orders(alice: House) -> None:
    version = VenueFeed.objects.get(venue=alice.venue).menu_version
    page = reverse("admin:venues_product_delete", args=[alice.product.pk])
    assert logged_in(alice.manager).post(page, {"post": "yes"}).status_code == 302
    assert VenueFeed.objects.get(venue=alice.venue).menu_version > version
    assert alice.order.lines.get().name == "Alice ale"


def test_a_menu_that_is_shared_with_another_venue_is_the_operators_to_change(alice: House) -> None:
    make_venue(alice.operator, "Alice's second", menu=alice.venue.menu)
    group = make_options(alice.product, "Alice extra", {"Lime": "0.20"})
    for row in (alice.product, alice.product.category, alice.venue.menu, group):
        assert logged_in(alice.manager).get(page_of(row)).status_code == 200
        assert logged_in(alice.manager).post(page_of(row), {"name": "Mine now"}).status_code == 403
    assert send_changed(logged_in(alice.owner), page_of(alice.product), price="5.10").status_code == 302


def test_a_manager_differs_from_a_shared_menu_in_price_and_stock(alice: House) -> None:
    make_venue(alice.operator, "Alice's second", menu=alice.venue.menu)
    assert send_changed(logged_in(alice.manager), page_of(alice.difference), price="4.20").status_code == 302
    alice.difference.refresh_from_db()
    assert alice.difference.price == Decimal("4.20")


def test_a_form_that_was_open_while_orders_came_in_does_not_put_their_stock_back(alice: House) -> None:
    client = logged_in(alice.manager)
    fields = fields_of(client.get(page_of(alice.difference)))
    left = VenueProduct.objects.get(pk=alice.difference.pk).stock
    make_order(alice.table, {alice.product: 3})
    assert client.post(page_of(alice.difference), {**fields, "price": "4.00"}).status_code == 302
    assert left is not None
    assert VenueProduct.objects.get(pk=alice.difference.pk).stock == left - 3


def test_one_form_cannot_join_what_belongs_to_two_operators(alice: House) -> None:
    bob = make_house("Bob")
    root = logged_in(make_person("root", is_superuser=True))
    moved = send_changed(root, page_of(alice.product), category=bob.product.category_id)
    assert "These belong to different operators." in faults_of(moved)
    linked = send_changed(
        root, page_of(alice.product), **{"group_links-TOTAL_FORMS": "2", "group_links-1-group": bob.group.pk}
    )
    assert "These belong to different operators." in faults_of(linked)
    new = {**fields_of(root.get(reverse("admin:venues_product_add"))), "name": "Mule", "price": "1", "tax_rate": "20"}
    new |= {"category": alice.product.category_id, "group_links-TOTAL_FORMS": "1", "group_links-0-group": bob.group.pk}
    added = root.post(reverse("admin:venues_product_add"), {**new, "group_links-0-position": "0"})
    assert "These belong to different operators." in faults_of(added)


def test_who_confirmed_an_allergen_is_noted_by_itself(alice: House) -> None:
    client = logged_in(alice.manager)
    fields = fields_of(client.get(page_of(alice.product)))
    rows = [name for name in fields if name.startswith("allergens-") and name.endswith("-allergen")]
    assert sorted(fields[name] for name in rows if "__prefix__" not in name) == sorted(Allergen.values)
    row = next(name for name in rows if fields[name] == "nuts").removesuffix("-allergen")
    assert client.post(page_of(alice.product), {**fields, f"{row}-state": "free"}).status_code == 302
    noted = ProductAllergen.objects.get(product=alice.product)
    assert (noted.allergen, noted.state, noted.confirmed_by) == ("nuts", "free", alice.manager)
    assert noted.confirmed_at is not None


def test_a_picture_is_kept_as_webp_named_by_its_content(alice: House, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    sent = picture(2400, 1600, "JPEG")
    assert upload(alice, "my holiday.jpg", sent).status_code == 302
    kept = next((tmp_path / "pictures").iterdir())
    alice.product.refresh_from_db()
    assert alice.product.picture.name == f"pictures/{kept.name}"
    assert kept.suffix == ".webp"
    assert kept.read_bytes() != sent
    with Image.open(kept) as image:
        assert (image.format, max(image.size)) == ("WEBP", 1200)
    answer = Client().get(f"/media/pictures/{kept.name}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert "immutable" in answer["Cache-Control"]
    answer.close()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.svg", SVG),
        ("logo.png", SVG),
        ("logo.png", b"GIF89a" + SVG),
        ("page.html", b"<!doctype html><script>alert(1)</script>"),
        ("photo.tiff", picture(10, 10, "TIFF")),
        ("empty.png", b"\x89PNG\r\n\x1a\n"),
    ],
)
def test_what_is_no_picture_is_refused_beside_its_field(
    alice: House, settings: Settings, tmp_path: Path, name: str, content: bytes
) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert faults_of(upload(alice, name, content)) == [
        "This is no picture that we can read; take a JPEG, PNG, WebP or GIF."
    ]
    assert not list(tmp_path.rglob("*.*"))


def test_a_small_file_with_a_huge_picture_is_refused(alice: House, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    bomb = picture(8000, 6000)
    assert len(bomb) < 100_000
    assert faults_of(upload(alice, "bomb.png", bomb)) == [
        "The picture has more than 40 megapixels; make it smaller first."
    ]
    assert not list(tmp_path.rglob("*.*"))


def test_a_huge_file_is_refused_before_it_is_read(alice: House, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    huge = picture(10, 10) + bytes(12_000_000)
    assert faults_of(upload(alice, "huge.png", huge)) == [
        "The file has more than 12 megabytes; make the picture smaller first."
    ]


def test_differences_of_several_venues_are_changed_and_deleted_together(alice: House) -> None:
    second = make_venue(alice.operator, "Alice's second", menu=alice.venue.menu)
    other = VenueProduct.objects.create(venue=second, product=alice.product)
    client = logged_in(alice.owner)
    prices = {"differences-0-price": "4.10", "differences-1-price": "4.20"}
    assert send_changed(client, page_of(alice.product), **prices).status_code == 302
    assert [str(row.price) for row in VenueProduct.objects.order_by("pk")] == ["4.10", "4.20"]
    chosen = {"action": "delete_selected", ACTION_CHECKBOX_NAME: [other.pk, alice.difference.pk], "post": "yes"}
    assert client.post(reverse("admin:venues_venueproduct_changelist"), chosen).status_code == 302
    assert not VenueProduct.objects.exists()
