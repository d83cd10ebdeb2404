"""How things stand, said on the guest's page before anything is chosen."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from orders.models import BoardPresence
from orders.page_words import clock
from orders.placing import NO_BOARD_FOR
from venues.catalogue import Catalogue
from venues.models import Table, TableSession

SOON_S = 6


@dataclass(frozen=True, slots=True)
class Note:
    """What is true (`strong`), and what to do (`text`). `own`: the venue's own words on it.

    `refuses`: nothing can be ordered meanwhile. `again`: no event tells of its end, ask again in so many seconds.
    """

    kind: str
    strong: str
    text: str
    own: str = ""
    refuses: bool = True
    again: int = 0


def standing_notes(catalogue: Catalogue, table: Table, now: datetime) -> tuple[Note, ...]:
    """Why nothing can be ordered at this moment, or not as usual; at most one."""
    note = (
        _stopped(table)
        or _paused(catalogue, now)
        or _closed(catalogue, now)
        or _unopened(catalogue, table)
        or _unwatched(catalogue, now)
    )
    return (note,) if note is not None else ()


def hours_notes(catalogue: Catalogue, at: datetime) -> tuple[Note, ...]:
    """Whether the venue takes orders at a moment at all, whichever table asks."""
    note = _paused(catalogue, at) or _closed(catalogue, at)
    return (note,) if note is not None else ()


def _stopped(table: Table) -> Note | None:
    if table.stopped_at is None:
        return None
    return Note("bad", _("Staff have stopped orders from this table."), _("Please ask them."), again=SOON_S)


def _paused(catalogue: Catalogue, now: datetime) -> Note | None:
    until = catalogue.venue.paused_until
    if until is None or not catalogue.paused(now):
        return None
    strong = _("Orders are paused until %(time)s.") % {"time": clock(until, now, catalogue.zone)}
    return Note("wait", strong, _("You can still read the menu, or order at the bar."), catalogue.venue.pause_reason)


def _closed(catalogue: Catalogue, now: datetime) -> Note | None:
    serving, change = catalogue.hours.takes_orders(now)
    if serving:
        return None
    again = _("Orders are taken again from %(time)s.") % {"time": clock(change, now, catalogue.zone)} if change else ""
    return Note("wait", _("Closed now."), again)


def _unopened(catalogue: Catalogue, table: Table) -> Note | None:
    if catalogue.venue.table_opening != "staff":
        return None
    if TableSession.objects.filter(table_id=table.pk, ended_at=None).exists():
        return None
    text = _("Choose meanwhile. When you send your order, they are asked.")
    return Note("wait", _("Staff open this table first."), text, refuses=False, again=SOON_S)


def _unwatched(catalogue: Catalogue, now: datetime) -> Note | None:
    if BoardPresence.objects.filter(venue_id=catalogue.venue.pk, expires_at__gte=now - NO_BOARD_FOR).exists():
        return None
    if catalogue.venue.refuse_without_board:
        text = _("Their screen is off at the moment. Please order at the bar.")
        return Note("bad", _("Nobody at the bar would see your order."), text, again=SOON_S)
    text = _("An order waits there until somebody looks. Or order at the bar.")
    return Note("wait", _("Nobody is at the bar's screen at the moment."), text, refuses=False, again=SOON_S)
