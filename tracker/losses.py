"""How far the history of a venue's gateway is kept, what of it was lost, and who is told before that happens.

The gateway forgets after two weeks. Somebody is told after ten days without a reading, so four are left to mend it. It
is the manager's affair: guests and boards lose nothing by it.
"""

import logging
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tracker import wire
from tracker.contents import Gap, HistoryContent
from tracker.gateway.history import ALARM_AFTER, KEPT, is_loss_near
from tracker.ingestion import ago
from tracker.models import EdgeAgent, Reading

logger = logging.getLogger(__name__)

MOST_GAPS = 50
MOST_AT_ONCE = 500


def reached(
    reading: Reading, content: HistoryContent, told: wire.Told, agent: EdgeAgent, now: datetime
) -> tuple[HistoryContent, dict[str, datetime | None]]:
    """What a whole history came to: the content, and the columns that change. Pure, but for the log."""
    changed: dict[str, datetime | None] = {}
    if told.through_ms is not None:
        until = ago(told.through_ms, now)
        changed["read_until"] = max(reading.read_until or until, until)
    wanted_from = reading.read_until or agent.enrolled_at
    found_from = now - KEPT if told.from_ms is None else ago(told.from_ms, now)
    if found_from > wanted_from:
        content = content.model_copy(
            update={"gaps": (*content.gaps, Gap(begin=wanted_from, end=found_from))[-MOST_GAPS:]}
        )
        changed |= {"lost_from": wanted_from, "lost_until": found_from}
        words = "Venue %s: orders between %s and %s are lost: its gateway had purged them"
        logger.error(words, reading.venue_id, wanted_from, found_from)
    if reading.at_risk_since is not None:
        changed["at_risk_since"] = None
        logger.warning("Venue %s: the history of its gateway is read again", reading.venue_id)
    return content, changed


def venues_at_risk(now: datetime) -> list[int]:
    """The venues whose gateway's history will be lost soon, and of which nobody was told yet."""
    return list(_unread(now).order_by("venue_id").values_list("venue_id", flat=True)[:MOST_AT_ONCE])


def tell_at_risk(venue_id: int, now: datetime) -> bool:
    """Say it, once; whether it was (still) so."""
    reading = _unread(now).filter(venue_id=venue_id).first()
    if reading is None or not is_loss_near(reading.since, now):  # type: ignore[attr-defined]  # annotated
        return False
    waiting = Reading.objects.filter(pk=reading.pk, at_risk_since=None, read_until=reading.read_until)
    if not waiting.update(at_risk_since=now):
        return False
    words = "Venue %s: the history of its gateway is not read since %s; from %s on, orders will be lost"
    logger.error(words, venue_id, reading.since, reading.since + KEPT)  # type: ignore[attr-defined]
    return True


def _unread(now: datetime) -> QuerySet[Reading]:
    """Since when is the last success, or the enrolment of an agent that never had one."""
    agents = EdgeAgent.objects.filter(venue_id=OuterRef("venue_id"), revoked_at=None)
    since = Coalesce("read_until", Subquery(agents.values("enrolled_at")[:1]))
    rows = Reading.objects.filter(Q(subject="history", at_risk_since=None)).annotate(since=since)
    return rows.filter(since__lt=now - ALARM_AFTER)
