"""What guests see now: their own page of the menu, for whoever works at the venue. It orders nothing."""

from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from orders.menu_page import shown_sections
from orders.page_notes import hours_notes
from orders.page_words import clock
from orders.views.staff import Staff, for_staff
from venues.catalogue import Catalogue, load_catalogue
from venues.pictures import size_of


class MomentForm(forms.Form):
    """A moment by the venue's clock; none is now."""

    at = forms.DateTimeField(
        label="As it is at",
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
    )


@require_safe
@for_staff
def preview_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """`GET /board/<venue>/preview/[?at=2026-12-24T17:30]`: no table, session or cookie, and nothing to order with."""
    form = MomentForm(
        request.GET if "at" in request.GET else None, initial={"at": timezone.localtime()}, label_suffix=""
    )
    at = form.cleaned_data["at"] if form.is_valid() else None
    catalogue = load_catalogue(staff.venue.pk)
    assert catalogue is not None  # its venue has just been read
    return render(request, "guest/preview.html", _page(catalogue, at, form))


def _page(catalogue: Catalogue, at: datetime | None, form: MomentForm) -> dict[str, object]:
    now = timezone.now()
    moment = at or now
    venue = catalogue.venue
    return {
        "venue": venue,
        "logo_size": size_of(venue.logo.url) if venue.logo else None,
        "sections": shown_sections(catalogue, moment),
        "notes": hours_notes(catalogue, moment),
        "form": form,
        "when": clock(moment, now, catalogue.zone),
        "chosen": at is not None,
    }
