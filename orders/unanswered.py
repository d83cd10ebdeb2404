"""Orders that nobody answers: the board is alerted, others are told, and at last the guest hears a no.

Only while the venue is open and not paused. The time that counts begins anew with an opening or when a pause is over:
nobody could answer before.
"""

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from orders.changes import Notice, OrderMove
from orders.models import Order
from orders.requests import MoveOrder
from orders.services import publish, write
from orders.states import State, move_for
from venues.catalogue import hours_of
from venues.hours import Hours
from venues.models import Venue, VenueFeed

logger = logging.getLogger(__name__)

ALERT, ESCALATE, REJECT = "alert", "escalate", "reject"
ACTOR, VERB = "onTap", "acceptorder"
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a venue lets an order wait for each step."""

    alert: timedelta
    escalate: timedelta
    reject: timedelta

    @classmethod
    def of(cls, venue: Venue) -> "Patience":
        seconds = (venue.alert_after, venue.escalate_after, venue.reject_after)
        return cls(*(timedelta(seconds=s) for s in seconds))


def due_step(waited: timedelta, patience: Patience, *, alerted: bool, escalated: bool) -> str | None:
    """What is to be done now with an order that waited so long: one step, the worst first. Pure."""
    if waited >= patience.reject:
        return REJECT
    if waited >= patience.alert and not alerted:
        return ALERT
    if waited >= patience.escalate and not escalated:
        return ESCALATE
    return None


def counts_from(placed_at: datetime, hours: Hours, paused_until: datetime | None, now: datetime) -> datetime | None:
    """Since when an order's wait counts: from then on somebody could answer. None while closed or paused. Pure."""
    if paused_until is not None:
        if now < paused_until:
            return None
        placed_at = max(placed_at, paused_until)
    if hours.always:
        return placed_at
    opened = next((opens for opens, closes in hours.spans(now) if opens <= now < closes), None)
    return max(placed_at, opened) if opened is not None else None


def reason_after(seconds: int) -> str:
    """What the guest reads."""
    number, unit = (seconds // 60, "minute") if seconds >= 60 and seconds % 60 == 0 else (seconds, "second")
    return f"Nobody answered for {number} {unit}{'' if number == 1 else 's'}. Please order at the bar."


def orders_due(now: datetime) -> list[uuid.UUID]:
    """The orders with which something is to be done, those that wait longest first. Three queries."""
    pending = Order.objects.filter(state=State.PENDING).order_by("placed_at").select_related("venue")
    waiting = [order for order in pending[: 10 * MOST_AT_ONCE] if _step(order, order.placed_at, now) is not None]
    venues = _with_hours({order.venue_id for order in waiting})
    due = [order.pk for order in waiting if _step_within_hours(order, venues[order.venue_id], now) is not None]
    return due[:MOST_AT_ONCE]


def answer_for_nobody(order_id: uuid.UUID, now: datetime) -> str | None:
    """Do with one order what is due now; which step that was, None where there was none (any more)."""
    order = Order.objects.select_related("venue").filter(pk=order_id, state=State.PENDING).first()
    if order is None:
        return None
    step = _step_within_hours(order, order.venue, now)
    if step == ALERT:
        return step if _alert(order, now) else None
    if step == ESCALATE:
        return step if _escalate(order, now) else None
    if step == REJECT:
        _reject(order, now)
    return step


def _alert(order: Order, now: datetime) -> bool:
    """Have the boards hear of it, once, whoever else tries."""
    with transaction.atomic():
        VenueFeed.objects.select_for_update(no_key=True).get(venue_id=order.venue_id)
        if not Order.objects.filter(pk=order.pk, state=State.PENDING, alerted_at=None).update(alerted_at=now):
            return False
        about = {"order_id": order.pk, "order_number": order.number, "table_number": order.table_number}
        publish(Notice(order.venue_id, now, "unanswered", ALERT, about))
    return True


def _escalate(order: Order, now: datetime) -> bool:
    with transaction.atomic():
        VenueFeed.objects.select_for_update(no_key=True).get(venue_id=order.venue_id)
        if not Order.objects.filter(pk=order.pk, state=State.PENDING, escalated_at=None).update(escalated_at=now):
            return False
        if not order.test:
            transaction.on_commit(lambda: _tell_others(order, now))
    return True


def _tell_others(order: Order, now: datetime) -> None:
    """In the log; by `escalated_at` it is an alert too, which is mailed and posted from there (`ontap.alerts`)."""
    waited = (now - order.placed_at).total_seconds()
    logger.warning("%s: nobody has answered order %s for %.0f s", order.venue.name, order.number, waited)


def _reject(order: Order, now: datetime) -> None:
    """As the system, so that nobody can undo it: the guest may have left, or ordered at the bar as we told them."""
    reason = reason_after(order.venue.reject_after)
    wanted = MoveOrder(order.pk, move_for(VERB, "rejected"), worded=False, action=VERB, reason=reason)
    write(OrderMove(order.venue_id, now, wanted, ACTOR, by="system"))


def _step(order: Order, since: datetime, now: datetime) -> str | None:
    return due_step(
        now - since,
        Patience.of(order.venue),
        alerted=order.alerted_at is not None,
        escalated=order.escalated_at is not None,
    )


def _step_within_hours(order: Order, venue: Venue, now: datetime) -> str | None:
    since = counts_from(order.placed_at, hours_of(venue), venue.paused_until, now)
    return _step(order, since, now) if since is not None else None


def _with_hours(venue_ids: Iterable[int]) -> dict[int, Venue]:
    rows = Venue.objects.filter(pk__in=venue_ids).prefetch_related("opening_hours", "opening_exceptions")
    return {venue.pk: venue for venue in rows}
