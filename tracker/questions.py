"""What is asked over an agent's connection, claimed and numbered by the process with its socket, like commands: of what
is wanted, each thing once."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from tracker import wire
from tracker.contents import OrdersContent, content_of, text_of
from tracker.gateway.history import KEPT, window_start
from tracker.links import Link, lock
from tracker.models import Reading, TrackedOrder
from tracker.readings import make_missing


def begin(link: Link, now: datetime) -> None:
    """A connection is made: what an older one asked is asked anew, and the gateway's orders in any case.

    Raises LinkLost.
    """
    with transaction.atomic():
        lock(link)
        make_missing([link.venue_id])
        own = Reading.objects.filter(venue_id=link.venue_id)
        own.filter(Q(subject="orders") | Q(asked_at__isnull=False)).update(wanted_at=now, asked_at=None)


def venues_wanted(venue_ids: Iterable[int], now: datetime) -> set[int]:
    """Those of these venues for whose agents there is a question."""
    rows = _wanted(now).filter(venue_id__in=list(venue_ids))
    return set(rows.values_list("venue_id", flat=True).distinct())


def claim_wanted(link: Link, now: datetime, *, history: bool = True) -> list[wire.Ask]:
    """The questions that this connection asks now: each is asked once, under the next number. Raises LinkLost.

    Without `history`, that one waits.
    """
    own = Reading.objects.filter(venue_id=link.venue_id)
    if not history:
        own = own.exclude(subject="history")
    if not own.filter(_wanted_at(now)).exists():
        return []
    with transaction.atomic():
        lock(link)
        last = Reading.objects.filter(venue_id=link.venue_id).aggregate(last=Max("question"))["last"]
        asks = []
        for number, reading in enumerate(own.filter(_wanted_at(now)).order_by("pk"), last + 1):
            ask = _question(reading, number, now)
            fields: dict[str, object] = {"wanted_at": None, "asked_at": now, "question": number, "count": 0}
            if reading.subject == "orders":
                before = content_of(reading, OrdersContent)
                fields["content"] = text_of(OrdersContent(snapshot=ask.snapshot, differed=before.differed))
                fields["snapshot_at"] = now if ask.snapshot else reading.snapshot_at
            rows = own.filter(_wanted_at(now), pk=reading.pk)
            if rows.update(agent_id=link.agent_id, fence=link.fence, **fields):
                asks.append(ask)
    return asks


def _question(reading: Reading, number: int, now: datetime) -> wire.Ask:
    what: wire.Subject = reading.subject  # type: ignore[assignment]  # the database takes no other
    if what == "history":
        return wire.Ask(id=number, what=what, since_ms=_since_ms(reading, now))
    return wire.Ask(id=number, what=what, snapshot=what == "orders" and reading.snapshot_wanted)


def _since_ms(reading: Reading, now: datetime) -> int | None:
    """From where on history is wanted; None for all that the gateway keeps, however it counts its two weeks."""
    open_then = Q(cleared_at=None) | Q(cleared_at__gt=reading.read_until or now)
    seen = TrackedOrder.objects.filter(open_then, venue_id=reading.venue_id, started_at__gt=now - KEPT)
    oldest_open = seen.order_by("started_at").values_list("started_at", flat=True).first()
    start = window_start(reading.read_until, oldest_open, now)
    return None if start <= now - KEPT else (now - start) // timedelta(milliseconds=1)


def _wanted(now: datetime) -> QuerySet[Reading]:
    return Reading.objects.filter(_wanted_at(now))


def _wanted_at(now: datetime) -> Q:
    return Q(wanted_at__lte=now, asked_at=None)
