"""The hours of a venue in the admin: the week as rows, dates that differ, and what guests are told of the next days."""

import datetime as dt
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from venues.admin.venue_pages import render_page, venue_page
from venues.catalogue import hours_of
from venues.hours import Hours
from venues.hours_form import DAYS, LONGEST_LAST_ORDER, MOST_OF_DAY, Given, read_hours, seen_by, write_hours
from venues.hours_words import next_days
from venues.models import Venue

BLANK_EXCEPTIONS = 3
MEANWHILE = (
    "Somebody else has changed the hours since you opened this page. What you typed is still here, and what guests are"
    " told now stands beside it. Save again to put yours in its place."
)


@venue_page("hours", "hours/", "Opening hours", icon="schedule")
@require_http_methods(["GET", "HEAD", "POST"])
def hours_page(request: HttpRequest, venue: Venue) -> HttpResponse:
    """POST with `do`: save, or look, which shows what guests would be told and changes nothing."""
    now = timezone.now()
    today = now.astimezone(venue.zone).date()
    if request.method != "POST":
        return _shown(request, venue, hours_of(venue), now, _fields_of(venue, today))
    given = {name: str(value) for name, value in request.POST.items()}
    wanted = read_hours(given, today)
    if wanted.faults:
        return _shown(request, venue, hours_of(venue), now, given, faults=wanted.faults)
    if given.get("do") == "look":
        return _shown(request, venue, wanted.hours(venue), now, given, looked=True)
    if given.get("seen") != seen_by(venue):
        return _shown(request, venue, hours_of(venue), now, given, faults=[MEANWHILE])
    write_hours(venue, wanted, today)
    messages.success(request, "The hours are saved. Open pages of guests have them now.")
    return redirect("admin:venues_venue_hours", venue.pk)


def _fields_of(venue: Venue, today: dt.date) -> dict[str, str]:
    """The form's fields as the venue's rows fill them."""
    fields = {"last_order_minutes": str(venue.last_order_minutes)}
    by_day: dict[int, int] = {}
    for row in venue.opening_hours.all():
        at = by_day[row.weekday] = by_day.get(row.weekday, -1) + 1
        fields |= {
            f"d{row.weekday}-{at}-opens": f"{row.opens:%H:%M}",
            f"d{row.weekday}-{at}-closes": f"{row.closes:%H:%M}",
        }
    for at, other in enumerate(venue.opening_exceptions.filter(date__gte=today)):
        fields |= {f"e{at}-date": f"{other.date}", f"e{at}-reason": other.reason}
        if other.opens and other.closes:
            fields |= _times(f"e{at}", other.opens, other.closes)
    return fields


def _times(prefix: str, opens: dt.time, closes: dt.time) -> dict[str, str]:
    return {f"{prefix}-opens": f"{opens:%H:%M}", f"{prefix}-closes": f"{closes:%H:%M}"}


def _shown(
    request: HttpRequest,
    venue: Venue,
    hours: Hours,
    now: dt.datetime,
    given: Given,
    *,
    faults: list[str] | None = None,
    looked: bool = False,
) -> HttpResponse:
    days = []
    for weekday, name in enumerate(DAYS):
        used = [at for at in range(MOST_OF_DAY) if given.get(f"d{weekday}-{at}-opens")]
        slots = range(min(MOST_OF_DAY, max(2, max(used, default=-1) + 2)))
        before = DAYS[weekday - 1] if weekday else ""
        same = bool(given.get(f"d{weekday}-same"))
        days.append(
            {"name": name, "before": before, "same": same, "slots": [_slot(given, f"d{weekday}-{at}") for at in slots]}
        )
    exceptions = sum(1 for name in given if name.startswith("e") and name.endswith("-date") and given[name])
    context: dict[str, Any] = {
        "days": days,
        "exceptions": [_slot(given, f"e{at}") for at in range(exceptions + BLANK_EXCEPTIONS)],
        "last_order_minutes": given.get("last_order_minutes", ""),
        "longest": LONGEST_LAST_ORDER,
        "told": next_days(hours, now),
        "always": hours.always,
        "faults": faults or [],
        "looked": looked,
        "seen": given["seen"] if looked and "seen" in given else seen_by(venue),
        "today": now.astimezone(venue.zone).date(),
    }
    status = HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK
    return render_page(request, venue, "admin/venues/venue/hours.html", f"Opening hours of {venue}", context, status)


def _slot(given: Given, prefix: str) -> dict[str, str]:
    return {"name": prefix} | {
        name: given.get(f"{prefix}-{name}", "") for name in ("opens", "closes", "date", "reason")
    }
