"""Copying a venue in the admin, for operators: what goes along, what does not, and the new one's name."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from venues.admin.venue_pages import render_page, venue_page, venues_of_operators
from venues.copying import DIFFERENCES, HOURS, OWN, TABLES, copy_venue, what_to_copy
from venues.models import Venue

PARTS = (HOURS, TABLES, DIFFERENCES, OWN)


@venue_page("copy", "copy/", "Copy", icon="content_copy", allowed=venues_of_operators)
@require_http_methods(["GET", "HEAD", "POST"])
def copy_page(request: HttpRequest, venue: Venue) -> HttpResponse:
    """POST with `name` and `part`, several times."""
    today = timezone.now().astimezone(venue.zone).date()
    name, parts = request.POST.get("name", "").strip(), request.POST.getlist("part")
    faults: list[str] = []
    if request.method == "POST":
        try:
            copy = copy_venue(venue, name, parts, today)
        except ValidationError as fault:
            faults = fault.messages
        else:
            messages.success(
                request, f"{copy} is made like {venue}. Now: its people, its devices, and its codes to print."
            )
            return redirect("admin:venues_venue_change", copy.pk)
    context = {
        "found": what_to_copy(venue, today),
        "name": name,
        "parts": parts if request.method == "POST" else PARTS,
        "faults": faults,
    }
    status = HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK
    return render_page(request, venue, "admin/venues/venue/copy.html", f"Copy {venue}", context, status)
