"""The codes of a venue's tables in the admin: which are on paper, sheets to print, and new codes.

Printing and new codes have consequences that cannot be taken back, so each is asked about before it is done. A code is
what opens a table: like every page of the admin, sheets and pictures are kept in no cache.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from orders.tables import now_in_ms, rotate_codes
from venues.addresses import base_url, table_page
from venues.admin.scoping import person
from venues.admin.venue_pages import render_page, venue_page
from venues.asking_again import ask_again
from venues.models import Table, Venue
from venues.printed import WORDS, code_state, note_printed
from venues.reach import SETTING, Doubt, doubts_about
from venues.sheets import LAYOUTS, Card, pdf_of, svg_of, unprintable

MOST = 400  # tables on one sheet: a second or two of the server's time
SHOWN = "shown"
NONE_CHOSEN = "No table is chosen. Tick one, or take all that are shown."


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; empty for all."""

    state: str
    zone: str

    def holds(self, table: Table) -> bool:
        return (not self.state or code_state(table) == self.state) and (not self.zone or table.zone == self.zone)


@venue_page("codes", "codes/", "Codes", icon="qr_code_2")
@require_http_methods(["GET", "HEAD", "POST"])
def codes_page(request: HttpRequest, venue: Venue) -> HttpResponse:
    """The list. POST with `do`: print (`layout`; `anyway` where something speaks against it), rotate, rotate-yes; of
    the tables in `table`, or with `which=shown` of all that the filter `state`, `zone` shows."""
    tables = sorted(Table.objects.filter(venue=venue), key=lambda table: table.counted)
    if request.method != "POST":
        return _listed(request, venue, tables)
    chosen = _chosen(request, tables)
    if not chosen or len(chosen) > MOST:
        messages.error(request, f"At most {MOST} tables at once." if chosen else NONE_CHOSEN)
        return redirect(_page(venue))
    what = request.POST.get("do")
    if what == "print":
        return _print(request, venue, chosen)
    if what == "rotate":
        return _asked(request, venue, chosen, "admin/venues/venue/codes_rotate.html", f"New codes for {venue}?", {})
    if what == "rotate-yes":
        return ask_again(request, person(request)) or _rotate(request, venue, chosen)
    return redirect(_page(venue))


@venue_page("code", "codes/<int:table_id>.svg")
@require_http_methods(["GET", "HEAD"])
def code_picture(request: HttpRequest, venue: Venue, table_id: int) -> HttpResponse:
    """One table's code as SVG, to look at, or with `?download` as a file. Its address says nothing of the code."""
    table = Table.objects.filter(venue=venue, pk=table_id).first()
    if table is None:
        raise Http404
    answer = HttpResponse(svg_of(table_page(table), f"Table {table}"), content_type="image/svg+xml")
    if "download" in request.GET:
        answer["Content-Disposition"] = f'attachment; filename="{_file_name(venue, f"table-{table}")}.svg"'
    return answer


def redirect_to_codes(venue_id: int, table_ids: Sequence[int]) -> HttpResponse:
    """To the list, with these tables ticked."""
    return redirect(
        f"{reverse('admin:venues_venue_codes', args=[venue_id])}?{urlencode({'table': table_ids}, doseq=True)}"
    )


def _listed(request: HttpRequest, venue: Venue, tables: list[Table]) -> HttpResponse:
    narrowed = _filter(request.GET)
    ticked = set(request.GET.getlist("table"))
    counts = Counter(code_state(table) for table in tables)
    context = {
        "rows": [
            {
                "table": table,
                "state": (state := code_state(table)),
                "words": WORDS[state],
                "ticked": str(table.pk) in ticked,
            }
            for table in tables
            if narrowed.holds(table)
        ],
        "ticked": bool(ticked),
        "all": len(tables),
        "states": [(state, words, counts[state]) for state, words in WORDS.items()],
        "zones": sorted({table.zone for table in tables if table.zone}),
        "narrowed": narrowed,
        "layouts": LAYOUTS.items(),
        **_against(venue, tables),
    }
    return render_page(request, venue, "admin/venues/venue/codes.html", f"Codes of {venue}", context)


def _row(table: Table, ticked: bool) -> dict[str, Any]:
    state = code_state(table)
    return {"table": table, "state": state, "words": WORDS[state], "ticked": ticked}


def _print(request: HttpRequest, venue: Venue, chosen: list[Table]) -> HttpResponse:
    layout = request.POST.get("layout", "")
    if layout not in LAYOUTS:
        layout = next(iter(LAYOUTS))
    against = _against(venue, chosen)
    if (against["doubts"] or against["unprintable"]) and request.POST.get("anyway") != "yes":
        template, title = "admin/venues/venue/codes_doubt.html", "Print these codes?"
        return _asked(request, venue, chosen, template, title, {"layout": layout, **against})
    now = now_in_ms()
    sheet = pdf_of([_card(venue, table, now) for table in chosen], layout, f"Codes of {venue}")
    note_printed(chosen, now)
    answer = HttpResponse(sheet, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{_file_name(venue, "codes")}.pdf"'
    return answer


def _rotate(request: HttpRequest, venue: Venue, chosen: list[Table]) -> HttpResponse:
    done = rotate_codes(venue.pk, [table.pk for table in chosen], now_in_ms())
    tables = "1 table has a new code" if done == 1 else f"{done} tables have new codes"
    messages.success(request, f"{tables}. What is printed there is dead. Print the new sheet now.")
    return redirect_to_codes(venue.pk, [table.pk for table in chosen])


def _asked(
    request: HttpRequest, venue: Venue, chosen: list[Table], template: str, title: str, context: dict[str, Any]
) -> HttpResponse:
    printed = sum(table.printed_version is not None for table in chosen)
    known = {"chosen": chosen, "numbers": ", ".join(table.number for table in chosen), "printed": printed}
    return render_page(request, venue, template, title, known | context, HTTPStatus.OK)


def _against(venue: Venue, tables: list[Table]) -> dict[str, Any]:
    """What speaks against printing: where the codes lead, and what no letter of ours shows."""
    texts = {venue.name, *(text for table in tables for text in (table.number, table.name, table.zone))}
    doubts: list[Doubt] = doubts_about(base_url())
    letters = [(text, wrong) for text in sorted(texts) if (wrong := unprintable(text))]
    return {"doubts": doubts, "unprintable": letters, "base": base_url(), "setting": SETTING}


def _chosen(request: HttpRequest, tables: list[Table]) -> list[Table]:
    if request.POST.get("which") == SHOWN:
        narrowed = _filter(request.POST)
        return [table for table in tables if narrowed.holds(table)]
    ticked = set(request.POST.getlist("table"))
    return [table for table in tables if str(table.pk) in ticked]


def _filter(given: Any) -> Filter:
    state = given.get("state", "")
    return Filter(state if state in WORDS else "", given.get("zone", ""))


def _card(venue: Venue, table: Table, now: datetime) -> Card:
    day = f"{now.astimezone(venue.zone):%-d %b %Y}"
    place = ", ".join(filter(None, (table.name, table.zone)))
    return Card(venue.name, table.number, place, table_page(table), f"Code {table.code_version}, {day}")


def _file_name(venue: Venue, what: str) -> str:
    return slugify(f"{venue}-{what}") or what.partition("-")[0]


def _page(venue: Venue) -> str:
    return reverse("admin:venues_venue_codes", args=[venue.pk])
