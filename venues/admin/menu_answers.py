"""What was sent of the menu's page: read, checked, and in words what is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from decimal import Decimal

from venues.differences import Wish, key_of
from venues.price_changes import MOST
from venues.sale import HOUR, TODAY, UNTIL_TOLD
from venues.venue_menu import (
    HIDDEN,
    ON_SALE,
    SHOWN,
    UNTIL,
    CategoryRow,
    CategoryValues,
    ProductRow,
    ProductValues,
    Values,
    VenueMenu,
)

_AMOUNT = re.compile(r"^(?:[$£€¥]|[A-Z]{3})?\s*([0-9]{1,6})(?:[.,]([0-9]{1,2}))?$")
_MOST_PLACES, _MOST_STOCK = 32_767, 999_999


@dataclass(slots=True)
class Answers:
    """Wishes by row, and by field what was typed and what is wrong with it."""

    wishes: dict[str, Wish] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def amount(text: str) -> Decimal | None:
    """An amount as people write it: “4.80”, “4,80”, “£4.80”, “5”; None where it is none."""
    found = _AMOUNT.match(text.strip())
    if found is None:
        return None
    value = Decimal(f"{found[1]}.{(found[2] or '0').ljust(2, '0')}")
    return value if value <= MOST else None


def answers_in(post: Mapping[str, str], menu: VenueMenu) -> Answers:
    """Every row that was on the page that was sent; `reset` names a value, or a row, that goes back to shared."""
    answers = Answers()
    reset = post.get("reset", "")
    rows: dict[str, ProductRow | CategoryRow] = {key_of(row): row for row in menu.categories}
    rows |= {key_of(row): row for row in menu.products()}
    for name in post:
        key, _, last = name.rpartition("-")
        if last != "seen":
            continue
        kind: type[ProductValues] | type[CategoryValues] = CategoryValues if key.startswith("c") else ProductValues
        seen = kind.of(post[name])
        if seen is None or (isinstance(seen, ProductValues) and not _is_sale(seen.sale)):
            continue
        row = rows.get(key)
        values: dict[str, str] = {}
        for one in fields(seen):
            whole = f"{key}-{one.name}"
            text = post.get(whole, getattr(seen, one.name)).strip()
            if reset in (key, whole) and not (row is not None and row.own and one.name in ("price", "position")):
                text = getattr(kind(), one.name)
            if text == getattr(seen, one.name):
                continue
            answers.typed[whole] = text
            value = _read(one.name, text, own=row is not None and row.own)
            if value is None:
                answers.faults[whole] = _WRONG[one.name]
            else:
                values[one.name] = value
        answers.wishes[key] = Wish(seen, _with(seen, values))
    return answers


def _with(seen: Values, values: Mapping[str, str]) -> Values:
    if isinstance(seen, ProductValues):
        return replace(seen, **values)
    return replace(seen, **values)


def _read(name: str, text: str, *, own: bool) -> str | None:
    """The text as it is compared and kept; None where it says nothing that the field can hold."""
    match name:
        case "price":
            price = amount(text)
            return "" if not text and not own else None if price is None else f"{price:.2f}"
        case "sale":
            return text if text in (ON_SALE, HOUR, TODAY, UNTIL_TOLD) else None
        case "shown":
            return text if text in (SHOWN, HIDDEN) else None
        case _:
            most = _MOST_STOCK if name == "stock" else _MOST_PLACES
            counts = text.isdecimal() and text.isascii() and len(text) <= 6 and int(text) <= most
            return "" if not text else str(int(text)) if counts else None


def _is_sale(text: str) -> bool:
    """Whether the page itself can have written this: with an end, that is a moment in UTC."""
    if not text.startswith(UNTIL):
        return text in (ON_SALE, UNTIL_TOLD)
    try:
        return datetime.fromisoformat(text.removeprefix(UNTIL)).tzinfo is UTC
    except ValueError:
        return False


_WRONG = {
    "price": "An amount such as 4.80, please.",
    "sale": "Choose one of the list.",
    "shown": "Choose one of the list.",
    "stock": "A whole number, please; empty is not counted.",
    "position": "A whole number, please; empty is as shared.",
}
