"""What is looked after when something went wrong on the way: commands too late, unanswered, failed, tried often enough.

All of it may run twice, or at once, or not for a while: commands flow without it.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from tracker import nudges
from tracker.backoff import MOST_ATTEMPTS, wait_after
from tracker.health import tell_command_dead
from tracker.models import CommandState, GatewayCommand
from tracker.models.traffic import IN_FLIGHT, ROUNDS
from venues.models import VenueFeed

logger = logging.getLogger(__name__)

GRACE = timedelta(seconds=60)  # for the answer to what was begun in the last moment
MOST_AT_ONCE = 500

NEVER_SENT = "It was too late before it could be sent."
GAVE_UP = "It failed, and then it was too late to try again."
NO_ANSWER = "No answer came; it may have been done."


def expired(now: datetime) -> list[int]:
    """The commands that must not be begun any more, or whose answer will not come."""
    waiting = Q(state__in=(CommandState.PLANNED, CommandState.FAILED), not_after__lte=now)
    silent = Q(state__in=IN_FLIGHT, not_after__lte=now - GRACE)
    return list(
        GatewayCommand.objects.filter(waiting | silent).order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE]
    )


def expire(command_id: int, now: datetime) -> str | None:
    """End one command whose time is over; the state in which it ended, None where it was not so (any more)."""
    command = GatewayCommand.objects.filter(pk=command_id).first()
    if command is None:
        return None
    if command.state in IN_FLIGHT and command.not_after <= now - GRACE:
        ended, detail = CommandState.UNKNOWN, NO_ANSWER
    elif command.state == CommandState.PLANNED and command.not_after <= now:
        ended, detail = CommandState.EXPIRED, command.detail or NEVER_SENT
    elif command.state == CommandState.FAILED and command.not_after <= now:
        ended, detail = CommandState.EXPIRED, command.detail or GAVE_UP
    else:
        return None
    if not _move(command, state=ended, detail=detail, finished_at=now, lease_until=None):
        return None
    nudges.look_soon(command.venue_id)
    return ended


def to_retry(now: datetime) -> list[int]:
    """The commands whose lease is over without an answer, and those that failed and are due again."""
    unanswered = Q(state__in=IN_FLIGHT, lease_until__lte=now)
    failed = Q(state=CommandState.FAILED, next_try_at__lte=now)
    rows = GatewayCommand.objects.filter(unanswered | failed, not_after__gt=now)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])


def retry(command_id: int, now: datetime) -> str | None:
    """Have one command tried again, or give it up; the state it is in then, None where nothing was due (any more)."""
    command = GatewayCommand.objects.filter(pk=command_id, not_after__gt=now).first()
    if command is None or not _is_due(command, now):
        return None
    if command.attempts >= MOST_ATTEMPTS or command.round + 1 >= ROUNDS:
        return CommandState.DEAD if _bury(command, now) else None
    waits = timedelta() if command.state == CommandState.FAILED else wait_after(command.attempts)
    again = {"state": CommandState.PLANNED, "next_try_at": now + waits, "lease_until": None}
    if not _move(command, **again, round=command.round + int(command.answered), answered=False):
        return None
    nudges.look_soon(command.venue_id)
    return CommandState.PLANNED


def try_again(command_id: int, now: datetime) -> bool:
    """A person wants a dead command after all: with as much time as it had, from now. Whether it was dead."""
    command = GatewayCommand.objects.filter(pk=command_id, state=CommandState.DEAD).first()
    if command is None or command.round + 1 >= ROUNDS:
        return False
    moved = _move(
        command,
        state=CommandState.PLANNED,
        attempts=0,
        planned_at=now,
        next_try_at=now,
        not_after=now + (command.not_after - command.planned_at),
        round=command.round + int(command.answered),
        answered=False,
        finished_at=None,
    )
    if moved:
        nudges.look_soon(command.venue_id)
    return moved


def _is_due(command: GatewayCommand, now: datetime) -> bool:
    if command.state == CommandState.FAILED:
        return command.next_try_at <= now
    return command.state in IN_FLIGHT and command.lease_until is not None and command.lease_until <= now


def _bury(command: GatewayCommand, now: datetime) -> bool:
    """Give up, and have the boards hear of it, once, whoever else tries."""
    with transaction.atomic():
        VenueFeed.objects.select_for_update(no_key=True).get(venue_id=command.venue_id)
        detail = command.detail or NO_ANSWER
        if not _move(command, state=CommandState.DEAD, detail=detail, finished_at=now, lease_until=None):
            return False
        tell_command_dead(command.venue_id, str(command), command.planned_at, now)
    logger.warning("Venue %s: command %s is given up after %s tries", command.venue_id, command.pk, command.attempts)
    nudges.look_soon(command.venue_id)
    return True


def _move(command: GatewayCommand, **fields: object) -> bool:
    """Write these where the command is still as it was read; whether it was."""
    as_read = {"pk": command.pk, "state": command.state, "attempts": command.attempts, "round": command.round}
    lease = {"lease_until": command.lease_until}
    return bool(GatewayCommand.objects.filter(**as_read, **lease).update(**fields))
