"""The page of the guided walk, for a manager with a phone in one hand and a puck in the other.

A plain form that works without a script; the script only sends it once the puck was seen.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from orders.protocol import from_ms, to_ms
from tracker.health import told_troubles
from tracker.walking import NoTag, Sighting, TagTaken, learn_tag, next_to_learn, seen_since, tables_to_walk
from venues.admin.scopes import managed_venues
from venues.models import Table, User, Venue


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def walk_page(request: HttpRequest, venue_id: int) -> HttpResponse:
    """`GET /walk/<venue>/?table=<id>&puck=<number>`: which table is next. `POST` with `table`, `since` (milliseconds)
    and `puck`: take the tag on which the puck was put since; with `tag`, and `instead`, that one."""
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    venue = managed_venues(request.user).filter(pk=venue_id).first()
    if venue is None:
        raise Http404
    tables = tables_to_walk(venue.pk)
    asked = request.POST.get("table") or request.GET.get("table", "")
    table = next((table for table in tables if str(table.pk) == asked), None)
    if request.method == "POST":
        if table is None:
            return redirect("walk", venue.pk)
        return _learn(request, venue, tables, table)
    return _shown(request, venue, tables, table or next_to_learn(tables))


@never_cache
@require_safe
def seen_on_walk(request: HttpRequest, venue_id: int) -> HttpResponse:
    """`GET /walk/<venue>/seen?since=<milliseconds>&puck=<number>`: `{"seen": whether a puck was put somewhere}`."""
    if not isinstance(request.user, User) or not managed_venues(request.user).filter(pk=venue_id).exists():
        raise Http404
    found = seen_since(venue_id, _moment(request.GET.get("since", "")), request.GET.get("puck", ""))
    return JsonResponse({"seen": bool(found)})


def _learn(request: HttpRequest, venue: Venue, tables: list[Table], table: Table) -> HttpResponse:
    puck, tag = request.POST.get("puck", ""), request.POST.get("tag", "")
    found = [Sighting(puck, tag)] if tag else seen_since(venue.pk, _moment(request.POST.get("since", "")), puck)
    if not found:
        return _shown(request, venue, tables, table, nothing=True)
    if len({sighting.tag for sighting in found}) > 1:
        return _shown(request, venue, tables, table, several=found)
    try:
        learn_tag(table, found[0].tag, instead="instead" in request.POST)
    except TagTaken as taken:
        return _shown(request, venue, tables, table, taken=taken.table, tag=found[0].tag)
    except NoTag:
        return _shown(request, venue, tables, table, strange=found[0].tag)
    messages.success(request, f"Table {table.number} has tag {found[0].tag}.")
    following = next_to_learn(tables_to_walk(venue.pk), table)
    query = {"puck": found[0].puck} | ({"table": following.pk} if following is not None else {})
    return redirect(f"{reverse('walk', args=[venue.pk])}?{urlencode(query)}")


def _shown(request: HttpRequest, venue: Venue, tables: list[Table], table: Table | None, **more: Any) -> HttpResponse:
    """What was sent is not lost: a page that could do nothing waits from the same moment on."""
    sent = request.POST if request.method == "POST" else request.GET
    now = timezone.now()
    page = {
        "venue": venue,
        "tables": tables,
        "table": table,
        "after": next_to_learn(tables, table) if table is not None else None,
        "puck": sent.get("puck", "")[:4],
        "since": to_ms(_moment(request.POST.get("since", ""))) if more else to_ms(now),
        "troubles": told_troubles(venue.pk, now),
        **more,
    }
    return render(request, "tracker/walk.html", page)


def _moment(text: str) -> datetime:
    """A moment of this page's; now where it is none."""
    try:
        return from_ms(int(text))
    except (ValueError, OverflowError):
        return timezone.now()
