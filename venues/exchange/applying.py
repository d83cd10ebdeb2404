"""A plan made true: in one transaction, row by row as by hand, with one word to each venue that is concerned."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from venues.exchange.cells import ALLERGENS
from venues.exchange.columns import allergen_of
from venues.exchange.plan import Line, NewRow, Plan
from venues.models import (
    AllergenState,
    Category,
    Menu,
    Option,
    OptionGroup,
    Product,
    ProductAllergen,
    ProductOptionGroup,
    User,
    Venue,
    VenueFeed,
    VenueProduct,
)
from venues.signals import changing_together

IMPORTED = "Imported"  # in the history of what it writes


class ChangedMeanwhile(Exception):
    """The rows are not those that were shown any more: nothing was written."""


class CannotBeWritten(Exception):
    """The database refuses the rows as they would be: nothing was written."""


def apply_plan(menu: Menu, shown: str, make_plan: Callable[[], Plan], by: User, now: datetime) -> Plan:
    """Write the plan whose fingerprint was `shown`, and give it back. Raises ChangedMeanwhile, CannotBeWritten.

    The plan is made before the venues are locked, since their orders wait for that lock, and again below it only where
    a menu has changed in between.
    """
    lockable = list(Venue.objects.filter(operator_id=menu.operator_id).order_by("pk").values_list("pk", flat=True))
    versions = _versions(lockable)
    plan = _as_shown(make_plan(), shown)
    try:
        with transaction.atomic(), changing_together(lockable):
            # Where no venue can be locked, the menu's row stands for all of it.
            Menu.objects.select_for_update(no_key=True).get(pk=menu.pk)
            if not lockable or _versions(lockable) != versions:
                plan = _as_shown(make_plan(), shown)
            _write(menu, plan, by, now)
    except IntegrityError:
        raise CannotBeWritten from None
    return plan


def _as_shown(plan: Plan, shown: str) -> Plan:
    if plan.fingerprint != shown or not plan.may_be_applied:
        raise ChangedMeanwhile
    return plan


def _versions(venue_ids: list[int]) -> list[tuple[int, int]]:
    rows = VenueFeed.objects.filter(pk__in=venue_ids).order_by("pk")
    return list(rows.values_list("venue_id", "menu_version"))


def _write(menu: Menu, plan: Plan, by: User, now: datetime) -> None:
    new: dict[NewRow, int] = {}
    for line in plan.of(Category):
        _save(line, Category(menu=menu) if line.is_new else line.row, new)
    for line in plan.of(OptionGroup):
        _save(line, OptionGroup(operator_id=menu.operator_id) if line.is_new else line.row, new)
    for line in plan.of(Product):
        values = dict(line.values)
        groups = values.pop("options", None)
        allergens = {name: values.pop(name) for name in ALLERGENS if name in values}
        if "category" in values:
            values["category"] = Category(pk=_pk(values["category"], new), menu=menu, operator_id=menu.operator_id)
        row = Product() if line.is_new else line.row
        _save(line, row, new, values)
        for name, (state, detail) in allergens.items():
            _save_allergen(row, name, state, detail, by, now)
        if groups is not None:
            _link(row, [_pk(group, new) for group in groups])
    for line in plan.of(Option):
        values = dict(line.values)
        if (part := values.get("product")) is not None:
            values["product"] = Product.objects.get(pk=_pk(part, new))
        _save(line, Option(group_id=_pk(line.parent, new)) if line.is_new else line.row, new, values)
    for line in plan.of(VenueProduct):
        _save(line, VenueProduct() if line.is_new else line.row, new)


def _save(line: Line, row: Any, new: dict[NewRow, int], values: dict[str, Any] | None = None) -> None:
    values = line.values if values is None else values
    is_new = row.pk is None
    for name, value in values.items():
        setattr(row, name, value)
    # Saved whole, it would put back the stock that orders have taken since it was read.
    if is_new or values:
        row._change_reason = IMPORTED
        row.save(update_fields=None if is_new else list(values))
    if is_new and line.about in (Category, OptionGroup, Product):
        new[NewRow(line.sheet.name, line.number)] = row.pk


def _pk(named: Any, new: dict[NewRow, int]) -> int:
    return new[named] if isinstance(named, NewRow) else int(named)


def _save_allergen(product: Product, name: str, state: str, detail: str, by: User, now: datetime) -> None:
    """As on the product's page: who confirmed, and when, is noted with a state."""
    found = allergen_of(product, name)
    if found is None and state == AllergenState.NOT_CONFIRMED and not detail:
        return
    row = ProductAllergen(product=product, allergen=name) if found is None else found
    changed = ["detail"]
    if found is None or found.state != state:
        confirmed = state != AllergenState.NOT_CONFIRMED
        row.confirmed_by, row.confirmed_at = (by, now) if confirmed else (None, None)
        changed += ["state", "confirmed_by", "confirmed_at"]
    row.state, row.detail = state, detail
    row.save(update_fields=None if found is None else changed)


def _link(product: Product, group_ids: list[int]) -> None:
    links = {link.group_id: link for link in ProductOptionGroup.objects.filter(product=product)}
    for group_id, link in links.items():
        if group_id not in group_ids:
            link.delete()
    for position, group_id in enumerate(group_ids):
        if group_id not in links:
            ProductOptionGroup(product=product, group_id=group_id, position=position).save()
        elif links[group_id].position != position:
            links[group_id].position = position
            links[group_id].save()
