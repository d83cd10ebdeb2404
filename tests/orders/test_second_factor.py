"""The second factor: who needs one, how it is set up, given, lost and replaced."""

import time

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django.fixtures import Settings

from orders.door import failures
from orders.views.visits import address_of
from tests.factories import make_operator, make_venue
from tests.orders.logins import (
    PASSWORD,
    App,
    a_browser,
    give_code,
    give_password,
    is_somebody,
    make_login,
    recovery_codes_on,
)
from tests.venues.forms import send_changed
from venues.access import user_logged_in
from venues.models import Membership, Operator, Role, SecondFactor, Venue
from venues.second_factor import is_bound

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

CODE, SET_UP, OWN = (reverse(name) for name in ("login-code", "login-set-up", "own-login"))
ADMIN = reverse("admin:index")


@pytest.fixture
def venue() -> Venue:
    operator = make_operator()
    Operator.objects.filter(pk=operator.pk).update(second_factor=SecondFactor.ON)
    return make_venue(operator)


def test_whoever_manages_sets_up_an_app_at_the_next_login(venue: Venue, phone: Client) -> None:
    make_login("mia", Role.MANAGER, venue)
    away = phone.get("/sites/")["Location"]
    assert phone.post(away, {"username": "mia", "password": PASSWORD, "next": "/sites/"})["Location"] == SET_UP
    page = phone.get(SET_UP)
    app = App.shown_on(page)
    assert b"<svg" in page.content
    assert page.context["key"].replace(" ", "").isalnum()
    wrong = phone.post(SET_UP, {"code": app.wrong()})
    assert b"This code is not right" in wrong.content
    assert App.shown_on(wrong).key == app.key  # the same code on the page as in the phone by now
    assert not TOTPDevice.objects.exists()
    done = phone.post(SET_UP, {"code": app.code()})
    assert len(set(recovery_codes_on(done))) == 10
    assert 'href="/sites/"' in done.content.decode()
    assert phone.get("/sites/").status_code == 200


def test_a_code_is_asked_for_at_every_login_after_that(venue: Venue, phone: Client) -> None:
    app = App.of(make_login("mia", Role.MANAGER, venue))
    assert give_password(phone, "mia", next="/reports/")["Location"] == CODE
    assert phone.get(SET_UP)["Location"] == CODE  # no way to put another app in its place
    assert phone.post(SET_UP, {"code": app.code()})["Location"] == CODE
    assert b"not right" in give_code(phone, app.wrong()).content
    assert not is_somebody(phone)
    assert give_code(phone, app.code())["Location"] == "/reports/"
    assert is_somebody(phone)


def test_the_login_page_leads_back_to_the_step_that_is_wanting(venue: Venue, phone: Client) -> None:
    app = App.of(make_login("mia", Role.MANAGER, venue))
    give_password(phone, "mia")
    refused = phone.get(f"/board/{venue.pk}/find/")
    assert refused["Location"] == f"/login/?next=/board/{venue.pk}/find/"
    assert phone.get(refused["Location"])["Location"] == CODE
    assert give_code(phone, app.code())["Location"] == f"/board/{venue.pk}/find/"


def test_a_half_login_leads_to_no_other_site(venue: Venue, phone: Client) -> None:
    app = App.of(make_login("mia", Role.MANAGER, venue))
    give_password(phone, "mia", next="https://evil.example/")
    phone.get("/login/?next=https://evil.example/")
    assert give_code(phone, app.code())["Location"] == ADMIN


def test_the_same_code_is_not_taken_twice(venue: Venue) -> None:
    app = App.of(make_login("mia", Role.MANAGER, venue))
    code, first, second = app.code(), a_browser(), a_browser()
    for client in (first, second):
        give_password(client, "mia")
        give_code(client, code)
    assert (is_somebody(first), is_somebody(second)) == (True, False)
    give_code(second, app.code(1))
    assert is_somebody(second)


def test_the_code_that_set_an_app_up_is_used(venue: Venue, phone: Client) -> None:
    make_login("mia", Role.MANAGER, venue)
    give_password(phone, "mia")
    app = App.shown_on(phone.get(SET_UP))
    code = app.code()
    assert phone.post(SET_UP, {"code": code}).status_code == 200
    again = a_browser()
    give_password(again, "mia")
    give_code(again, code)
    assert not is_somebody(again)


