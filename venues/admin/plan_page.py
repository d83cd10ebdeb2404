"""The plan of a venue's tables in the admin: where each stands, by fields, by tapping or by dragging; many at once."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from venues.admin.venue_pages import render_page, venue_page
from venues.models import Table, Venue
from venues.models.places import PLAN_COLUMNS, PLAN_ROWS
from venues.plan import Added, Place, PlaceTaken, add_tables, by_zone, numbers_between, on_plan, place_of, place_tables


class NotOnPlan(Exception):
    """What was typed is no place; the message says which table and why."""


@venue_page("plan", "plan/", "Tables", icon="table_restaurant")
@require_http_methods(["GET", "HEAD", "POST"])
def plan_page(request: HttpRequest, venue: Venue) -> HttpResponse:
    """POST with `do`: save (`x-<id>`, `y-<id>` counted from 1, `was-<id>`), or add (`first`, `last`, `zone`)."""
    if request.method == "POST" and request.POST.get("do") == "add":
        return _add(request, venue)
    if request.method == "POST":
        return _save(request, venue)
    return _shown(request, venue)


def _save(request: HttpRequest, venue: Venue) -> HttpResponse:
    tables = Table.objects.filter(venue=venue)
    try:
        wanted = {table.pk: _place_in(request.POST, table) for table in tables if f"x-{table.pk}" in request.POST}
        # What this person did not touch stays where others have put it meanwhile.
        touched = {pk: place for pk, place in wanted.items() if _text(place) != request.POST.get(f"was-{pk}", "")}
        moved = place_tables(venue, touched)
    except (NotOnPlan, PlaceTaken) as fault:
        return _shown(request, venue, fault=str(fault))
    messages.success(request, "Nothing was moved." if not moved else f"The plan is saved, {moved} moved.")
    return redirect(_page(venue))


def _add(request: HttpRequest, venue: Venue) -> HttpResponse:
    first, last, zone = (request.POST.get(name, "").strip() for name in ("first", "last", "zone"))
    try:
        added = add_tables(venue, numbers_between(first, last or first), zone)
    except ValidationError as fault:
        return _shown(request, venue, add_fault=" ".join(fault.messages))
    messages.success(request, _told(added))
    if added.there:
        messages.warning(request, _left(added))
    return redirect(_page(venue))


def _told(added: Added) -> str:
    if not added.tables:
        return "No table was added."
    if len(added.tables) == 1:
        return f"Table {added.tables[0]} was added. Its code can be printed now."
    first, last = added.tables[0], added.tables[-1]
    return f"{len(added.tables)} tables were added, {first} to {last}. Their codes can be printed now."


def _left(added: Added) -> str:
    named = [f"{table} ({table.zone})" if table.zone else table.number for table in added.there]
    word = "Table" if len(named) == 1 else "Tables"
    return f"{word} there already, left as before: {', '.join(named)}."


def _shown(request: HttpRequest, venue: Venue, *, fault: str = "", add_fault: str = "") -> HttpResponse:
    tables = list(Table.objects.filter(venue=venue))
    at = {place: table for table in tables if (place := place_of(table)) is not None}
    given: Any = request.POST if fault or add_fault else {}
    context = {
        "zones": [(zone, [_row(table, given) for table in found]) for zone, found in by_zone(tables)],
        "grid": [(y, [(x, at.get((x, y))) for x in range(PLAN_COLUMNS)]) for y in range(PLAN_ROWS)],
        "columns": PLAN_COLUMNS,
        "rows": PLAN_ROWS,
        "known_zones": sorted({table.zone for table in tables if table.zone}),
        "any": bool(tables),
        "fault": fault,
        "add_fault": add_fault,
        "given": {name: given.get(name, "") for name in ("first", "last", "zone")},
    }
    status = HTTPStatus.BAD_REQUEST if fault or add_fault else HTTPStatus.OK
    return render_page(request, venue, "admin/venues/venue/plan.html", f"Tables of {venue}", context, status)


def _row(table: Table, given: Any) -> dict[str, Any]:
    place = place_of(table)
    column, row = ("", "") if place is None else (str(place[0] + 1), str(place[1] + 1))
    return {
        "table": table,
        "was": given.get(f"was-{table.pk}", _text(place)),
        "x": given.get(f"x-{table.pk}", column),
        "y": given.get(f"y-{table.pk}", row),
    }


def _place_in(given: Any, table: Table) -> Place:
    column, row = (given.get(f"{axis}-{table.pk}", "").strip() for axis in "xy")
    if not column and not row:
        return None
    if not (column.isdecimal() and row.isdecimal() and len(column + row) < 8):
        raise NotOnPlan(f"Table {table}: give both a column and a row, or leave both empty.")
    place = int(column) - 1, int(row) - 1
    if not on_plan(place):
        raise NotOnPlan(f"Table {table}: the plan has {PLAN_COLUMNS} columns and {PLAN_ROWS} rows.")
    return place


def _text(place: Place) -> str:
    return "" if place is None else f"{place[0]},{place[1]}"


def _page(venue: Venue) -> str:
    return reverse("admin:venues_venue_plan", args=[venue.pk])
