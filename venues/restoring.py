"""Making a row again what it was at some version: what that would change, why it cannot be, and doing it.

It is a change like any other, through the same signals: it has its own version, and guests' pages hear of it. Stock is
never put back, for orders count it; nor is what nobody can edit. A table that was deleted has the code again that it
had at the end, and never an older one.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import ForeignKey
from django.utils import timezone

from venues.admin.scoping import save_changed
from venues.history import DELETED, shown_columns, versions_of
from venues.models import AllergenState, ProductAllergen, User, VenueProduct
from venues.versions import Difference, Kind, Words, differences_of

Choices = Callable[[str, models.QuerySet[Any]], models.QuerySet[Any]]
"""Which rows a field may point to, for whoever asks."""

# Who confirmed it, and when, is whoever says so now.
NOTED_ANEW: dict[type[models.Model], set[str]] = {ProductAllergen: {"confirmed_by_id", "confirmed_at"}}


STOCK = "Stock is not put back: nothing is counted until somebody says how many there are."


@dataclass(slots=True)
class Plan:
    """What restoring a version means now. With `faults` it cannot be done."""

    row: Any
    is_new: bool
    newest: int  # the row's newest version: another one, and somebody has changed it meanwhile
    differences: list[Difference]
    columns: list[str]
    faults: list[str] = field(default_factory=list)
    beside: list[Any] = field(default_factory=list)
    """Rows that were deleted with it, and come back."""
    along: list[str] = field(default_factory=list)
    """The same in words."""
    left: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def plan_for(kind: Kind, version: Any, zone: dt.tzinfo, choices: Choices) -> Plan:
    """What would change if this row were again what it was at this version."""
    model = kind.model
    row = model._base_manager.filter(pk=version.id).first()
    newest = versions_of(model).filter(id=version.id).order_by("-pk")[0]
    words, is_new = Words(zone), row is None
    words.learn(model, [version, *([row] if row is not None else [])])
    columns = [name for name in shown_columns(model) if name not in NOTED_ANEW.get(model, ())]
    if row is None:
        row = _as_at(model, version, newest)
    else:
        columns = [name for name in columns if _plain(row, name) != getattr(version, name)]
    named = {words.field_of(model, name).verbose_name for name in columns}
    shown = differences_of(model, None if is_new else row, version, words, kind.link)
    plan = Plan(row, is_new, newest.pk, [each for each in shown if each.field in named], columns)
    for name in columns:
        setattr(row, name, getattr(version, name))
    if isinstance(row, VenueProduct) and is_new:
        plan.notes.append(STOCK)
    plan.faults += _faults(row, columns, kind.link, choices, words)
    return plan


def bring_along(plan: Plan, version: Any, kind: Kind, zone: dt.tzinfo, choices: Choices) -> None:
    """Add to the plan the rows of another kind that were deleted in the same breath as its row."""
    if version.history_type != DELETED or not plan.is_new:
        return
    rows = kind.versions.filter(change=version.change, history_type=DELETED, **{kind.link: version.id})
    with_it = list(rows.order_by("pk"))
    words = Words(zone)
    words.learn(kind.model, with_it)
    for one in with_it:
        row, name = _as_at(kind.model, one, one), f"{kind.model._meta.verbose_name} {words.name_of(kind.model, one)}"
        if _lacking(row, shown_columns(kind.model), kind.link, choices, words):
            plan.left.append(name)
            continue
        plan.beside.append(row)
        plan.along.append(name)
        if isinstance(row, VenueProduct) and STOCK not in plan.notes:
            plan.notes.append(STOCK)


def restore(plan: Plan, by: User, reason: str) -> Any:
    """Do it, inside the caller's transaction; the row."""
    assert not plan.faults
    row = plan.row
    names = [Words.field_of(type(row), column).name for column in plan.columns]
    if isinstance(row, ProductAllergen):
        said = row.state != AllergenState.NOT_CONFIRMED
        row.confirmed_by, row.confirmed_at = (by, timezone.now()) if said else (None, None)
        names += ["confirmed_by", "confirmed_at"]
    row._change_reason = reason
    if plan.is_new:
        row.save(force_insert=True)
    else:
        save_changed(row, names, is_new=False)
    for other in plan.beside:
        other._change_reason = reason
        other.save(force_insert=True)
    return row


def _as_at(model: type[models.Model], version: Any, newest: Any) -> Any:
    """A new row under its old id, as at a version; what nobody can edit as at the newest."""
    shown = set(shown_columns(model))
    kept = versions_of(model).model.tracked_fields
    row = model(**{one.attname: getattr(version if one.attname in shown else newest, one.attname) for one in kept})
    for one in kept:  # people may be gone who confirmed something
        value = getattr(row, one.attname)
        if one.related_model is not User or not one.null or value is None:
            continue
        if not User.objects.filter(pk=value).exists():
            setattr(row, one.attname, None)
    return row


def _faults(row: Any, columns: list[str], link: str, choices: Choices, words: Words) -> list[str]:
    """Why the row cannot be saved so, in sentences."""
    faults = _lacking(row, columns, link, choices, words)
    if faults:
        return faults
    names = {words.field_of(type(row), column).name for column in columns}
    others = [one.name for one in row._meta.concrete_fields if one.name not in names]
    for check in (lambda: row.clean_fields(exclude=others), row.validate_unique, row.validate_constraints):
        try:
            check()
        except ValidationError as error:
            faults += error.messages
    return faults


def _lacking(row: Any, columns: Iterable[str], link: str, choices: Choices, words: Words) -> list[str]:
    """A sentence for each thing that it points to and that is gone, or not this person's to use."""
    model, faults = type(row), []
    for column in columns:
        named, value = words.field_of(model, column), getattr(row, column)
        if not isinstance(named, ForeignKey) or value is None or column == link:
            continue
        if column in NOTED_ANEW.get(model, ()):
            continue
        if not choices(named.name, named.related_model._default_manager.all()).filter(pk=value).exists():
            what = words.value_of(model, column, value)
            faults.append(f"Its {named.verbose_name} is not there any more, or not yours to use: {what}.")
    return faults


def _plain(row: Any, column: str) -> Any:
    value = getattr(row, column)
    return value.name if isinstance(value, models.fields.files.FieldFile) else value
