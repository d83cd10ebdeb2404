"""What is kept of guests is emptied, after a venue's days or at once: words go, orders and figures stay.

Of a guest we have what they wrote (notes), what staff wrote to them (reasons, words of their own for a status), a
fingerprint of the order's contents, and the hashed tokens of phones. No name, no address, no payment.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import Q

from orders.models import Order, OrderLine, VenueEvent
from orders.states import OPEN, State
from venues.hours import DAY, business_date
from venues.models import Member, TableSession, Venue, VenueFeed

AT_ONCE = 500  # orders of one transaction: it holds the venue's lock for a fraction of a second
A_RUN = 20_000  # what is left waits for the next hour
COLUMNS = ("lines_json", "reason", "order_status", "undo_status", "content_hash")


class StillOpen(Exception):
    """The message says what is not finished yet: a note may still say what somebody must not be served."""


def forget_old(venue_id: int, now: datetime) -> int:
    """Empty what is older than the venue keeps it; how many rows were changed or removed. Twice changes nothing."""
    venue = Venue.objects.filter(pk=venue_id).first()
    if venue is None:
        return 0
    until = business_date(now, venue.zone, venue.day_starts) - venue.guests_kept_days * DAY
    since = venue.guests_emptied_until
    changed = _forget_phones(venue, since, until)
    left = A_RUN
    while left > 0 and (day := _next_day(venue_id, venue.guests_emptied_until, until)) is not None:
        ids = Order.objects.filter(venue_id=venue_id, business_date=day).order_by("number").values_list("pk", flat=True)
        found = list(ids)
        for first in range(0, len(found), AT_ONCE):
            changed += _forget(venue_id, found[first : first + AT_ONCE])
        left -= len(found)
        _emptied_until(venue, day)
    if left > 0:
        _emptied_until(venue, until)
    return changed


def forget_orders(venue_id: int, order_ids: Collection[UUID]) -> int:
    """Empty these orders of a venue at once; how many had anything. Raises StillOpen."""
    open_ones = Order.objects.filter(venue_id=venue_id, pk__in=order_ids, state__in=OPEN).order_by("number")
    if numbers := [str(number) for number in open_ones.values_list("number", flat=True)]:
        raise StillOpen(f"Order {', '.join(numbers)} is still open. Complete or cancel it first.")
    return _forget(venue_id, order_ids)


def forget_session(session: TableSession) -> int:
    """The same for all orders of a table session, and its phones are forgotten. Raises StillOpen."""
    if session.ended_at is None:
        raise StillOpen(f"Table {session.table} is still in use. Clear it first.")
    ids = list(Order.objects.filter(session=session).values_list("pk", flat=True))
    changed = forget_orders(session.venue_id, ids)
    return changed + Member.objects.filter(session=session).delete()[0]


def _forget(venue_id: int, order_ids: Collection[UUID]) -> int:
    with transaction.atomic():
        # Read under the lock of every writer, so that nobody's change of the same order is put back.
        VenueFeed.objects.select_for_update(no_key=True).get(venue_id=venue_id)
        rows = list(Order.objects.filter(venue_id=venue_id, pk__in=order_ids).order_by("pk"))
        emptied = [row for row in rows if _empty_row(row)]
        if emptied:
            Order.objects.bulk_update(emptied, COLUMNS, batch_size=100)
        notes = OrderLine.objects.filter(order__in=[row.pk for row in rows]).exclude(note="")
        return len(emptied) + notes.update(note="") + _empty_events(venue_id, rows)


def _empty_row(order: Order) -> bool:
    before = [getattr(order, name) for name in COLUMNS]
    lines = orjson.loads(order.lines_json)
    if _empty_lines(lines):
        order.lines_json = orjson.dumps(lines).decode()
    order.reason = order.content_hash = ""
    order.order_status = _plain(order.order_status, order.state)
    order.undo_status = _plain(order.undo_status, order.undo_state)
    return before != [getattr(order, name) for name in COLUMNS]


def _empty_events(venue_id: int, orders: Iterable[Order]) -> int:
    """Their events, while they are kept: the last one of a quiet venue may be years old."""
    ids = {order.pk for order in orders}
    if not ids:
        return 0
    events = VenueEvent.objects.filter(venue_id=venue_id, order_id__in=ids, seq__gte=min(o.placed_seq for o in orders))
    changed = 0
    for event in events:
        payload = orjson.loads(event.payload)
        if _empty_payload(payload):
            text = orjson.dumps(payload).decode()
            changed += VenueEvent.objects.filter(venue_id=venue_id, seq=event.seq).update(payload=text)
    return changed


def _empty_payload(payload: dict[str, Any]) -> bool:
    changed = _empty_lines(payload.get("lines", []))
    plain = _plain(payload.get("order_status", ""), payload.get("state", ""))
    if payload.get("reason") or payload.get("order_status", "") != plain:
        payload |= {"reason": "", "order_status": plain}
        changed = True
    return changed


def _empty_lines(lines: list[dict[str, Any]]) -> bool:
    noted = [line for line in lines if line.get("note")]
    for line in noted:
        line["note"] = ""
    return bool(noted)


def _plain(words: str, state: str) -> str:
    """The state's own word in the place of somebody's."""
    return words if not words or words in State.ALL else state


def _next_day(venue_id: int, after: date | None, until: date) -> date | None:
    days = Order.objects.filter(venue_id=venue_id, business_date__lte=until)
    days = days if after is None else days.filter(business_date__gt=after)
    return days.order_by("business_date").values_list("business_date", flat=True).first()


def _emptied_until(venue: Venue, day: date) -> None:
    # Never back: a venue that keeps them longer from now on has none of before.
    known = Q(guests_emptied_until=None) | Q(guests_emptied_until__lt=day)
    Venue.objects.filter(known, pk=venue.pk).update(guests_emptied_until=day)
    venue.guests_emptied_until = day


def _forget_phones(venue: Venue, since: date | None, until: date) -> int:
    """Phones that scanned before, and sessions that ordered nothing. Those with orders are what figures count."""
    before = datetime.combine(until, time(0), UTC)
    old = Member.objects.filter(venue=venue, created_at__lt=before)
    gone = old.filter(Q(session=None) | Q(session__ended_at__isnull=False)).delete()[0]
    sessions = TableSession.objects.filter(venue=venue, ended_at__lt=before, orders=None)
    if since is not None:
        # What ended before was looked at then.
        sessions = sessions.filter(ended_at__gte=datetime.combine(since, time(0), UTC) - timedelta(days=1))
    return gone + sessions.delete()[0]
