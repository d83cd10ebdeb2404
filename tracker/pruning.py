"""What is kept for a while only: events of gateways that were taken, and commands that are over.

What they tell for good is in `TrackedOrder`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet

from tracker.models import GatewayCommand, InboundEvent

EVENTS_KEPT = timedelta(days=7)
COMMANDS_KEPT = timedelta(days=90)
AT_ONCE = 2_000  # rows of one statement, so that none holds its locks for long


def prune_events(now: datetime) -> int:
    """Remove events older than 7 days that their venue has taken; how many there were."""
    taken = InboundEvent.objects.filter(pk__lte=F("venue__tracker_cursor__inbound"))
    return _remove(lambda: taken.filter(received_at__lt=now - EVENTS_KEPT))


def prune_commands(now: datetime) -> int:
    """Remove commands that were over 90 days ago; how many there were."""
    return _remove(lambda: GatewayCommand.objects.filter(finished_at__lt=now - COMMANDS_KEPT))


def _remove(old: Callable[[], QuerySet[Any]]) -> int:
    removed = 0
    while ids := list(old().order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        removed += old().filter(pk__in=ids).delete()[0]
    return removed
