"""Every door and every action of the sockets, through the real consumers: guests', boards' and agents'."""

import asyncio
import itertools
import typing
from typing import Any

import pytest
from django.db import connections

from orders import presence
from orders import writer as writing
from orders.protocol import Speaker
from tests.access.cast import Asker, Cast, Place, make_cast
from tests.access.database import differing, tables
from tests.access.rights import At, May, Who
from tests.access.traffic_matrix import ACK, ACTIONS, DOORS, SAID_BY_AGENTS
from tests.factories import make_order
from tests.orders.driven import Driven
from tests.tracker.platform.driven import DrivenAgent, run
from tracker import wire
from tracker.models import Reading
from venues.models import Venue

pytestmark = pytest.mark.django_db(transaction=True)

_addresses = itertools.count(1)
ANSWERS = ("ack", "error", "snapshot")
V1_ACTIONS = frozenset({"order", "openorders", "acceptorder", "completeorder"})


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The cast for one story, whose loop ends with it, and the writer and the watch over credentials too."""
    monkeypatch.setattr(presence, "_started", False)
    monkeypatch.setattr(writing, "_writer", None)
    return make_cast()


class Knock(Driven):
    """A socket by somebody's cookies, from a page of ours; or by the secret in its address."""

    def __init__(self, asker: Asker | None, place: Place, number: str, *, secret: str = "", v2: bool = True) -> None:
        super().__init__(place.house.venue.pk, number, secret or "x" * 43, v2=v2)
        self.scope["client"] = (f"somebody {next(_addresses)}", 1)
        if not secret:
            self.scope["path"] = "/Test"
        if asker is not None:
            cookies = "; ".join(f"{name}={value}" for name, value in asker.cookies.items())
            headers = {"host": "pub.example", "origin": "http://pub.example", "cookie": cookies}
            headers |= {"authorization": asker.authorization} if asker.authorization else {}
            self.scope["headers"] = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def ask(self, frame: dict[str, Any]) -> dict[str, Any]:
        """What is answered to this: an ack, an error or a list."""
        heard = len(self.frames)

        def answers() -> list[dict[str, Any]]:
            return [one for one in self.frames[heard:] if one.get("type", "error") in ANSWERS]

        await self.say(frame)
        await self.until(answers)
        return answers()[0]


def said(answer: dict[str, Any], *instead: tuple[Any, Any]) -> str:
    """An answer, but for what names the connection and the request."""
    text = str({key: value for key, value in answer.items() if key not in ("connectionId", "requestId")})
    for old, new in instead:
        text = text.replace(str(old), str(new))
    return text


def told(story: Any) -> None:
    async def to_its_end() -> None:
        await story()
        if writing._writer is not None:
            writing._writer.stop()

    run(to_its_end)


@pytest.mark.parametrize("door", DOORS)
def test_a_door_opens_for_whom_the_matrix_says(door: str, cast: Cast) -> None:
    may: May = DOORS[door]

    async def story() -> None:
        for at, place in cast.places.items():
            number = "dashboard" if door == "dashboard" else _in_query(place.house.table.number)
            for who, asker in cast.askers.items():
                socket = await Knock(asker, place, number).connect()
                assert socket.accepted == (who in may.at(at)), f"{who} at the {door} of {at}"
                assert socket.accepted or (socket.closed, socket.frames) == (403, [])
                await socket.drop()
        own = cast.places[At.OWN]
        secrets = {"device": own.device_key, "member": own.member_token, "agent": own.agent_token}
        for place, (credential, secret), prefix in itertools.product(
            [*cast.places.values(), cast.nowhere], secrets.items(), ("k", "s")
        ):
            number = "dashboard" if door == "dashboard" else _in_query(place.house.table.number)
            socket = Knock(None, place, number, secret=secret)
            socket.scope["path"] = f"/{prefix}/{secret}/Test"
            await socket.connect()
            opens = (door, prefix, credential) in (("dashboard", "k", "device"), ("table", "s", "member"))
            assert socket.accepted == (opens and place is own), f"{credential} as /{prefix}/ at the {door}"
            assert socket.accepted or (socket.closed, socket.frames) == (403, [])
            await socket.drop()

    told(story)


def test_every_action_has_a_row() -> None:
    for board, version in itertools.product((True, False), (1, 2)):
        speaker = Speaker(1, board, version, "1")
        new = speaker.actions - set(ACTIONS)
        assert not new, f"{sorted(new)} has no row in tests/access/traffic_matrix.py: say who may"
        rows = {name for name, row in ACTIONS.items() if ("board" if board else "guest") in row.by}
        rows &= (V1_ACTIONS if board else {"order"}) if version == 1 else rows
        assert speaker.actions == rows, f"board {board}, version {version}"


