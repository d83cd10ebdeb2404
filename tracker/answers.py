"""What an agent answers to our questions: kept part by part, and only where the question is the newest one."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from pydantic import BaseModel

from tracker import wire
from tracker.comparison import differing, is_comparable
from tracker.contents import (
    HistoryContent,
    OrdersContent,
    RepeatersContent,
    SettingsContent,
    content_of,
    text_of,
)
from tracker.links import Link, lock
from tracker.losses import reached
from tracker.models import EdgeAgent, Reading
from tracker.past_orders import keep_past
from tracker.readings import wait_after_failure, want_snapshot
from tracker.text import printable

logger = logging.getLogger(__name__)

SNAPSHOT_EVERY = timedelta(minutes=10)  # where it did not help, a minute later it would not either

MOST_COMING = 2_000  # orders or repeaters of one answer, which wait for its end
MOST_PAST = 200_000  # of two weeks: ten times what the busiest of pubs has

Fields = dict[str, object]


def keep_told(link: Link, told: wire.Told, now: datetime) -> bool:
    """Keep an answer; whether it was one to the newest question, asked over this connection.

    Raises LinkLost, and WireError for an answer that does not end.
    """
    newest = Reading.objects.filter(
        venue_id=link.venue_id, question=told.ask, agent_id=link.agent_id, fence=link.fence, asked_at__isnull=False
    )
    with transaction.atomic():
        reading = newest.first()
        if reading is None:
            lock(link)
            logger.info("Agent %s answers a question that is not ours, or not the newest", link.agent_id)
            return False
        # The venue's lock comes before the agent's, and history takes it where it has something to write.
        taken = _take(reading, told, now)
        most = MOST_PAST if reading.subject == "history" else MOST_COMING
        if reading.count + taken.count > most:
            raise wire.WireError("told: more than there can be")
        if told.outcome == "part" and not taken.count:
            raise wire.WireError("told: a part that brings nothing")
        agent, content = lock(link), taken.content
        if taken.unsettled and not asked_lately(reading.venue_id, now):
            want_snapshot(reading.venue_id, now)
        if told.outcome == "part":
            fields: Fields = {"asked_at": now}
        elif told.outcome == "failed":
            content, fields = _failed(reading, content, told, now)
        else:
            content, fields = _FINISHED[reading.subject](reading, content, told, agent, now)
            fields |= {"asked_at": None, "done_at": now}
        return bool(newest.update(content=text_of(content), count=F("count") + taken.count, **fields))


@dataclass(frozen=True, slots=True)
class _Taken:
    """The content with what a part brings, how many things that is, and whether our copy is behind in some."""

    content: BaseModel
    count: int
    unsettled: bool = False


def _take(reading: Reading, told: wire.Told, now: datetime) -> _Taken:
    if reading.subject == "history":
        history = content_of(reading, HistoryContent)
        past = told.past or ()
        kept = keep_past(reading.venue_id, past, now)
        untimed = kept.untimed + (history.untimed if reading.count else 0)
        return _Taken(history.model_copy(update={"untimed": untimed}), len(past), kept.unsettled)
    if reading.subject == "orders":
        orders, told_orders = content_of(reading, OrdersContent), told.orders or ()
        return _Taken(orders.model_copy(update={"coming": (*orders.coming, *told_orders)}), len(told_orders))
    if reading.subject == "repeaters":
        repeaters, listed = content_of(reading, RepeatersContent), told.repeaters or ()
        return _Taken(repeaters.model_copy(update={"coming": (*repeaters.coming, *listed)}), len(listed))
    settings = content_of(reading, SettingsContent)
    return _Taken(settings if told.settings is None else SettingsContent(settings=told.settings), 1)


def asked_lately(venue_id: int, now: datetime) -> bool:
    """Whether a whole report was asked for a moment ago."""
    return Reading.objects.filter(venue_id=venue_id, subject="orders", snapshot_at__gt=now - SNAPSHOT_EVERY).exists()


def _failed(reading: Reading, content: BaseModel, told: wire.Told, now: datetime) -> tuple[BaseModel, Fields]:
    logger.info("Venue %s: %s could not be read: %s", reading.venue_id, reading.subject, printable(told.detail))
    wait = wait_after_failure(reading.subject, reading.done_at, now)
    fields: Fields = {
        "asked_at": None,
        "failed_at": now,
        "detail": printable(told.detail) or "The agent did not say why.",
        "wanted_at": reading.wanted_at or now + wait,  # somebody has wanted it anew meanwhile
    }
    if isinstance(content, OrdersContent | RepeatersContent):
        content = content.model_copy(update={"coming": ()})
    return content, fields


def _history(
    reading: Reading, content: BaseModel, told: wire.Told, agent: EdgeAgent, now: datetime
) -> tuple[BaseModel, Fields]:
    assert isinstance(content, HistoryContent)
    untimed = f"{_orders_that(content.untimed, 'has', 'have')} no time at all, and no place here."
    detail = untimed if content.untimed else ""
    content, columns = reached(reading, content, told, agent, now)
    return content, {"detail": detail, **columns}


def _orders(
    reading: Reading, content: BaseModel, told: wire.Told, agent: EdgeAgent, now: datetime
) -> tuple[BaseModel, Fields]:
    assert isinstance(content, OrdersContent)
    fields: Fields = {"detail": ""}
    if content.snapshot:  # it came by the spool, and the join puts right what it says
        fields |= {"snapshot_wanted": False, "detail": _put_right(content.differed)}
        return OrdersContent(), fields
    if not is_comparable(agent, told):
        since = reading.compared_at or agent.enrolled_at
        fields["detail"] = f"Not compared since {since:%d %b %H:%M} UTC: something was on its way."
        return OrdersContent(), fields
    fields["compared_at"] = now
    number = differing(reading.venue_id, content.coming)
    if number:
        logger.warning("Venue %s: %s orders differ from its gateway's", reading.venue_id, number)
        recently = reading.snapshot_at is not None and now < reading.snapshot_at + SNAPSHOT_EVERY
        when = ", soon" if recently else ""
        fields["detail"] = f"{_orders_that(number, 'differs', 'differ')}. A whole report is asked for{when}."
        if not recently:
            fields |= {"snapshot_wanted": True, "wanted_at": now}
    return OrdersContent(differed=number), fields


def _settings(
    reading: Reading, content: BaseModel, told: wire.Told, agent: EdgeAgent, now: datetime
) -> tuple[BaseModel, Fields]:
    return content, {"detail": ""}


def _repeaters(
    reading: Reading, content: BaseModel, told: wire.Told, agent: EdgeAgent, now: datetime
) -> tuple[BaseModel, Fields]:
    assert isinstance(content, RepeatersContent)
    return RepeatersContent(repeaters=content.coming), {"detail": ""}


def _put_right(differed: int) -> str:
    if not differed:
        return "All orders were told anew."
    return f"{_orders_that(differed, 'differed and was', 'differed and were')} put right."


def _orders_that(number: int, one_does: str, many_do: str) -> str:
    return f"1 order {one_does}" if number == 1 else f"{number} orders {many_do}"


_Finish = Callable[[Reading, BaseModel, wire.Told, EdgeAgent, datetime], tuple[BaseModel, Fields]]
_FINISHED: dict[str, _Finish] = {
    "orders": _orders,
    "history": _history,
    "settings": _settings,
    "repeaters": _repeaters,
}
