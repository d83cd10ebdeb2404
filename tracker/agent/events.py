"""What happened at the gateway as events for the platform. Pure.

The gateway's own words and keys, cleaned by its library. An event is bounded, so that any few of them fit a message.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tracker import wire
from tracker.gateway.book import Change, ChangeKind
from tracker.gateway.orders import ActiveOrder

MOST_ORDERS = 500  # of a snapshot (wire.SpooledEvent)
MOST_BYTES = wire.MOST_BYTES - 16_384  # of one event
_MOST_EXTRA = 2_000


def of_changes(changes: Iterable[Change]) -> list[str]:
    """The events of changes. An order that vanished once is none yet: it is looked at again first."""
    return [
        _event(str(change.kind), _order(change.order)) for change in changes if change.kind is not ChangeKind.VANISHED
    ]


def of_snapshot(orders: Iterable[ActiveOrder]) -> list[str]:
    """One event with all that is active; with more than fit, one for each, which says nothing of those absent."""
    written = [_order(order, extra=False) for order in orders]
    whole = json.dumps({"type": "snapshot", "orders": written}, ensure_ascii=False)
    if len(written) <= MOST_ORDERS and len(whole.encode()) <= MOST_BYTES:
        return [whole]
    return [_event("modified", order) for order in written]


def _event(kind: str, order: dict[str, Any]) -> str:
    return json.dumps({"type": kind, "order": order}, ensure_ascii=False)


def _order(order: ActiveOrder, *, extra: bool = True) -> dict[str, Any]:
    more = dict(order.extra) if extra else {}
    if len(json.dumps(more)) > _MOST_EXTRA:
        more = {}
    return {
        **more,
        "uuid": str(order.uuid),
        "name": order.name,
        "orderType": order.order_type,
        "locationName": order.location,
        "state": order.state,
        "created": _time(order.created),
        "stateChanged": _time(order.state_changed),
        "paged": order.paged,
    }


def _time(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="seconds")
