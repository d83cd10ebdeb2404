"""The management commands of venues, and the one that the restore guide runs."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from tests.factories import make_operator, make_table, make_venue
from venues.access import device_with, table_with_code
from venues.codes import token_hash
from venues.models import Device, Operator, Venue, VenueFeed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Path:
    settings.ONTAP_DATA, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    settings.ONTAP_PUBLIC_URL = ""
    return tmp_path


def run(*words: str) -> list[str]:
    """What the command printed, line by line."""
    out = StringIO()
    call_command(*words, stdout=out, no_color=True)
    return out.getvalue().splitlines()


def epochs() -> dict[int, object]:
    return dict(VenueFeed.objects.values_list("pk", "epoch"))


def test_a_device_key_ends_in_an_address_for_any_client(data: Path) -> None:
    (data / "address").write_text("http://192.168.1.20:9000\n")
    venue = make_venue()
    address = run("device_key", str(venue.pk), "--name", "Bar tablet")[-1]
    start, key, query = address.rsplit("/", 2)
    assert start == "ws://192.168.1.20:9000/k"
    assert query == f"Test?venue_id={venue.pk}&table_number=dashboard"
    device = device_with(key)
    assert device is not None
    assert (device.venue, device.name) == (venue, "Bar tablet")


def test_a_device_key_comes_with_its_page_and_a_word_that_it_is_not_shown_again() -> None:
    lines = run("device_key", str(make_venue().pk), "--name", "Bar tablet")
    key = lines[-1].rsplit("/", 2)[1]
    assert any("only this once" in line for line in lines)
    assert any(line.endswith(f"http://127.0.0.1:8080/k/{key}/") for line in lines)
    assert Device.objects.get().key_hash == token_hash(key)


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_device_needs_a_name_that_fits(name: str) -> None:
    with pytest.raises(CommandError, match="--name"):
        run("device_key", str(make_venue().pk), "--name", name)
    assert not Device.objects.exists()


@pytest.mark.parametrize("number", ["7", "Bär 3"])
def test_a_table_link_is_the_link_in_its_code(number: str) -> None:
    table = make_table(make_venue(), number)
    link = run("table_link", str(table.venue_id), number)[-1]
    assert link.startswith("http://127.0.0.1:8080/t/")
    assert table_with_code(link.rpartition("/")[2]) == table


def test_a_table_that_is_not_there_is_said() -> None:
    venue = make_venue(name="The Bell")
    make_table(make_venue(), "7")
    with pytest.raises(CommandError, match=r"The Bell has no table “7”\."):
        run("table_link", str(venue.pk), "7")


@pytest.mark.parametrize("words", [("device_key", "--name", "Bar"), ("table_link", "7"), ("new_epoch",)])
@pytest.mark.parametrize("venue_id", ["4711", "99999999999999999999"])
def test_a_venue_that_is_not_there_is_said(words: tuple[str, ...], venue_id: str) -> None:
    command, *others = words
    with pytest.raises(CommandError, match=rf"There is no venue {venue_id}\."):
        run(command, venue_id, *others)


def test_loading_the_demo_says_where_its_secrets_are_and_prints_none(data: Path) -> None:
    said = "\n".join(run("load_demo"))
    assert Venue.objects.count() == 3
    assert str(data / "demo-logins.json") in said
    assert str(data / "demo-addresses.json") in said
    assert "/k/" not in said


def test_the_demo_is_refused_by_an_installation_in_use() -> None:
    make_operator()
    with pytest.raises(CommandError, match="empty installation only"):
        run("load_demo")
    assert Operator.objects.count() == 1


def test_a_new_epoch_of_one_venue_leaves_the_others() -> None:
    one, other = make_venue(), make_venue()
    before = epochs()
    assert run("new_epoch", str(one.pk)) == ["A new epoch for 1 venue."]
    after = epochs()
    assert after[one.pk] != before[one.pk]
    assert after[other.pk] == before[other.pk]


def test_a_new_epoch_of_all_venues_touches_nothing_else() -> None:
    make_venue(), make_venue()
    VenueFeed.objects.update(seq=41, last_order_number=7, menu_version=3)
    before = epochs()
    assert run("new_epoch") == ["A new epoch for 2 venues."]
    after = epochs()
    assert len(set(before.values()) | set(after.values())) == 4
    assert set(VenueFeed.objects.values_list("seq", "last_order_number", "menu_version")) == {(41, 7, 3)}
