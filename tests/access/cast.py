"""Alice's first venue, her second one, Bob's bar, and a place that is not there; and everybody who may ask."""

import dataclasses
import itertools
import typing
import uuid
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db.models import Model, UUIDField
from django.template.response import SimpleTemplateResponse
from django.test import Client, RequestFactory
from django.test.client import ClientHandler

from tests.access.rights import At, Who
from tests.factories import make_device, make_member, make_person
from tests.venues.cast import House, make_house
from tracker.models import EdgeAgent
from venues.access import DEVICE_COOKIE, MEMBER_COOKIE
from venues.codes import new_token, table_code, token_hash
from venues.models import Invitation, Menu, User

NO_ROW = 987_654_000
COLOUR = "7c1d2e"
_addresses = itertools.count(1)


@dataclass(frozen=True)
class Place:
    """A house with what opens its doors."""

    house: House
    device_key: str
    member_token: str
    agent_token: str
    invitation_token: str
    code: str


# What stands for a part of an address, by its name there. A row may say otherwise.
PARTS: Mapping[str, Any] = {
    "venue_id": lambda at: at.house.venue.pk,
    "table_id": lambda at: at.house.table.pk,
    "order_id": lambda at: at.house.order.pk,
    "code": lambda at: at.code,
    "key": lambda at: at.device_key,
    "token": lambda at: at.invitation_token,
    "colour": lambda at: COLOUR,
}


@dataclass(frozen=True)
class Asker:
    """Somebody's credentials: cookies, or a header."""

    who: Who
    cookies: Mapping[str, str]
    authorization: str = ""

    def ask(
        self,
        method: str,
        address: str,
        sent: Any = None,
        *,
        json: bool = False,
        blank: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The answer to a browser with these credentials, at an address of its own: failures are counted by it.

        `blank` leaves a page of the admin without its text, which takes longest: for whoever asks for what it holds.
        """
        number = next(_addresses)
        door = _Door(REMOTE_ADDR=f"10.{number // 62_500 + 20}.{number // 250 % 250}.{number % 250 + 1}")
        door.cookies = SimpleCookie(dict(self.cookies))
        said = {**(headers or {}), **({"Authorization": self.authorization} if self.authorization else {})}
        with patch.object(SimpleTemplateResponse, "rendered_content", "") if blank else nullcontext():
            if method in ("GET", "HEAD", "POST"):
                kind: dict[str, Any] = {"content_type": "application/json"} if json else {}
                answer = getattr(door, method.lower())(address, sent or {}, headers=said, **kind)
            else:
                answer = door.generic(method, address, headers=said)
        if answer.streaming and not answer.is_async:
            list(answer.streaming_content)  # which closes the file
        return answer


class _Door(RequestFactory):
    """Django's test client without its copies of every template's context, which take longer than the page."""

    def request(self, **request: Any) -> Any:
        return ClientHandler(enforce_csrf_checks=False)(self._base_environ(**request))  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Cast:
    places: Mapping[At, Place]
    nowhere: Place
    askers: Mapping[Who, Asker]
    of_nobody: dict[tuple[Who, str, str], Any] = dataclasses.field(default_factory=dict)
    """Answers about what is not there, by who asked, method and address: kept, for each is compared with many."""

    @property
    def houses(self) -> Mapping[At, House]:
        return {at: place.house for at, place in self.places.items()}


def make_cast() -> Cast:
    alice, bob = make_house("Alice"), make_house("Bob")
    annexe = make_house("Annexe", alice.operator)
    places = {at: _place(house) for at, house in zip(At, (alice, annexe, bob), strict=True)}
    own = places[At.OWN]
    people = {
        Who.PERSON: make_person("a-stranger", is_staff=True),
        Who.STAFF: alice.staff,
        Who.MANAGER: alice.manager,
        Who.OPERATOR: alice.owner,
        Who.SUPERUSER: make_person("root", is_superuser=True),
    }
    askers = {who: Asker(who, {settings.SESSION_COOKIE_NAME: login_of(person)}) for who, person in people.items()}
    askers[Who.NOBODY] = Asker(Who.NOBODY, {})
    askers[Who.DEVICE] = Asker(Who.DEVICE, {DEVICE_COOKIE: own.device_key})
    askers[Who.MEMBER] = Asker(Who.MEMBER, {MEMBER_COOKIE: own.member_token})
    askers[Who.AGENT] = Asker(Who.AGENT, {}, f"Bearer {own.agent_token}")
    return Cast(places, _nowhere(), askers)


def login_of(person: User) -> str:
    """The key of a login's session."""
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _place(house: House) -> Place:
    agent, invitation = new_token(), new_token()
    EdgeAgent.objects.filter(pk=house.agent.pk).update(token_hash=token_hash(agent))
    Invitation.objects.filter(pk=house.invitation.pk).update(token_hash=token_hash(invitation))
    return Place(
        house,
        make_device(house.venue, f"{house.venue.name} door")[1],
        make_member(house.table),
        agent,
        invitation,
        table_code(house.table.pk, house.table.code_version),
    )


def _nowhere() -> Place:
    """What nobody has: each thing with an id of its own that no row has."""
    kinds, ids = typing.get_type_hints(House), itertools.count(NO_ROW)
    things: dict[str, Any] = {}
    for thing in dataclasses.fields(House):
        model: type[Model] = kinds[thing.name]
        number = next(ids)
        things[thing.name] = model(pk=uuid.UUID(int=number) if isinstance(model._meta.pk, UUIDField) else number)
    things["table"].number, things["venue"].menu = "Nobody 1", Menu(pk=next(ids))
    return Place(House(**things), new_token(), new_token(), new_token(), new_token(), table_code(NO_ROW, 1))
