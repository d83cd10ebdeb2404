"""Events and results are kept once, in order and without gaps, whatever is repeated."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.factories import make_agent, make_venue
from tests.tracker.platform.driven import SPOOL, DrivenAgent, events, hello, run
from tracker import ingestion, links, wire
from tracker.links import Link, LinkLost
from tracker.models import EdgeAgent, InboundEvent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def link() -> Link:
    return connected(make_agent(make_venue())[1])


def connected(token: str, first: wire.Hello | None = None) -> Link:
    link = links.open_link(token, uuid.UUID(int=1), "", timezone.now())
    assert link is not None
    links.greet(link, first or hello(), timezone.now())
    return link


def keep(link: Link, *numbers: int, **fields: Any) -> int:
    return ingestion.keep_events(link, SPOOL, events(*numbers, **fields).events, timezone.now())


def kept() -> list[int]:
    return list(InboundEvent.objects.order_by("number").values_list("number", flat=True))


def test_what_is_repeated_is_kept_once(link: Link) -> None:
    assert keep(link, 1, 2, 3) == 3
    assert keep(link, 2, 3, 4) == 4
    assert keep(link, 1) == 4
    assert kept() == [1, 2, 3, 4]


def test_nothing_is_taken_beyond_a_gap(link: Link) -> None:
    assert keep(link, 1, 2, 5, 6) == 2
    assert keep(link, 7) == 2
    assert kept() == [1, 2]
    assert keep(link, 3, 4, 5, 6, 7) == 7


def test_an_event_keeps_the_gateways_words_and_when_it_was(link: Link) -> None:
    keep(link, 1, age_ms=60_000, order={"name": "22", "odd": None, "text": "\x00é😀"})
    row = InboundEvent.objects.get()
    assert row.payload == '{"name":"22","odd":null,"text":"\\u0000\\u00e9\\ud83d\\ude00"}'
    assert row.received_at - row.at == timedelta(seconds=60)
    assert (row.type, row.venue_id, row.agent_id) == ("created", link.venue_id, link.agent_id)


def test_a_snapshot_keeps_its_orders(link: Link) -> None:
    keep(link, 1, type="snapshot", order=None, orders=({"name": "1"}, {"name": "2"}))
    assert InboundEvent.objects.get().payload == '[{"name":"1"},{"name":"2"}]'


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_json_cannot_hold_is_refused(link: Link, number: float) -> None:
    with pytest.raises(wire.WireError, match="JSON"):
        keep(link, 1, order={"n": number})
    assert kept() == []


def test_numbers_beyond_every_database_and_calendar_are_taken(link: Link) -> None:
    assert keep(link, 1, age_ms=2**53 - 1, order={"n": 10**400}) == 1


def test_another_spool_than_the_hellos_is_refused(link: Link) -> None:
    with pytest.raises(wire.WireError, match="spool"):
        ingestion.keep_events(link, uuid.UUID(int=9), events(1).events, timezone.now())


def test_a_lost_link_keeps_nothing(link: Link) -> None:
    EdgeAgent.objects.update(revoked_at=timezone.now())
    with pytest.raises(LinkLost) as lost:
        keep(link, 1)
    assert lost.value.code == wire.REVOKED
    assert kept() == []


def test_a_new_spool_begins_anew_and_the_old_one_goes_on_where_it_stood() -> None:
    agent, token = make_agent(make_venue())
    keep(connected(token), 1, 2)
    other = hello(uuid.UUID(int=9))
    link = connected(token, other)
    assert ingestion.keep_events(link, other.spool, events(1).events, timezone.now()) == 1
    connected(token, hello(last=2))
    agent.refresh_from_db()
    assert agent.acked == 2


def test_what_the_agent_dropped_is_counted_and_passed_over() -> None:
    agent, token = make_agent(make_venue())
    keep(connected(token), 1, 2)
    link = links.open_link(token, uuid.UUID(int=1), "", timezone.now())
    assert link is not None
    greeted = links.greet(link, hello(first=10, last=12), timezone.now())
    assert (greeted.acked, greeted.lost) == (2, 7)  # by which the agent sees the gap
    assert keep(link, 10, 11, 12) == 12
    agent.refresh_from_db()
    assert (agent.acked, agent.lost) == (12, 7)


def test_the_acked_number_never_goes_back() -> None:
    agent, token = make_agent(make_venue())
    keep(connected(token), 1, 2, 3)
    connected(token, hello(first=1, last=1))
    agent.refresh_from_db()
    assert agent.acked == 3


def test_the_database_keeps_one_row_an_event_and_a_row_within_its_venue(link: Link) -> None:
    keep(link, 1)
    row = InboundEvent.objects.get()
    twin = {"agent_id": row.agent_id, "spool": row.spool, "at": row.at, "received_at": row.at, "payload": "{}"}
    with pytest.raises(IntegrityError), transaction.atomic():
        InboundEvent.objects.create(venue_id=row.venue_id, number=1, **twin)
    with pytest.raises(IntegrityError), transaction.atomic():
        InboundEvent.objects.create(venue=make_venue(), number=2, **twin)


def test_events_are_acknowledged_over_the_socket_and_welcomed_after_a_cut() -> None:
    _, token = make_agent(make_venue())

    async def story() -> tuple[wire.Ack, int]:
        socket = await DrivenAgent.of(token).connect()
        await socket.greet(hello(last=2))
        await socket.say(events(1, 2))
        ack = await socket.next(wire.Ack)
        await socket.drop()
        again = await DrivenAgent.of(token).connect()
        welcome = await again.greet(hello(first=3, last=2))
        await again.drop()
        return ack, welcome.acked

    assert run(story) == (wire.Ack(spool=SPOOL, number=2), 2)
