"""The codes of a venue in the admin: sheets are asked about, marked, and never kept; new codes make paper old."""

from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from orders.models import VenueEvent
from tests.factories import logged_in, make_table, make_venue
from tests.venues.cast import House, make_house
from venues.access import table_with_code
from venues.codes import table_code
from venues.models import Table
from venues.printed import NEVER, OUT_OF_DATE, PRINTED, code_state, in_state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


@pytest.fixture(autouse=True)
def public(settings: Settings) -> Settings:
    settings.ONTAP_PUBLIC_URL = "https://orders.example.org"
    return settings


def page_of(house: House) -> str:
    return reverse("admin:venues_venue_codes", args=[house.venue.pk])


def send(house: House, **words: Any) -> Any:
    return logged_in(house.manager).post(page_of(house), {"which": "shown", **words})


def state_of(table: Table) -> str:
    fresh = Table.objects.get(pk=table.pk)
    (state,) = [state for state in (NEVER, PRINTED, OUT_OF_DATE) if Table.objects.filter(in_state(state), pk=table.pk)]
    assert state == code_state(fresh)  # rows and lists say the same
    return state


def test_a_sheet_is_printed_and_remembered(alice: House) -> None:
    other = make_table(alice.venue, "2", zone="Yard")
    assert state_of(alice.table) == NEVER
    sheet = send(alice, do="print", layout="cards", zone="Alice room")
    assert sheet["Content-Type"] == "application/pdf"
    assert "no-store" in sheet["Cache-Control"]
    assert sheet.content.startswith(b"%PDF")
    assert (state_of(alice.table), state_of(other)) == (PRINTED, NEVER)
    page = logged_in(alice.manager).get(page_of(alice), {"state": "never"}).content.decode()
    assert f'value="{other.pk}"' in page
    assert f'name="table" value="{alice.table.pk}"' not in page


def test_a_new_code_another_address_or_key_makes_the_paper_old(alice: House, public: Settings) -> None:
    send(alice, do="print", layout="tents")
    keys = public.ONTAP_TABLE_KEYS
    public.ONTAP_TABLE_KEYS = ["another key in front", *keys]
    assert state_of(alice.table) == OUT_OF_DATE
    public.ONTAP_TABLE_KEYS = keys
    public.ONTAP_PUBLIC_URL = "https://new.example.org"
    assert state_of(alice.table) == OUT_OF_DATE
    public.ONTAP_PUBLIC_URL = "https://orders.example.org"
    assert state_of(alice.table) == PRINTED
    send(alice, do="rotate-yes")
    assert state_of(alice.table) == OUT_OF_DATE


@pytest.mark.parametrize("address", ["http://127.0.0.1:8080", "https://192.168.1.5", "http://orders.example.org"])
def test_a_doubtful_address_is_asked_about_before_a_sheet_is_printed(
    alice: House, public: Settings, address: str
) -> None:
    public.ONTAP_PUBLIC_URL = address
    asked = send(alice, do="print", layout="cards")
    assert asked["Content-Type"].startswith("text/html")
    page = asked.content.decode()
    assert address in page
    assert "ONTAP_PUBLIC_URL" in page
    assert state_of(alice.table) == NEVER
    chosen = {"which": "ticked", "table": [alice.table.pk]}
    assert send(alice, do="print", layout="cards", anyway="yes", **chosen).content.startswith(b"%PDF")
    assert state_of(alice.table) == PRINTED


def test_names_that_no_letter_of_ours_shows_are_asked_about(alice: House) -> None:
    alice.table.zone = "花园"
    alice.table.save()
    asked = send(alice, do="print", layout="cards").content.decode()
    assert "花园" in asked
    assert "Print anyway" in asked


def test_new_codes_are_asked_about_and_the_old_ones_dead_at_once(alice: House) -> None:
    second = make_table(alice.venue, "2")
    printed = table_code(alice.table.pk, 1)
    send(alice, do="print", layout="cards")
    asked = send(alice, do="rotate").content.decode()
    assert "dead at once" in asked
    assert "2 of them have a printed code" in asked
    assert table_with_code(printed) is not None
    before = VenueEvent.objects.filter(venue=alice.venue, change="rotated").count()
    assert send(alice, do="rotate-yes").status_code == 302
    assert table_with_code(printed) is None
    assert VenueEvent.objects.filter(venue=alice.venue, change="rotated").count() == before + 1
    assert {table.code_version for table in (Table.objects.filter(venue=alice.venue))} == {2}
    assert state_of(second) == OUT_OF_DATE


def test_only_the_chosen_tables_get_new_codes(alice: House) -> None:
    second = make_table(alice.venue, "2")
    send(alice, do="rotate-yes", which="ticked", table=[second.pk])
    assert [table.code_version for table in (Table.objects.filter(venue=alice.venue).order_by("pk"))] == [1, 2]


def test_nothing_chosen_is_nothing_done(alice: House) -> None:
    for what in ("print", "rotate", "rotate-yes"):
        assert send(alice, do=what, which="ticked").status_code == 302
    assert Table.objects.get(pk=alice.table.pk).code_version == 1


def test_the_code_of_one_table_is_a_picture_that_nobody_keeps(alice: House) -> None:
    address = reverse("admin:venues_venue_code", args=[alice.venue.pk, alice.table.pk])
    client = logged_in(alice.manager)
    shown, saved = client.get(address), client.get(address, {"download": ""})
    assert shown["Content-Type"] == "image/svg+xml"
    assert "no-store" in shown["Cache-Control"]
    assert "attachment" in saved["Content-Disposition"]
    assert table_code(alice.table.pk, 1) not in shown.content.decode() + address


def test_another_venues_tables_are_not_there(alice: House) -> None:
    next_door = make_table(make_venue(alice.operator, "Alice's annexe"), "1")
    bob = make_house("Bob")
    client = logged_in(alice.manager)
    for table in (next_door, bob.table):
        assert client.get(reverse("admin:venues_venue_code", args=[alice.venue.pk, table.pk])).status_code == 404
        for what in ("print", "rotate-yes"):
            send(alice, do=what, which="ticked", table=[table.pk])
        fresh = Table.objects.get(pk=table.pk)
        assert (fresh.code_version, fresh.printed_version) == (1, None)


def test_the_lists_action_leads_to_the_page_with_its_tables_ticked(alice: House) -> None:
    make_table(alice.venue, "2")
    client = logged_in(alice.manager)
    chosen = {"action": "codes", ACTION_CHECKBOX_NAME: [alice.table.pk]}
    page = client.post(reverse("admin:venues_table_changelist"), chosen, follow=True).content.decode()
    assert f'value="{alice.table.pk}" aria-label="Table Alice 1" checked' in page
    assert page.count(" checked>") == 1
    shown = client.get(reverse("admin:venues_table_changelist"), {"code": "old"})
    assert shown.status_code == 200
    assert b"Alice 1</a>" not in shown.content


def test_a_hundred_tables_cost_no_more_questions_than_one(
    alice: House, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = logged_in(alice.manager)
    for number in range(100):
        make_table(alice.venue, str(number))
    with django_assert_max_num_queries(12):
        assert client.get(page_of(alice)).status_code == 200
