"""People who log in by the real pages, with a password and where they have one an app on their phone."""

import itertools
import re
import time
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.factories import make_person
from venues.models import Operator, Role, User, Venue
from venues.second_factor import make_recovery_codes, new_key

PASSWORD = "a long evening at the pub"


_addresses = itertools.count(1)


def a_browser() -> Client:
    """At an address of its own: failures are counted per address too."""
    number = next(_addresses)
    return Client(REMOTE_ADDR=f"10.7.{number // 250}.{number % 250 + 1}")


def make_login(name: str, role: Role | None = None, at: Operator | Venue | None = None, **fields: Any) -> User:
    """A person with PASSWORD."""
    person = make_person(name, role, at, **fields)
    person.set_password(PASSWORD)
    person.save()
    return person


class App:
    """Somebody's app for codes: what a phone would show."""

    def __init__(self, key: str) -> None:
        self.key = key

    @classmethod
    def of(cls, person: User) -> "App":
        """A confirmed app of this person, made now, with ten recovery codes."""
        key = new_key()
        TOTPDevice.objects.create(user=person, name="App", key=key)
        make_recovery_codes(person)
        return cls(key)

    @classmethod
    def shown_on(cls, page: Any) -> "App":
        """The app of somebody who scans the page, or types what stands there."""
        return cls(str(page.client.session["login_new_key"]))

    def code(self, steps: int = 0) -> str:
        """The digits now, or some times 30 seconds later; one step either way is let pass."""
        totp = TOTP(bytes.fromhex(self.key))
        totp.time = time.time() + 30 * steps
        return f"{totp.token():06}"

    def wrong(self) -> str:
        near = {self.code(step) for step in range(-2, 3)}
        return next(code for code in map("{:06}".format, range(10)) if code not in near)


def give_password(client: Client, name: str, password: str = PASSWORD, **fields: str) -> Any:
    return client.post(reverse("login"), {"username": name, "password": password, **fields})


def give_code(client: Client, code: str) -> Any:
    return client.post(reverse("login-code"), {"code": code})


def is_somebody(client: Client) -> bool:
    """Whether this browser is logged in as far as any page of the admin or of a person's own can tell."""
    answer = client.get(reverse("own-login"))
    return answer.status_code == 200 and not isinstance(answer.context["user"], AnonymousUser)


def recovery_codes_on(page: Any) -> list[str]:
    return re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", page.content.decode())
