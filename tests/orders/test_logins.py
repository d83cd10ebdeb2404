"""How long a login lasts, what ends it, and under which key it is kept."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from orders import presence
from tests.factories import make_venue
from tests.orders.logins import PASSWORD, App, a_browser, give_code, give_password, is_somebody, make_login
from tests.venues.forms import send_changed
from venues.access import REVOKED, SESSION_ENDED, Credentials, Pass, board_pass, lost
from venues.models import Membership, Role, User, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

ADMIN, OWN = reverse("admin:index"), reverse("own-login")


@pytest.fixture(autouse=True)
def as_in_production(settings: Settings) -> None:
    settings.ONTAP_LOGIN_HOURS, settings.ONTAP_LOGIN_IDLE_HOURS = 12, 2


@pytest.fixture
def venue() -> Venue:
    return make_venue()


@pytest.fixture
def mia(venue: Venue) -> User:
    return make_login("mia", Role.MANAGER, venue)


def opens_admin(client: Client, at: datetime) -> bool:
    with time_machine.travel(at, tick=False):
        return client.get(ADMIN).status_code == 200


def at_board(client: Client, venue: Venue) -> Pass | None:
    return board_pass(venue.pk, Credentials(cookies={name: one.value for name, one in client.cookies.items()}))


def logged_in(at: datetime, name: str = "mia") -> Client:
    client = a_browser()
    with time_machine.travel(at, tick=False):
        assert give_password(client, name).status_code == 302
    return client


def test_a_login_in_use_ends_after_twelve_hours(mia: User) -> None:
    start = timezone.now()
    client = logged_in(start)
    for hour in range(1, 12):
        assert opens_admin(client, start + timedelta(hours=hour)), hour
    assert not opens_admin(client, start + timedelta(hours=12, seconds=1))


def test_a_login_that_is_not_used_ends_after_two_hours(mia: User) -> None:
    start = timezone.now()
    assert opens_admin(logged_in(start), start + timedelta(hours=1, minutes=59))
    assert not opens_admin(logged_in(start), start + timedelta(hours=2, minutes=1))


def test_a_page_that_reads_itself_again_is_not_used_by_anybody(mia: User) -> None:
    start = timezone.now()
    client = logged_in(start)
    answered = []
    for minutes in (30, 60, 90, 119, 121):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            answered.append(client.get("/sites/", headers={"sec-fetch-dest": "empty"}).status_code)
    assert answered == [200, 200, 200, 200, 302]


def test_a_board_by_login_lasts_a_shift_while_its_socket_is_open_and_opens_no_admin(venue: Venue, mia: User) -> None:
    start = timezone.now()
    client = logged_in(start)
    held = at_board(client, venue)
    assert held is not None
    for minute in range(0, 601, 20):
        now = start + timedelta(minutes=minute)
        with time_machine.travel(now, tick=False):
            assert lost([held]) == {}, minute
            presence._note_seen([held], now)
            assert at_board(client, venue) is not None  # a connection lost for a moment
    assert not opens_admin(client, start + timedelta(hours=10))
    with time_machine.travel(start + timedelta(hours=12, minutes=1), tick=False):
        assert lost([held]) == {held: SESSION_ENDED}


def test_a_board_whose_page_is_read_without_scripts_is_in_use_too(venue: Venue, mia: User) -> None:
    start = timezone.now()
    client = logged_in(start)
    for half_hours in range(1, 20):
        with time_machine.travel(start + timedelta(minutes=30 * half_hours), tick=False):
            assert client.get(f"/board/{venue.pk}/").status_code == 200, half_hours


def test_a_board_that_nobody_looks_at_ends_too(venue: Venue, mia: User) -> None:
    start = timezone.now()
    client = logged_in(start)
    with time_machine.travel(start + timedelta(hours=2, minutes=1), tick=False):
        assert at_board(client, venue) is None


def test_a_login_begins_under_a_key_of_its_own_each_time(mia: User, phone: Client) -> None:
    phone.get("/login/")
    keys = []
    for _ in range(2):  # the second time over the first
        give_password(phone, "mia")
        keys.append(phone.cookies["ontap_login"].value)
    app = App.of(mia)
    give_password(phone, "mia")
    keys.append(phone.cookies["ontap_login"].value)
    give_code(phone, app.code())
    keys.append(phone.cookies["ontap_login"].value)
    assert len(set(keys)) == 4
    assert [session.pk for session in Session.objects.all()] == keys[-1:]


def demote(person: User) -> None:
    role = Membership.objects.get(user=person)
    role.role = Role.STAFF
    role.save()


def dismiss(person: User) -> None:
    Membership.objects.filter(user=person).delete()


def set_password(person: User) -> None:
    person.set_password("another evening at the pub")
    person.save()


def lock_out(person: User) -> None:
    person.is_active = False
    person.save()


ENDS: dict[str, Callable[[User], None]] = {
    "another password": set_password,
    "a lesser role": demote,
    "no role": dismiss,
    "may log in no more": lock_out,
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_what_takes_power_away_ends_every_login(end: Callable[[User], None], venue: Venue, mia: User) -> None:
    clients = [logged_in(timezone.now()) for _ in range(2)]
    held = [at_board(client, venue) for client in clients]
    passes = [one for one in held if one is not None]
    assert len(passes) == 2
    end(User.objects.get(pk=mia.pk))
    assert not any(is_somebody(client) for client in clients)
    assert set(lost(passes).values()) == {REVOKED if end is dismiss else SESSION_ENDED}
    # It does not come back with the right.
    User.objects.filter(pk=mia.pk).update(is_active=True)
    Membership.objects.update_or_create(user=mia, operator=venue.operator, venue=venue, defaults={"role": Role.MANAGER})
    assert not any(is_somebody(client) for client in clients)


def test_who_is_no_superuser_any_more_is_logged_out(phone: Client) -> None:
    root = make_login("root", is_superuser=True)
    give_password(phone, "root")
    assert is_somebody(phone)
    root = User.objects.get(pk=root.pk)
    root.is_superuser = False
    root.save()
    assert not is_somebody(phone)


def test_a_name_that_is_corrected_ends_nothing(venue: Venue, mia: User, phone: Client) -> None:
    give_password(phone, "mia")
    owner = a_browser()
    owner.force_login(make_login("ola", Role.OPERATOR, venue.operator))
    page = reverse("admin:venues_user_change", args=[mia.pk])
    assert send_changed(owner, page, first_name="Mia").status_code == 302
    assert is_somebody(phone)


def test_a_new_password_of_ones_own_ends_the_other_logins(mia: User, phone: Client) -> None:
    elsewhere = logged_in(timezone.now())
    give_password(phone, "mia")
    words = {"old_password": PASSWORD, "new_password1": "an early morning", "new_password2": "an early morning"}
    assert phone.post(reverse("admin:password_change"), words).status_code == 302
    assert (is_somebody(phone), is_somebody(elsewhere)) == (True, False)


def test_logging_out_everywhere_ends_all_of_them(venue: Venue, mia: User, phone: Client) -> None:
    make_login("noah", Role.MANAGER, venue)
    elsewhere, noah = logged_in(timezone.now()), logged_in(timezone.now(), "noah")
    give_password(phone, "mia")
    assert phone.post(OWN, {"do": "end"})["Location"] == reverse("login")
    assert [is_somebody(client) for client in (phone, elsewhere, noah)] == [False, False, True]
    give_password(phone, "mia")
    assert is_somebody(phone)


def test_a_session_that_says_not_when_it_began_is_nobodys(mia: User, phone: Client) -> None:
    give_password(phone, "mia")
    session = phone.session
    del session["login_started"]
    session.save()
    assert not is_somebody(phone)
    assert isinstance(phone.get(reverse("login")).context["user"], AnonymousUser)
