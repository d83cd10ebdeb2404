"""The page of all sites. For managers and operators, of their own venues; it changes nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ontap.managers import venues_of
from ontap.sites.listing import sites_of, sums_of


@never_cache
@require_safe
def sites_page(request: HttpRequest) -> HttpResponse:
    """`GET /sites/`: every site of this person, those in trouble first."""
    venues = venues_of(request)
    if isinstance(venues, HttpResponse):
        return venues
    now = timezone.now()
    known = list(venues.prefetch_related("opening_hours", "opening_exceptions"))
    sites = sites_of(known, now)
    page = {"sites": sites, "troubled": [site for site in sites if site.weight], "sums": sums_of(sites), "now": now}
    return render(request, "sites/page.html", page)
