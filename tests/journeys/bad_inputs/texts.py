"""What a bad text is, and what texts are made of.

Every error is told by the error frame, and the socket stays open. In the texts stand for what the test knows only when
it runs: `@table` and `@order_id`, and `@order_time` where a number belongs. Every other key of a text is right, so that
the answer speaks of the one that is wrong. Of the demo's menu, `SCARCE` takes some products away.
"""

import json
from dataclasses import dataclass
from typing import Any

GUEST, BOARD, EITHER = ("guest",), ("board",), ("guest", "board")
ONE, TWO, BOTH = (1,), (2,), (1, 2)


@dataclass(frozen=True, slots=True)
class BadInput:
    """A text, who sends it in which versions, and the `code` and `field` that version 2 says (version 1: in words)."""

    wrong: str
    text: str
    code: str
    field: str | None
    roles: tuple[str, ...]
    versions: tuple[int, ...]


ORDER: dict[str, Any] = {
    "action": "order",
    "venue_id": "1",
    "table_number": "@table",
    "order_items": {"13": 1},
}
ACCEPT: dict[str, Any] = {
    "action": "acceptorder",
    "order_id": "@order_id",
    "order_time": "@order_time",
    "venue_id": "1",
    "table_number": "@table",
    "order_status": "accepted",
}
LEFT_OUT = object()
# Product 12 is not on sale at venue 1, 11 is sold out, of 10 nothing is left, of 9 three. Nobody is alerted meanwhile.
SCARCE = """
from datetime import timedelta
from django.utils import timezone
from venues.models import Venue, VenueProduct
Venue.objects.filter(pk=1).update(alert_after=86400, escalate_after=86400, reject_after=86400)
tomorrow = timezone.now() + timedelta(days=1)
scarce = {12: {"available": False}, 11: {"sold_out_until": tomorrow}, 10: {"stock": 0}, 9: {"stock": 3}}
for product_id, difference in scarce.items():
    VenueProduct.objects.update_or_create(venue_id=1, product_id=product_id, defaults=difference)
"""

# One text for every place where a program could take it for something else.
INJECTIONS = {
    "SQL": "1'; DROP TABLE orders_order; --",
    "HTML": "<script>alert(1)</script>",
    "a format string": "%s%n{0.__class__}",
    "a template": "{{ 7 * 7 }}{% debug %}",
    "a lookup": "${jndi:ldap://127.0.0.1/a}",
    "a path": "../../../../etc/passwd",
    "a prototype's name": "__proto__",
    "a constructor's name": "constructor",
    "a dunder name": "__class__",
}
UNPRINTABLE = {
    "NUL": "a\x00b",
    "a line feed": "a\nb",
    "a tab": "a\tb",
    "escape": "\x1b[2J",
    "delete": "a\x7f",
    "a C1 control": "a\x85b",
    "a no-break space": "a\u00a0b",
    "a zero-width space": "a\u200bb",
    "a right-to-left override": "\u202eaccepted",
    "a line separator": "a\u2028b",
    "a byte order mark": "\ufeffaccepted",
    "a private character": "\ue000",
    "an unassigned character": "\u0378",
    "a noncharacter": "\uffff",
    "a tag": "\U000e0041",
}
NOT_TEXTS: dict[str, Any] = {
    "null": None,
    "a number": 1,
    "a truth": True,
    "a list": ["1"],
    "an object": {"1": 1},
    "a fraction": 1.5,
}


def dumped(frame: dict[str, Any]) -> str:
    kept = {key: value for key, value in frame.items() if value is not LEFT_OUT}
    return json.dumps(kept, ensure_ascii=False).replace('"@order_time"', "@order_time")


def order(**changes: Any) -> str:
    return dumped(ORDER | changes)


def raw_order(key: str, raw: str) -> str:
    """An order with this JSON, however strange, as the value of the key."""
    return order(**{key: "@raw"}).replace('"@raw"', raw)


def items(raw: str) -> str:
    return raw_order("order_items", raw)


def move(action: str = "acceptorder", **changes: Any) -> str:
    return dumped(ACCEPT | {"action": action} | changes)


def raw_move(key: str, raw: str) -> str:
    return move(**{key: "@raw"}).replace('"@raw"', raw)


def lines(*wanted: Any) -> str:
    return order(order_items=LEFT_OUT, lines=list(wanted))
