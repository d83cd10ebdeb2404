"""The page behind a table's code, and the same for a phone that is at a table already.

Both are compressed. What could be guessed from a compressed answer's length is a secret beside a text of the guesser's
own (BREACH): in these pages is no secret. The code is in the address, the member's token in a header; no form that
posts, so no token of one; a visit's name opens nothing, and so the search that is repeated stands beside nothing that
is worth a guess. A page that gets a secret must not be compressed.
"""

from datetime import datetime
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.text import capfirst
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from orders.menu_filter import wanted_in
from orders.menu_page import shown_sections
from orders.page_notes import standing_notes
from orders.page_words import ALLERGENS, DIETS
from orders.script_texts import script_texts
from orders.standing import sees_pucks
from orders.views.visits import (
    MEMBER_KEPT,
    count_failure,
    refuse_too_many,
    set_secret_cookie,
    too_many_failures,
)
from venues.access import MEMBER_COOKIE, member_for_code, member_is_live, member_with, table_with_code
from venues.catalogue import Catalogue, load_catalogue
from venues.models import Member, Table, Venue
from venues.pictures import size_of

OPEN_PAGE = "X-Open-Page"


@gzip_page
@require_safe
def guest_page(request: HttpRequest, code: str) -> HttpResponse:
    """`GET /t/<code>[?q=..&hide=..&diet=..]`: the menu, and a cookie that makes this phone one of the table's.

    Opens no session: whoever previews a link orders nothing. An unknown table and a wrong MAC get the same answer.
    To a page that is open already, and says so, no cookie: a visit that is over must not go on as a new one.
    """
    if too_many_failures(request):
        return refuse_too_many(request)
    table = table_with_code(code)
    catalogue = load_catalogue(table.venue_id) if table is not None else None
    if table is None or catalogue is None:
        count_failure(request)
        return render(request, "guest/unknown_code.html", status=HTTPStatus.NOT_FOUND)
    now = timezone.now()
    member, token = _member(request, table), ""
    if member is None and request.method == "GET" and OPEN_PAGE not in request.headers:
        scanned = member_for_code(code, now)
        member, token = scanned if scanned is not None else (None, "")
    answer = _menu(request, table, catalogue, now, member)
    answer["Referrer-Policy"] = "no-referrer"  # the address is the code
    if token:
        set_secret_cookie(request, answer, MEMBER_COOKIE, token, MEMBER_KEPT)
    return answer


@gzip_page
@require_safe
def here_page(request: HttpRequest, venue_id: int) -> HttpResponse:
    """`GET /here/<venue>/`: the menu for the table that this phone has scanned, and no other way to one.

    Where an installed page starts: no secret is in its address. A venue at whose tables the phone is not, and one that
    is not there, get the same answer.
    """
    token = request.COOKIES.get(MEMBER_COOKIE)
    member = member_with(token) if token else None
    catalogue = load_catalogue(venue_id)
    if member is None or catalogue is None or member.venue_id != venue_id or not member_is_live(member):
        return render(request, "guest/scan.html", status=HTTPStatus.NOT_FOUND)
    return _menu(request, member.table, catalogue, timezone.now(), member)


def _menu(
    request: HttpRequest, table: Table, catalogue: Catalogue, now: datetime, member: Member | None
) -> HttpResponse:
    wanted, logo = wanted_in(request.GET), catalogue.venue.logo
    page = {
        "venue": catalogue.venue,
        "logo_size": size_of(logo.url) if logo else None,
        "table": table,
        "visit": _visit(member),
        "sections": shown_sections(catalogue, now, wanted),
        "notes": standing_notes(catalogue, table, now),
        "pucks": _pucks(catalogue.venue, now),
        "wanted": wanted,
        "allergens": [(name, capfirst(str(words)), name in wanted.hide) for name, words in ALLERGENS.items()],
        "diets": [(name, words, name in wanted.diets) for name, words in DIETS.items()],
        "texts": script_texts(translation.get_language()),
        "now": now,
    }
    return render(request, "guest/page.html", page)


def _visit(member: Member | None) -> str:
    """A name for this phone's visit, by which the page knows what it kept before. It opens nothing."""
    return salted_hmac("orders.visit", member.token_hash, algorithm="sha256").hexdigest()[:16] if member else ""


def _pucks(venue: Venue, now: datetime) -> str:
    """Whether a guest is asked for a puck's number: "ask", "find" while nobody would see it, or nothing."""
    if venue.tracker_use != "pucks":
        return ""
    return "ask" if sees_pucks(venue.pk, now) else "find"


def _member(request: HttpRequest, table: Table) -> Member | None:
    """Which of this table's members this phone is: a page that is loaded again keeps its session."""
    token = request.COOKIES.get(MEMBER_COOKIE)
    member = member_with(token) if token else None
    return member if member is not None and member.table_id == table.pk and member_is_live(member) else None
