"""What Celery does for alerts: beat looks, a task for each message tells it. Each may run twice, or never: the next
beat looks again."""

import uuid

from celery import shared_task

from ontap.alerts import delivering, keeping
from orders.tables import now_in_ms
from orders.tasks import EXPIRES_S, Retried


@shared_task(base=Retried)
def keep_alerts() -> None:
    keeping.keep_alerts(now_in_ms())


@shared_task
def look_for_deliveries() -> None:
    for delivery_id in delivering.deliveries_due(now_in_ms()):
        deliver.apply_async((str(delivery_id),), expires=EXPIRES_S)


@shared_task(base=Retried)
def deliver(delivery_id: str) -> None:
    delivering.deliver(uuid.UUID(delivery_id), now_in_ms())


@shared_task(base=Retried)
def prune() -> None:
    keeping.prune(now_in_ms())
