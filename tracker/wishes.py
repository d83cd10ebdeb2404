"""What staff want of the gateway from the board: shake a puck, say where it is, give an order another one."""

from datetime import datetime, timedelta

from django.db import transaction

from orders.changes import Done
from orders.errors import Refused
from orders.models import Order
from orders.requests import TrackerWish
from orders.states import State
from orders.wishes import no_gateway, no_puck
from tracker.commands import Wish, plan_command
from tracker.joining import Join
from tracker.models import EdgeAgent, TrackedOrder
from tracker.planning import START_WITHIN, type_of, withdraw_start
from venues.models import Venue, VenueFeed

PAGE_WITHIN = timedelta(seconds=30)


def carry_out(venue_id: int, wish: TrackerWish, actor: str, now: datetime) -> Done | Refused:
    """Under the venue's lock, like everything that joins orders and pucks."""
    with transaction.atomic():
        VenueFeed.objects.select_for_update(no_key=True).get(venue_id=venue_id)
        venue = Venue.objects.get(pk=venue_id)
        agent = EdgeAgent.objects.filter(venue=venue, revoked_at=None).exists()
        if venue.tracker_use == "off" or (wish.action != "trackorder" and not agent):
            return no_gateway()
        if venue.tracker_use == "tables" and wish.action != "locateorder":
            return no_puck("This venue uses no pucks.")
        order = Order.objects.filter(pk=wish.order_id, venue=venue).first()
        if order is None:
            return Refused("There is no such order here.", "unknown_order", "order_id")
        if order.finished_at is not None:
            return Refused(f"This order is already {order.state}.", "order_moved", "order_id")
        if order.test:
            return no_puck("A test order takes no puck.")
        if wish.action == "trackorder":
            refusal = _give(venue, order, wish, actor, now)
        else:
            refusal = _page_or_find(order, wish, actor, now)
        if refusal is not None:
            return refusal
        order.refresh_from_db(fields=["seq"])
        return Done(order.seq, order.pk, order.number)


def _page_or_find(order: Order, wish: TrackerWish, actor: str, now: datetime) -> Refused | None:
    puck = TrackedOrder.objects.filter(venue_id=order.venue_id, order=order, cleared_at=None).first()
    if puck is None:
        return no_puck("This order has no puck at the gateway.")
    if wish.action == "locateorder":
        return None if puck.tag else no_puck(f"Puck {puck.name} is on no table yet.")
    plan_command(
        order.venue_id,
        Wish("page", puck.name, order_uuid=str(puck.uuid)),
        not_after=now + PAGE_WITHIN,
        now=now,
        why=f"{actor} called order {order.number}.",
    )
    return None


def _give(venue: Venue, order: Order, wish: TrackerWish, actor: str, now: datetime) -> Refused | None:
    """Another puck, or none. What other order has it loses it, or takes this one's, where staff say so."""
    join = Join(venue, also=[order.pk])
    other = join.holder_of(wish.tracker_number, but=order.pk)
    if other is not None and not wish.taken:
        words = f"Puck {wish.tracker_number} is with order {other['number']} already."
        return Refused(words, "puck_taken", "tracker_number")
    changed = {order.pk: wish.tracker_number}
    if other is not None:
        changed[other["id"]] = order.tracker_number if wish.taken == "swap" else None
    if order.tracker_number is not None and order.tracker_number not in changed.values():
        withdraw_start(venue.pk, order.tracker_number, now, "Its order has another puck.")
    for started in join.renumber(changed):
        if started["state"] == State.PENDING:
            continue
        plan_command(
            venue.pk,
            Wish("start", started["tracker_number"], order_type=type_of(started["to_go"])),
            not_after=now + START_WITHIN,
            now=now,
            why=f"{actor} gave puck {started['tracker_number']} to order {started['number']}.",
        )
    join.write(now, actor)
    return None
