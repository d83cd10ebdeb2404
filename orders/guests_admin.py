"""What is stored of guests, in the admin of orders and table sessions: to hand out, and to empty when somebody asks."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from orders.forgetting import StillOpen, forget_orders, forget_session
from orders.models import Order
from orders.stored import stored_of_order, stored_of_session
from venues.audit import What, note

if TYPE_CHECKING:
    from venues.admin.scoping import ScopedAdmin as _Admin
else:
    _Admin = object

Page = Callable[[HttpRequest, Any], HttpResponse]


class GuestsData(_Admin):
    """Two pages beside an order's or a session's own: `stored.json`, and `forget/`, which asks first.

    For whoever manages the venue. That it was done is noted in the audit log, by whom and when.
    """

    change_form_outer_before_template = "admin/guests_data.html"

    def get_urls(self) -> Any:
        pages = {"stored": ("stored.json", self.stored_page), "forget": ("forget/", self.forget_page)}
        own = [
            path(
                f"<path:object_id>/{route}",
                self.admin_site.admin_view(partial(self.open_row, page)),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{name}",
            )
            for name, (route, page) in pages.items()
        ]
        return own + super().get_urls()

    def open_row(self, page: Page, request: HttpRequest, object_id: str) -> HttpResponse:
        """What this person does not see answers like what does not exist."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self.not_there(request, object_id)
        return page(request, row)

    def stored_page(self, request: HttpRequest, row: Any) -> HttpResponse:
        """GET: all of it as JSON."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        stored = stored_of_order(row) if isinstance(row, Order) else stored_of_session(row)
        text = orjson.dumps(stored, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)
        answer = HttpResponse(text, content_type="application/json")
        answer["Content-Disposition"] = f'attachment; filename="{self.opts.model_name}-{row.pk}.json"'
        note(What.EXPORTED, f"what is stored of the guest: {_named(row)}", venue=row.venue)
        return answer

    def forget_page(self, request: HttpRequest, row: Any) -> HttpResponse:
        """GET asks, POST does it."""
        fault = ""
        if request.method == "POST":
            try:
                with transaction.atomic():
                    changed = forget_orders(row.venue_id, [row.pk]) if isinstance(row, Order) else forget_session(row)
                    note(What.ERASED, _named(row), venue=row.venue)
            except StillOpen as still:
                fault = str(still)
            else:
                words = "What was kept of the guest is emptied." if changed else "There was nothing to empty."
                messages.success(request, words)
                return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": "Empty what is kept of this guest?",
            "opts": self.opts,
            "original": row,
            "what": _named(row),
            "fault": fault,
        }
        status = HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK
        return TemplateResponse(request, "admin/guests_forget.html", context, status=status)


def _named(row: Any) -> str:
    return f"order {row} of {row.business_date}" if isinstance(row, Order) else f"the session of {row}"
