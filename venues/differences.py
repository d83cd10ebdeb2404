"""Writing where a venue differs from its menu: what somebody changed, and never over what others changed meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from venues.models import Venue, VenueCategory, VenueProduct
from venues.sale import HOUR, TODAY, UNTIL_TOLD, until_when
from venues.signals import changing_together
from venues.venue_menu import (
    HIDDEN,
    ON_SALE,
    UNTIL,
    CategoryRow,
    CategoryValues,
    ProductRow,
    ProductValues,
    load_menu,
    sale_of,
)

V = TypeVar("V", ProductValues, CategoryValues)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody saw of a row, and how they want it. A `sale` may be `hour` or `today`, from when it is saved."""

    seen: ProductValues | CategoryValues
    wanted: ProductValues | CategoryValues


@dataclass(frozen=True, slots=True)
class Conflict:
    """A value that others changed since the page was opened: it stays as `is_now`."""

    key: str
    name: str
    field: str
    wanted: str
    is_now: str


@dataclass(slots=True)
class Saved:
    """The names of what was changed, what was not, and how many rows are on the menu no more."""

    names: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    gone: int = 0


def key_of(row: ProductRow | CategoryRow) -> str:
    """The row's name in forms and wishes."""
    return f"p{row.product.pk}" if isinstance(row, ProductRow) else f"c{row.category.pk}"


def save_wishes(venue: Venue, wishes: Mapping[str, Wish], now: datetime) -> Saved:
    """Write what of these wishes nobody has overtaken; one new menu for the venue's pages and boards, if any."""
    saved = Saved()
    left = {key: wish for key, wish in wishes.items() if wish.wanted != wish.seen}
    if not left:
        return saved
    with changing_together([venue.pk]):
        for category in load_menu(Venue.objects.get(pk=venue.pk), now).categories:
            if (wish := left.pop(key_of(category), None)) is not None:
                _save_category(category, venue, wish, saved)
            for product in category.products:
                if (wish := left.pop(key_of(product), None)) is not None:
                    _save_product(product, venue, wish, saved, now)
    saved.gone = len(left)
    return saved


def _save_product(row: ProductRow, venue: Venue, wish: Wish, saved: Saved, now: datetime) -> None:
    seen, wanted = wish.seen, wish.wanted
    assert isinstance(seen, ProductValues)
    assert isinstance(wanted, ProductValues)
    if seen.sale.startswith(UNTIL) and datetime.fromisoformat(seen.sale.removeprefix(UNTIL)) <= now:
        seen = replace(seen, sale=ON_SALE)  # its end has come meanwhile, which nobody changed
    if wanted.sale == wish.seen.sale:  # type: ignore[union-attr]
        wanted = replace(wanted, sale=seen.sale)
    if wanted.sale in (HOUR, TODAY):
        until = until_when(wanted.sale, now, venue)
        wanted = replace(wanted, sale=sale_of(VenueProduct(sold_out_until=until), now))
    if not row.own:
        wanted = _as_shared(wanted, row.shared, "price", "position")
    new = _merged(key_of(row), row.product.name, row.here, seen, wanted, saved)
    if new == row.here:
        return
    saved.names.append(row.product.name)
    product = row.product
    if row.own:
        _save_own(product, {"price": Decimal(new.price), "position": int(new.position or 0)})
        new = replace(new, price="", position="")
    difference = row.difference or VenueProduct(venue=venue, product=product)
    values: dict[str, Any] = {
        "price": Decimal(new.price) if new.price else None,
        "stock": int(new.stock) if new.stock else None,
        "position": int(new.position) if new.position else None,
    }
    if new.sale != row.here.sale:
        at = new.sale.removeprefix(UNTIL) if new.sale.startswith(UNTIL) else ""
        values["available"] = new.sale != UNTIL_TOLD
        values["sold_out_until"] = datetime.fromisoformat(at) if at else None
    _keep(difference, values, is_none=new == ProductValues())


def _save_category(row: CategoryRow, venue: Venue, wish: Wish, saved: Saved) -> None:
    seen, wanted = wish.seen, wish.wanted
    assert isinstance(seen, CategoryValues)
    assert isinstance(wanted, CategoryValues)
    if not row.own:
        wanted = _as_shared(wanted, row.shared, "position")
    new = _merged(key_of(row), row.category.name, row.here, seen, wanted, saved)
    if new == row.here:
        return
    saved.names.append(row.category.name)
    if row.own:
        _save_own(row.category, {"position": int(new.position or 0)})
        new = replace(new, position="")
    values = {"position": int(new.position) if new.position else None, "hidden": new.shown == HIDDEN}
    difference = row.difference or VenueCategory(venue=venue, category=row.category)
    _keep(difference, values, is_none=new == CategoryValues())


def _as_shared(wanted: V, shared: V, *names: str) -> V:
    """Whoever types the shared value wants no difference."""
    same = {name: "" for name in names if getattr(wanted, name) == getattr(shared, name)}
    return replace(wanted, **same)


def _merged(key: str, name: str, is_now: V, seen: V, wanted: V, saved: Saved) -> V:
    """What holds now, with what this person changed and nobody else."""
    new: dict[str, str] = {}
    for one in fields(is_now):
        saw, wants, holds = (getattr(values, one.name) for values in (seen, wanted, is_now))
        if wants in (saw, holds):
            continue
        if holds == saw:
            new[one.name] = wants
        else:
            saved.conflicts.append(Conflict(key, name, one.name, wants, holds))
    return replace(is_now, **new)


def _save_own(row: Any, values: Mapping[str, Any]) -> None:
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)


def _keep(row: Any, values: Mapping[str, Any], *, is_none: bool) -> None:
    """Save a difference; one that says nothing any more goes."""
    if not is_none and row.pk is None:
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
    elif not is_none:
        _save_own(row, values)
    elif row.pk is not None:
        row.delete()
