"""What is to be read from a venue's gateway, and when: wanted by the clock, by events or by a person, given up where no
answer comes. Nobody waits for a gateway: whoever wants a reading writes down when, and nudges."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from tracker import nudges
from tracker.models import EdgeAgent, Gateway, Reading
from tracker.models.readings import SUBJECTS

logger = logging.getLogger(__name__)

# From one success to the next question. Beat looks each minute, and a minute after a success it is not quite one yet.
PERIODS = {
    "orders": timedelta(seconds=50),
    "history": timedelta(hours=1),
    "settings": timedelta(days=1),
    "repeaters": timedelta(days=1),
}
ANSWERED_WITHIN = timedelta(minutes=5)  # or the next part of it
FIRST_WAIT = timedelta(minutes=1)  # after a failure
LONGEST_WAIT = {"orders": timedelta(minutes=5)}
OTHERS_WAIT = timedelta(hours=1)

NO_ANSWER = "The agent did not answer; is it up to date?"
WENT_AWAY = "The agent went away before it had answered."


def venues_due(now: datetime) -> list[int]:
    """The venues where something is to be read now, by an agent that is there, or will not be answered any more."""
    rows = Reading.objects.filter((_due(now) & _reachable(now)) | _unanswered(now))
    return list(rows.order_by("venue_id").values_list("venue_id", flat=True).distinct())


def want_due(venue_id: int, now: datetime) -> int:
    """Have what is due there read; how many readings that are."""
    own = Reading.objects.filter(venue_id=venue_id)
    for reading in own.filter(_unanswered(now)).order_by("pk"):
        _give_up(reading, now)
    wanted = own.filter(_due(now) & _reachable(now)).update(wanted_at=now)
    if wanted:
        nudges.look_soon(venue_id)
    return wanted


def want(venue_id: int, subjects: Iterable[str], now: datetime) -> int:
    """Have these read as soon as may be, whenever they were read last; how many that are.

    One that is being read is read once more then: what it was wanted for may be newer than its answer.
    """
    wanted = Reading.objects.filter(venue_id=venue_id, subject__in=list(subjects)).update(wanted_at=now)
    if wanted:
        nudges.look_soon(venue_id)
    return wanted


def want_snapshot(venue_id: int, now: datetime) -> bool:
    """Have the agent tell all orders of the gateway anew; whether that was not wanted already."""
    orders = Reading.objects.filter(venue_id=venue_id, subject="orders", snapshot_wanted=False)
    if not orders.update(snapshot_wanted=True, wanted_at=now):
        return False
    nudges.look_soon(venue_id)
    return True


def make_missing_of_agents() -> None:
    """A reading for each subject of the venues with an agent, also one that has never connected."""
    read = Reading.objects.filter(venue_id=OuterRef("venue_id")).values("venue_id")
    subjects = Coalesce(Subquery(read.annotate(number=Count("pk")).values("number")), 0)
    agents = EdgeAgent.objects.filter(revoked_at=None).annotate(subjects=subjects)
    make_missing(agents.filter(subjects__lt=len(SUBJECTS)).order_by("pk").values_list("venue_id", flat=True))


def make_missing(venue_ids: Iterable[int]) -> None:
    """A reading for each subject of these venues, where there is none."""
    rows = [Reading(venue_id=venue_id, subject=subject) for venue_id in venue_ids for subject in SUBJECTS]
    Reading.objects.bulk_create(rows, ignore_conflicts=True)


def wait_after_failure(subject: str, done_at: datetime | None, now: datetime) -> timedelta:
    """How long until it is tried again: the longer, the longer it has been overdue."""
    longest = LONGEST_WAIT.get(subject, OTHERS_WAIT)
    if done_at is None:
        return max(longest / 4, FIRST_WAIT)
    overdue = now - done_at - PERIODS[subject]
    return min(max(overdue / 2, FIRST_WAIT), longest)


def next_at(reading: Reading) -> datetime | None:
    """When it is read next, if its agent and gateway are there; None: at once."""
    if reading.wanted_at is not None:
        return reading.wanted_at
    return None if reading.done_at is None else reading.done_at + PERIODS[reading.subject]


def _give_up(reading: Reading, now: datetime) -> None:
    agents = EdgeAgent.objects.filter(venue_id=reading.venue_id, fence=reading.fence, revoked_at=None)
    detail = NO_ANSWER if agents.filter(link_until__gt=now).exists() else WENT_AWAY
    same = Reading.objects.filter(pk=reading.pk, question=reading.question, asked_at=reading.asked_at)
    wait = wait_after_failure(reading.subject, reading.done_at, now)
    if same.update(asked_at=None, failed_at=now, detail=detail, wanted_at=now + wait):
        logger.info("Venue %s: %s could not be read: %s", reading.venue_id, reading.subject, detail)


def _unanswered(now: datetime) -> Q:
    """An agent answers one question after the other, and a long history may keep the others waiting."""
    late = now - ANSWERED_WITHIN
    earlier = Reading.objects.filter(venue_id=OuterRef("venue_id"), question__lt=OuterRef("question"))
    return Q(~Exists(earlier.filter(asked_at__gt=late)), asked_at__lte=late)


def _due(now: datetime) -> Q:
    over = Q(done_at=None)
    for subject, period in PERIODS.items():
        over |= Q(subject=subject, done_at__lte=now - period)
    return over & Q(wanted_at=None, asked_at=None)


def _reachable(now: datetime) -> Q:
    """Of a venue with an agent that is there, whose gateway is live."""
    live = Gateway.objects.filter(venue_id=OuterRef("venue_id"), state="live", agent_id=OuterRef("pk"))
    agents = EdgeAgent.objects.filter(Exists(live), venue_id=OuterRef("venue_id"), revoked_at=None, link_until__gt=now)
    return Q(Exists(agents))
