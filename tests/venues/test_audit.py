"""The audit log: what is noted of whom, who reads it, and that nobody changes it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from tests.factories import logged_in, make_person, make_venue
from tests.venues.cast import House, make_house
from tests.venues.forms import send_changed
from venues.acting import acting_in
from venues.audit import What, network_of, note, prune_audit
from venues.models import AuditEntry, Membership, Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

LIST = "admin:venues_auditentry_changelist"
PASSWORD = "a long evening at the pub"


@pytest.fixture
def alice(settings: Settings) -> House:
    settings.ONTAP_AUDIT_DAYS = 730
    return make_house("Alice")


def noted(what: What, **where: Any) -> list[str]:
    return list(AuditEntry.objects.filter(what=what, **where).order_by("pk").values_list("about", flat=True))


def test_the_database_refuses_to_change_or_remove_an_entry(alice: House) -> None:
    note(What.EXPORTED, "orders of May", venue=alice.venue)
    entry = AuditEntry.objects.get(what=What.EXPORTED)
    for spoil in (
        lambda: AuditEntry.objects.filter(pk=entry.pk).update(about="nothing"),
        lambda: AuditEntry.objects.filter(pk=entry.pk).update(kept_until=timezone.now() - timedelta(days=1)),
        lambda: AuditEntry.objects.filter(pk=entry.pk).delete(),
        lambda: AuditEntry.objects.all()._raw_delete("default"),
        entry.delete,
        entry.save,
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            spoil()
    assert noted(What.EXPORTED) == ["orders of May"]


def test_an_entry_outlives_whom_and_what_it_names(alice: House) -> None:
    note(What.EXPORTED, "orders", venue=alice.venue, who=alice.staff)
    alice.staff.delete()
    kept = AuditEntry.objects.get(what=What.EXPORTED)
    assert (kept.name, noted(What.ROLE_TAKEN)) == ("Alice-staff", ["Alice-staff: staff at Alice's"])


def test_what_is_over_is_pruned_in_batches_and_that_is_an_entry(alice: House, settings: Settings) -> None:
    now = timezone.now()
    before = AuditEntry.objects.count()
    assert prune_audit(now) == 0
    settings.ONTAP_AUDIT_DAYS = -3
    for _ in range(3):
        note(What.EXPORTED, "long ago", venue=alice.venue)
    settings.ONTAP_AUDIT_DAYS = 730
    assert (prune_audit(now), prune_audit(now)) == (3, 0)
    assert noted(What.PRUNED, operator=alice.operator) == ["3 entries"]
    assert AuditEntry.objects.count() == before + 1


def test_logins_are_noted_where_the_person_works_and_failed_ones_name_no_stranger(alice: House, phone: Client) -> None:
    alice.staff.set_password(PASSWORD)
    alice.staff.save()
    for name, password in (("Alice-staff", "wrong"), ("Alice-staff", "wrong"), ("my secret password", "x")):
        phone.post(reverse("login"), {"username": name, "password": password})
    phone.post(reverse("login"), {"username": "Alice-staff", "password": PASSWORD})
    phone.post(reverse("logout"))
    assert noted(What.PASSWORD_SET, venue=alice.venue) == ["of Alice-staff"]
    assert noted(What.LOGIN_FAILED, venue=alice.venue) == ["as Alice-staff"]
    assert noted(What.LOGIN_FAILED, venue=None) == ["as nobody we know"]
    entry = AuditEntry.objects.get(what=What.LOGIN, who=alice.staff)
    assert (entry.venue, entry.operator, entry.name) == (alice.venue, alice.operator, "Alice-staff")
    assert entry.address.startswith("10.9.")
    assert entry.address.endswith(".0/24")
    assert AuditEntry.objects.filter(what=What.LOGOUT, who=alice.staff).count() == 1
    assert "secret" not in str(list(AuditEntry.objects.values_list("about", "name")))


def test_whoever_changes_a_role_is_noted_with_what_it_was(alice: House) -> None:
    role = Membership.objects.get(user=alice.staff)
    page = reverse("admin:venues_membership_change", args=[role.pk])
    assert send_changed(logged_in(alice.owner), page, role="manager").status_code == 302
    entry = AuditEntry.objects.get(what=What.ROLE_CHANGED)
    assert entry.about == "Alice-staff: staff at Alice's, now manager at Alice's"
    assert (entry.who, entry.venue, entry.operator) == (alice.owner, alice.venue, alice.operator)


def test_a_devices_key_is_noted_when_it_is_made_and_revoked(alice: House) -> None:
    client = logged_in(alice.manager)
    client.post(reverse("admin:venues_device_add"), {"venue": alice.venue.pk, "name": "Floor"})
    chosen = {"action": "revoke", "_selected_action": [alice.device.pk]}
    client.post(reverse("admin:venues_device_changelist"), chosen)
    assert noted(What.DEVICE_MADE, venue=alice.venue, who=alice.manager) == ["Floor"]
    assert noted(What.DEVICE_REVOKED, venue=alice.venue, who=alice.manager) == ["Alice tablet"]
    codes = reverse("admin:venues_venue_codes", args=[alice.venue.pk])
    client.post(codes, {"do": "rotate-yes", "which": "ticked", "table": [alice.table.pk]})
    assert noted(What.CODES_ROTATED, venue=alice.venue, who=alice.manager) == ["table Alice 1"]


def test_policies_who_hears_of_alerts_and_exports_are_noted(alice: House) -> None:
    client = logged_in(alice.owner)
    send_changed(client, reverse("admin:venues_operator_change", args=[alice.operator.pk]), second_factor="off")
    assert noted(What.POLICY_CHANGED, operator=alice.operator) == ["second factor: A password is enough"]
    target = {"way": "mail", "address": "sam@alice.example", "venue": alice.venue.pk, "active": "on"}
    client.post(reverse("admin:ontap_alerttarget_add"), target)
    assert noted(What.ALERTS_SENT_TO, venue=alice.venue) == ["sam@alice.example: added"]
    menu = alice.venue.menu
    assert menu is not None
    client.get(reverse("admin:venues_menu_file", args=[menu.pk, "products.csv"]))
    assert noted(What.EXPORTED, operator=alice.operator) == [f"menu {menu}: products.csv"]


def test_operators_read_their_own_managers_their_venues_and_nobody_writes(alice: House) -> None:
    bob = make_house("Bob")
    note(What.POLICY_CHANGED, "of Alice", operator=alice.operator)
    note(What.EXPORTED, "at Alice", venue=alice.venue)
    note(What.EXPORTED, "of nobody")
    seen = {
        user.username: [
            words in logged_in(user).get(reverse(LIST)).content.decode()
            for words in ("of Alice", "at Alice", "of nobody")
        ]
        for user in (alice.owner, alice.manager, bob.owner)
    }
    assert seen == {
        "Alice-owner": [True, True, False],
        "Alice-manager": [False, True, False],
        "Bob-owner": [False, False, False],
    }
    client, entry = logged_in(alice.owner), AuditEntry.objects.get(about="at Alice")
    page = reverse("admin:venues_auditentry_change", args=[entry.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"about": "nothing"}).status_code == 403
    for verb in ("delete", "history"):
        assert client.get(reverse(f"admin:venues_auditentry_{verb}", args=[entry.pk])).status_code == 403
    assert client.get(reverse("admin:venues_auditentry_add")).status_code == 403
    assert b'name="action"' not in client.get(reverse(LIST)).content
    for query in ({"what": "exported"}, {"q": "at Alice"}, {"venue": alice.venue.pk}):
        assert b"at Alice" in client.get(reverse(LIST), query).content, query
        assert b"of Alice" not in client.get(reverse(LIST), query).content, query


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::5", "2001:db8:1::/48"),
        ("", ""),
        ("x", ""),
    ],
)
def test_of_an_address_the_network_is_kept(address: str, network: str) -> None:
    assert network_of(address) == network
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with acting_in(request, lambda _: address):
        note(What.EXPORTED)
    assert AuditEntry.objects.get(what=What.EXPORTED).address == network


def test_a_venue_that_goes_leaves_who_worked_there(alice: House) -> None:
    second = make_venue(alice.operator, "Alice's second")
    make_person("Alice-two", Role.STAFF, second)
    gone = second.pk
    assert (
        logged_in(alice.owner).post(reverse("admin:venues_venue_delete", args=[gone]), {"post": "yes"}).status_code
        == 302
    )
    entry = AuditEntry.objects.get(what=What.ROLE_TAKEN)
    assert (entry.about, entry.venue_id, entry.who) == ("Alice-two: staff at Alice's second", gone, alice.owner)
    assert b"Alice-two" in logged_in(alice.owner).get(reverse(LIST)).content


def test_the_list_takes_as_many_queries_for_many_as_for_few(alice: House) -> None:
    client, counts = logged_in(alice.owner), []
    for more in (2, 20):
        for _ in range(more):
            note(What.EXPORTED, "orders", venue=alice.venue, who=alice.manager)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse(LIST)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[1] <= 20