@pytest.mark.parametrize(("board", "v2"), [(True, True), (False, True), (True, False), (False, False)])
def test_an_action_does_what_one_may_and_nothing_to_the_rest(board: bool, v2: bool, cast: Cast) -> None:
    own = cast.places[At.OWN]
    Venue.objects.update(tracker_use="pucks")
    others = frozenset(house.venue.pk for at, house in cast.houses.items() if at != At.OWN)
    mine = {name: make_order(own.house.table, {own.house.product: 1}) for name in ACTIONS}
    speaker = Speaker(own.house.venue.pk, board, 2 if v2 else 1, own.house.table.number)
    before = {"own": tables(of_venues=frozenset({own.house.venue.pk})), "others": tables(of_venues=others)}
    alice = {"venue_id": str(own.house.venue.pk), "table_number": own.house.table.number}

    def frame(action: str, at: Place) -> dict[str, Any]:
        words = {"action": action, **alice, **ACTIONS[action].names(at)}
        return words if v2 else words | {"order_status": "x", "order_items": {str(at.house.product.pk): 1}}

    async def come_in() -> Knock:
        socket = await door().connect()
        if v2:  # or the list comes by itself, in between
            await socket.ask(frame("openorders", own))
        return socket

    async def attack() -> None:
        socket = await come_in()
        for action, row in ACTIONS.items():
            if action not in speaker.actions:
                answer = await socket.ask(frame(action, own))
                assert answer["message"] == "Forbidden", f"{action}: {answer}"
                continue
            if frame(action, own) == frame(action, cast.nowhere):
                continue  # it names nothing
            none = await socket.ask(frame(action, cast.nowhere))
            assert row.hears == ACK or none.get("code") != row.hears
            for at in (At.BESIDE, At.OTHER):
                place, ids = cast.places[at], _pairs(cast.nowhere, cast.places[at])
                answer = await socket.ask(frame(action, place))
                assert said(answer) == said(none, *ids), f"{action} tells what there is at {at}"
                theirs = await socket.ask(frame(action, place) | _where(place))
                nobodys = await socket.ask(frame(action, cast.nowhere) | _where(cast.nowhere))
                assert said(theirs) == said(nobodys, *ids), f"{action} tells that there is {at}"
        await socket.drop()

    def door() -> Knock:
        if board:
            return Knock(None, own, "dashboard", secret=own.device_key, v2=v2)
        return Knock(None, own, _in_query(own.house.table.number), secret=own.member_token, v2=v2)

    async def work() -> None:
        """Version 1 answers nothing but errors: what its actions do is in the tests of the protocol."""
        socket = await come_in()
        for action in sorted(speaker.actions) if v2 else ():
            words = frame(action, own)
            heard = await socket.ask(words | ({"order_id": str(mine[action].pk)} if "order_id" in words else {}))
            assert ACTIONS[action].hears in (heard["type"], heard.get("code")), f"{action}: {heard}"
        await socket.drop()

    async def story() -> None:
        await attack()
        await asyncio.to_thread(unchanged)
        await work()

    def unchanged() -> None:
        # Presence and the last look at a session say who was there, whatever was asked.
        quiet = {"orders.BoardPresence", "venues.TableSession", "venues.Member"}
        own_now = tables(of_venues=frozenset({own.house.venue.pk}))
        assert set(differing(before["own"], own_now)) <= quiet, differing(before["own"], own_now)
        assert not differing(before["others"], tables(of_venues=others))
        connections.close_all()

    told(story)
    assert not differing(before["others"], tables(of_venues=others))


def test_every_kind_that_agents_say_has_a_row() -> None:
    union = typing.get_args(typing.get_args(wire.FromAgent)[0])
    kinds = {kind.model_fields["kind"].default for kind in union}
    assert kinds == set(SAID_BY_AGENTS), "Say in tests/access/traffic_matrix.py what the new kind names"


def test_an_agents_door_opens_for_its_token_alone(cast: Cast) -> None:
    own = cast.places[At.OWN]

    async def story() -> None:
        for who, asker in cast.askers.items():
            socket = DrivenAgent(*([asker.authorization] if asker.authorization else []), address=f"agent {who}")
            cookies = "; ".join(f"{name}={value}" for name, value in asker.cookies.items())
            more = {"host": "pub.example", "origin": "http://pub.example", "cookie": cookies}
            socket.scope["headers"] += [(name.encode(), value.encode()) for name, value in more.items()]
            await socket.connect()
            assert socket.accepted == (who == Who.AGENT), who
            await socket.drop()
        for other in (own.device_key, own.member_token, own.code, cast.nowhere.agent_token):
            socket = await DrivenAgent(f"Bearer {other}", address=other).connect()
            assert (socket.accepted, socket.closed) == (False, 403)

    told(story)


@pytest.mark.parametrize("kind", SAID_BY_AGENTS)
def test_what_an_agent_says_of_anothers_things_changes_nothing_there(kind: str, cast: Cast) -> None:
    own = cast.places[At.OWN]
    others = frozenset(house.venue.pk for at, house in cast.houses.items() if at != At.OWN)
    for place in cast.places.values():
        Reading.objects.filter(pk=place.house.reading.pk).update(question=place.house.reading.pk)
    before = tables(of_venues=others)
    heard: dict[At | None, list[str]] = {}

    async def story() -> None:
        for at, place in {
            None: cast.nowhere,
            At.BESIDE: cast.places[At.BESIDE],
            At.OTHER: cast.places[At.OTHER],
        }.items():
            socket = await DrivenAgent.of(own.agent_token).connect()
            await socket.greet()
            if kind != "hello":
                await socket.say(SAID_BY_AGENTS[kind](place))
            await socket.say("{}")  # which ends it: all before it was heard
            await socket.end()
            words = [wire.to_text(one) for one in socket.said if not isinstance(one, wire.Ask | wire.Command)]
            heard[at] = [word.replace(str(place.house.command.pk), "ID") for word in words]
            await socket.drop()

    told(story)
    assert not differing(before, tables(of_venues=others))
    assert heard[At.BESIDE] == heard[At.OTHER] == heard[None]


def _in_query(number: str) -> str:
    return number.replace(" ", "+")


def _where(place: Place) -> dict[str, str]:
    return {"venue_id": str(place.house.venue.pk), "table_number": place.house.table.number}


def _pairs(nowhere: Place, place: Place) -> list[tuple[Any, Any]]:
    """Ids of what is not there, and those to read in their place."""
    things = [
        (getattr(nowhere.house, thing).pk, getattr(place.house, thing).pk) for thing in ("order", "product", "venue")
    ]
    return [*things, ("Nobody 1", place.house.table.number)]
