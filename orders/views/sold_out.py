"""Sold out in one tap: for an hour, for today, until somebody says; and on sale again."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from orders import sold_out
from orders.views.staff import Staff, for_staff
from orders.words import clock
from venues.catalogue import load_catalogue
from venues.models import Product
from venues.sale import HOUR, TODAY, UNTIL_TOLD, until_when

TAPS = (HOUR, TODAY, UNTIL_TOLD)
AGAIN = "again"


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def sold_out_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """`/board/<venue>/sold-out/[?q=..]`. POST with one of `hour`, `today`, `on`, `again`, whose value is the product;
    `again` takes a `stock` where the venue counts it."""
    q = (request.POST if request.method == "POST" else request.GET).get("q", "").strip()[:80]
    if request.method == "POST":
        tap = next((name for name in (*TAPS, AGAIN) if name in request.POST), None)
        product = _product(staff, request.POST.get(tap, "")) if tap is not None else None
        if tap is None or product is None:
            raise Http404
        wrong = _again(request, staff, product) if tap == AGAIN else _stop(request, staff, product, tap)
        if wrong:
            return _page(request, staff, q, {"wrong": wrong, "wrong_id": product.pk}, HTTPStatus.BAD_REQUEST)
        address = reverse("board-sold-out", args=[staff.venue.pk])
        return redirect(f"{address}?{urlencode({'q': q})}" if q else address)
    return _page(request, staff, q, {}, HTTPStatus.OK)


def _stop(request: HttpRequest, staff: Staff, product: Product, tap: str) -> str:
    until = until_when(tap, staff.now, staff.venue)
    sold_out.stop_selling(staff.venue, product, until)
    when = "until you say" if until is None else f"until {clock(until, staff.now, staff.venue.zone)}"
    messages.success(request, f"{product.name} is sold out {when}.")
    return ""


def _again(request: HttpRequest, staff: Staff, product: Product) -> str:
    """What was wrong with the wish, if anything."""
    given = request.POST.get("stock", "").strip()
    stock = int(given) if given.isdecimal() and given.isascii() and len(given) <= 4 else None
    if given and not stock:
        return f"How many are there? A number from 1 to {sold_out.MOST_COUNTED}."
    if not sold_out.sell_again(staff.venue, product, stock):
        return f"{product.name} is counted, and none is left. Say how many there are."
    messages.success(request, f"{product.name} is on sale again.")
    return ""


def _page(request: HttpRequest, staff: Staff, q: str, more: dict[str, Any], status: HTTPStatus) -> HttpResponse:
    catalogue = load_catalogue(staff.venue.pk)
    everything = sold_out.shown_products(catalogue, staff.now) if catalogue is not None else []
    gone = [shown for _, products in everything for shown in products if shown.gone]
    fits = [shown for _, products in everything for shown in products if q.casefold() in shown.item.name.casefold()]
    wanted = {shown.item.id for shown in fits}
    on_sale = [
        (name, [shown for shown in products if not shown.gone and shown.item.id in wanted])
        for name, products in everything
    ]
    page = {
        "here": "sold-out",
        "venue": staff.venue,
        "now": staff.now,
        "q": q,
        "gone": [(shown, _until(staff, shown)) for shown in gone],
        "sections": [(name, products) for name, products in on_sale if products],
        "empty": not everything,
        "given": request.POST.get("stock", ""),
    }
    return render(request, "board/sold_out.html", page | more, status=status)


def _until(staff: Staff, shown: sold_out.ShownProduct) -> str:
    if shown.stock == 0:
        return "counted, none left"
    return f"until {clock(shown.until, staff.now, staff.venue.zone)}" if shown.until is not None else "until you say"


def _product(staff: Staff, given: str) -> Product | None:
    known = given.isdecimal() and given.isascii() and len(given) <= 18
    return sold_out.product_of(staff.venue, int(given)) if known else None
