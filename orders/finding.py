"""A venue's orders by what people know of them: number, table, puck, product, date. Newest first, a page at a time."""

import re
from dataclasses import dataclass
from datetime import date

import orjson
from django.db.models import Q

from orders.models import Order

PAGE = 20
_CURSOR = re.compile(r"^(\d{4}-\d{2}-\d{2})\.([1-9][0-9]{0,8})\Z", re.ASCII)
_SHOWN = (
    "id",
    "number",
    "business_date",
    "placed_at",
    "table_number",
    "moved_from",
    "located_table",
    "tracker_number",
    "state",
    "to_go",
    "test",
    "by_staff",
    "total",
    "paid_at",
)


@dataclass(frozen=True, slots=True)
class Found:
    orders: list[Order]
    older: str  # where the next page begins; "" where there is none


def find_orders(venue_id: int, words: str, on: date | None, before: str) -> Found:
    """A page of what fits. One query, along the venue's order numbers: no other venue's rows are looked at.

    A number is an order's, a table's or a puck's; anything else is a table's name, or part of a product's or option's.
    """
    orders = Order.objects.filter(venue_id=venue_id).order_by("-business_date", "-number").only(*_SHOWN)
    if on is not None:
        orders = orders.filter(business_date=on)
    if words:
        orders = orders.filter(_fits(words))
    if (cursor := _CURSOR.match(before)) is not None:
        day, number = _date(cursor[1]), int(cursor[2])
        if day is not None:
            # The first part says it all to the index, the second cuts off what is left of that day.
            orders = orders.filter(Q(business_date__lte=day), Q(business_date__lt=day) | Q(number__lt=number))
    found = list(orders[: PAGE + 1])
    more = len(found) > PAGE
    last = found[PAGE - 1] if more else None
    return Found(found[:PAGE], f"{last.business_date}.{last.number}" if last is not None else "")


def _fits(words: str) -> Q:
    places = Q(table_number__iexact=words) | Q(located_table__iexact=words) | Q(moved_from__iexact=words)
    if words.isdecimal() and words.isascii():
        number = Q(number=int(words)) if len(words) <= 9 else Q()
        return number | Q(tracker_number=words) | places
    # In the lines as the order's own row has them: with a join PostgreSQL reads the lines of all venues. Most rows are
    # told apart by the plain text, which is quick; what is left must have it in a name, of a product or an option.
    text = orjson.dumps(words).decode()[1:-1]
    name = rf'"name":"([^"\\]|\\.)*{re.escape(text)}'
    return places | Q(lines_json__icontains=text) & Q(lines_json__iregex=name)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
