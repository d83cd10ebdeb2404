"""What a planned change does, product by product, in words for its page."""

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from venues.models import ScheduledChange
from venues.scheduled_values import turns_of

MOST_LISTED = 200


def what_it_does(change: ScheduledChange) -> SafeString | str:
    """A table of its products: each value now and then; while it is at work, what comes back afterwards."""
    price = change.what == ScheduledChange.PRICE
    if change.state == ScheduledChange.PLANNED:
        rows = [(turn.product, _shown(turn.now), turn.why or _shown(turn.to)) for turn in turns_of(change)]
        heads = "Product", "Now", "From its beginning"
    elif change.state == ScheduledChange.APPLIED and change.category_id is not None and change.ends_at is not None:
        parts = change.changed.select_related("product").order_by("product__position", "product")
        rows = [
            (
                one.product,
                _shown(one.price if price else change.on),
                _shown(one.former_price if price else one.former_on),
            )
            for one in parts
        ]
        heads = "Product", "While it is at work", "Afterwards"
    else:
        return "The history of each product tells."
    if not rows:
        return "There is nothing in this category yet."
    lines = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", rows[:MOST_LISTED])
    head = format_html_join("", '<th scope="col">{}</th>', ((words,) for words in heads))
    more = f"And {len(rows) - MOST_LISTED} more. " if len(rows) > MOST_LISTED else ""
    if change.venue_id is None:
        more += "What a venue has of its own, a price or a product, stays as it is."
    table = format_html('<table class="vm-plan"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', head, lines)
    return format_html('<div class="vm">{}<p class="vm-notes">{}</p></div>', table, more)


def _shown(value: Any) -> str:
    if value is None:
        return "as in the menu"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
