"""Rows made like others at another venue."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from venues.models import Venue

OF_DIFFERENCE = {"id", "venue", "stock", "sold_out_until"}


def copies(rows: Iterable[Any], copy: Venue, own: set[str]) -> list[Any]:
    """Unsaved, with everything but what is each row's `own`."""
    return [type(row)(venue=copy, **values_of(row, own)) for row in rows]


def values_of(row: Model, own: set[str]) -> dict[str, Any]:
    """Every column but the row's own: one that is added to the model later is copied too."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in own}
