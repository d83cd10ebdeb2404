"""The board's page, and the device that stands at it."""

import uuid
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orders.dockets import stations_of
from orders.protocol import to_ms
from orders.snapshots import read_board
from orders.standing import told_of
from orders.states import State
from orders.views.visits import DEVICE_KEPT, count_failure, refuse_too_many, set_secret_cookie, too_many_failures
from venues.access import DEVICE_COOKIE, Credentials, Pass, board_pass, device_with, user_logged_in
from venues.acting import name_device
from venues.catalogue import categories_of
from venues.models import Venue
from venues.sessions import note_use

COLUMNS = ((State.PENDING, "New", "new"), (State.ACCEPTED, "Accepted", "accepted"), (State.READY, "Ready", "ready"))


def at_board(request: HttpRequest, venue_id: int) -> Pass | HttpResponse:
    """The device or person of this venue whose browser asks, or else the way to the login.

    Raises Http404 for somebody who is logged in: another's venue answers as one that does not exist.
    """
    held = board_pass(venue_id, Credentials(cookies=request.COOKIES))
    if held is not None:
        name_device(held.actor)
        if held.kind == "login":
            note_use({held.login_key}, timezone.now())  # a board without scripts has no socket that would
        return held
    login_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if login_key is not None and user_logged_in(login_key) is not None:
        raise Http404
    return redirect_to_login(request.get_full_path() if request.method == "GET" else reverse("board", args=[venue_id]))


@never_cache
@require_safe
def device_page(request: HttpRequest, key: str) -> HttpResponse:
    """`GET /k/<key>/`: leaves the key as a cookie and goes to the board, so that it is in no address any more."""
    if too_many_failures(request):
        return refuse_too_many(request)
    device = device_with(key)
    if device is None:
        count_failure(request)
        return render(request, "board/unknown_key.html", status=HTTPStatus.NOT_FOUND)
    answer = redirect(_with_station(reverse("board", args=[device.venue_id]), request))
    answer["Referrer-Policy"] = "no-referrer"
    set_secret_cookie(request, answer, DEVICE_COOKIE, key, DEVICE_KEPT)
    return answer


@never_cache
@require_safe
def board_page(request: HttpRequest, venue_id: int) -> HttpResponse:
    """`GET /board/<venue>/[?station=kitchen]`: the open orders as they are now; a module makes them live."""
    held = at_board(request, venue_id)
    if isinstance(held, HttpResponse):
        return held
    venue = Venue.objects.get(pk=held.venue_id)
    stations = _stations(venue)
    station = request.GET.get("station", "")
    now = timezone.now()
    told = told_of(venue.pk, now)
    orders = _open_orders(venue.pk, station if station in stations else "")
    page = {
        "venue": venue,
        "columns": [
            {"state": state, "title": title, "mark": mark, "orders": [row for row in orders if row["state"] == state]}
            for state, title, mark in COLUMNS
        ],
        "stations": stations if len(stations) > 1 else [],
        "station": station,
        "now": now,
        "now_ms": to_ms(now),
        "has_gateway": told is not None,
        "troubles": list(told or ()),
        "any_order": uuid.UUID(int=0),
    }
    return render(request, "board/page.html", page)


def _open_orders(venue_id: int, station: str) -> list[dict[str, Any]]:
    """Those that have something for the station; all for none."""
    orders = [row | {"lines": orjson.loads(row["lines_json"])} for row in read_board(venue_id).orders]
    return [row for row in orders if not station or station in stations_of(row["lines"])]


def _stations(venue: Venue) -> list[str]:
    """Who makes what is on the venue's menu, in the menu's order."""
    sections = categories_of(venue).order_by("position", "pk")
    return list(dict.fromkeys(sections.values_list("station", flat=True)))


def _with_station(address: str, request: HttpRequest) -> str:
    """A tablet's link may name the station where it stands."""
    station = request.GET.get("station", "")
    return f"{address}?{urlencode({'station': station})}" if station else address
