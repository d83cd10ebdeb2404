"""Staff place an order for a table: one form, in steps, placed as a board's socket would."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from orders.commit import Outcome, OutcomeUnknown
from orders.drafts import (
    Draft,
    DraftLine,
    add_line,
    drop_line,
    names_of,
    new_key,
    price_of,
    read_draft,
    total_of,
    wanted_of,
)
from orders.errors import Refused
from orders.intake import placement_by_staff
from orders.page_words import how_many
from orders.pricing import price_order, refuse_when_not_serving
from orders.services import write
from orders.views.staff import Staff, for_staff
from venues.catalogue import Catalogue, ProductItem, load_catalogue
from venues.models import Table

_USED = ("key_reused", "key_in_use")


@dataclass(frozen=True, slots=True)
class Offered:
    """A product on the form: `gone` why it cannot be ordered, `typed` how many are wanted."""

    item: ProductItem
    gone: str
    typed: str
    shown: bool  # the others keep what was typed, out of sight


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def order_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """`/board/<venue>/order/[?table=7][&test=1]`. POST with `do`: find, choose-<product>, add, drop-<n>, place."""
    catalogue = load_catalogue(staff.venue.pk)
    if catalogue is None:
        raise Http404
    given = (request.POST if request.method == "POST" else request.GET).dict()
    draft, step = read_draft(given, catalogue), given.get("do", "find") if request.method == "POST" else "find"
    form = _Form(request, staff, catalogue, draft, given.get("q", "").strip()[:80])
    if step == "place":
        return form.place()
    if step == "add":
        return form.add(_product(catalogue, given.get("product", "")))
    if step.startswith("choose-"):
        return form.choose(_product(catalogue, step.removeprefix("choose-")), {})
    if step.startswith("drop-") and step.removeprefix("drop-").isdecimal():
        form.draft = drop_line(draft, int(step.removeprefix("drop-")))
    return form.page()


class _Form:
    """One answer to one sending of the form."""

    def __init__(self, request: HttpRequest, staff: Staff, catalogue: Catalogue, draft: Draft, q: str) -> None:
        self._request, self._staff, self._catalogue, self.draft, self._q = request, staff, catalogue, draft, q

    def place(self) -> HttpResponse:
        """To the order, placed once however often this is pressed; or the form with what is wrong."""
        staff, draft = self._staff, self.draft
        try:
            placement = placement_by_staff(
                wanted_of(draft, self._catalogue), replace(staff.held, actor=staff.actor), self._catalogue, staff.now
            )
            outcome: Outcome = write(placement)
        except Refused as refusal:
            outcome = refusal
        except (OperationalError, InterfaceError, OutcomeUnknown):
            return self.page(
                "The database did not answer, and nobody knows whether the order is placed.",
                what="Place it again: with this form it is one order, however often.",
                status=HTTPStatus.SERVICE_UNAVAILABLE,
            )
        if isinstance(outcome, Refused):
            if outcome.code in _USED:
                self.draft = replace(draft, key=new_key())
                return self.page("This form has placed an order already.", what="Place it again only for a second one.")
            return self.page(outcome.message, field=outcome.field or "")
        words = "Test order" if draft.test else "Order"
        messages.success(self._request, f"{words} {outcome.order_number} is placed for table {draft.table}.")
        return redirect("board-order-detail", staff.venue.pk, outcome.order_id)

    def choose(self, product: ProductItem, typed: dict[str, Any], wrong: str = "") -> HttpResponse:
        """The step for one product: its options, how many, a note."""
        now, zone = self._staff.now, self._catalogue.zone
        groups = [
            (
                group,
                group.left(now, zone),
                how_many(group.minimum, group.maximum),
                group.maximum == 1,
                not group.minimum,
            )
            for group in product.groups
        ]
        page = {
            "here": "order",
            "venue": self._staff.venue,
            "product": product,
            "groups": groups,
            "chosen": typed.get("options", _first(product, now, zone)),
            "quantity": typed.get("quantity", "1"),
            "note": typed.get("note", ""),
            "wrong": wrong,
            "draft": self.draft,
            "q": self._q,
        }
        status = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK
        return render(self._request, "board/choose.html", page, status=status)

    def add(self, product: ProductItem) -> HttpResponse:
        """The form with one line more, or the step again with what is wrong."""
        given = self._request.POST
        names = [f"o-{group.id}" for group in product.groups]
        chosen = [one for name in names for one in given.getlist(name) if one.isdecimal() and len(one) <= 18]
        typed: dict[str, Any] = {
            "options": [int(one) for one in chosen],
            "quantity": given.get("quantity", "").strip()[:8],
            "note": given.get("note", "").strip()[:200],
        }
        quantity = typed["quantity"]
        if not (quantity.isdecimal() and quantity.isascii() and 1 <= int(quantity) <= 9999):
            return self.choose(product, typed, f"How many? A number from 1 to {self._catalogue.venue.max_quantity}.")
        line = DraftLine(product.id, int(quantity), tuple(sorted(typed["options"])), typed["note"])
        try:
            # On its own, and as if it were a test: that the venue is closed is said elsewhere.
            alone = Draft(key="one", table="1", test=True, lines=(line,))
            price_order(self._catalogue, wanted_of(alone, self._catalogue), self._staff.now)
        except Refused as refusal:
            return self.choose(product, typed, refusal.message)
        self.draft = add_line(self.draft, line)
        return self.page()

    def page(
        self, wrong: str = "", *, what: str = "", field: str = "", status: HTTPStatus = HTTPStatus.BAD_REQUEST
    ) -> HttpResponse:
        staff, catalogue, draft = self._staff, self._catalogue, self.draft
        tables = sorted(Table.objects.filter(venue=staff.venue), key=lambda table: table.counted)
        page = {
            "here": "order",
            "venue": staff.venue,
            "tables": tables,
            "closed": "" if draft.test else _closed(catalogue, staff.now),
            "draft": draft,
            "q": self._q,
            "chosen": [_chosen(line, catalogue) for line in draft.lines],
            "sections": self._sections(),
            "total": total_of(draft, catalogue),
            "wrong": wrong,
            "what": what,
            "field": field,
            "max_quantity": staff.venue.max_quantity,
        }
        return render(self._request, "board/order.html", page, status=status if wrong else HTTPStatus.OK)

    def _sections(self) -> list[tuple[str, list[Offered], bool]]:
        """The menu: name, products, whether any is in sight."""
        q, typed, found = self._q.casefold(), self.draft.typed, []
        for category in self._catalogue.categories:
            offered = [
                Offered(item, self._gone(item), typed.get(item.id, ""), q in item.name.casefold())
                for item in category.products
            ]
            if offered:
                found.append((category.name, offered, any(one.shown for one in offered)))
        return found

    def _gone(self, item: ProductItem) -> str:
        if item.on_sale(self._staff.now, self._catalogue.zone):
            return ""
        sold_out = item.sold_out(self._staff.now, self._catalogue.zone)
        return "Sold out" if sold_out else f"From {item.served_from:%H:%M}"


def _closed(catalogue: Catalogue, now: datetime) -> str:
    """Why only test orders can be placed now, if so."""
    try:
        refuse_when_not_serving(catalogue, now)
    except Refused as refusal:
        return refusal.message
    return ""


def _chosen(line: DraftLine, catalogue: Catalogue) -> tuple[DraftLine, str, str, Decimal]:
    more = ", ".join([*names_of(line, catalogue), *([line.note] if line.note else [])])
    return line, catalogue.products[line.product_id].name, more, price_of(line, catalogue) * line.quantity


def _first(product: ProductItem, now: datetime, zone: ZoneInfo) -> list[int]:
    """Of a group of which one must be taken, the first that is there."""
    asked = [group.left(now, zone) for group in product.groups if group.minimum == group.maximum == 1]
    return [left[0].id for left in asked if left]


def _product(catalogue: Catalogue, given: str) -> ProductItem:
    product = catalogue.products.get(int(given)) if given.isdecimal() and given.isascii() and len(given) <= 18 else None
    if product is None:
        raise Http404
    return product
