"""When what happened to the order of ours that a gateway's order was joined to: kept with it, for the figures."""

import uuid
from collections.abc import Collection

from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from orders.models import Order
from orders.states import State
from tracker.joining import ACTOR
from tracker.models import TrackedOrder


def note_milestones(venue_id: int, order_ids: Collection[uuid.UUID]) -> None:
    """Bring the gateway's orders that were joined to these up to date, within the caller's transaction."""
    if not order_ids:
        return
    own = Order.objects.filter(pk=OuterRef("order_id"))
    # A puck that comes back completes an order too, and says nothing that the gateway's own times do not.
    by_staff = Case(When(Q(state=State.COMPLETED) & ~Q(changed_by=ACTOR), then=F("finished_at")))
    TrackedOrder.objects.filter(venue_id=venue_id, order_id__in=order_ids).update(
        order_placed_at=Subquery(own.values("placed_at")),
        order_accepted_at=Subquery(own.values("accepted_at")),
        order_ready_at=Subquery(own.values("ready_at")),
        order_completed_at=Subquery(own.annotate(brought_at=by_staff).values("brought_at")),
        order_table=Coalesce(Subquery(own.values("session__table__number")), Value("")),
    )
