"""What is wrong at a venue is told to its boards within 30 seconds, with the cause that it has."""

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from ontap.celery import app
from ontap.server_limits import Limits
from orders.models import VenueEvent
from tests.factories import make_agent, make_gateway, make_venue
from tests.tracker.platform.driven import DrivenAgent, run
from tracker import health, links, tasks, wire
from tracker.models import EdgeAgent
from tracker.switchboard import SWEEP_S

pytestmark = pytest.mark.django_db(transaction=True)

WITHIN = timedelta(seconds=30)
SECOND = timedelta(seconds=1)
BEAT: timedelta = settings.CELERY_BEAT_SCHEDULE["missed agents"]["schedule"] * SECOND  # type: ignore[operator]


@pytest.fixture(autouse=True)
def at_once() -> Iterator[None]:
    app.conf.task_always_eager = app.conf.task_eager_propagates = True
    yield
    app.conf.task_always_eager = app.conf.task_eager_propagates = False


def told() -> list[tuple[str, str]]:
    rows = VenueEvent.objects.filter(kind="health").order_by("seq").values_list("payload", flat=True)
    return [(notice["part"], notice["state"]) for notice in map(json.loads, rows)]


def connected(agent: EdgeAgent, token: str) -> links.Link:
    link = links.open_link(token, uuid.UUID(int=1), "", timezone.now())
    assert link is not None
    make_gateway(agent)
    return link


@pytest.mark.parametrize("how", ["the socket closes", "the process dies", "the line is silent"])
def test_an_agent_that_is_gone_is_told_within_thirty_seconds_whatever_became_of_it(how: str) -> None:
    link = connected(*make_agent(make_venue()))
    lost = timezone.now()
    if how == "the socket closes":
        links.close_link(link, lost)
    elif how == "the line is silent":  # pinged just before it was lost
        cut = Limits().agent_ping_interval + Limits().agent_ping_timeout + 1
        links.close_link(link, lost + timedelta(seconds=cut))
    at = lost + BEAT
    while not told():  # beat looks when it happens to look
        assert at <= lost + 2 * WITHIN
        with time_machine.travel(at, tick=False):
            tasks.look_for_missed_agents.delay()
        at += SECOND
    assert at - SECOND - lost + (BEAT - SECOND) <= WITHIN
    assert told() == [("agent", "offline")]


def test_the_waits_sum_up_to_half_a_minute_at_most() -> None:
    silent = timedelta(seconds=Limits().agent_ping_interval + Limits().agent_ping_timeout + 1)
    for known_after in (links.LEASE, silent):
        assert known_after + health.MISSED_AFTER + BEAT <= WITHIN
    assert 3 * SWEEP_S * SECOND < links.LEASE  # or a slow database would look like an agent that is gone


@pytest.mark.parametrize(("state", "part"), [("offline", "gateway"), ("token_refused", "token")])
def test_what_the_agent_says_of_its_gateway_is_told_at_once(state: wire.GatewayState, part: str) -> None:
    agent, token = make_agent(make_venue())
    make_gateway(agent)

    async def story() -> None:
        socket = await DrivenAgent.of(token).connect()
        await socket.greet()
        await socket.say(wire.GatewayNews(state=state))
        await socket.say(wire.Result(command=1, outcome="done"))
        await socket.next(wire.Kept)
        await socket.drop()

    run(story)
    assert told() == [(part, state)]
