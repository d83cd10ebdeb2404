"""Health in three parts, with since when and what to do; boards hear of each change once."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from orders import standing
from orders.feed import events_of
from orders.frames import Frames
from orders.models import VenueEvent
from orders.protocol import to_ms
from orders.reading import in_reader
from tests.factories import make_agent, make_gateway, make_table, make_venue
from tests.tracker.platform.driven import DrivenAgent, hello, run
from tracker import choices, health, links, tasks, wire
from tracker.links import Link, LinkLost
from tracker.models import EdgeAgent, Gateway
from venues.codes import table_code
from venues.models import Venue

pytestmark = pytest.mark.django_db(transaction=True)

SEEN = wire.SeenGateway(name="LRS <b>", host="lrs.local", address="192.168.1.9")


@pytest.fixture
def venue() -> Venue:
    return make_venue()


def connected(token: str) -> Link:
    link = links.open_link(token, uuid.UUID(int=1), "", timezone.now())
    assert link is not None
    return link


def notices(venue: Venue) -> list[dict[str, Any]]:
    rows = VenueEvent.objects.filter(venue=venue, kind="health").order_by("seq")
    return [json.loads(row.payload) for row in rows]


def troubles_of(agent: EdgeAgent) -> list[tuple[str, str]]:
    agent.refresh_from_db()
    gateway = Gateway.objects.filter(venue=agent.venue).first()
    found = health.troubles(agent, gateway, timezone.now())
    assert all(trouble.what_to_do for trouble in found)
    return [(trouble.part, trouble.state) for trouble in found]


def test_an_agent_that_never_connected_is_offline_and_says_so(venue: Venue) -> None:
    agent, _ = make_agent(venue)
    assert troubles_of(agent) == [("agent", "offline")]


def test_of_an_agent_that_is_away_the_gateway_is_not_known(venue: Venue) -> None:
    agent, token = make_agent(venue)
    links.close_link(connected(token), timezone.now())
    make_gateway(agent, state="token_refused")
    assert troubles_of(agent) == [("agent", "offline")]


@pytest.mark.parametrize(
    ("state", "part"),
    [("offline", "gateway"), ("token_refused", "token"), ("press_button", "gateway"), ("live", None)],
)
def test_each_part_has_its_own_light(venue: Venue, state: str, part: str | None) -> None:
    agent, token = make_agent(venue)
    connected(token)
    make_gateway(agent, state=state)
    assert troubles_of(agent) == ([] if part is None else [(part, state)])


def test_every_state_of_a_gateway_says_what_to_do() -> None:
    states = set(wire.GatewayNews.model_fields["state"].annotation.__args__)  # type: ignore[union-attr]
    assert (
        states
        == {*health.WHAT_TO_DO, "live"}
        == {str(value) for value, _ in Gateway._meta.get_field("state").flatchoices}
    )


def test_boards_hear_of_a_change_of_the_gateway_once_and_guests_never(venue: Venue) -> None:
    _, token = make_agent(venue)
    link = connected(token)
    for state in ("live", "live", "token_refused", "token_refused", "live"):
        health.keep_news(link, wire.GatewayNews.model_validate({"state": state, "since_ms": 5000}), timezone.now())
    said = [(notice["part"], notice["state"]) for notice in notices(venue)]
    assert said == [("gateway", "live"), ("token", "token_refused"), ("gateway", "live")]
    event = next(iter(events_of(VenueEvent.objects.filter(venue=venue, kind="health")[:1])))
    frames = Frames(event, "epoch")
    assert frames.v2_board is not None
    assert (frames.v2_guest, frames.v1_board, frames.v1_guest) == (None, None, None)


def test_news_are_kept_with_what_can_be_chosen(venue: Venue) -> None:
    _, token = make_agent(venue)
    now = timezone.now()
    news = wire.GatewayNews(
        state="press_button",
        detail="x\x00",
        window_ms=90_000,
        seen=(SEEN,),
        chosen=SEEN,
        offset_s=2**40,
        since_ms=2**53 - 1,
    )
    health.keep_news(connected(token), news, now)
    gateway = Gateway.objects.get()
    assert (gateway.detail, gateway.name, gateway.offset_s) == ("x ", "LRS <b>", None)
    assert gateway.window_until == now + timedelta(seconds=90)
    assert choices.seen_gateways(gateway) == (SEEN,)


def test_a_replaced_agents_news_are_not_kept(venue: Venue) -> None:
    _, token = make_agent(venue)
    older = connected(token)
    connected(token)
    with pytest.raises(LinkLost):
        health.keep_news(older, wire.GatewayNews(state="live"), timezone.now())
    assert not Gateway.objects.exists()
    assert notices(venue) == []


def test_boards_hear_once_that_the_agent_is_away_and_once_that_it_is_back(venue: Venue) -> None:
    agent, token = make_agent(venue)
    link = connected(token)
    gone = timezone.now()
    links.close_link(link, gone)
    for seconds in (5, 20, 20, 40):
        with time_machine.travel(gone + timedelta(seconds=seconds), tick=False):
            for agent_id in (*health.agents_missed(timezone.now()), agent.pk):
                tasks.tell_agent_missed(agent_id)
    assert [notice["state"] for notice in notices(venue)] == ["offline"]

    async def story() -> None:
        socket = await DrivenAgent.of(token).connect()
        await socket.greet()
        await socket.say(wire.GatewayNews(state="live"))
        await socket.say(wire.Result(command=1, outcome="done"))
        await socket.next(wire.Kept)
        await socket.drop()

    run(story)
    assert [notice["state"] for notice in notices(venue)] == ["offline", "online", "live"]
    assert not health.tell_agent_returned(link, timezone.now())


def test_a_revoked_agent_is_missed_by_nobody(venue: Venue) -> None:
    agent, token = make_agent(venue)
    connected(token)
    EdgeAgent.objects.update(revoked_at=timezone.now())
    assert not health.tell_agent_missed(agent.pk, timezone.now() + timedelta(hours=1))
    assert notices(venue) == []


def test_a_managers_choice_reaches_the_agent_once(venue: Venue) -> None:
    agent, token = make_agent(venue)
    gateway = make_gateway(agent, state="choose")

    async def story() -> wire.Choose:
        socket = await DrivenAgent.of(token).connect()
        await socket.greet(hello())
        await in_reader(choices.choose, gateway, "use", SEEN)
        choice: wire.Choose = await socket.next(wire.Choose)
        await socket.drop()
        return choice

    assert run(story) == wire.Choose(choice="use", gateway=SEEN)
    assert choices.take_choice(connected(token)) is None


@pytest.mark.parametrize(
    ("choice", "seen"), [("use", None), ("accept_change", None), ("pair_again", SEEN), ("reboot", None)]
)
def test_a_choice_that_is_none_is_refused(venue: Venue, choice: str, seen: wire.SeenGateway | None) -> None:
    gateway = make_gateway(make_agent(venue)[0])
    with pytest.raises(ValueError, match=r"choice|gateway"):
        choices.choose(gateway, choice, seen)


def test_pages_are_told_what_boards_are_told(venue: Venue) -> None:
    now = timezone.now()
    assert list(standing.troubles_of(venue.pk, now)) == []
    assert not standing.sees_pucks(venue.pk, now)  # there is nobody who could
    agent, token = make_agent(venue)
    assert [trouble["part"] for trouble in standing.troubles_of(venue.pk, now)] == ["agent"]
    connected(token)
    gateway = make_gateway(agent, state="offline")
    (trouble,) = standing.troubles_of(venue.pk, timezone.now())
    assert trouble == {
        "part": "gateway",
        "state": "offline",
        "since": to_ms(gateway.since),
        "what_to_do": health.WHAT_TO_DO["offline"],
    }
    assert not standing.sees_pucks(venue.pk, timezone.now())
    Gateway.objects.update(state="live")
    assert standing.sees_pucks(venue.pk, timezone.now())


@pytest.mark.usefixtures("plain_http")
@pytest.mark.parametrize(
    ("use", "live", "pucks"), [("off", True, ""), ("pucks", False, "find"), ("pucks", True, "ask")]
)
def test_a_guest_is_asked_for_a_pucks_number_where_somebody_would_see_it(
    venue: Venue, phone: Client, use: str, live: bool, pucks: str
) -> None:
    Venue.objects.filter(pk=venue.pk).update(tracker_use=use)
    table = make_table(venue)
    agent, token = make_agent(venue)
    connected(token)
    make_gateway(agent, state="live" if live else "offline")
    page = phone.get(f"/t/{table_code(table.pk, table.code_version)}")
    assert (f'data-pucks="{pucks}"' in page.content.decode()) == bool(pucks)
    assert ("data-pucks" in page.content.decode()) == bool(pucks)
