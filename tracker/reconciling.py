"""What onTap started at a gateway and nobody needs any more: an order that was over before its start came through, or
that got another puck. Looked for now and then; what somebody else started is left alone."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from tracker.commands import Wish, plan_command
from tracker.models import CommandState, GatewayCommand, TrackedOrder
from tracker.models.traffic import OPEN
from tracker.planning import CLEAR_WITHIN, MAKING
from venues.models import VenueFeed

SETTLED_AFTER = timedelta(seconds=15)  # younger ones may be on their way to an order


def venues_with_forgotten(now: datetime) -> list[int]:
    """The venues where a puck is with nobody."""
    return list(_forgotten(now).order_by("venue_id").values_list("venue_id", flat=True).distinct())


def clear_forgotten(venue_id: int, now: datetime) -> int:
    """Clear what we started there and no open order has; how many there were.

    Under the venue's lock, like everything that joins orders and pucks: one that was nobody's may be somebody's by now.
    """
    with transaction.atomic():
        if VenueFeed.objects.select_for_update(no_key=True).filter(venue_id=venue_id).first() is None:
            return 0  # the venue is gone
        pucks = {str(row.uuid): row.name for row in _forgotten(now).filter(venue_id=venue_id)}
        commands = GatewayCommand.objects.select_for_update().filter(venue_id=venue_id, order_uuid__in=pucks)
        ours, over = set(), set()
        for command in commands:
            if command.verb in MAKING and command.state == CommandState.DONE:
                ours.add(command.order_uuid)
            elif command.verb == "clear" and command.state in (*OPEN, CommandState.DONE):
                over.add(command.order_uuid)
        for key in sorted(ours - over):
            wish = Wish("clear", pucks[key], order_uuid=key)
            plan_command(venue_id, wish, not_after=now + CLEAR_WITHIN, now=now, why="No open order has this puck.")
    return len(ours - over)


def _forgotten(now: datetime) -> QuerySet[TrackedOrder]:
    nobodys = Q(order=None) | Q(order__finished_at__isnull=False)
    return TrackedOrder.objects.filter(nobodys, cleared_at=None, started_at__lt=now - SETTLED_AFTER)
