"""An order on paper, 80 mm wide, printed by the browser."""

import uuid

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orders.dockets import docket_lines, stations_of
from orders.views.staff import Staff, for_staff


@require_safe
@for_staff
def docket_page(request: HttpRequest, staff: Staff, order_id: uuid.UUID) -> HttpResponse:
    """`GET /board/<venue>/orders/<order>/docket[?station=kitchen][&print=1]`: the whole order, or what a station makes
    of it; with `print` the browser asks for a printer at once."""
    order, station = staff.order(order_id), request.GET.get("station", "")[:20]
    lines = orjson.loads(order.lines_json)
    page = {
        "venue": staff.venue,
        "order": order,
        "station": station,
        "stations": stations_of(lines),
        "lines": docket_lines(lines, station),
        "check_id": any(line["age_restricted"] for line in lines) and not order.id_checked,
        "at_once": "print" in request.GET,
        "now": staff.now,
    }
    return render(request, "board/docket.html", page)
