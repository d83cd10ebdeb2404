"""The page “Menu of …” below a venue: all as guests see it, where each value comes from, and changes in place."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from venues.admin.menu_answers import Answers, answers_in
from venues.admin.menu_bulk import BulkForm
from venues.admin.menu_shown import DIFFERENT, EVERYTHING, LABELS, SOLD_OUT, Asked, shown_menu, value_words
from venues.admin.scopes import menus_changeable
from venues.admin.scoping import person
from venues.admin.venue_pages import frame_of, venue_page
from venues.differences import Saved, save_wishes
from venues.models import Venue
from venues.venue_menu import VenueMenu, load_menu

PREVIEW = "preview"
SHOWS = {EVERYTHING: "Everything", DIFFERENT: "What differs here", SOLD_OUT: "Sold out now"}


@venue_page("menu", "menu/", "Menu", icon="menu_book")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def menu_page(request: HttpRequest, venue: Venue) -> HttpResponse:
    """`/admin/venues/venue/<id>/menu/[?q=..&show=..]`, for whoever may change the venue."""
    frame = frame_of(request, venue, "menu")
    now = timezone.now()
    menu = load_menu(venue, now)
    given = request.POST if request.method == "POST" else request.GET
    asked = Asked(given.get("q", "").strip()[:80], given.get("show", ""))
    asked.show = asked.show if asked.show in SHOWS else EVERYTHING
    asked.changeable = menus_changeable(person(request)).filter(pk=venue.menu_id or 0).exists()
    if request.method != "POST":
        return _page(request, menu, asked, frame, BulkForm(None, menu))
    if request.POST.get("step") == PREVIEW:
        return _preview(request, menu, asked, frame)
    return _save(request, menu, asked, frame)


def _save(request: HttpRequest, menu: VenueMenu, asked: Asked, frame: dict[str, Any]) -> HttpResponse:
    answers = answers_in(request.POST, menu)
    now = timezone.now()
    saved = save_wishes(menu.venue, answers.wishes, now)
    _say(request, saved, answers)
    if not answers.faults and not saved.conflicts:
        return redirect(_address(menu.venue, asked))
    asked.conflicts = {f"{one.key}-{one.field}": one for one in saved.conflicts}
    kept = {name: text for name, text in answers.typed.items() if name in answers.faults or name in asked.conflicts}
    asked.answers = Answers(typed=kept, faults=answers.faults)
    menu = load_menu(menu.venue, now)
    status = HTTPStatus.BAD_REQUEST if answers.faults else HTTPStatus.CONFLICT
    return _page(request, menu, asked, frame, BulkForm(None, menu), status)


def _say(request: HttpRequest, saved: Saved, answers: Answers) -> None:
    if saved.names:
        messages.success(request, f"Saved: {_listed(saved.names)}. Guests see it now.")
    for one in saved.conflicts[:10]:
        yours, theirs = value_words(one.wanted), value_words(one.is_now)
        words = f"{LABELS[one.field]} of {one.name} is not saved: you want {yours}, others made it {theirs} meanwhile."
        messages.warning(request, words)
    if len(saved.conflicts) > 10:
        messages.warning(request, f"{len(saved.conflicts) - 10} more are not saved either; they are marked below.")
    if saved.gone:
        messages.warning(request, f"{saved.gone} of those that you changed are on this menu no more.")
    if many := len(answers.faults):
        messages.error(request, f"{many} not saved: what is wrong is said beside {'it' if many == 1 else 'each'}.")
    if not saved.names and not saved.conflicts and not saved.gone and not many:
        messages.info(request, "Nothing was changed.")


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 5 else f"{', '.join(names[:4])} and {len(names) - 4} more"


def _preview(request: HttpRequest, menu: VenueMenu, asked: Asked, frame: dict[str, Any]) -> HttpResponse:
    form = BulkForm(request.POST, menu)
    if not form.is_valid():
        return _page(request, menu, asked, frame, form, HTTPStatus.BAD_REQUEST)
    listed = [row for row in menu.products() if asked.fits(row)]
    planned = form.planned(listed, request.POST.getlist("chosen"))
    changes = [one for one in planned if one.wanted is not None and one.wanted != one.row.here]
    refused = [one for one in planned if one.wanted is None]
    if not changes:
        words = "Tick some products first." if not planned else "Nothing would change."
        messages.info(request, " ".join([words, *(f"{one.row.product.name}: {one.why}" for one in refused[:5])]))
        return redirect(_address(menu.venue, asked))
    page = {
        "title": f"Before it is done: menu of {menu.venue}",
        "venue": menu.venue,
        "changes": changes,
        "refused": refused,
        "staying": len(planned) - len(changes) - len(refused),
        "asked": asked,
        "back": _address(menu.venue, asked),
        "address": reverse("admin:venues_venue_menu", args=[menu.venue.pk]),
    }
    return render(request, "admin/venues/venue/menu_preview.html", frame | page)


def _page(
    request: HttpRequest,
    menu: VenueMenu,
    asked: Asked,
    frame: dict[str, Any],
    form: BulkForm,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    venue = menu.venue
    sections = shown_menu(menu, asked, timezone.now())
    page = {
        "title": f"Menu of {venue}",
        "venue": venue,
        "sections": sections,
        "listed": sum(len(section.rows) for section in sections),
        "whole": sum(len(one.products) for one in menu.categories),
        "differing": sum(row.differs and not row.own for row in menu.products()),
        "sharing": Venue.objects.filter(menu_id=venue.menu_id).exclude(pk=venue.pk).count() if venue.menu_id else 0,
        "asked": asked,
        "shows": [(name, words, name == asked.show) for name, words in SHOWS.items()],
        "form": form,
        "ticked": set(request.POST.getlist("chosen")) if form.is_bound else set(),
        "address": reverse("admin:venues_venue_menu", args=[venue.pk]),
    }
    return render(request, "admin/venues/venue/menu.html", frame | page, status=status)


def _address(venue: Venue, asked: Asked) -> str:
    address = reverse("admin:venues_venue_menu", args=[venue.pk])
    query = {name: value for name, value in (("q", asked.words), ("show", asked.show)) if value}
    return f"{address}?{urlencode(query)}" if query else address
