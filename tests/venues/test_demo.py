"""The demo: what a stranger tries first, in an empty installation, once."""

import json
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import global_settings
from django.contrib.auth import authenticate
from django.db import connection
from django.forms.models import model_to_dict
from PIL import Image
from pytest_django.fixtures import Settings

from orders.pricing import price_order
from orders.protocol import Speaker, parse_request
from orders.requests import PlaceOrder
from tests.factories import make_operator, make_product, make_table, make_venue
from venues.access import device_with, table_with_code
from venues.catalogue import Catalogue, load_catalogue
from venues.demo import demo_addresses, load_demo, write_demo_addresses
from venues.demo.lamplighter_drinks import DRINKS
from venues.demo.lamplighter_kitchen import KITCHEN
from venues.demo.menus import PICTURES
from venues.demo.tern_menu import CARD
from venues.models import (
    Allergen,
    AllergenState,
    Category,
    Device,
    Membership,
    Menu,
    Operator,
    Option,
    OptionGroup,
    Product,
    ProductAllergen,
    ProductOptionGroup,
    Table,
    User,
    Venue,
    VenueFeed,
    VenueProduct,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=2)
WIRE_SAMPLES = Path(__file__).resolve().parents[1] / "wire_samples"
MODELS = (
    Category,
    Device,
    Membership,
    Menu,
    Operator,
    Option,
    OptionGroup,
    Product,
    ProductAllergen,
    ProductOptionGroup,
    Table,
    User,
    Venue,
    VenueFeed,
    VenueProduct,
)


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Path:
    """A data folder of the test's own, of an installation like a pub's."""
    settings.ONTAP_DATA, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    settings.ONTAP_PUBLIC_URL, settings.ONTAP_ALLOW_OPEN_TABLES = "", True
    return tmp_path


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of the demo's tables, as it is."""
    return {model.__name__: [model_to_dict(row) for row in model.objects.order_by("pk")] for model in MODELS}


def catalogue(venue_id: int) -> Catalogue:
    found = load_catalogue(venue_id)
    assert found is not None
    return found


def logins(data: Path) -> dict[str, Any]:
    content = json.loads((data / "demo-logins.json").read_text())
    assert isinstance(content, dict)
    return content


def order_items(block: object) -> Iterator[object]:
    """Every `order_items` in a JSON block, however deep."""
    if isinstance(block, dict):
        for key, value in block.items():
            if key == "order_items":
                yield value
            yield from order_items(value)
    elif isinstance(block, list):
        for item in block:
            yield from order_items(item)


# Places


def test_venue_1_takes_orders_by_the_bare_address_and_the_others_do_not() -> None:
    load_demo(NOW)
    assert dict(Venue.objects.values_list("pk", "open_tables")) == {1: True, 2: False, 3: False}


def test_venue_1_takes_orders_to_go() -> None:
    load_demo(NOW)
    assert dict(Venue.objects.values_list("pk", "takes_to_go")) == {1: True, 2: False, 3: False}


def test_tables_of_venue_1_carry_their_number_as_tag() -> None:
    load_demo(NOW)
    tables = Table.objects.filter(venue_id=1).order_by("pk").values_list("number", "tag_number")
    assert list(tables) == [(str(number), str(number)) for number in range(1, 25)]
    assert set(Table.objects.filter(venue_id=1).values_list("zone", flat=True)) == {"Bar", "Snug", "Garden"}


@pytest.mark.parametrize("venue_id", [2, 3])
def test_the_other_venues_have_ten_tables(venue_id: int) -> None:
    load_demo(NOW)
    numbers = Table.objects.filter(venue_id=venue_id).order_by("pk").values_list("number", flat=True)
    assert list(numbers) == [str(number) for number in range(1, 11)]


def test_two_operators_share_nothing() -> None:
    load_demo(NOW)
    assert dict(Venue.objects.values_list("pk", "operator_id")) == {1: 1, 2: 1, 3: 2}
    assert not catalogue(1).products.keys() & catalogue(3).products.keys()


def test_it_serves_at_every_hour_of_the_week() -> None:
    load_demo(NOW)
    for venue_id in (1, 2, 3):
        hours = catalogue(venue_id).hours
        assert all(hours.takes_orders(NOW + timedelta(hours=hour))[0] for hour in range(7 * 24))


