"""What staff do from the board besides orders: tables, and pausing. Plain forms; a module shows them in a sheet."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orders import tables
from orders.services import pause
from orders.standing import loose_pucks
from orders.views.board import at_board
from venues.access import Pass
from venues.addresses import table_page
from venues.models import Member, Table, TableSession, User, Venue
from venues.roles import MANAGERS, venues_for

ASKED_WITHIN = timedelta(minutes=30)  # a phone that scanned longer ago waits for nothing any more
PAUSE_MINUTES = (15, 30, 60)
REST_OF_DAY = "day"


@dataclass(frozen=True, slots=True)
class ShownTable:
    table: Table
    opened_at: datetime | None
    asked_at: datetime | None  # a phone waits for staff to open the table


@never_cache
@require_safe
def tables_page(request: HttpRequest, venue_id: int) -> HttpResponse:
    """`GET /board/<venue>/tables/`: every table with what may be done to it, and pausing."""
    held = at_board(request, venue_id)
    if isinstance(held, HttpResponse):
        return held
    now = tables.now_in_ms()
    venue = Venue.objects.get(pk=held.venue_id)
    page = {
        "venue": venue,
        "tables": _shown(venue, now),
        "may_rotate": _may_rotate(held),
        "paused_until": venue.paused_until if venue.paused_until is not None and now < venue.paused_until else None,
        "pauses": PAUSE_MINUTES,
        "loose_pucks": loose_pucks(venue.pk),
    }
    return render(request, "board/tables.html", page)


@never_cache
@require_POST
def change_table(request: HttpRequest, venue_id: int, table_id: int, verb: str) -> HttpResponse:
    """`POST /board/<venue>/tables/<table>/<verb>`: open, clear, stop, go-on; rotate for managers."""
    held = at_board(request, venue_id)
    if isinstance(held, HttpResponse):
        return held
    table = Table.objects.filter(venue_id=held.venue_id, pk=table_id).first()
    change = _VERBS.get(verb)
    if table is None or change is None:
        raise Http404
    if verb == "rotate" and not _may_rotate(held):
        return render(request, "403.html", status=HTTPStatus.FORBIDDEN)
    messages.success(request, change(table, tables.now_in_ms()))
    return redirect("board-tables", held.venue_id)


@never_cache
@require_POST
def pause_orders(request: HttpRequest, venue_id: int) -> HttpResponse:
    """`POST /board/<venue>/pause` with `minutes` (15, 30, 60, day) and `reason`; without minutes: go on."""
    held = at_board(request, venue_id)
    if isinstance(held, HttpResponse):
        return held
    now = tables.now_in_ms()
    minutes, reason = request.POST.get("minutes", ""), request.POST.get("reason", "").strip()
    venue = Venue.objects.get(pk=held.venue_id)
    if minutes == "":
        pause(venue.pk, None, "", now)
        messages.success(request, "Orders go on.")
        return redirect("board-tables", venue.pk)
    if minutes not in (*map(str, PAUSE_MINUTES), REST_OF_DAY) or len(reason) > 140 or not reason.isprintable():
        return HttpResponseBadRequest("minutes is 15, 30, 60 or day; reason is one line of at most 140 characters.")
    until = _day_ends(venue, now) if minutes == REST_OF_DAY else now + timedelta(minutes=int(minutes))
    pause(venue.pk, until, reason, now)
    messages.success(request, f"Orders are paused until {until.astimezone(venue.zone):%H:%M}.")
    return redirect("board-tables", venue.pk)


def _open(table: Table, now: datetime) -> str:
    tables.open_table(table, now)
    return f"Table {table.number} is open."


def _clear(table: Table, now: datetime) -> str:
    if tables.clear_table(table, now):
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
    "clear": _clear,
    "stop": _stop,
    "go-on": _go_on,
    "rotate": _rotate,
}


def _may_rotate(held: Pass) -> bool:
    """A new code means new paper: not for a tablet that anybody at the bar can reach."""
    user = User.objects.filter(pk=held.user_id).first() if held.user_id is not None else None
    return user is not None and venues_for(user, MANAGERS).filter(pk=held.venue_id).exists()


def _shown(venue: Venue, now: datetime) -> list[ShownTable]:
    opened = dict(
        TableSession.objects.filter(venue=venue, ended_at=None).values_list("table_id", "opened_at"),
    )
    asked: dict[int, datetime] = {}
    if venue.table_opening == "staff":
        waiting = Member.objects.filter(venue=venue, session=None, created_at__gte=now - ASKED_WITHIN)
        asked = dict(waiting.order_by("-created_at").values_list("table_id", "created_at"))
    found = [
        ShownTable(table, opened.get(table.pk), None if table.pk in opened else asked.get(table.pk))
        for table in Table.objects.filter(venue=venue)
    ]
    # Who waits first.
    return sorted(found, key=lambda shown: (shown.asked_at is None, shown.table.counted))


def _day_ends(venue: Venue, now: datetime) -> datetime:
    """The next beginning of a business day, local time."""
    local = now.astimezone(venue.zone)
    date = local.date() if local.time() < venue.day_starts else local.date() + timedelta(days=1)
    return datetime.combine(date, venue.day_starts, venue.zone)
