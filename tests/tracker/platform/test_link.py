"""An agent's connection: who is let in, which of two counts, and what ends it."""

import asyncio
import logging
import uuid
from typing import Any

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from orders.reading import in_reader
from tests.factories import make_agent, make_venue
from tests.tracker.platform.driven import DrivenAgent, events, hello, run
from tracker import enrolment, links, wire
from tracker.consumers import failures
from tracker.links import LinkLost
from tracker.models import EdgeAgent, InboundEvent

pytestmark = pytest.mark.django_db(transaction=True)

PROCESS = uuid.UUID(int=1)


def test_a_token_opens_the_socket_and_the_welcome_names_the_venue() -> None:
    agent, token = make_agent(make_venue())

    async def story() -> wire.Welcome:
        socket = await DrivenAgent.of(token).connect()
        welcome = await socket.greet()
        await socket.drop()
        return welcome

    assert run(story) == wire.Welcome(venue=str(agent.venue_id), acked=0)
    agent.refresh_from_db()
    assert (agent.fence, agent.host, agent.version) == (1, "bar-pi", "1.0")
    assert agent.link_until is not None
    assert agent.link_until <= timezone.now()  # gone, and said so at once


@pytest.mark.parametrize(
    "headers", [(), ("",), ("Bearer",), ("Bearer ",), ("Bearer wrong",), ("Basic {0}",), ("{0}",), ("Bearer {0}",) * 2]
)
def test_all_refusals_are_alike(headers: tuple[str, ...]) -> None:
    _, token = make_agent(make_venue())

    async def story() -> DrivenAgent:
        return await DrivenAgent(*(header.format(token) for header in headers), address=str(headers)).connect()

    socket = run(story)
    assert (socket.accepted, socket.closed) == (False, 403)


def test_a_revoked_token_is_refused_like_an_unknown_one() -> None:
    agent, token = make_agent(make_venue())
    enrolment.revoke(agent, timezone.now())

    async def story() -> DrivenAgent:
        return await DrivenAgent.of(token).connect()

    socket = run(story)
    assert (socket.accepted, socket.closed) == (False, 403)


def test_while_the_database_is_away_an_agent_is_told_to_come_back_and_not_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, token = make_agent(make_venue())

    def away(*_: Any) -> None:
        raise OperationalError

    async def story() -> DrivenAgent:
        with monkeypatch.context() as patched:
            patched.setattr(BaseDatabaseWrapper, "cursor", away)
            return await DrivenAgent.of(token).connect()

    async def until_closed() -> int:
        socket = await story()
        return await socket.end()

    assert run(until_closed) == 1013


def test_an_address_that_brings_wrong_tokens_is_not_listened_to_for_a_while() -> None:
    _, token = make_agent(make_venue())

    async def story() -> DrivenAgent:
        for _ in range(failures.most):
            await DrivenAgent("Bearer wrong", address="10.1.2.3").connect()
        return await DrivenAgent(f"Bearer {token}", address="10.1.2.3").connect()

    assert run(story).closed == 403


def test_the_newest_connection_closes_the_older() -> None:
    _, token = make_agent(make_venue())

    async def story() -> tuple[int, int]:
        older = await DrivenAgent.of(token).connect()
        await older.greet()
        newer = await DrivenAgent.of(token).connect()
        code = await older.end(1)
        await older.drop()
        welcome = await newer.greet()
        await newer.drop()
        return code, welcome.acked

    assert run(story) == (wire.REPLACED, 0)


def test_a_connection_that_was_replaced_at_another_process_is_closed_by_the_sweep() -> None:
    _, token = make_agent(make_venue())

    async def story() -> int:
        socket = await DrivenAgent.of(token).connect()
        await socket.greet()
        # Another process, without a word through the layer.
        await in_reader(links.open_link, token, PROCESS, "10.0.0.9", timezone.now())
        code = await socket.end(5)
        await socket.drop()
        return code

    assert run(story) == wire.REPLACED


