"""The peers write onTap's rows, and need nothing but what their lock names."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import models

from orders.models import Order, OrderLine, VenueEvent

HERE = Path(__file__).resolve().parent
ROWS = (HERE / "peer" / "rows.mjs").read_text()


def columns(*names: str) -> set[str]:
    """The keys of objects in rows.mjs."""
    bodies = [re.search(rf"^const {name} = {{(.*?)}};$", ROWS, re.MULTILINE | re.DOTALL) for name in names]
    return {key for body in bodies if body for key in re.findall(r"(\w+): ", body[1])}


@pytest.mark.parametrize(
    ("model", "objects"),
    [
        (Order, ("ORDER", "OF_EVERY_ORDER")),
        (OrderLine, ("LINE", "OF_EVERY_LINE")),
        (VenueEvent, ("EVENT", "OF_EVERY_EVENT")),
    ],
)
def test_peers_fill_every_column_that_must_be_filled(model: type[models.Model], objects: tuple[str, ...]) -> None:
    fields: list[models.Field[Any, Any]] = list(model._meta.concrete_fields)
    known = {field.column for field in fields if field.column}
    needed = {
        field.column for field in fields if field.column and not field.null and not isinstance(field, models.AutoField)
    }
    assert needed <= columns(*objects) <= known


def test_lock_names_no_host() -> None:
    packages = json.loads((HERE / "package-lock.json").read_text())["packages"]
    assert {"node_modules/ws", "node_modules/pg"} <= packages.keys()
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-")
