"""Every address, with every method, by everybody, at the own venue, at another one and at another operator's."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.access.answers import bytes_of, in_short
from tests.access.cast import PARTS, Asker, Cast, Place
from tests.access.database import written
from tests.access.matrix import MATRIX
from tests.access.rights import EVERYBODY, FORBIDDEN, LOGIN, At, Row, Who
from tests.access.routes import filled, parts_of, routes, routes_of_models

pytestmark = pytest.mark.django_db

HOLDERS = ("venue_id", "object_id")  # what an address names first, and everything else belongs to
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOT_ALLOWED, NOT_ACCEPTABLE = "405", "406"
HEARD = [entry for entry in MATRIX if entry.startswith("GET ")]


def split(entry: str) -> tuple[str, str]:
    method, route, *_ = entry.split(" ", 2)
    return method, route


BY_ROUTE: dict[str, list[str]] = {}
for _entry in MATRIX:
    BY_ROUTE.setdefault(split(_entry)[1], []).append(_entry)


class Asked:
    """One entry of the matrix, asked for by somebody."""

    def __init__(self, entry: str, cast: Cast) -> None:
        self.row: Row = MATRIX[entry]
        self.method, self.route = split(entry)
        self._cast, self._parts = cast, parts_of(self.route)
        unknown = [name for name in self._parts if name not in PARTS and name not in self.row.parts]
        assert not unknown, f"{entry}: say what stands for {unknown}, in its row's `parts` or in cast.PARTS"

    @property
    def names_things(self) -> bool:
        """Whether it makes a difference whose things are asked for."""
        return self.values(self._cast.nowhere) != self.values(self._cast.places[At.OWN])

    def values(self, at: Place, things: Place | None = None) -> list[Any]:
        """What stands in the address and what is sent, of this place; of another one but for the venue's id."""
        found = [self._value(name, at if name in HOLDERS else things or at) for name in self._parts]
        sent = self.sent(things or at)
        return found + [text for pair in sent.items() for text in map(str, pair)]

    def sent(self, at: Place) -> dict[str, Any]:
        return self.row.sent(at) if self.row.sent is not None else {}

    def ask(
        self,
        asker: Asker,
        at: Place,
        things: Place | None = None,
        *,
        method: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        address = self.address(at, things)
        return asker.ask(method or self.method, address, self.sent(things or at), json=self.row.json, headers=headers)

    def address(self, at: Place, things: Place | None = None) -> str:
        values = {name: self._value(name, at if name in HOLDERS else things or at) for name in self._parts}
        return self.row.address or filled(self.route, values)

    def as_nowhere(self, place: Place, things: Place | None = None) -> list[tuple[Any, Any]]:
        """Ids of what is not there, and those of the place to read in their stead."""
        here = self.values(place, things)
        none = self.values(place if things is not None else self._cast.nowhere, self._cast.nowhere)
        return sorted({(n, h) for n, h in zip(none, here, strict=True) if n != h}, key=lambda pair: -len(str(pair[0])))

    def _value(self, name: str, at: Place) -> Any:
        value = self.row.parts.get(name) or PARTS[name]
        return value(at) if callable(value) else value


def test_every_address_has_a_row() -> None:
    known = set(BY_ROUTE) | routes_of_models()
    new = [route for route in routes() if route not in known]
    assert not new, "\n".join(
        f"GET {route} has no row in the matrix: say who may (tests/access/matrix.py)" for route in new
    )


def test_every_row_has_an_address() -> None:
    gone = [entry for route, entries in BY_ROUTE.items() if route not in routes() for entry in entries]
    assert not gone, f"There is no such address any more: {gone}"


@pytest.mark.parametrize("entry", MATRIX)
def test_who_may_is_answered(entry: str, cast: Cast) -> None:
    asked = Asked(entry, cast)
    row = asked.row
    for at, place in cast.places.items():
        for who in sorted(row.may.at(at) if asked.names_things or at == At.OWN else ()):
            with written() as writes:
                answer = asked.ask(cast.askers[who], place)
                heard = in_short(answer)
            leads = row.answer.startswith("302 ") and heard.startswith(row.answer)
            assert leads or heard == row.answer, f"{entry}: {who} at {at} may, and heard {heard}"
            assert heard != LOGIN or row.answer == LOGIN, f"{entry}: {who} at {at} may, and was sent to the login"
            kept = answer.headers.get("Cache-Control", "")
            shared = "no-store" not in kept and "private" not in kept
            assert row.may == EVERYBODY or not shared, f"{entry}: a cache may give {who}'s answer to somebody else"
            assert row.changes in (None, bool(writes)), f"{entry}: {who} at {at} wrote {writes or 'nothing'}"


@pytest.mark.parametrize("entry", MATRIX)
def test_who_may_not_hears_what_all_hear_of_what_is_not_there(entry: str, cast: Cast) -> None:
    asked = Asked(entry, cast)
    row = asked.row
    for at, place in cast.places.items():
        for who, asker in cast.askers.items():
            if who in row.may.at(at) or not (asked.names_things or at == At.OWN):
                continue
            with written() as writes:
                answer = asked.ask(asker, place)
                none = asked.ask(asker, cast.nowhere)
            heard, at_home = in_short(answer), at == At.OWN and who in row.forbidden
            wanted = FORBIDDEN if at_home else row.refused.to(who)
            assert heard == wanted, f"{entry}: {who} at {at} may not, and heard {heard}"
            assert not writes, f"{entry}: {who} at {at} may not, and wrote {writes}"
            if asked.names_things and not at_home:
                as_none = bytes_of(none, instead=asked.as_nowhere(place))
                assert bytes_of(answer) == as_none, f"{entry}: {who} learns that there is {at}"


@pytest.mark.parametrize("entry", MATRIX)
def test_things_of_another_venue_under_the_own_one_are_not_there(entry: str, cast: Cast) -> None:
    """Another venue's table, order or product, in an address or a form of one's own."""
    asked = Asked(entry, cast)
    own, nowhere = cast.places[At.OWN], cast.nowhere
    if not set(HOLDERS) & set(parts_of(asked.route)) or asked.values(own, nowhere) == asked.values(own):
        return
    for who in sorted(asked.row.may.own):
        for at in (At.BESIDE, At.OTHER):
            things = cast.places[at]
            with written():
                theirs = asked.ask(cast.askers[who], own, things)
            with written():
                none = asked.ask(cast.askers[who], own, nowhere)
            as_none = bytes_of(none, instead=asked.as_nowhere(own, things))
            assert bytes_of(theirs) == as_none, f"{entry}: {who} learns at their own venue of things of {at}"


@pytest.mark.parametrize("route", BY_ROUTE)
def test_other_methods_are_no_way_in(route: str, cast: Cast) -> None:
    entries = BY_ROUTE[route]
    asked, known = Asked(entries[0], cast), {split(entry)[0] for entry in entries}
    root, own, other = cast.askers[Who.SUPERUSER], cast.places[At.OWN], cast.places[At.OTHER]
    in_the_admin = route.startswith("/admin/")  # whose pages take any method for a GET
    for method in METHODS:
        if method not in known and not in_the_admin:
            with written():
                heard = in_short(asked.ask(root, own, method=method))
            assert heard == NOT_ALLOWED, f"{method} {route} answers {heard} and has no row in the matrix: say who may"
    if not asked.names_things:
        return
    with written() as writes:
        for method in ("OPTIONS", "PUT", "PATCH", "DELETE"):
            for who in (Who.NOBODY, Who.PERSON, Who.MANAGER, Who.DEVICE, Who.MEMBER):
                if who in asked.row.may.other:
                    continue
                theirs = asked.ask(cast.askers[who], other, method=method)
                none = asked.ask(cast.askers[who], cast.nowhere, method=method)
                as_none = bytes_of(none, instead=asked.as_nowhere(other))
                assert bytes_of(theirs) == as_none, f"{method} {route}: {who} learns that there is another operator's"
    assert not writes, f"{route}: written by a method that has no row: {writes}"


@pytest.mark.parametrize("entry", HEARD)
def test_a_head_and_a_dressed_up_request_open_no_more_than_a_get(entry: str, cast: Cast) -> None:
    """HEAD, a method override, another type of answer, a tag of somebody else's cache."""
    asked = Asked(entry, cast)
    dresses = (
        {
            "X-HTTP-Method-Override": "DELETE",
            "X-Original-URL": "/admin/",
            "X-Requested-With": "XMLHttpRequest",
            "If-None-Match": "*",
            "If-Modified-Since": "Fri, 31 Dec 9999 23:59:59 GMT",
        },
        {"Accept": "text/html"},
    )
    for at in At if asked.names_things else (At.OWN,):
        place = cast.places[at]
        for who in (Who.NOBODY, Who.MANAGER, Who.MEMBER):
            if who in asked.row.may.at(at):
                continue
            asker = cast.askers[who]
            with written() as writes:
                plain = in_short(asked.ask(asker, place))
                head = asked.ask(asker, place, method="HEAD")
                for dress in dresses:
                    other = asked.ask(asker, place, headers=dress)
                    assert in_short(other) in (plain, NOT_ACCEPTABLE), f"{entry}: {who} at {at} with {dress}"
                    if asked.names_things and not (at == At.OWN and who in asked.row.forbidden):
                        none = asked.ask(asker, cast.nowhere, headers=dress)
                        as_none = bytes_of(none, instead=asked.as_nowhere(place))
                        assert bytes_of(other) == as_none, f"{entry}: {who} at {at} with {dress}"
            assert in_short(head) in (plain, NOT_ALLOWED), f"HEAD of {entry}: {who} at {at}"
            assert (head.content, writes) == (b"", [])


def test_without_the_last_slash_all_addresses_are_alike(cast: Cast) -> None:
    other = cast.places[At.OTHER]
    for route in (route for route in BY_ROUTE if route.endswith("/") and parts_of(route)):
        asked = Asked(BY_ROUTE[route][0], cast)
        for who in {Who.NOBODY, Who.STAFF, Who.MANAGER} - asked.row.may.other:
            theirs, none = (asked.address(at).removesuffix("/") for at in (other, cast.nowhere))
            heard = bytes_of(cast.askers[who].ask("GET", theirs))
            as_none = bytes_of(cast.askers[who].ask("GET", none), instead=asked.as_nowhere(other))
            assert heard == as_none, f"{theirs}: {who}"
