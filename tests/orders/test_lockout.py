"""Ten wrong passwords or codes of one account lock it, and nobody can tell a locked account from any other."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_venue
from tests.orders.logins import PASSWORD, App, a_browser, give_code, give_password, is_somebody, make_login
from venues.models import LoginTries, Operator, Role, Venue
from venues.tries import MOST, WINDOW, count_try, forget_tries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

PEOPLE = reverse("admin:venues_user_changelist")
hashed: list[str] = []


class CountingHasher(MD5PasswordHasher):
    def encode(self, password: str, salt: str) -> str:
        hashed.append(password)
        return super().encode(password, salt)


@pytest.fixture
def venue() -> Venue:
    return make_venue()


@pytest.fixture
def counted() -> Iterator[list[str]]:
    with override_settings(PASSWORD_HASHERS=[f"{__name__}.CountingHasher"]):
        yield hashed


def guess(name: str, times: int = MOST) -> None:
    for _ in range(times):
        assert give_password(a_browser(), name, "guess").status_code == 200


def words_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def test_ten_wrong_passwords_lock_an_account_from_every_address(venue: Venue, phone: Client) -> None:
    make_login("sam", Role.STAFF, venue)
    guess("sam", MOST - 1)
    assert give_password(phone, "sam").status_code == 302  # the tenth is right
    guess("sam")
    assert give_password(a_browser(), "sam").status_code == 200


def test_a_right_password_ends_the_count(venue: Venue, phone: Client) -> None:
    make_login("sam", Role.STAFF, venue)
    for _ in range(3):
        guess("sam", MOST - 1)
        assert give_password(phone, "sam").status_code == 302
    assert not LoginTries.objects.exists()


def test_others_are_not_locked_with_it(venue: Venue, phone: Client) -> None:
    for name in ("sam", "tom"):
        make_login(name, Role.STAFF, venue)
    guess("sam")
    assert give_password(phone, "tom").status_code == 302


def test_the_lock_ends_by_itself(venue: Venue) -> None:
    make_login("sam", Role.STAFF, venue)
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        guess("sam")
    for minutes, answered in ((14.9, 200), (15.1, 302)):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            assert give_password(a_browser(), "sam").status_code == answered, minutes


def test_ten_tries_of_a_long_day_lock_nobody(venue: Venue, phone: Client) -> None:
    make_login("sam", Role.STAFF, venue)
    now = timezone.now()
    for step in range(2 * MOST):
        with time_machine.travel(now + step * timedelta(minutes=2), tick=False):
            guess("sam", 1)
    with time_machine.travel(now + 2 * MOST * timedelta(minutes=2), tick=False):
        assert give_password(phone, "sam").status_code == 302


def test_nobody_can_tell_a_locked_a_known_and_an_unknown_name_apart(venue: Venue, counted: list[str]) -> None:
    for name in ("locked", "known", "away"):
        make_login(name, Role.STAFF, venue, is_active=name != "away")
    make_login("paperless", Role.STAFF, venue).set_unusable_password()
    names = ("locked", "known", "unknown", "away", "paperless")
    for name in names:
        guess(name, MOST if name == "locked" else 1)  # and each has its row
    told = set()
    for name, password in (*((name, "guess") for name in names), ("locked", PASSWORD), ("away", PASSWORD)):
        counted.clear()
        phone = a_browser()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = give_password(phone, name, password)
        assert answer.status_code == 200
        status, text = words_of(answer)
        told.add((status, text.replace(f'value="{name}"', ""), len(counted), len(queries)))
    assert len(told) == 1
    assert len(hashed) == 1
    assert "or there were too many tries" in text


def test_wrong_codes_count_with_wrong_passwords(venue: Venue, phone: Client) -> None:
    app = App.of(make_login("mia", Role.MANAGER, venue))
    guess("mia", 4)
    give_password(phone, "mia")
    for _ in range(6):
        give_code(phone, app.wrong())
    late = give_code(phone, app.code())
    assert words_of(late) == words_of(give_code(phone, app.wrong()))
    assert not is_somebody(phone)
    assert give_password(a_browser(), "mia").status_code == 200


def test_the_password_between_does_not_end_the_count_of_codes(venue: Venue, phone: Client) -> None:
    """Else whoever has the password would try codes for ever."""
    app = App.of(make_login("mia", Role.MANAGER, venue))
    for _ in range(MOST):
        give_password(phone, "mia")
        give_code(phone, app.wrong())
    assert give_password(a_browser(), "mia").status_code == 200


def test_wrong_codes_while_an_app_is_set_up_count_too(venue: Venue, phone: Client) -> None:
    Operator.objects.update(second_factor="on")
    make_login("mia", Role.MANAGER, venue)
    give_password(phone, "mia")
    app = App.shown_on(phone.get(reverse("login-set-up")))
    for _ in range(MOST):
        phone.post(reverse("login-set-up"), {"code": app.wrong()})
    assert b"not right" in phone.post(reverse("login-set-up"), {"code": app.code()}).content


def test_a_manager_unlocks_their_staff_and_nobody_elses(venue: Venue, phone: Client) -> None:
    sam, other = make_login("sam", Role.STAFF, venue), make_login("eva", Role.STAFF, make_venue())
    phone.force_login(make_login("mia", Role.MANAGER, venue))
    for name in ("sam", "eva"):
        guess(name)
    page = phone.get(reverse("admin:venues_user_change", args=[sam.pk]))
    assert "Locked until" in page.content.decode()
    phone.post(PEOPLE, {"action": "unlock", ACTION_CHECKBOX_NAME: [sam.pk, other.pk]})
    assert give_password(a_browser(), "sam").status_code == 302
    assert give_password(a_browser(), "eva").status_code == 200


def test_invented_names_fill_no_table() -> None:
    now = timezone.now()
    with override_settings(PASSWORD_HASHERS=[f"{__name__}.CountingHasher"]):
        for number in range(40):
            for _ in range(2):
                count_try(f"invented {number}", now)
    rows = list(LoginTries.objects.all())
    assert {row.user_id for row in rows} == {None}
    assert all(0 <= (row.bucket or 0) < 1024 and len(row.times) <= MOST for row in rows)
    for _ in range(30):
        count_try("one", now)
    assert max(len(row.times) for row in LoginTries.objects.all()) == MOST


@pytest.mark.django_db(transaction=True)
def test_a_hundred_tries_at_once_are_ten(venue: Venue) -> None:
    """Each is counted before anybody looks whether it is right; in the database, so by all processes together."""
    person, now, allowed = make_login("sam", Role.STAFF, venue), timezone.now(), []
    start = threading.Barrier(8)

    def hurry() -> None:
        start.wait()
        for _ in range(4):
            allowed.append(count_try("sam", now).allowed)
        connection.close()

    threads = [threading.Thread(target=hurry) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(allowed), sum(allowed)) == (32, MOST)
    assert count_try("sam", now + WINDOW).allowed
    forget_tries(person.pk)
