"""Table sessions that are over without anybody saying so: nobody was there for hours, or the venue has closed."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from orders.tables import end_session
from venues.catalogue import hours_of
from venues.hours import Hours, business_date
from venues.models import TableSession, Venue, VenueFeed
from venues.visitors import SESSION_IDLE

IDLE = SESSION_IDLE
GRACE = timedelta(hours=1)  # to drink up, and to pay, after closing time
IDLE_REASON, CLOSED_REASON = "idle", "closed"


def business_is_over(opened_at: datetime, hours: Hours, now: datetime) -> bool:
    """Whether the venue has closed since the session opened, an hour ago or more. Pure.

    A break of an hour or less is no end, since guests stay seated; nor is a closing before the session: staff may open
    a table after hours.
    """
    ends: list[datetime] = []
    for opens, closes in hours.spans(now):
        if ends and opens - ends[-1] <= GRACE:
            ends[-1] = closes
        else:
            ends.append(closes)
    return any(opened_at < end and end + GRACE <= now for end in ends)


def reason_to_end(
    session: TableSession, last_order: datetime | None, venue: Venue, hours: Hours, now: datetime
) -> str | None:
    """Why an open session is over now; None where it is not. Open sockets do not keep it beyond closing. Pure."""
    day = business_date(session.opened_at, venue.zone, venue.day_starts)
    if day != business_date(now, venue.zone, venue.day_starts) or business_is_over(session.opened_at, hours, now):
        return CLOSED_REASON
    # `last_seen_at` is moved on every minute while a socket is open.
    last_sign = max(session.opened_at, session.last_seen_at, last_order or session.opened_at)
    return IDLE_REASON if now - last_sign >= IDLE else None


def sessions_due(now: datetime) -> list[int]:
    """The open sessions that seem to be over; a later order may still speak against it. Four queries."""
    found = TableSession.objects.filter(ended_at=None).order_by("pk")
    venues = {
        venue.pk: (venue, hours_of(venue))
        for venue in Venue.objects.filter(pk__in=found.order_by().values("venue_id")).prefetch_related(
            "opening_hours", "opening_exceptions"
        )
    }
    return [s.pk for s in found if s.venue_id in venues and reason_to_end(s, None, *venues[s.venue_id], now)]


def end_if_over(session_id: int, now: datetime) -> str | None:
    """End one session where it is over; why, or None where it goes on, has ended already, or never was."""
    session = TableSession.objects.select_related("venue").filter(pk=session_id, ended_at=None).first()
    if session is None:
        return None
    hours = hours_of(session.venue)
    with transaction.atomic():
        # Orders are placed under this lock: one that comes now is seen here, or sees that the session has ended.
        VenueFeed.objects.select_for_update(no_key=True).get(venue_id=session.venue_id)
        session.refresh_from_db(fields=["last_seen_at"])
        last_order = session.orders.aggregate(at=Max("placed_at"))["at"]
        reason = reason_to_end(session, last_order, session.venue, hours, now)
        return reason if reason is not None and end_session(session, now, reason) else None
