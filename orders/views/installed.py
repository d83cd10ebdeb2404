"""What makes a page one that a phone or a tablet keeps: its manifest, the worker, and the page without a connection."""

from functools import cache
from pathlib import Path
from textwrap import shorten

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from orders.script_texts import script_texts
from orders.views.board import at_board
from venues.catalogue import load_catalogue
from venues.models import Venue
from venues.visitors import may_read_menu

GROUND = "#e8edea"  # look.css: --ground, by day and by night
GROUND_AT_NIGHT = "#0c1311"
SHORT = 12  # letters below an icon


@require_safe
def guest_manifest(request: HttpRequest, venue_id: int) -> HttpResponse:
    """`GET /here/<venue>/manifest.webmanifest`, for whoever may read its menu; for others no venue.

    It starts at `/here/`, which knows the table by the cookie: a code in it would be kept for ever.
    """
    catalogue = load_catalogue(venue_id)
    if catalogue is None or not may_read_menu(catalogue, None, request.COOKIES):
        raise Http404
    venue = catalogue.venue
    return _manifest(reverse("here", args=[venue.pk]), venue.name, _short(venue.name), venue.colour, GROUND)


@require_safe
def board_manifest(request: HttpRequest, venue_id: int) -> HttpResponse:
    """`GET /board/<venue>/manifest.webmanifest`, for whoever may see that board; for others no venue."""
    held = at_board(request, venue_id)
    if isinstance(held, HttpResponse):
        raise Http404
    name = Venue.objects.values_list("name", flat=True).get(pk=held.venue_id)
    start = reverse("board", args=[held.venue_id])
    return _manifest(start, f"Board, {name}", "Board", GROUND_AT_NIGHT, GROUND_AT_NIGHT)


@gzip_page
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """`GET /service-worker.js`: at the root, so that it may serve every page.

    It names the release: with another one browsers find another worker, which then takes over.
    """
    answer = HttpResponse(f"// {static('')}\n{_worker()}", content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
def offline_page(request: HttpRequest) -> HttpResponse:
    """`GET /offline`: what the worker shows in place of a page that it cannot reach and has not kept."""
    return render(request, "offline.html", {"texts": script_texts(translation.get_language())})


def _manifest(start: str, name: str, short: str, theme: str, ground: str) -> JsonResponse:
    icons = [
        {"src": static(f"venues/icon{kind}-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": use}
        for kind, use in (("", "any"), ("-maskable", "maskable"))
        for size in (192, 512)
    ]
    manifest = {
        "id": start,
        "start_url": start,
        "scope": start,
        "name": name,
        "short_name": short,
        "lang": "en-GB",
        "display": "standalone",
        "theme_color": theme,
        "background_color": ground,
        "icons": icons,
    }
    return JsonResponse(manifest, content_type="application/manifest+json")


def _short(name: str) -> str:
    """What fits below an icon."""
    if len(name) <= SHORT:
        return name
    name = name.removeprefix("The ")
    return shorten(name, SHORT, placeholder="") or name[:SHORT]


@cache
def _worker() -> str:
    path = finders.find("orders/service_worker.js")
    assert isinstance(path, str)
    return Path(path).read_text(encoding="utf-8")