def test_a_recovery_code_counts_once_and_is_nowhere_to_be_read(venue: Venue, phone: Client) -> None:
    make_login("mia", Role.MANAGER, venue)
    give_password(phone, "mia")
    app = App.shown_on(phone.get(SET_UP))
    codes = recovery_codes_on(phone.post(SET_UP, {"code": app.code()}))
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert len(kept) == 10
    assert not kept & {code.replace("-", "").lower() for code in codes}
    assert all(code not in phone.get(OWN).content.decode() for code in codes)
    for typed, taken in ((codes[0].lower(), True), (codes[0], False), (codes[1].replace("-", " "), True)):
        client = a_browser()
        give_password(client, "mia")
        give_code(client, typed)
        assert is_somebody(client) is taken, typed
    assert "8 of 10" in phone.get(OWN).content.decode()


def test_anothers_code_is_wrong(venue: Venue, phone: Client) -> None:
    App.of(make_login("mia", Role.MANAGER, venue))
    noah = App.of(make_login("noah", Role.MANAGER, venue))
    give_password(phone, "mia")
    give_code(phone, noah.code())
    assert not is_somebody(phone)


def test_whom_it_binds(settings: Settings) -> None:
    on, off, unsaid = make_venue(), make_venue(), make_venue()
    for venue, said in ((on, SecondFactor.ON), (off, SecondFactor.OFF)):
        Operator.objects.filter(pk=venue.operator_id).update(second_factor=said)
    people = {
        "manager, on": make_login("a", Role.MANAGER, on),
        "operator, on": make_login("b", Role.OPERATOR, on.operator),
        "staff, on": make_login("c", Role.STAFF, on),
        "manager, off": make_login("d", Role.MANAGER, off),
        "manager, unsaid": make_login("e", Role.MANAGER, unsaid),
        "staff, unsaid": make_login("f", Role.STAFF, unsaid),
        "manager, off and on": make_login("g", Role.MANAGER, off),
        "staff, on, and manager, off": make_login("h", Role.MANAGER, off),
    }
    Membership.objects.create(user=people["manager, off and on"], operator=on.operator, venue=on, role=Role.MANAGER)
    Membership.objects.create(
        user=people["staff, on, and manager, off"], operator=on.operator, venue=on, role=Role.STAFF
    )
    always = {"manager, on", "operator, on", "manager, off and on"}
    for default, bound in ((False, always), (True, always | {"manager, unsaid"})):
        settings.ONTAP_SECOND_FACTOR = default
        assert {name for name, person in people.items() if is_bound(person)} == bound


def test_superusers_are_bound_where_the_installation_or_any_operator_says_so(settings: Settings) -> None:
    root = make_login("root", is_superuser=True)
    settings.ONTAP_SECOND_FACTOR = True
    assert is_bound(root)
    settings.ONTAP_SECOND_FACTOR = False
    operator = make_operator()
    assert not is_bound(root)
    Operator.objects.filter(pk=operator.pk).update(second_factor=SecondFactor.ON)
    assert is_bound(root)


def test_staff_log_in_by_password_as_ever(venue: Venue, phone: Client) -> None:
    make_login("sam", Role.STAFF, venue)
    assert give_password(phone, "sam")["Location"] == f"/board/{venue.pk}/"
    assert phone.get(f"/board/{venue.pk}/").status_code == 200


def test_who_is_logged_in_when_the_policy_comes_is_nobody_until_verified(phone: Client) -> None:
    venue = make_venue()
    phone.force_login(make_login("mia", Role.MANAGER, venue))
    key = phone.cookies["ontap_login"].value
    assert phone.get(ADMIN).status_code == 200
    Operator.objects.filter(pk=venue.operator_id).update(second_factor=SecondFactor.ON)
    assert user_logged_in(key) is None
    assert phone.get(phone.get(ADMIN)["Location"])["Location"] == SET_UP


def test_whoever_has_an_app_is_asked_though_nobody_demands_it(phone: Client) -> None:
    app = App.of(make_login("sam", Role.STAFF, make_venue()))
    assert give_password(phone, "sam")["Location"] == CODE
    give_code(phone, app.code())
    assert is_somebody(phone)
    assert phone.post(OWN, {"do": "remove"})["Location"] == OWN
    assert not TOTPDevice.objects.exists()
    assert is_somebody(phone)


def test_who_must_have_an_app_cannot_do_without(venue: Venue, phone: Client) -> None:
    app = App.of(make_login("mia", Role.MANAGER, venue))
    give_password(phone, "mia")
    give_code(phone, app.code())
    assert phone.post(OWN, {"do": "remove"}).status_code == 400
    assert TOTPDevice.objects.count() == 1


