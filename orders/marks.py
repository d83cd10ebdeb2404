"""Which lines of an order are made, and whether somebody has looked at the guest's ID."""

from collections.abc import Mapping
from typing import Any

import orjson

from orders.errors import Refused
from orders.requests import TickOrder


def ticks_after(order: Mapping[str, Any], wanted: TickOrder) -> dict[str, Any] | Refused:
    """The two columns of an order's row as they are after this tick, or why it cannot be."""
    ticks = {"id_checked": order["id_checked"], "lines_done": order["lines_done"]}
    lines = orjson.loads(order["lines_json"])
    if wanted.id_checked is not None:
        if not any(line["age_restricted"] for line in lines):
            return Refused("Nothing of this order needs an ID.", "no_id_needed", "id_checked")
        return ticks | {"id_checked": wanted.id_checked}
    if wanted.line is None or wanted.line >= len(lines):
        return Refused(f"This order has {len(lines)} lines; the first is 0.", "unknown_line", "line")
    done = set(orjson.loads(order["lines_done"]))
    done = done | {wanted.line} if wanted.done else done - {wanted.line}
    return ticks | {"lines_done": orjson.dumps(sorted(done)).decode()}
