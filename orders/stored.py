"""Everything that is stored of a guest's orders, for whoever asks what we have of them."""

from collections.abc import Iterable
from typing import Any

import orjson
from django.db.models import Model

from orders.models import Order, OrderLine, VenueEvent
from venues.models import Member, TableSession

_NOT_SAID = {"token_hash", "content_hash"}  # fingerprints: of use to nobody but a machine that has the original


def stored_of_order(order: Order) -> dict[str, Any]:
    """One order with its lines, and its events while they are kept."""
    events = VenueEvent.objects.filter(venue_id=order.venue_id, order_id=order.pk, seq__gte=order.placed_seq)
    return {
        "venue": order.venue.name,
        "order": _row(order),
        "lines": [_row(line) for line in OrderLine.objects.filter(order=order).order_by("position")],
        "events": [
            {
                "seq": event.seq,
                "at": event.at,
                "change": event.change,
                "by": event.actor,
                "payload": _json(event.payload),
            }
            for event in events.order_by("seq")
        ],
    }


def stored_of_session(session: TableSession) -> dict[str, Any]:
    """A table session with its phones and all its orders."""
    orders: Iterable[Order] = Order.objects.filter(session=session).select_related("venue").order_by("placed_at")
    return {
        "venue": session.venue.name,
        "table": session.table.number,
        "session": _row(session),
        "phones": [_row(member) for member in Member.objects.filter(session=session).order_by("pk")],
        "orders": [stored_of_order(order) for order in orders],
    }


def _event(event: VenueEvent) -> dict[str, Any]:
    return {"at": event.at, "change": event.change, "by": event.actor, "payload": _json(event.payload)}


def _row(row: Model) -> dict[str, Any]:
    columns = {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}
    texts = {name for name in columns if name in ("order_items", "lines_json", "lines_done")}
    return {name: _json(value) if name in texts else value for name, value in columns.items() if name not in _NOT_SAID}


def _json(text: str) -> Any:
    return orjson.loads(text)
