"""An order that staff put together on a form, step by step: what was typed so far, and the request that it becomes.

All of it travels in the form, so that two tablets, or two windows, never share one.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import orjson

from orders import protocol
from orders.errors import Refused
from orders.protocol import MOST_LINES, Speaker
from orders.requests import PlaceOrder
from venues.catalogue import Catalogue, ProductItem

_QUANTITY = re.compile(r"^n-([1-9][0-9]{0,17})\Z")
_NUMBER = re.compile(r"^[0-9]{1,4}\Z")
_LONGEST = 140


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A product with options or a note. `product_id` is one of the catalogue's, its options perhaps not any more."""

    product_id: int
    quantity: int
    options: tuple[int, ...] = ()
    note: str = ""

    def frame(self) -> dict[str, Any]:
        return {
            "product_id": str(self.product_id),
            "quantity": self.quantity,
            "options": [str(option) for option in self.options],
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Draft:
    """`quantities` are texts as they were typed, by product; `key` makes however many taps one order."""

    key: str
    table: str = ""
    puck: str = ""
    to_go: bool = False
    test: bool = False
    lines: tuple[DraftLine, ...] = ()
    quantities: Mapping[int, str] | None = None

    @property
    def typed(self) -> dict[int, str]:
        return {pk: text for pk, text in (self.quantities or {}).items() if text not in ("", "0")}

    @property
    def lines_text(self) -> str:
        return orjson.dumps([line.frame() for line in self.lines]).decode()


def new_key() -> str:
    return secrets.token_hex(16)


def read_draft(given: Mapping[str, str], catalogue: Catalogue) -> Draft:
    """What a form holds. What no form of ours sends is left out; what a person typed wrongly is kept as it is."""
    quantities = {
        int(found[1]): text.strip()[:8]
        for name, text in given.items()
        if (found := _QUANTITY.match(name)) and int(found[1]) in catalogue.products
    }
    return Draft(
        key=given.get("key", "")[:64] or new_key(),
        table=given.get("table", "")[:16],
        puck=given.get("puck", "").strip()[:8],
        to_go="to_go" in given,
        test="test" in given,
        lines=_lines(given.get("lines", ""), catalogue),
        quantities=quantities,
    )


def wanted_of(draft: Draft, catalogue: Catalogue) -> PlaceOrder:
    """The request of a board for this order. Raises Refused, in words for a form."""
    if not draft.table:
        raise Refused("For which table is this order?", "missing", "table")
    lines = [line.frame() for line in draft.lines]
    for product_id, text in draft.typed.items():
        if not _NUMBER.match(text):
            name, most = catalogue.products[product_id].name, catalogue.venue.max_quantity
            raise Refused(f"{name}: how many? A number from 0 to {most}.", "wrong_quantity", f"n-{product_id}")
        if int(text):
            lines.append(DraftLine(product_id, int(text)).frame())
    if not lines:
        raise Refused("Nothing is chosen yet.", "missing", "lines")
    frame = {
        "action": "order",
        "table_number": draft.table,
        "client_order_id": draft.key,
        "lines": lines,
        "to_go": draft.to_go,
        "test": draft.test,
    }
    if draft.puck:
        frame["tracker_number"] = draft.puck
    try:
        wanted = protocol.parse_request(frame, Speaker(catalogue.venue.pk, board=True, version=2))
    except Refused as refusal:
        if refusal.field == "tracker_number":
            raise Refused("A puck's number has 1 to 4 digits.", "wrong_type", "puck") from None
        raise
    assert isinstance(wanted, PlaceOrder)
    return wanted


def add_line(draft: Draft, line: DraftLine) -> Draft:
    """With one line more; the same thing again is more of it."""
    for i, known in enumerate(draft.lines):
        if replace(known, quantity=line.quantity) == line:
            more = replace(known, quantity=known.quantity + line.quantity)
            return replace(draft, lines=(*draft.lines[:i], more, *draft.lines[i + 1 :]))
    return replace(draft, lines=(*draft.lines, line))


def drop_line(draft: Draft, index: int) -> Draft:
    return replace(draft, lines=(*draft.lines[:index], *draft.lines[index + 1 :]))


def total_of(draft: Draft, catalogue: Catalogue) -> Decimal:
    """What it comes to as far as it can be counted; the writer has the last word."""
    total = sum((price_of(line, catalogue) * line.quantity for line in draft.lines), Decimal(0))
    for product_id, text in draft.typed.items():
        if _NUMBER.match(text):
            total += catalogue.products[product_id].price * int(text)
    return total


def price_of(line: DraftLine, catalogue: Catalogue) -> Decimal:
    product = catalogue.products[line.product_id]
    return product.price + sum((o.price for o in _options(product) if o.id in line.options), Decimal(0))


def names_of(line: DraftLine, catalogue: Catalogue) -> list[str]:
    """The names of a line's options."""
    return [o.name for o in _options(catalogue.products[line.product_id]) if o.id in line.options]


def _options(product: ProductItem) -> list[Any]:
    return [option for group in product.groups for option in group.options]


def _lines(text: str, catalogue: Catalogue) -> tuple[DraftLine, ...]:
    try:
        found = orjson.loads(text or "[]")
        frame = {"action": "order", "table_number": "1", "lines": found[:MOST_LINES]}
        wanted = protocol.parse_request(frame, Speaker(catalogue.venue.pk, board=True, version=2)) if found else None
    except (orjson.JSONDecodeError, Refused, TypeError, KeyError):
        return ()
    lines = wanted.lines if isinstance(wanted, PlaceOrder) else ()
    return tuple(
        DraftLine(line.product_id, line.quantity, line.options, line.note[:_LONGEST])
        for line in lines
        if line.product_id in catalogue.products
    )
