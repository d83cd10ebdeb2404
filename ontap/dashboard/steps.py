"""The first steps of a new house, each of which ticks itself off."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Model
from django.urls import reverse

from orders.models import BoardPresence, Order
from venues.models import Device, Product, Table, Venue


@dataclass(frozen=True, slots=True)
class Step:
    """`words` say what to do and why, `done` whether it is; `link` is where."""

    words: str
    why: str
    link: str
    done: bool


def first_steps(venues: Sequence[Venue]) -> list[Step]:
    """All of them while one is open, in their order; none once all are done. A query for each that is a row."""
    ids = [venue.pk for venue in venues]
    menus = {venue.menu_id for venue in venues if venue.menu_id is not None}
    sold = Product.objects.filter(active=True, category__menu__in=menus)
    boards = Device.objects.filter(venue__in=ids, revoked_at=None)
    steps = [
        _step("Add a venue", "All the rest belongs to it.", "venues_venue", done=bool(ids)),
        _step("Put products on its menu", "Guests choose from them.", "venues_product", done=sold.exists()),
        _step("Add its tables", "Each has a code to scan.", "venues_table", done=_any(Table, ids)),
        _step(
            "Set up a board",
            "A tablet at the bar: it shows the orders that come.",
            "venues_device",
            done=boards.exists() or _any(BoardPresence, ids) or _any(Order, ids),
        ),
        _step(
            "Take the first order", "Scan a table's code with your own phone.", "venues_table", done=_any(Order, ids)
        ),
    ]
    return [] if all(step.done for step in steps) else steps


def _any(model: type[Model], venues: Sequence[int]) -> bool:
    return model._default_manager.filter(venue__in=venues).exists()


def _step(words: str, why: str, model: str, *, done: bool) -> Step:
    return Step(words, why, reverse(f"admin:{model}_changelist"), done)
