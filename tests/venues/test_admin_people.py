"""People in the admin: nobody hands out more than they have, nor gets at another operator's people."""

from typing import Any

import pytest
from django.urls import reverse

from tests.factories import logged_in, make_operator, make_person, make_venue
from tests.venues.cast import House, make_house
from tests.venues.forms import faults_of, fields_of, send_changed
from venues.models import Membership, Role, User
from venues.roles import may_work_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

ADD = "admin:venues_user_add"
PASSWORD = "a long evening at the pub"


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


def page_of(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def add_person(by: User, name: str, **membership: Any) -> Any:
    client = logged_in(by)
    fields = fields_of(client.get(reverse(ADD)))
    fields |= {"username": name, "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    fields |= {f"memberships-0-{field}": value for field, value in membership.items()}
    return client.post(reverse(ADD), fields)


def test_a_manager_takes_on_staff_for_their_own_venue(alice: House) -> None:
    assert add_person(alice.manager, "sam", role="staff", venue=alice.venue.pk).status_code == 302
    sam = User.objects.get(username="sam")
    assert may_work_at(sam, alice.venue.pk)
    assert Membership.objects.get(user=sam).operator == alice.operator
    assert (sam.is_superuser, sam.is_staff) == (False, False)


def test_a_manager_makes_no_manager(alice: House) -> None:
    for role in ("manager", "operator"):
        answer = add_person(alice.manager, "sam", role=role, venue=alice.venue.pk)
        assert faults_of(answer), role
    assert not User.objects.filter(username="sam").exists()


def test_an_operator_makes_managers_and_operators_of_their_own_only(alice: House) -> None:
    assert add_person(alice.owner, "mia", role="manager", venue=alice.venue.pk).status_code == 302
    assert add_person(alice.owner, "ola", role="operator", operator=alice.operator.pk).status_code == 302
    bobs = make_venue(make_operator("Bob Group"))
    assert faults_of(add_person(alice.owner, "spy", role="staff", venue=bobs.pk))
    assert faults_of(add_person(alice.owner, "spy", role="operator", operator=bobs.operator_id))
    assert not User.objects.filter(username="spy").exists()


def test_nobody_is_added_without_a_role(alice: House) -> None:
    assert "Please submit at least 1 form." in faults_of(add_person(alice.owner, "ghost"))
    assert not User.objects.filter(username="ghost").exists()


def test_an_operator_has_all_venues_and_others_name_one(alice: House) -> None:
    wide = add_person(alice.owner, "x", role="operator", operator=alice.operator.pk, venue=alice.venue.pk)
    assert "An operator works at all venues: leave this empty." in faults_of(wide)
    assert "At which venue?" in faults_of(add_person(alice.owner, "x", role="staff", operator=alice.operator.pk))


def test_an_operator_cannot_make_anybody_a_superuser(alice: House) -> None:
    answer = send_changed(
        logged_in(alice.owner), page_of(alice.staff), is_superuser="on", is_staff="on", first_name="Art"
    )
    assert answer.status_code == 302
    alice.staff.refresh_from_db()
    assert (alice.staff.first_name, alice.staff.is_superuser, alice.staff.is_staff) == ("Art", False, False)


def test_whoever_works_for_two_operators_is_changed_by_neither(alice: House) -> None:
    bob = make_house("Bob")
    Membership.objects.create(user=bob.staff, operator=alice.operator, venue=alice.venue, role=Role.STAFF)
    client = logged_in(alice.owner)
    assert client.get(page_of(bob.staff)).status_code == 200
    assert b"Bob's" not in client.get(page_of(bob.staff)).content  # their other venue
    assert client.post(page_of(bob.staff), {"username": "mine"}).status_code == 403
    assert client.get(reverse("admin:auth_user_password_change", args=[bob.staff.pk])).status_code == 403
    own = Membership.objects.get(user=bob.staff, operator=alice.operator)
    assert client.post(reverse("admin:venues_membership_delete", args=[own.pk]), {"post": "yes"}).status_code == 302
    assert list(Membership.objects.filter(user=bob.staff)) == [Membership.objects.get(venue=bob.venue, user=bob.staff)]


def test_a_superuser_with_a_role_is_still_nobodys_to_change(alice: House) -> None:
    root = make_person("root", Role.STAFF, alice.venue, is_superuser=True)
    for person in (alice.owner, alice.manager):
        assert logged_in(person).get(reverse("admin:auth_user_password_change", args=[root.pk])).status_code == 403


def test_a_manager_sets_no_password_of_their_own_operator(alice: House) -> None:
    second = make_person("second-manager", Role.MANAGER, alice.venue)
    pages = [reverse("admin:auth_user_password_change", args=[person.pk]) for person in (second, alice.staff)]
    client = logged_in(alice.manager)
    assert [client.get(page).status_code for page in pages] == [403, 200]
    hidden = client.get(reverse("admin:auth_user_password_change", args=[alice.owner.pk]))
    assert hidden.status_code == 404  # a row that they do not see at all


def test_only_superusers_make_operators(alice: House) -> None:
    assert logged_in(alice.owner).get(reverse("admin:venues_operator_add")).status_code == 403
    send_changed(logged_in(alice.owner), page_of(alice.operator), name="X")
    assert logged_in(alice.manager).post(page_of(alice.operator), {"name": "X"}).status_code == 403
    alice.operator.refresh_from_db()
    assert alice.operator.name == "Alice Group"
    root = logged_in(make_person("root", is_superuser=True))
    carol = {"name": "Carol Group", "second_factor": "as_installed"}
    assert root.post(reverse("admin:venues_operator_add"), carol).status_code == 302
