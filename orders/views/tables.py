"""The tables of a venue: who sits where, what they owe, and what staff do with a table. Plain forms; a module shows
them in a sheet."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from orders import tables
from orders.bills import Sums, Unsettled, clear_if_settled, sums_of
from orders.page_words import money
from orders.standing import loose_pucks
from orders.states import State
from orders.views.staff import Staff, for_staff
from orders.words import listed
from venues.addresses import table_page
from venues.asking_again import ask_again
from venues.models import Member, Table, TableSession, Venue

ASKED_WITHIN = timedelta(minutes=30)  # a phone that scanned longer ago waits for nothing any more
_STILL = {State.PENDING: "not accepted yet", State.ACCEPTED: "being made", State.READY: "ready and not brought"}


@dataclass(frozen=True, slots=True)
class ShownTable:
    table: Table
    opened_at: datetime | None
    asked_at: datetime | None  # a phone waits for staff to open the table
    sums: Sums


@dataclass(frozen=True, slots=True)
class ShownZone:
    """Tables under a heading: a zone's, or those that wait to be opened."""

    name: str
    tables: list[ShownTable]


@require_safe
@for_staff
def tables_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """`GET /board/<venue>/tables/`: every table with its bill, under its zone; first who waits to be let in."""
    venue = staff.venue
    page = {
        "here": "tables",
        "venue": venue,
        "zones": _zones(venue, staff.now),
        "paused": venue.paused_until is not None and staff.now < venue.paused_until,
        "loose_pucks": loose_pucks(venue.pk),
    }
    return render(request, "board/tables.html", page)


@require_POST
@for_staff
def change_table(request: HttpRequest, staff: Staff, table_id: int, verb: str) -> HttpResponse:
    """`POST /board/<venue>/tables/<table>/<verb>`: open, clear, stop, go-on; rotate for managers.

    Back to the table's own page where the form says `back`.
    """
    table, change = staff.table(table_id), _VERBS.get(verb)
    if verb == "clear":
        cleared = clear_if_settled(table, staff.now, request.POST.get("agreed", ""))
        if isinstance(cleared, Unsettled):
            asked = {"venue": staff.venue, "table": table, "why": why_not(cleared, staff.venue), "key": cleared.key}
            return render(request, "board/clear.html", asked)
        messages.success(request, _cleared(table, was_open=cleared))
        return redirect("board-tables", staff.venue.pk)
    if change is None:
        raise Http404
    if verb == "rotate" and not staff.may_rotate:
        return render(request, "403.html", status=HTTPStatus.FORBIDDEN)
    if verb == "rotate" and staff.person is not None:
        question = ask_again(request, staff.person, "board/again.html", venue=staff.venue)
        if question is not None:
            return question
    messages.success(request, change(table, staff.now))
    if "back" in request.POST:
        return redirect("board-table", staff.venue.pk, table.pk)
    return redirect("board-tables", staff.venue.pk)


def why_not(found: Unsettled, venue: Venue) -> str:
    """What speaks against clearing a table, in a sentence or two."""
    words = [f"{money(found.unpaid, venue.currency)} is not paid"] if found.unpaid else []
    for state, numbers in found.open.items():
        one = len(numbers) == 1
        words.append(f"{'order' if one else 'orders'} {listed(numbers)} {'is' if one else 'are'} {_STILL[state]}")
    sentence = ", ".join(words)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _open(table: Table, now: datetime) -> str:
    tables.open_table(table, now)
    return f"Table {table.number} is open."


def _cleared(table: Table, *, was_open: bool) -> str:
    if was_open:
        return f"Table {table.number} is cleared. Its phones order nothing until the code is scanned again."
    return f"Table {table.number} was not open."


def _stop(table: Table, now: datetime) -> str:
    tables.stop_table(table, now)
    return f"Orders from table {table.number} are stopped."


def _go_on(table: Table, now: datetime) -> str:
    tables.let_table_go_on(table)
    return f"Table {table.number} may order again."


def _rotate(table: Table, now: datetime) -> str:
    tables.rotate_code(table, now)
    return f"Table {table.number}: the printed code is dead. Print the new one: {table_page(table)}"


_VERBS: dict[str, Callable[[Table, datetime], str]] = {
    "open": _open,
    "stop": _stop,
    "go-on": _go_on,
    "rotate": _rotate,
}


def _zones(venue: Venue, now: datetime) -> list[ShownZone]:
    shown = _shown(venue, now)
    waiting = [one for one in shown if one.asked_at is not None]
    rest = [one for one in shown if one.asked_at is None]
    # In the order of their first tables, those without one last.
    by_zone: dict[str, list[ShownTable]] = {}
    for one in sorted(rest, key=lambda one: one.table.zone == ""):
        by_zone.setdefault(one.table.zone, []).append(one)
    zones = [ShownZone(name, found) for name, found in by_zone.items()]
    return [ShownZone("Waiting to be opened", waiting), *zones] if waiting else zones


def _shown(venue: Venue, now: datetime) -> list[ShownTable]:
    """Four queries, however many tables."""
    sessions = TableSession.objects.filter(venue=venue, ended_at=None).values_list("table_id", "pk", "opened_at")
    opened = {table_id: (pk, opened_at) for table_id, pk, opened_at in sessions}
    sums = sums_of(pk for pk, _ in opened.values())
    asked: dict[int, datetime] = {}
    if venue.table_opening == "staff":
        waiting = Member.objects.filter(venue=venue, session=None, created_at__gte=now - ASKED_WITHIN)
        asked = dict(waiting.order_by("-created_at").values_list("table_id", "created_at"))
    found = []
    for table in Table.objects.filter(venue=venue):
        session_id, opened_at = opened.get(table.pk, (0, None))
        waits = asked.get(table.pk) if opened_at is None else None
        found.append(ShownTable(table, opened_at, waits, sums.get(session_id, Sums())))
    return sorted(found, key=lambda one: one.table.counted)
