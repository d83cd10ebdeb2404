"""What Celery does for orders: beat looks what is due, a task for each thing does it. Each may run twice, or never:
the next beat looks again."""

import uuid
from typing import Any

from celery import Task, shared_task
from django.db import InterfaceError, OperationalError

from orders import forgetting, idle, pruning, unanswered
from orders.commit import OutcomeUnknown
from orders.tables import now_in_ms
from venues import scheduling
from venues.models import Venue

EXPIRES_S = 60  # what a worker has not begun by then was found by another beat, and sent again


class Retried(Task[Any, Any]):
    """A task that is tried again, after 1, 2, 4... seconds with jitter, when the database was away or hung up around
    COMMIT; no other error passes by itself."""

    autoretry_for = (OperationalError, InterfaceError, OutcomeUnknown)
    retry_backoff = 1
    retry_backoff_max = 30
    retry_jitter = True
    max_retries = 5


@shared_task
def look_for_unanswered_orders() -> None:
    for order_id in unanswered.orders_due(now_in_ms()):
        answer_unanswered_order.apply_async((str(order_id),), expires=EXPIRES_S)


@shared_task(base=Retried)
def answer_unanswered_order(order_id: str) -> None:
    unanswered.answer_for_nobody(uuid.UUID(order_id), now_in_ms())


@shared_task
def look_for_idle_sessions() -> None:
    for session_id in idle.sessions_due(now_in_ms()):
        end_idle_session.apply_async((session_id,), expires=EXPIRES_S)


@shared_task(base=Retried)
def end_idle_session(session_id: int) -> None:
    idle.end_if_over(session_id, now_in_ms())


@shared_task
def look_for_planned_changes() -> None:
    for change_id in scheduling.changes_due(now_in_ms()):
        carry_out_change.apply_async((change_id,), expires=EXPIRES_S)


@shared_task(base=Retried)
def carry_out_change(change_id: int) -> None:
    scheduling.carry_out(change_id, now_in_ms())


@shared_task(base=Retried)
def prune() -> None:
    """All that is old."""
    for venue_id in Venue.objects.order_by("pk").values_list("pk", flat=True):
        prune_events.apply_async((venue_id,), expires=3600)
        forget_old_guests.apply_async((venue_id,), expires=3600)
    pruning.prune_unused(now_in_ms())
    pruning.prune_past(now_in_ms())


@shared_task(base=Retried)
def prune_events(venue_id: int) -> None:
    pruning.prune_events(venue_id, now_in_ms())


@shared_task(base=Retried)
def forget_old_guests(venue_id: int) -> None:
    forgetting.forget_old(venue_id, now_in_ms())