# The menu


def test_every_order_of_the_protocols_examples_is_on_the_menu_of_venue_1() -> None:
    load_demo(NOW)
    menu = catalogue(1)
    samples = [json.loads(path.read_text()) for path in sorted(WIRE_SAMPLES.glob("*order*.json"))]
    wanted = [items for sample in samples for items in order_items(sample)]
    assert len(wanted) >= 5
    for items in wanted:
        frame = {"action": "order", "venue_id": "1", "table_number": "1", "order_items": items}
        order = parse_request(frame, Speaker(1, board=False, version=1, table_number="1"))
        assert isinstance(order, PlaceOrder)
        assert all(line.product.groups == () for line in price_order(menu, order, NOW).lines)


def test_there_is_one_carlsberg_at_three_pounds_twenty() -> None:
    load_demo(NOW)
    (carlsberg,) = catalogue(1).by_name["carlsberg"]
    assert str(carlsberg.price) == "3.20"


def test_everything_of_venue_1_is_on_sale() -> None:
    load_demo(NOW)
    menu = catalogue(1)
    assert len(menu.products) >= 45
    assert all(product.on_sale(NOW, menu.zone) for product in menu.products.values())


def test_venue_2_differs_from_the_shared_menu() -> None:
    load_demo(NOW)
    shared, own = catalogue(1).products, catalogue(2).products
    assert shared.keys() == own.keys()
    assert own[1].price > shared[1].price
    assert own[49].counted
    sold_out = {pk for pk, product in own.items() if not product.on_sale(NOW, catalogue(2).zone)}
    assert sold_out == {37, 41, 51}


def test_what_is_sold_out_for_a_day_comes_back() -> None:
    load_demo(NOW)
    menu = catalogue(2)
    assert menu.products[41].on_sale(NOW + timedelta(days=1), menu.zone)


def test_rows_hold_what_the_admin_would_let_a_manager_save() -> None:
    load_demo(NOW)
    for model in (Venue, Table, Category, OptionGroup, Option, Product, ProductAllergen, VenueProduct, Device):
        for row in model.objects.all():
            row.full_clean(exclude=["key_hash"])


def test_a_required_group_can_be_answered() -> None:
    load_demo(NOW)
    for group in OptionGroup.objects.prefetch_related("options"):
        assert sum(option.available for option in group.options.all()) >= group.minimum


def test_allergens_are_known_in_all_four_states() -> None:
    load_demo(NOW)
    assert set(ProductAllergen.objects.values_list("state", flat=True)) == set(AllergenState.values)
    assert ProductAllergen.objects.filter(detail="wheat, barley", state="contains").exists()
    assert not ProductAllergen.objects.filter(state="not_confirmed", confirmed_at__isnull=False).exists()
    assert not ProductAllergen.objects.exclude(state="not_confirmed").filter(confirmed_at=None).exists()


@pytest.mark.parametrize("section", [*DRINKS, *KITCHEN, *CARD.sections], ids=lambda section: section.name)
def test_recipes_name_allergens_that_there_are_once(section: Any) -> None:
    for dish in section.dishes:
        named = [*dish.contains, *dish.may_contain, *dish.not_confirmed]
        assert set(named) <= set(Allergen.values), dish.name
        assert len(named) == len(set(named)), dish.name


def test_nothing_vegan_contains_what_comes_from_animals() -> None:
    load_demo(NOW)
    animal = ["crustaceans", "eggs", "fish", "milk", "molluscs"]
    wrong = ProductAllergen.objects.filter(allergen__in=animal, state="contains")
    assert not wrong.filter(product__vegan=True).exists()
    assert not wrong.exclude(allergen__in=["eggs", "milk"]).filter(product__vegetarian=True).exists()
    assert not Product.objects.filter(vegan=True, vegetarian=False).exists()


def test_pictures_are_in_the_media_folder_and_are_said_in_words(data: Path) -> None:
    load_demo(NOW)
    shown = Product.objects.exclude(picture="")
    assert shown.filter(operator_id=1).count() >= 10
    for product in shown:
        assert (data / "media" / str(product.picture.name)).is_file()
        assert product.picture_alt


