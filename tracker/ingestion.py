"""What agents tell: kept once, whatever is repeated, and acknowledged only when it is committed."""

import json
import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tracker import wire
from tracker.links import Link, lock
from tracker.models import EdgeAgent, InboundEvent
from tracker.text import printable

logger = logging.getLogger(__name__)

OLDEST = timedelta(days=400)  # an age beyond it is a fault of the agent's; the calendar has an end too


def keep_events(link: Link, spool: UUID, events: tuple[wire.SpooledEvent, ...], now: datetime) -> int:
    """Keep what comes next in this spool; the number up to which all of it is kept now.

    Repeats are passed over, and nothing is taken beyond a gap. Raises LinkLost, and WireError where an order's content
    is none that JSON can hold.
    """
    fresh = [(event, _payload(event)) for event in events]
    with transaction.atomic():
        agent = lock(link)
        if agent.spool != spool:
            raise wire.WireError("spool: not the one of this connection's hello")
        acked, rows = agent.acked, []
        for event, payload in fresh:
            if event.number == acked + 1:
                acked = event.number
                rows.append(_row(link, spool, event, payload, now))
        # A number may be there already where a spool was put back from a copy.
        InboundEvent.objects.bulk_create(rows, ignore_conflicts=True)
        EdgeAgent.objects.filter(pk=agent.pk).update(acked=acked)
    if events[0].number > agent.acked + 1:
        logger.warning("Agent %s: events %s to %s are missing", link.agent_id, agent.acked + 1, events[0].number - 1)
    return acked


def ago(age_ms: int, now: datetime) -> datetime:
    """When it was, on our clock, that something happened so long ago."""
    return now - min(timedelta(milliseconds=min(age_ms, 2**40)), OLDEST)


def _row(link: Link, spool: UUID, event: wire.SpooledEvent, payload: str, now: datetime) -> InboundEvent:
    return InboundEvent(
        venue_id=link.venue_id,
        agent_id=link.agent_id,
        spool=spool,
        number=event.number,
        type=printable(event.type),
        payload=payload,
        at=ago(event.age_ms, now),
        received_at=now,
    )


def _payload(event: wire.SpooledEvent) -> str:
    try:
        content = event.order if event.orders is None else event.orders
        return json.dumps(content, separators=(",", ":"), allow_nan=False)
    except ValueError:
        raise wire.WireError("events: an order holds a number that JSON has not") from None
