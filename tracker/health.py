"""How a venue's agent and gateway are: three parts, never one green light, each with since when and what to do."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from orders.changes import Notice
from orders.protocol import to_ms
from orders.services import publish
from tracker import wire
from tracker.ingestion import ago
from tracker.links import Link, lock
from tracker.models import EdgeAgent, Gateway
from tracker.text import printable
from venues.models import VenueFeed

logger = logging.getLogger(__name__)

AGENT, GATEWAY, TOKEN, COMMAND = "agent", "gateway", "token", "command"
# Beyond its lease: an agent that comes back at once is no news. With the lease of 15 s and the beat of 5 s it is known
# within 30 s, however the agent was lost.
MISSED_AFTER = timedelta(seconds=8)
CONTESTED_FOR = timedelta(hours=1)
MOST_AT_ONCE = 500

WHAT_TO_DO = {
    "searching": "The agent looks for the gateway. Is it switched on, and in the same network?",
    "choose": "There are several gateways here. Choose yours on the gateway's page.",
    "press_button": "Press the gateway's button now; its light tells when it listens, for two minutes.",
    "offline": "The gateway does not answer. Is it switched on, and its network cable in?",
    "token_refused": "The gateway does not know our agent any more. Press its button to pair it again.",
    "changed": "Another gateway answers in the old one's place. Say on the gateway's page whether that is right.",
    "too_old": "The gateway's firmware is too old. Have it updated in LRSConnect.",
}
OFFLINE_AGENT = "Is the computer with the agent switched on and online? Its terminal says what it is waiting for."
NEVER_SEEN = "The agent has its token but has not connected yet. Look at its terminal."
CONTESTED = "Two agents take turns with one token. Revoke it, and connect the one that is to stay."


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong, since when, and what somebody at the venue can do."""

    part: str
    state: str
    since: datetime
    what_to_do: str


def troubles(agent: EdgeAgent, gateway: Gateway | None, now: datetime) -> list[Trouble]:
    """What is wrong with a venue's agent and gateway now. Pure."""
    found = []
    if agent.contested_at is not None and now < agent.contested_at + CONTESTED_FOR:
        found.append(Trouble(AGENT, "contested", agent.contested_at, CONTESTED))
    if not is_linked(agent, now):
        since = agent.last_seen_at or agent.enrolled_at
        words = NEVER_SEEN if agent.last_seen_at is None else OFFLINE_AGENT
        # What an agent said last of its gateway says nothing of now.
        return [*found, Trouble(AGENT, "offline", since, words)]
    if gateway is not None and gateway.agent_id == agent.pk and gateway.state != "live":
        part = TOKEN if gateway.state == "token_refused" else GATEWAY
        found.append(Trouble(part, gateway.state, gateway.since, WHAT_TO_DO[gateway.state]))
    return found


def told_troubles(venue_id: int, now: datetime) -> list[dict[str, object]] | None:
    """What is wrong at a venue, as its boards are told; None where it has no agent."""
    agent = EdgeAgent.objects.filter(venue_id=venue_id, revoked_at=None).first()
    if agent is None:
        return None
    gateway = Gateway.objects.filter(venue_id=venue_id).first()
    return [_told(one.part, one.state, one.since, one.what_to_do) for one in troubles(agent, gateway, now)]


def is_linked(agent: EdgeAgent, now: datetime) -> bool:
    return agent.revoked_at is None and agent.link_until is not None and now < agent.link_until


def keep_news(link: Link, news: wire.GatewayNews, now: datetime) -> bool:
    """Note where agent and gateway stand; boards hear of another state, once. Whether it is another one.

    Raises LinkLost.
    """
    chosen = news.chosen
    fields = {
        "agent_id": link.agent_id,
        "state": news.state,
        "since": ago(news.since_ms, now),
        "detail": printable(news.detail),
        "window_until": now + (now - ago(news.window_ms, now)) if news.window_ms is not None else None,
        "timezone": printable(news.timezone),
        "offset_s": _whole_day(news.offset_s),
        "seen": wire.to_text(news.model_copy(update={"chosen": None})) if news.seen else "",
    }
    if chosen is not None:
        fields |= {name: printable(getattr(chosen, name)) for name in ("name", "host", "address")}
    with transaction.atomic():
        _lock_venue(link.venue_id)
        lock(link)
        before = Gateway.objects.filter(venue_id=link.venue_id).values_list("state", flat=True).first()
        Gateway.objects.update_or_create(venue_id=link.venue_id, defaults=fields)
        if before != news.state:
            part = TOKEN if news.state == "token_refused" else GATEWAY
            _tell(link.venue_id, part, news.state, ago(news.since_ms, now), WHAT_TO_DO.get(news.state, ""), now)
    if before != news.state:
        logger.info("Venue %s: its gateway is %s", link.venue_id, news.state)
    return before != news.state


def agents_missed(now: datetime) -> list[int]:
    """The agents that went offline and of which nobody was told yet."""
    rows = EdgeAgent.objects.filter(revoked_at=None, missed_since=None, link_until__lt=now - MISSED_AFTER)
    return list(rows.order_by("venue_id").values_list("pk", flat=True)[:MOST_AT_ONCE])


def tell_agent_missed(agent_id: int, now: datetime) -> bool:
    """Tell a venue's boards that its agent is offline, once; whether it was (still) so."""
    agent = EdgeAgent.objects.filter(pk=agent_id).first()
    if agent is None or agent.link_until is None:
        return False
    with transaction.atomic():
        _lock_venue(agent.venue_id)
        rows = EdgeAgent.objects.filter(pk=agent_id, revoked_at=None, missed_since=None)
        if not rows.filter(link_until__lt=now - MISSED_AFTER).update(missed_since=agent.link_until):
            return False
        _tell(agent.venue_id, AGENT, "offline", agent.link_until, OFFLINE_AGENT, now)
    logger.warning("Venue %s: its agent is offline since %s", agent.venue_id, agent.link_until)
    return True


def tell_agent_returned(link: Link, now: datetime) -> bool:
    """Tell the boards that were told of its absence that the agent is back."""
    missed = EdgeAgent.objects.filter(pk=link.agent_id, missed_since__isnull=False)
    if not missed.exists():
        return False
    with transaction.atomic():
        _lock_venue(link.venue_id)
        if not missed.update(missed_since=None):
            return False
        _tell(link.venue_id, AGENT, "online", now, "", now)
    logger.info("Venue %s: its agent is back", link.venue_id)
    return True


def tell_command_dead(venue_id: int, command: str, since: datetime, now: datetime) -> None:
    """Within the transaction of the command's death."""
    _tell(venue_id, COMMAND, "dead", since, f"“{command}” did not reach the gateway. A manager can try again.", now)


def _tell(venue_id: int, part: str, state: str, since: datetime, what_to_do: str, now: datetime) -> None:
    publish(Notice(venue_id, now, "health", state[:20], _told(part, state, since, what_to_do)))


def _told(part: str, state: str, since: datetime, what_to_do: str) -> dict[str, object]:
    return {"part": part, "state": state, "since": to_ms(since), "what_to_do": what_to_do}


def _lock_venue(venue_id: int) -> None:
    """First, as every writer of a venue's events does (docs/operations.md)."""
    VenueFeed.objects.select_for_update(no_key=True).get(venue_id=venue_id)


def _whole_day(offset_s: int | None) -> int | None:
    """A clock's offset as far as it is worth keeping; a gateway without a date may be decades off."""
    return offset_s if offset_s is not None and abs(offset_s) < 2**31 else None
