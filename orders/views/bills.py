"""A table's own page: its orders, its bill, what is paid."""

import uuid
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from orders.bills import Sums, bill_of, mark_paid, sums_of
from orders.changes import Done
from orders.commit import Outcome
from orders.errors import OrderMoved, Refused
from orders.models import Order
from orders.page_words import money
from orders.views.staff import Staff, for_staff
from orders.words import listed
from venues.models import TableSession

MOST_AT_ONCE = 200  # orders of one bill


@require_safe
@for_staff
def table_page(request: HttpRequest, staff: Staff, table_id: int) -> HttpResponse:
    """`GET /board/<venue>/tables/<table>/`: the open session's orders and bill, and what may be done with the table."""
    table = staff.table(table_id)
    session = TableSession.objects.filter(table_id=table.pk, ended_at=None).first()
    billed = bill_of(session) if session is not None else []
    on_bill = [one.order for one in billed if one.counts]
    page = {
        "here": "table",
        "venue": staff.venue,
        "table": table,
        "session": session,
        "billed": billed,
        "unpaid": [order.pk for order in on_bill if order.paid_at is None],
        "paid": [order.pk for order in on_bill if order.paid_at is not None],
        "sums": (sums_of([session.pk]) if session is not None else {}).get(session.pk if session else 0, Sums()),
        "may_rotate": staff.may_rotate,
    }
    return render(request, "board/table.html", page)


@require_POST
@for_staff
def pay_table(request: HttpRequest, staff: Staff, table_id: int) -> HttpResponse:
    """`POST /board/<venue>/tables/<table>/paid` with each `order` that was on the page, and `paid` (yes or no).

    What was ordered meanwhile is not among them: nobody has paid what they were not shown.
    """
    table = staff.table(table_id)
    ids = _ids(request.POST.getlist("order"))
    orders = list(Order.objects.filter(venue_id=staff.venue.pk, pk__in=ids, session__table_id=table.pk))
    if len(orders) != len(ids) or not ids:
        raise Http404
    _pay(request, staff, orders)
    return redirect("board-table", staff.venue.pk, table.pk)


@require_POST
@for_staff
def pay_order(request: HttpRequest, staff: Staff, order_id: uuid.UUID) -> HttpResponse:
    """`POST /board/<venue>/orders/<order>/paid` with `paid` (yes or no)."""
    order = staff.order(order_id)
    if order.test:
        return HttpResponse("A test order costs nothing.", status=HTTPStatus.BAD_REQUEST, content_type="text/plain")
    _pay(request, staff, [order])
    return redirect("board-order-detail", staff.venue.pk, order.pk)


def _pay(request: HttpRequest, staff: Staff, orders: list[Order]) -> None:
    paid = request.POST.get("paid") != "no"
    outcomes = mark_paid(
        staff.venue.pk,
        [order.pk for order in orders],
        paid=paid,
        actor=staff.actor,
        user_id=staff.user_id,
        now=staff.now,
    )
    for order, outcome in zip(orders, outcomes, strict=True):
        if isinstance(outcome, Refused):
            messages.error(request, _why(order, outcome))
    taken = [(order, outcome) for order, outcome in zip(orders, outcomes, strict=True) if isinstance(outcome, Done)]
    done = [order for order, outcome in taken if not outcome.repeat]
    before = [order for order, outcome in taken if outcome.repeat]
    if before:  # on another board, or by an earlier tap: no second sum to be asked for
        messages.error(request, f"{_which(before)} {'paid' if paid else 'not paid'} already.")
    if done:
        total = money(sum((order.total for order in done), start=done[0].total * 0), staff.venue.currency)
        messages.success(request, f"{_which(done)} {'paid' if paid else 'not paid after all'}: {total}.")


def _which(orders: list[Order]) -> str:
    one = len(orders) == 1
    return f"{'Order' if one else 'Orders'} {listed(sorted(order.number for order in orders))} {'is' if one else 'are'}"


def _why(order: Order, outcome: Outcome) -> str:
    if isinstance(outcome, OrderMoved):
        return f"Order {order.number} is {outcome.state}: there is nothing to pay."
    return f"Order {order.number}: {outcome.message}" if isinstance(outcome, Refused) else ""


def _ids(given: list[str]) -> set[uuid.UUID]:
    """Raises Http404 for what no page of ours holds."""
    if len(given) > MOST_AT_ONCE:
        raise Http404
    try:
        return {uuid.UUID(one) for one in given}
    except ValueError:
        raise Http404 from None