def test_a_new_phone_takes_the_place_of_the_old_one(venue: Venue, phone: Client) -> None:
    old, elsewhere = App.of(make_login("mia", Role.MANAGER, venue)), a_browser()
    for client, step in ((elsewhere, 0), (phone, 1)):
        give_password(client, "mia")
        give_code(client, old.code(step))
    assert phone.post(OWN, {"do": "app"})["Location"] == SET_UP
    new = App.shown_on(phone.get(SET_UP))
    assert TOTPDevice.objects.get().key == old.key  # until a code confirms the new one
    assert len(recovery_codes_on(phone.post(SET_UP, {"code": new.code()}))) == 10
    assert TOTPDevice.objects.get().key == new.key
    assert StaticToken.objects.count() == 10
    assert is_somebody(phone)
    assert not is_somebody(elsewhere)


def test_new_recovery_codes_end_the_old_ones(venue: Venue, phone: Client) -> None:
    app = App.of(make_login("mia", Role.MANAGER, venue))
    give_password(phone, "mia")
    give_code(phone, app.code())
    before = set(StaticToken.objects.values_list("token", flat=True))
    assert len(recovery_codes_on(phone.post(OWN, {"do": "codes"}))) == 10
    assert not before & set(StaticToken.objects.values_list("token", flat=True))


def reset(by: Client, *people: int) -> None:
    chosen = {"action": "reset_second_factor", ACTION_CHECKBOX_NAME: people}
    assert by.post(reverse("admin:venues_user_changelist"), chosen).status_code == 302


def test_an_operator_resets_a_lost_factor_and_a_manager_only_those_of_their_staff(phone: Client) -> None:
    venue = make_venue()
    mia, sam = make_login("mia", Role.MANAGER, venue), make_login("sam", Role.STAFF, venue)
    owner, manager, theirs = a_browser(), a_browser(), a_browser()
    owner.force_login(make_login("ola", Role.OPERATOR, venue.operator))
    manager.force_login(make_login("max", Role.MANAGER, venue))
    for person in (mia, sam):
        App.of(person)
    app = App(TOTPDevice.objects.get(user=mia).key)
    give_password(theirs, "mia")
    give_code(theirs, app.code())
    reset(manager, mia.pk, sam.pk)
    assert [one.user for one in TOTPDevice.objects.all()] == [mia]
    assert is_somebody(theirs)
    reset(owner, mia.pk)
    assert not TOTPDevice.objects.exists()
    assert not is_somebody(theirs)  # whoever has the lost phone


def test_nobody_resets_people_of_others(venue: Venue, phone: Client) -> None:
    stranger = make_login("eve", Role.OPERATOR, make_operator())
    mia = make_login("mia", Role.MANAGER, venue)
    App.of(mia)
    phone.force_login(stranger)
    reset(phone, mia.pk)
    assert TOTPDevice.objects.filter(user=mia).exists()


def test_the_machines_owner_resets_a_superuser(phone: Client) -> None:
    App.of(make_login("root", is_superuser=True))
    call_command("reset_second_factor", "root")
    assert give_password(phone, "root")["Location"] == ADMIN


def test_an_operator_says_how_their_people_log_in_and_renames_nothing(phone: Client) -> None:
    operator = make_operator("Alice Group")
    phone.force_login(make_login("ola", Role.OPERATOR, operator))
    page = reverse("admin:venues_operator_change", args=[operator.pk])
    assert send_changed(phone, page, second_factor="on", name="Mine").status_code == 302
    operator.refresh_from_db()
    assert (operator.name, operator.second_factor) == ("Alice Group", "on")


def test_a_manager_does_not_say_it(venue: Venue, phone: Client) -> None:
    Operator.objects.update(second_factor=SecondFactor.OFF)
    phone.force_login(make_login("mia", Role.MANAGER, venue))
    page = reverse("admin:venues_operator_change", args=[venue.operator_id])
    assert phone.post(page, {"second_factor": "on"}).status_code == 403
    assert Operator.objects.get(pk=venue.operator_id).second_factor == SecondFactor.OFF


def test_wrong_codes_count_for_the_address(venue: Venue, phone: Client) -> None:
    App.of(make_login("mia", Role.MANAGER, venue))
    address = address_of(give_password(phone, "mia").wsgi_request)
    for _ in range(3):
        assert not failures.full(address, time.monotonic(), most=3)
        give_code(phone, "not a code")
    assert failures.full(address, time.monotonic(), most=3)
