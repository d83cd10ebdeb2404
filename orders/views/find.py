"""Orders of today and earlier, and one of them with all that happened to it."""

import uuid
from datetime import date
from http import HTTPStatus
from urllib.parse import urlencode

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from orders.bills import is_billed, payers_of
from orders.changes import OrderUndo
from orders.errors import Refused
from orders.finding import find_orders
from orders.history import history_of
from orders.models import Order
from orders.requests import UndoOrder
from orders.services import write
from orders.views.staff import Staff, for_staff
from orders.words import word_of
from venues.hours import business_date

UNDONE = "Undone on the board"
LONGEST = 80


@require_safe
@for_staff
def find_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """`GET /board/<venue>/find/[?q=..&on=2026-06-01&before=..]`: twenty orders, newest first."""
    q, asked_on = request.GET.get("q", "").strip()[:LONGEST], request.GET.get("on", "").strip()[:20]
    on, wrong = None, ""
    if asked_on:
        try:
            on = date.fromisoformat(asked_on)
        except ValueError:
            wrong = "Give a date such as 2026-06-01."
    q = q.replace("\0", "")
    found = find_orders(staff.venue.pk, q, on, request.GET.get("before", "")) if not wrong else None
    page = {
        "here": "find",
        "venue": staff.venue,
        "q": q,
        "on": asked_on,
        "wrong": wrong,
        "found": found,
        "later": "before" in request.GET,
        "query": urlencode({name: value for name, value in (("q", q), ("on", asked_on)) if value}),
        "today": business_date(staff.now, staff.venue.zone, staff.venue.day_starts),
    }
    return render(request, "board/find.html", page, status=HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK)


@require_safe
@for_staff
def order_detail(request: HttpRequest, staff: Staff, order_id: uuid.UUID) -> HttpResponse:
    """`GET /board/<venue>/orders/<order>/`: everything of an order, and its history."""
    order = staff.order(order_id)
    may_undo = order.undo_seq is not None and order.undo_until is not None and staff.now < order.undo_until
    page = {
        "here": "order-detail",
        "venue": staff.venue,
        "order": order,
        "lines": orjson.loads(order.lines_json),
        "done": orjson.loads(order.lines_done),
        "twin": _twin(order),
        "history": history_of(order),
        "payer": payers_of(staff.venue.pk, [order]).get(order.pk, ""),
        "payable": is_billed(order),
        "undo_to": word_of(order.undo_state, to_go=order.to_go) if may_undo else "",
        "today": business_date(staff.now, staff.venue.zone, staff.venue.day_starts),
    }
    return render(request, "board/order_detail.html", page)


def _twin(order: Order) -> Order | None:
    """The earlier order that looks just like this one."""
    if order.possible_duplicate_of is None:
        return None
    twins = Order.objects.filter(venue_id=order.venue_id, pk=order.possible_duplicate_of)
    return twins.only("pk", "number").first()


@require_POST
@for_staff
def undo_order(request: HttpRequest, staff: Staff, order_id: uuid.UUID) -> HttpResponse:
    """`POST /board/<venue>/orders/<order>/undo` with the `seq` that the page showed, and perhaps a `reason`."""
    order, seq = staff.order(order_id), request.POST.get("seq", "")
    reason = "".join(c for c in request.POST.get("reason", "") if c.isprintable()).strip()[:140] or UNDONE
    shown = int(seq) if seq.isdecimal() and seq.isascii() and len(seq) <= 18 else -1
    outcome = write(OrderUndo(staff.venue.pk, staff.now, UndoOrder(order.pk, shown, reason), staff.actor))
    if isinstance(outcome, Refused):
        messages.error(request, outcome.message)
    else:
        messages.success(request, f"Order {order.number}: the last step is undone.")
    return redirect("board-order-detail", staff.venue.pk, order.pk)
