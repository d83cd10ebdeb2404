"""The demo's people. Their passwords are made for each data folder and kept in it, readable by its owner only."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher, make_password
from django.db.models import QuerySet

from venues.demo.private_files import read_private, write_private
from venues.models import Membership, Role, User
from venues.roles import venues_for

# How we know our own people again: nobody real has an address there.
_OURS = "@demo.invalid"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another on a phone
_QUICK = 20_000


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who works for an operator: at one venue, or as its operator at all of them."""

    username: str
    role: Role
    operator_id: int
    venue_id: int | None = None


ADMIN = "admin"
PEOPLE = (
    Person("lamplighter-operator", Role.OPERATOR, 1),
    Person("lamplighter-manager", Role.MANAGER, 1, 1),
    Person("lamplighter-staff", Role.STAFF, 1, 1),
    Person("tern-operator", Role.OPERATOR, 2),
    Person("tern-manager", Role.MANAGER, 2, 3),
    Person("tern-staff", Role.STAFF, 2, 3),
)


def demo_users() -> QuerySet[User]:
    """Those of the demo's people who are there, and are still the demo's."""
    usernames = [ADMIN, *(person.username for person in PEOPLE)]
    return User.objects.filter(username__in=usernames, email__endswith=_OURS).order_by("pk")


def logins_file() -> Path:
    return Path(settings.ONTAP_DATA) / "demo-logins.json"


def write_logins(now: datetime, *, fresh: bool) -> None:
    """Make the people with a fresh demo, and bring ONTAP_DATA/demo-logins.json to who is there.

    Without the file everybody gets a new password; while it is there, nobody's password is touched.
    """
    kept = read_private(logins_file())
    made = _make_people(now) if fresh else set()
    logins: dict[str, Any] = {}
    for user in demo_users().prefetch_related("memberships__operator"):
        password = _kept_password(kept, user.username)
        if kept is None or user.username in made:
            password = password or new_password()
            User.objects.filter(pk=user.pk).update(password=_hashed(password))
        if password is not None:
            logins[user.username] = _login(user, password)
    if logins != kept:
        write_private(logins_file(), logins)


def new_password() -> str:
    """79 random bits in four groups of four, to be read from a screen and typed."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _make_people(now: datetime) -> set[str]:
    taken = set(User.objects.values_list("username", flat=True))
    made: set[str] = set()
    if ADMIN not in taken:
        _make_user(ADMIN, now, is_superuser=True)
        made.add(ADMIN)
    for person in PEOPLE:
        if person.username not in taken:
            _make_user(person.username, now, is_superuser=False)
            made.add(person.username)
        user = demo_users().filter(username=person.username).first()
        if user is not None:
            Membership.objects.create(
                user=user, operator_id=person.operator_id, role=person.role, venue_id=person.venue_id
            )
    return made


def _make_user(username: str, now: datetime, *, is_superuser: bool) -> None:
    User.objects.create(
        username=username,
        email=f"{username}{_OURS}",
        password=make_password(None),
        is_staff=True,
        is_superuser=is_superuser,
        date_joined=now,
    )


def _kept_password(kept: dict[str, Any] | None, username: str) -> str | None:
    login = (kept or {}).get(username)
    password = login.get("password") if isinstance(login, dict) else None
    return password if isinstance(password, str) and password else None


def _login(user: User, password: str) -> dict[str, Any]:
    membership = user.memberships.first()
    venues = () if user.is_superuser else venues_for(user).order_by("pk").values_list("pk", flat=True)
    return {
        "password": password,
        "role": "superuser" if user.is_superuser else membership.role if membership is not None else None,
        "operator": membership.operator.name if membership is not None else None,
        "venues": [str(venue_id) for venue_id in venues],
    }


def _hashed(password: str) -> str:
    # Stretching is for passwords that people think up. Seven full rounds would cost a small computer ten seconds of
    # its first start; Django hashes each again, in full, when it is first used.
    hasher = get_hasher()
    if isinstance(hasher, PBKDF2PasswordHasher):
        return hasher.encode(password, hasher.salt(), _QUICK)
    return make_password(password)
