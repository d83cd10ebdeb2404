"""Venues, tables, devices and orders in the admin."""

from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse
from pytest_django.fixtures import Settings

from orders.models import VenueEvent
from tests.factories import logged_in, make_device, make_member
from tests.venues.cast import House, make_house
from tests.venues.forms import fields_of, send_changed
from venues.access import device_with, member_is_live, member_with, table_with_code
from venues.codes import table_code
from venues.models import Device, Table, TableSession, User, VenueFeed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


def page_of(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def act(user: User, row: Any, action: str) -> Any:
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist")
    return logged_in(user).post(address, {"action": action, ACTION_CHECKBOX_NAME: [row.pk]})


def test_saving_a_venue_leaves_its_counters_alone(alice: House) -> None:
    before = VenueFeed.objects.get(venue=alice.venue)
    assert send_changed(logged_in(alice.manager), page_of(alice.venue), pay_sentence="Pay now.").status_code == 302
    after = VenueFeed.objects.get(venue=alice.venue)
    assert (after.epoch, after.last_order_number) == (before.epoch, before.last_order_number)
    assert after.seq > before.seq


def test_a_manager_says_whether_orders_go_and_which_numbers_are_ours(alice: House) -> None:
    client, page = logged_in(alice.manager), page_of(alice.venue)
    numbers = {"first_own_name": "7000", "last_own_name": "7999"}
    assert send_changed(client, page, takes_to_go="on", **numbers).status_code == 302
    alice.venue.refresh_from_db()
    assert (alice.venue.takes_to_go, alice.venue.first_own_name, alice.venue.last_own_name) == (True, 7000, 7999)
    wrong = send_changed(client, page, first_own_name="8000")
    assert "Our own numbers go from 1 to 9999, the first one below the last." in wrong.content.decode()


def test_a_venue_stays_with_its_operator_and_a_table_with_its_venue(alice: House) -> None:
    bob = make_house("Bob")
    client = logged_in(alice.owner)
    send_changed(client, page_of(alice.venue), operator=bob.operator.pk, name="Alice's house")
    send_changed(client, page_of(alice.table), venue=bob.venue.pk, name="Window")
    alice.venue.refresh_from_db()
    alice.table.refresh_from_db()
    assert (alice.venue.operator, alice.venue.name) == (alice.operator, "Alice's house")
    assert (alice.table.venue, alice.table.name) == (alice.venue, "Window")


def test_a_manager_neither_adds_nor_deletes_venues(alice: House) -> None:
    client = logged_in(alice.manager)
    assert client.get(reverse("admin:venues_venue_add")).status_code == 403
    assert client.get(reverse("admin:venues_venue_delete", args=[alice.venue.pk])).status_code == 403
    assert logged_in(alice.owner).get(reverse("admin:venues_venue_add")).status_code == 200


def test_admin_says_where_open_tables_have_no_effect(alice: House, settings: Settings) -> None:
    words = b"this installation lets nobody order without a code"
    settings.ONTAP_ALLOW_OPEN_TABLES = True
    assert words not in logged_in(alice.manager).get(page_of(alice.venue)).content
    settings.ONTAP_ALLOW_OPEN_TABLES = False
    assert words in logged_in(alice.manager).get(page_of(alice.venue)).content


def test_clearing_a_table_ends_its_session(alice: House) -> None:
    assert act(alice.manager, alice.table, "clear").status_code == 302
    assert TableSession.objects.get(pk=alice.session.pk).ended_at is not None
    assert VenueEvent.objects.filter(venue=alice.venue, kind="session", change="ended").exists()


def test_stopping_and_letting_go_on(alice: House) -> None:
    act(alice.manager, alice.table, "stop")
    assert Table.objects.get(pk=alice.table.pk).stopped_at is not None
    act(alice.manager, alice.table, "let_go_on")
    assert Table.objects.get(pk=alice.table.pk).stopped_at is None


def test_a_new_code_makes_the_printed_one_and_its_phones_dead(alice: House) -> None:
    printed, phone = table_code(alice.table.pk, alice.table.code_version), make_member(alice.table)
    codes = reverse("admin:venues_venue_codes", args=[alice.venue.pk])
    logged_in(alice.manager).post(codes, {"do": "rotate-yes", "which": "ticked", "table": [alice.table.pk]})
    assert table_with_code(printed) is None
    member = member_with(phone)
    assert member is not None
    assert not member_is_live(member)
    rotated = Table.objects.get(pk=alice.table.pk)
    assert (
        table_code(rotated.pk, rotated.code_version).encode() in logged_in(alice.manager).get(page_of(rotated)).content
    )


def test_a_device_key_is_shown_once_and_kept_as_a_hash(alice: House) -> None:
    client = logged_in(alice.manager)
    address = reverse("admin:venues_device_add")
    answer = client.post(address, {**fields_of(client.get(address)), "venue": alice.venue.pk, "name": "Garden bar"})
    device = Device.objects.get(name="Garden bar")
    key = answer.content.decode().partition("/k/")[2].partition("/")[0]
    assert device_with(key) == device
    assert device.created_by == alice.manager
    assert key not in str(Device.objects.filter(pk=device.pk).values())
    assert "messages" not in answer.cookies
    assert key not in client.get(page_of(device)).content.decode()


def test_a_revoked_device_is_dead_and_still_listed(alice: House) -> None:
    device, key = make_device(alice.venue, "Lost tablet")
    assert act(alice.manager, device, "revoke").status_code == 302
    assert device_with(key) is None
    assert VenueEvent.objects.filter(venue=alice.venue, kind="access", change="revoked").exists()
    assert b"Lost tablet" in logged_in(alice.manager).get(reverse("admin:venues_device_changelist")).content
    assert logged_in(alice.owner).get(reverse("admin:venues_device_delete", args=[device.pk])).status_code == 403


def test_orders_and_sessions_are_to_look_at(alice: House) -> None:
    client = logged_in(alice.owner)
    shown = client.get(page_of(alice.order)).content
    assert b"Alice ale" in shown
    assert b"placed" in shown
    for row in (alice.order, alice.session):
        assert client.post(page_of(row), {"state": "completed"}).status_code == 403
        assert client.get(page_of(row).replace("change", "delete")).status_code == 403
        add = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_add")
        assert client.get(add).status_code == 403


@pytest.mark.parametrize("page", ["x", "0", "-1", "999"])
def test_a_page_of_the_search_that_is_none_is_not_there(alice: House, page: str) -> None:
    client = logged_in(alice.owner)
    assert client.get("/admin/search/", {"s": "order"}).status_code == 200
    assert client.get("/admin/search/", {"s": "order", "page": page}).status_code == 404


def test_searching_orders_by_words_finds_none(alice: House) -> None:
    answer = logged_in(alice.owner).get(reverse("admin:orders_order_changelist"), {"q": "not a number"})
    assert answer.status_code == 200