@pytest.mark.parametrize("path", sorted(PICTURES.glob("*.webp")), ids=lambda path: path.stem)
def test_drawings_are_small_and_bare(path: Path) -> None:
    assert path.stat().st_size <= 15 * 1024
    with Image.open(path) as image:
        assert (image.format, image.size) == ("WEBP", (1074, 396))
        assert not {"exif", "xmp", "icc_profile"} & image.info.keys()
    assert "<script" not in path.with_suffix(".svg").read_text()


def test_rows_that_people_add_get_ids_of_their_own() -> None:
    load_demo(NOW)
    operator = make_operator()
    venue = make_venue(operator)
    product = make_product(venue)
    assert (operator.pk, venue.pk) > (2, 3)
    assert product.pk > Product.objects.exclude(pk=product.pk).order_by("-pk")[0].pk


# Once


def test_loading_twice_changes_nothing(data: Path) -> None:
    assert load_demo(NOW)
    before = everything(), (data / "demo-logins.json").read_bytes(), (data / "demo-addresses.json").read_bytes()
    assert load_demo(LATER)
    write_demo_addresses()
    assert (
        everything(),
        (data / "demo-logins.json").read_bytes(),
        (data / "demo-addresses.json").read_bytes(),
    ) == before


def test_what_a_person_changed_or_deleted_stays_so() -> None:
    load_demo(NOW)
    Operator.objects.filter(pk=1).update(name="The Lamplighter and Friends")
    Venue.objects.filter(pk=1).update(open_tables=False)
    Product.objects.filter(pk=13).update(price="3.40")
    Table.objects.filter(venue_id=2, number="10").delete()
    User.objects.filter(username="tern-staff").delete()
    before = everything()
    assert load_demo(LATER)
    assert everything() == before


