"""Pausing orders, with a reason that guests read, and going on."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from orders.pausing import MINUTES, REST_OF_DAY, UNTIL, NotUnderstood, read_pause
from orders.services import pause
from orders.views.staff import Staff, for_staff
from orders.words import clock

LENGTHS = (*((str(minutes), f"{minutes} minutes") for minutes in MINUTES), (REST_OF_DAY, "the rest of the day"))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def pause_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """`/board/<venue>/pause`. POST with `minutes` (15, 30, 60, day; until with a time in `until`) and `reason`; without
    minutes orders go on."""
    given = request.POST.dict()
    wrong: NotUnderstood | None = None
    if request.method == "POST":
        if given.get("minutes", "") == "":
            pause(staff.venue.pk, None, "", staff.now)
            messages.success(request, "Orders go on.")
            return redirect("board-pause", staff.venue.pk)
        try:
            wanted = read_pause(given, staff.now, staff.venue.zone, staff.venue.day_starts)
        except NotUnderstood as problem:
            wrong = problem
        else:
            pause(staff.venue.pk, wanted.until, wanted.reason, staff.now)
            when = clock(wanted.until, staff.now, staff.venue.zone)
            messages.success(request, f"Orders are paused until {when}.")
            return redirect("board-pause", staff.venue.pk)
    until = staff.venue.paused_until
    page = {
        "here": "pause",
        "venue": staff.venue,
        "paused_until": clock(until, staff.now, staff.venue.zone) if until is not None and staff.now < until else "",
        "lengths": LENGTHS,
        "until_word": UNTIL,
        "given": {"minutes": str(MINUTES[0])} | given,
        "wrong": {wrong.field: wrong.message} if wrong is not None else {},
    }
    return render(request, "board/pause.html", page, status=HTTPStatus.OK if wrong is None else HTTPStatus.BAD_REQUEST)
