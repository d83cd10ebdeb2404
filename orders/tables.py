"""What staff do with tables: open, clear, stop, rotate. Each is written with the word that open sockets hear."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from orders.changes import Notice
from orders.errors import Refused
from orders.services import publish
from venues.access import start_session
from venues.audit import What, note
from venues.models import Member, Table, TableSession, Venue, VenueFeed


@dataclass(frozen=True, slots=True)
class TableInUse:
    """A table with its open session."""

    table_id: int
    number: str
    session_id: int


def table_for_staff(venue_id: int, number: str, now: datetime, refusal: Refused | None = None) -> TableInUse:
    """The table with its open session, opened now where needed: staff may always. Raises Refused for an unknown one,
    and the `refusal` of an order that nobody needs to open a table for."""
    table = _table(venue_id, number)
    session = TableSession.objects.filter(table_id=table.pk, ended_at=None).first()
    if session is None and refusal is not None:
        raise refusal
    return TableInUse(table.pk, table.number, session.pk if session is not None else open_table(table, now))


def open_table(table: Table, now: datetime) -> int:
    """The id of the table's open session; phones that scanned and wait are in it from now on."""
    with transaction.atomic():
        VenueFeed.objects.select_for_update(no_key=True).get(venue_id=table.venue_id)
        session = start_session(table, now)
        waiting = Member.objects.filter(table_id=table.pk, session=None, code_version=table.code_version)
        waiting.update(session=session)
        publish(Notice(table.venue_id, now, "session", "opened", {"table_id": table.pk}, session_id=session.pk))
    return session.pk


def guests_wait(venue_id: int, table_number: str, now: datetime) -> Notice:
    """What boards hear when guests want to order at a table that staff have not opened."""
    return Notice(venue_id, now, "waiting", "table", {"table_number": table_number})


def clear_table(table: Table, now: datetime, reason: str = "cleared") -> bool:
    """End the table's session, if one is open: its cookies order nothing from now on."""
    with transaction.atomic():
        # The writer reads sessions under this lock: no order slips in after the clearing.
        VenueFeed.objects.select_for_update(no_key=True).get(venue_id=table.venue_id)
        session = TableSession.objects.filter(table_id=table.pk, ended_at=None).first()
        if session is None:
            return False
        return end_session(session, now, reason)


def end_session(session: TableSession, now: datetime, reason: str) -> bool:
    """End one session, inside the caller's transaction; whether it was open."""
    ended = TableSession.objects.filter(pk=session.pk, ended_at=None).update(ended_at=now, end_reason=reason)
    if ended:
        publish(Notice(session.venue_id, now, "session", "ended", {"reason": reason}, session_id=session.pk))
    return bool(ended)


def stop_table(table: Table, now: datetime) -> None:
    """No guest orders from this table until staff let it go on; its sockets close within seconds."""
    with transaction.atomic():
        VenueFeed.objects.select_for_update(no_key=True).get(venue_id=table.venue_id)
        Table.objects.filter(pk=table.pk, stopped_at=None).update(stopped_at=now)
        publish(Notice(table.venue_id, now, "access", "stopped"))


def let_table_go_on(table: Table) -> None:
    Table.objects.filter(pk=table.pk).update(stopped_at=None)


def rotate_code(table: Table, now: datetime) -> int:
    """Make the table's printed code dead at once; the version of the new one."""
    rotate_codes(table.venue_id, [table.pk], now)
    table.refresh_from_db(fields=["code_version"])
    return table.code_version


def rotate_codes(venue_id: int, table_ids: Collection[int], now: datetime) -> int:
    """The same for many tables of one venue, all or none; how many there were."""
    with transaction.atomic():
        VenueFeed.objects.select_for_update(no_key=True).get(venue_id=venue_id)
        tables = Table.objects.filter(venue_id=venue_id, pk__in=table_ids)
        numbers = [table.number for table in sorted(tables, key=lambda table: table.counted)]
        rotated = tables.update(code_version=F("code_version") + 1)
        if rotated:
            named = f"table {numbers[0]}" if rotated == 1 else f"{rotated} tables: {', '.join(numbers)}"
            note(What.CODES_ROTATED, named, venue=Venue.objects.get(pk=venue_id))
        publish(Notice(venue_id, now, "access", "rotated"))
    return rotated


def _table(venue_id: int, number: str) -> Table:
    table = Table.objects.filter(venue_id=venue_id, number=number).first()
    if table is None:
        raise Refused(f"There is no table {number} here.", "unknown_table", "table_number")
    return table


def now_in_ms() -> datetime:
    """Now, in whole milliseconds, for pages and admin actions."""
    now = timezone.now()
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
