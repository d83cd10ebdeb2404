"""The beginning and the end of a planned change, within the venues' locks: what becomes of its products."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.text import capfirst

from venues.models import ChangedProduct, Product, ScheduledChange
from venues.scheduled_values import Turn, rows_of, turns_of, write
from venues.signals import tell_in_one_word, venues_of

TOO_LATE = "Its time was over before anybody could do it."
OTHER_MENU = "The venue sells another menu now."
MOST_WORDS = 200  # of `why`


def begin(change: ScheduledChange, now: datetime) -> str | None:
    """Write its values: the state that it has then; None where somebody else was quicker, or
    an end that is due comes first."""
    wrong, turns = "", list[Turn]()
    if change.ends_at is not None and change.ends_at <= now:
        wrong = TOO_LATE
    elif change.venue is not None and change.venue.menu_id != change.section.menu_id:
        wrong = OTHER_MENU
    else:
        turns = turns_of(change, lock=True)
        if any(turn.held_until is not None and turn.held_until <= now for turn in turns):
            return None  # at the next look: the end that comes before it is still to be done
        if turns and all(turn.why for turn in turns):
            wrong = f"{capfirst(turns[0].why)}."
    if wrong:
        return ScheduledChange.FAILED if _claim(change, ScheduledChange.FAILED, wrong) else None
    left = [f"{turn.product} ({turn.why})" for turn in turns if turn.why]
    if not _claim(change, ScheduledChange.APPLIED, _shortened("Left as they are", left)):
        return None
    done = [turn for turn in turns if not turn.why]
    if change.ends_at is not None:
        _note_former(change, done)
    if write([(turn.row, turn.to) for turn in done], change.what):
        tell_in_one_word(_concerned(change, [turn.product for turn in done]))
    return ScheduledChange.APPLIED


def _claim(change: ScheduledChange, to: str, why: str = "") -> bool:
    rows = ScheduledChange.objects.filter(pk=change.pk, state=change.state)
    return bool(rows.update(state=to, why=why))


def _note_former(change: ScheduledChange, turns: list[Turn]) -> None:
    kept = "former_price" if change.what == ScheduledChange.PRICE else "former_on"
    if change.product_id is not None:
        (turn,) = turns
        ScheduledChange.objects.filter(pk=change.pk).update(**{kept: getattr(turn.row, change.what)})
        return
    price = change.what == ScheduledChange.PRICE
    ChangedProduct.objects.bulk_create(
        ChangedProduct(
            operator_id=change.operator_id,
            change=change,
            product=turn.product,
            price=turn.to if price else None,
            **{kept: getattr(turn.row, change.what)},
        )
        for turn in turns
    )


def end(change: ScheduledChange) -> str | None:
    """Take back what is still as it left it: the state that it has then; None where somebody else was quicker."""
    if change.product is not None:
        former = change.former_price if change.what == ScheduledChange.PRICE else change.former_on
        parts = [(change.product, change.price if change.what == ScheduledChange.PRICE else change.on, former)]
    else:
        rows = change.changed.select_related("product__category").order_by("product")
        parts = [_left_and_former(change, part) for part in rows]
    rows_now = rows_of(change, [product for product, _, _ in parts], lock=True)
    back, kept = [], []
    for product, left, former in parts:
        row = rows_now[product.pk]
        if (current := getattr(row, change.what)) == left:
            back.append((row, former))
        elif change.product is not None:
            kept.append(f"to {_words(current)} meanwhile, which stays.")
        else:
            kept.append(f"{product} to {_words(current)}")
    why = "" if not kept else f"Somebody has changed it {kept[0]}"
    if kept and change.product is None:
        why = _shortened("Somebody has changed meanwhile, which stays", kept)
    if not _claim(change, ScheduledChange.ENDED, why or change.why):
        return None
    if write(back, change.what):
        tell_in_one_word(_concerned(change, [product for product, _, _ in parts]))
    change.changed.all().delete()
    return ScheduledChange.ENDED


def _left_and_former(change: ScheduledChange, part: ChangedProduct) -> tuple[Product, Any, Any]:
    if change.what == ScheduledChange.PRICE:
        return part.product, part.price, part.former_price
    return part.product, change.on, part.former_on


def _concerned(change: ScheduledChange, products: Iterable[Product]) -> set[int]:
    """The venues that sell any of these: one may be on another menu by now than the others."""
    if change.venue_id is not None:
        return {change.venue_id}
    sold = {(product.venue_id, product.category.menu_id): product for product in products}
    return set().union(*map(venues_of, sold.values()))


def _shortened(what: str, names: list[str]) -> str:
    """As many of them as a change has room for, and how many more there are."""
    if not names:
        return ""
    for number in range(len(names), 0, -1):
        more = f", and {len(names) - number} more" if number < len(names) else ""
        text = f"{what}: {', '.join(names[:number])}{more}."
        if len(text) <= MOST_WORDS:
            return text
    return f"{what}: {len(names)}."


def _words(value: Any) -> str:
    if value is None:
        return "the menu's own"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