def test_a_replaced_connection_writes_nothing_even_before_it_is_closed() -> None:
    _, token = make_agent(make_venue())
    older = links.open_link(token, PROCESS, "", timezone.now())
    newer = links.open_link(token, PROCESS, "", timezone.now())
    assert older is not None
    assert newer is not None
    with pytest.raises(LinkLost) as lost:
        links.greet(older, hello(), timezone.now())
    assert lost.value.code == wire.REPLACED
    links.close_link(older, timezone.now())
    links.greet(newer, hello(), timezone.now())
    assert EdgeAgent.objects.get().link_until > timezone.now()  # type: ignore[operator]


def test_revoking_closes_the_socket_at_once_and_without_a_nudge_within_five_seconds() -> None:
    agent, token = make_agent(make_venue())
    other, other_token = make_agent(make_venue())

    async def story() -> tuple[int, int]:
        told, swept = await DrivenAgent.of(token).connect(), await DrivenAgent.of(other_token).connect()
        await told.greet()
        await swept.greet()
        await in_reader(enrolment.revoke, agent, timezone.now())
        first = await told.end(1)
        await in_reader(EdgeAgent.objects.filter(pk=other.pk).update, revoked_at=timezone.now())
        second = await swept.end(5)
        await told.drop()
        await swept.drop()
        return first, second

    assert run(story) == (wire.REVOKED, wire.REVOKED)


BAD = [
    ("not json", 1008),
    ("[]", 1008),
    ('{"kind": "secret-kind"}', 1008),
    ('{"kind": "ack", "spool": "00000000-0000-0000-0000-000000000007", "number": 1}', 1008),
    (b"binary", 1003),
    (events(1), 1008),  # before the hello
    ({"kind": "hello"}, 1008),
    (hello(version=2), wire.WRONG_VERSION),
    ('{"kind": "hello", "padding": "' + "x" * wire.MOST_BYTES + '"}', 1008),
    ("[" * 100_000, 1008),
]


@pytest.mark.parametrize(("message", "code"), BAD, ids=range(len(BAD)))
def test_a_bad_message_closes_the_socket_with_a_line_that_holds_nothing_of_it(
    message: Any, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    _, token = make_agent(make_venue())

    async def story() -> int:
        socket = await DrivenAgent.of(token).connect()
        await socket.say(message)
        ended = await socket.end()
        await socket.drop()
        return ended

    with caplog.at_level(logging.INFO):
        assert run(story) == code
    assert token not in caplog.text
    assert "secret-kind" not in caplog.text
    if code == 1008:
        assert any(record.name == "tracker.consumers" for record in caplog.records)


def test_hello_comes_once() -> None:
    _, token = make_agent(make_venue())

    async def story() -> int:
        socket = await DrivenAgent.of(token).connect()
        await socket.greet()
        await socket.say(hello())
        ended = await socket.end()
        await socket.drop()
        return ended

    assert run(story) == 1008


def test_an_agent_that_says_too_much_is_closed() -> None:
    _, token = make_agent(make_venue())

    async def story() -> int:
        socket = await DrivenAgent.of(token).connect()
        await socket.greet()
        for _ in range(500):
            await socket.say(wire.Result(command=1, outcome="done"))
        ended = await socket.end(30)
        await socket.drop()
        return ended

    assert run(story) == 4008


def test_two_agents_with_one_token_take_turns_lose_nothing_and_are_told_of_in_admin() -> None:
    agent, token = make_agent(make_venue())
    spools = [uuid.UUID(int=n) for n in (1, 2)]

    async def story() -> None:
        for number in (1, 2):
            for spool in spools:
                socket = await DrivenAgent.of(token).connect()
                welcome = await socket.greet(hello(spool, last=number))
                assert welcome.acked == number - 1
                await socket.say(events(number, spool=spool))
                assert (await socket.next(wire.Ack)).number == number
                await socket.drop()

    run(story)
    agent.refresh_from_db()
    assert agent.contested_at is not None
    assert InboundEvent.objects.filter(agent=agent).count() == 4


def test_many_connections_at_once_leave_one() -> None:
    _, token = make_agent(make_venue())

    async def story() -> list[int | None]:
        sockets = [DrivenAgent.of(token) for _ in range(8)]
        await asyncio.gather(*(socket.connect() for socket in sockets))
        await asyncio.sleep(0.5)
        codes = [socket.closed for socket in sockets]
        for socket in sockets:
            await socket.drop()
        return codes

    codes = run(story)
    assert sorted(code for code in codes if code is not None) == [wire.REPLACED] * 7
