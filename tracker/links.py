"""An agent's connection in the database: which one counts, since when, and whether it still does.

Each connection takes the next fence of its agent's row. The newest holds; an older one learns by a nudge, or by the
next look, that it does not, and every write of its own finds the row under another fence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from tracker import wire
from tracker.models import CommandState, EdgeAgent, GatewayCommand
from tracker.models.traffic import IN_FLIGHT
from tracker.text import printable
from venues.codes import token_hash

LEASE = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Link:
    """One connection of an agent."""

    agent_id: int
    venue_id: int
    fence: int


class LinkLost(Exception):
    """This connection does not count any more; `code` is what its socket is closed with."""

    def __init__(self, code: int) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


def open_link(token: str, process: UUID, address: str, now: datetime) -> Link | None:
    """The newest connection of the agent with this token, from now on; None where no agent has it."""
    agents = EdgeAgent.objects.filter(token_hash=token_hash(token), revoked_at=None)
    with transaction.atomic():
        taken = agents.update(
            fence=F("fence") + 1, process=process, address=address, last_seen_at=now, link_until=now + LEASE
        )
        if not taken:
            return None
        # Under the lock of our own UPDATE: nobody else has taken a fence since.
        agent = agents.get()
    return Link(agent.pk, agent.venue_id, agent.fence)


def close_link(link: Link, now: datetime) -> None:
    """Its socket is gone. A newer connection's lease is left alone."""
    EdgeAgent.objects.filter(pk=link.agent_id, fence=link.fence).update(last_seen_at=now, link_until=now)


def lock(link: Link) -> EdgeAgent:
    """The agent's row, locked for the transaction of the caller. Raises LinkLost where the link counts no more."""
    agent = EdgeAgent.objects.select_for_update().filter(pk=link.agent_id).first()
    if agent is None or agent.revoked_at is not None:
        raise LinkLost(wire.REVOKED)
    if agent.fence != link.fence:
        raise LinkLost(wire.REPLACED)
    return agent


def lost(links: Iterable[Link]) -> dict[Link, int]:
    """Those of the links that count no more, with the close code of each. One query."""
    asked = list(links)
    rows = EdgeAgent.objects.filter(pk__in={link.agent_id for link in asked}, revoked_at=None)
    fences = dict(rows.values_list("pk", "fence"))
    gone = {link: wire.REVOKED for link in asked if link.agent_id not in fences}
    return gone | {link: wire.REPLACED for link in asked if fences.get(link.agent_id, link.fence) != link.fence}


def renew(links: Iterable[Link], process: UUID, now: datetime) -> None:
    """Say that these are still connected to this process."""
    rows = EdgeAgent.objects.filter(pk__in={link.agent_id for link in links}, process=process, revoked_at=None)
    rows.update(last_seen_at=now, link_until=now + LEASE)


@dataclass(frozen=True, slots=True)
class Greeted:
    """What a hello came to: up to where this spool is kept, and what the agent no longer had of it."""

    acked: int
    lost: int
    contested: bool


def greet(link: Link, hello: wire.Hello, now: datetime) -> Greeted:
    """Note who the agent is and where its spool stands; what has no result yet is to be sent again.

    Raises LinkLost. Another spool means that the agent's memory is a new one: only then may it act twice on a number,
    so a page that was under way is left at that.
    """
    with transaction.atomic():
        agent = lock(link)
        same = agent.spool == hello.spool
        # A spool that was replaced never comes back, but where two agents take turns with one token.
        contested = agent.former_spool == hello.spool
        acked = agent.acked if same else _kept_of(agent, hello.spool)
        missing = max(0, hello.first - acked - 1)
        EdgeAgent.objects.filter(pk=agent.pk).update(
            host=printable(hello.host),
            version=printable(hello.agent_version),
            spool=hello.spool,
            former_spool=agent.former_spool if same else agent.spool,
            acked=acked + missing,
            lost=F("lost") + missing,
            contested_at=now if contested else agent.contested_at,
        )
        under_way = GatewayCommand.objects.filter(venue_id=link.venue_id, state__in=IN_FLIGHT)
        if not same:
            under_way.filter(verb="page").update(
                state=CommandState.UNKNOWN,
                finished_at=now,
                lease_until=None,
                detail="The agent was set up anew meanwhile: it may have paged.",
            )
        under_way.update(state=CommandState.PLANNED, next_try_at=now, lease_until=None)
    # As it was: the agent sees by it that something is missing, and looks at the gateway anew.
    return Greeted(acked, missing, contested)


def _kept_of(agent: EdgeAgent, spool: UUID) -> int:
    """The last number that we have of a spool."""
    last = agent.events.filter(spool=spool).order_by("-number").values_list("number", flat=True).first()
    return 0 if last is None else last
