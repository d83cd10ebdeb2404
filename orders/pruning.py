"""What is kept for a while only: events, unused scans, leases of processes that are gone, logins that have expired."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings

from orders.models import BoardPresence, VenueEvent
from venues.audit import prune_audit
from venues.history import prune_history
from venues.invitations import prune_invitations
from venues.models import Member, MenuImport

EVENTS_KEPT = timedelta(days=7)
UNUSED_KEPT = timedelta(days=1)
AT_ONCE = 2_000  # rows of one statement, so that none holds its locks for long


def prune_events(venue_id: int, now: datetime) -> int:
    """Remove a venue's events older than 7 days, but never its last one; how many there were.

    Only from the lower end: what remains is whole, so a socket that resumes below it is told by the gap that it needs a
    snapshot. `tracker` reads them within minutes, its agents away or not.
    """
    events = VenueEvent.objects.filter(venue_id=venue_id)
    seqs = events.values_list("seq", flat=True)
    last = seqs.order_by("-seq").first()
    if last is None:
        return 0
    kept = seqs.filter(at__gte=now - EVENTS_KEPT).order_by("seq").first()
    first_kept = last if kept is None else kept
    removed = 0
    while (lowest := seqs.order_by("seq").first()) is not None and lowest < first_kept:
        removed += events.filter(seq__lt=min(lowest + AT_ONCE, first_kept)).delete()[0]
    return removed


def prune_unused(now: datetime) -> int:
    """Remove scans that opened no session within a day, leases that ran out a day ago, files that nobody said yes to,
    and expired logins; how many rows of the first three there were."""
    scans = Member.objects.filter(session=None, created_at__lt=now - UNUSED_KEPT).delete()[0]
    leases = BoardPresence.objects.filter(expires_at__lt=now - UNUSED_KEPT).delete()[0]
    logins: Any = import_module(settings.SESSION_ENGINE)
    logins.SessionStore.clear_expired()
    files = MenuImport.objects.filter(at__lt=now - UNUSED_KEPT).delete()[0]
    return scans + leases + files


def prune_past(now: datetime) -> int:
    """Remove versions, entries of the audit log and invitations that are over; how many rows there were."""
    return prune_history(now) + prune_audit(now) + prune_invitations(now)