def test_it_keeps_out_of_somebody_elses_installation(data: Path) -> None:
    make_table(make_venue(), "1")
    before = everything()
    assert not load_demo(NOW)
    assert everything() == before
    assert list(data.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_two_that_load_at_once_load_it_once() -> None:
    start, loaded = threading.Barrier(2), []

    def load() -> None:
        try:
            start.wait(10)
            loaded.append(load_demo(NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert loaded == [True, True]
    assert Device.objects.filter(revoked_at=None).count() == 1
    assert Product.objects.filter(name="Carlsberg").count() == 1


# Logins


def test_logins_say_who_may_work_where(data: Path) -> None:
    load_demo(NOW)
    said = {name: (login["role"], login["operator"], login["venues"]) for name, login in logins(data).items()}
    assert said == {
        "admin": ("superuser", None, []),
        "lamplighter-operator": ("operator", "The Lamplighter Group", ["1", "2"]),
        "lamplighter-manager": ("manager", "The Lamplighter Group", ["1"]),
        "lamplighter-staff": ("staff", "The Lamplighter Group", ["1"]),
        "tern-operator": ("operator", "Tern & Tide Wine Rooms", ["3"]),
        "tern-manager": ("manager", "Tern & Tide Wine Rooms", ["3"]),
        "tern-staff": ("staff", "Tern & Tide Wine Rooms", ["3"]),
    }


def test_everybody_can_log_in_with_the_password_of_the_file(data: Path) -> None:
    load_demo(NOW)
    for username, login in logins(data).items():
        user = authenticate(username=username, password=login["password"])
        assert isinstance(user, User)
        assert user.is_staff
        assert user.is_superuser == (username == "admin")


def test_a_password_is_stretched_in_full_at_its_first_use(data: Path, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    load_demo(NOW)
    quick = User.objects.get(username="admin").password
    authenticate(username="admin", password=logins(data)["admin"]["password"])
    full = User.objects.get(username="admin").password
    assert int(full.split("$")[1]) > int(quick.split("$")[1])


def test_passwords_differ_from_person_to_person_and_folder_to_folder(
    data: Path, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    load_demo(NOW)
    first = {login["password"] for login in logins(data).values()}
    settings.ONTAP_DATA = tmp_path_factory.mktemp("other")
    load_demo(NOW)
    second = {login["password"] for login in logins(settings.ONTAP_DATA).values()}
    assert len(first | second) == 14


@pytest.mark.parametrize("name", ["demo-logins.json", "demo-addresses.json"])
def test_only_its_owner_may_read_a_file_with_secrets(data: Path, name: str) -> None:
    load_demo(NOW)
    write_demo_addresses()
    assert stat.S_IMODE((data / name).stat().st_mode) == 0o600
    assert not [path for path in data.iterdir() if path.name.startswith(".")]


def test_a_password_that_its_owner_changed_is_not_put_back(data: Path) -> None:
    load_demo(NOW)
    user = User.objects.get(username="tern-manager")
    user.set_password("a word of my own")
    user.save()
    load_demo(LATER)
    assert authenticate(username="tern-manager", password="a word of my own")


@pytest.mark.parametrize("lost", [None, "", "{half of it", "[]"])
def test_a_lost_file_of_logins_is_written_again_with_new_passwords(data: Path, lost: str | None) -> None:
    load_demo(NOW)
    old = logins(data)
    (data / "demo-logins.json").unlink()
    if lost is not None:
        (data / "demo-logins.json").write_text(lost)
    load_demo(LATER)
    new = logins(data)
    assert new.keys() == old.keys()
    assert all(new[name]["password"] != old[name]["password"] for name in new)
    assert authenticate(username="admin", password=new["admin"]["password"])
    assert not authenticate(username="admin", password=old["admin"]["password"])


def test_an_admin_who_was_there_before_is_not_ours(data: Path) -> None:
    User.objects.create_superuser("admin", "alice@example.com", "correct horse")
    load_demo(NOW)
    assert "admin" not in logins(data)
    assert authenticate(username="admin", password="correct horse")


def test_a_folder_that_gets_an_empty_database_keeps_its_passwords_and_its_board(data: Path) -> None:
    load_demo(NOW)
    before, board = logins(data), demo_addresses()["board"]
    for model in (Membership, User, Device, Table, VenueProduct, Venue, OptionGroup, Product, Category, Menu, Operator):
        model.objects.all().delete()
    load_demo(LATER)
    assert logins(data) == before
    assert authenticate(username="admin", password=before["admin"]["password"])
    assert demo_addresses()["board"] == board


# Addresses


def test_addresses_lead_to_table_1_and_to_the_board_of_venue_1(data: Path) -> None:
    load_demo(NOW)
    links = demo_addresses()
    assert links.keys() == {"guest", "guest_socket", "board", "board_socket", "admin"}
    assert links == json.loads((data / "demo-addresses.json").read_text())
    table = table_with_code(links["guest"].rpartition("/")[2])
    device = device_with(links["board"].split("/")[-2])
    assert table == Table.objects.get(venue_id=1, number="1")
    assert device == Device.objects.get(venue_id=1)
    assert links["guest_socket"].endswith("/Test?venue_id=1&table_number=1")
    assert links["board_socket"].endswith("/Test?venue_id=1&table_number=dashboard")


def test_addresses_follow_host_and_port_and_the_key_stays(data: Path) -> None:
    load_demo(NOW)
    before = demo_addresses()
    (data / "address").write_text("http://192.168.1.20:9000\n")
    write_demo_addresses()
    after = json.loads((data / "demo-addresses.json").read_text())
    assert {key: link.replace("192.168.1.20:9000", "127.0.0.1:8080") for key, link in after.items()} == before


def test_a_lost_file_of_addresses_ends_the_old_board(data: Path) -> None:
    load_demo(NOW)
    old = demo_addresses()["board"].split("/")[-2]
    (data / "demo-addresses.json").unlink()
    load_demo(LATER)
    new = demo_addresses()["board"].split("/")[-2]
    assert device_with(old) is None
    assert device_with(new) is not None


def test_a_board_that_a_person_revoked_stays_revoked() -> None:
    load_demo(NOW)
    Device.objects.update(revoked_at=NOW)
    for _ in range(2):
        load_demo(LATER)
        write_demo_addresses()
    assert not Device.objects.filter(revoked_at=None).exists()
    assert demo_addresses().keys() == {"guest", "guest_socket", "admin"}


def test_an_address_that_would_be_refused_is_not_given(settings: Settings) -> None:
    load_demo(NOW)
    settings.ONTAP_ALLOW_OPEN_TABLES = False
    assert "guest_socket" not in demo_addresses()
    Table.objects.filter(venue_id=1, number="1").delete()
    assert "guest" not in demo_addresses()
