"""A password without its second factor opens nothing: every address answers as it answers a stranger."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.factories import make_venue
from tests.orders.logins import App, a_browser, give_password, make_login
from tests.venues.cast import House, make_house
from venues.access import Credentials, admit_board, lost, user_logged_in
from venues.admin.site import site
from venues.catalogue import load_catalogue
from venues.models import Operator, Role, SecondFactor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

# What leads out of the half login; what everybody may open answers everybody alike.
THE_WAY = ("login", "login-code", "login-set-up", "logout")
_PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


@pytest.fixture
def house() -> House:
    house = make_house("Alice")
    Operator.objects.filter(pk=house.operator.pk).update(second_factor=SecondFactor.ON)
    make_login("mia", Role.OPERATOR, house.operator)
    return house


def addresses(house: House) -> Iterator[str]:
    """One of every pattern there is, with arguments that name something of the house."""
    for prefix, pattern in _patterns(get_resolver(), ""):
        if pattern.name not in THE_WAY and "admin/login/" not in prefix + str(pattern.pattern):
            yield "/" + _filled(prefix + str(pattern.pattern), house)


def _patterns(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one, prefix + str(one.pattern))
        else:
            yield prefix, one


def _filled(route: str, house: House) -> str:
    named = [
        model for model in site._registry if route.startswith(f"admin/{model._meta.label_lower.replace('.', '/')}/")
    ]
    row: Any = house.row_of(named[0]) if named else None
    known = {
        "venue_id": house.venue.pk,
        "table_id": house.table.pk,
        "order_id": house.order.pk,
        "object_id": row.pk if row is not None else 1,
        "id": row.pk if row is not None else house.staff.pk,
        "verb": "open",
        "colour": "7c1d2e",
        "name": "tables",
    }

    def value(part: re.Match[str]) -> str:
        kind, name = part["kind"], part["name"]
        return str(known.get(name, uuid.UUID(int=1) if kind == "uuid" else 1))

    plain = re.sub(r"\(\?P<app_label>[^)]*\)", "venues", route)
    plain = re.sub(r"\(\?P<\w+>[^)]*\)", "1", plain)
    return _PART.sub(value, plain).replace("^", "").replace("$", "").replace("\\Z", "")


def words_of(answer: Any) -> tuple[int, str, bytes]:
    text = b"a file" if answer.streaming else answer.content
    return answer.status_code, answer.get("Location", ""), re.sub(rb'value="\w{64}"', b"", text)


def test_every_address_answers_a_half_login_as_a_stranger(house: House) -> None:
    half, stranger, whole = a_browser(), a_browser(), a_browser()
    give_password(half, "mia")
    whole.force_login(house.owner)
    App.of(house.owner)
    session = whole.session
    session["login_factor"] = TOTPDevice.objects.get(user=house.owner).pk
    session.save()
    walked, opened = 0, 0
    for number, address in enumerate(addresses(house)):
        for method in ("get", "post"):
            answers = [words_of(getattr(client, method)(address)) for client in (half, stranger)]
            assert answers[0] == answers[1], (method, address)
            walked += 1
        if number % 4 == 0:
            opened += words_of(whole.get(address)) != words_of(stranger.get(address))
    assert walked > 200
    assert opened > 20  # a whole login is told more: the walk is not over closed doors


def test_no_socket_opens_and_none_stays_open(house: House) -> None:
    half = a_browser()
    make_venue(house.operator)
    Operator.objects.update(second_factor=SecondFactor.OFF)
    give_password(half, "mia")
    catalogue = load_catalogue(house.venue.pk)
    assert catalogue is not None
    key = half.cookies["ontap_login"].value
    brought = Credentials(cookies={"ontap_login": key})
    held = admit_board(catalogue, brought)
    assert held is not None
    assert lost([held]) == {}
    Operator.objects.update(second_factor=SecondFactor.ON)
    assert (admit_board(catalogue, brought), user_logged_in(key)) == (None, None)
    assert lost([held]) != {}
    assert half.get(f"/session?venue_id={house.venue.pk}&table_number=dashboard").status_code == 401
    menu = f"/api/v1/venues/{house.venue.pk}/menu"
    assert half.get(menu).status_code == 404
    page = half.get(reverse("login-set-up"))
    half.post(reverse("login-set-up"), {"code": App.shown_on(page).code()})
    assert half.get(menu).status_code == 200
    assert admit_board(catalogue, Credentials(cookies={"ontap_login": half.cookies["ontap_login"].value})) is not None
