"""An order's row as the whole order of the protocol: what events freeze and snapshots show, by the same code."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from orders.protocol import to_ms


def whole_order(row: Mapping[str, Any]) -> dict[str, Any]:
    """The order of version 2 from a row by attname; its six keys of version 1 are among them. Money as texts."""
    return {
        "order_id": str(row["id"]),
        "order_number": row["number"],
        "order_time": to_ms(row["placed_at"]),
        "venue_id": str(row["venue_id"]),
        "table_number": row["table_number"],
        "moved_from": row["moved_from"],
        "to_go": bool(row["to_go"]),
        "state": row["state"],
        "order_status": row["order_status"],
        "reason": row["reason"],
        "order_items": orjson.Fragment(row["order_items"]),
        "lines": orjson.Fragment(row["lines_json"]),
        "total": str(row["total"]),
        "client_order_id": row["client_order_id"],
        "accepted_at": _ms(row["accepted_at"]),
        "ready_at": _ms(row["ready_at"]),
        "finished_at": _ms(row["finished_at"]),
        "paid_at": _ms(row["paid_at"]),
        "tracker_number": row["tracker_number"],
        "located_table": row["located_table"],
        "location_mismatch": bool(row["location_mismatch"]),
        "tracker_state": row["tracker_state"],
        "tracker_type": row["tracker_type"],
        "session_id": str(row["session_id"]),
        "placed_by": "staff" if row["by_staff"] else "guest",
        "verified": bool(row["verified"]),
        "first_of_session": bool(row["first_of_session"]),
        "possible_duplicate_of": None if row["possible_duplicate_of"] is None else str(row["possible_duplicate_of"]),
        "changed_by": row["changed_by"],
        "test": bool(row["test"]),
        "id_checked": bool(row["id_checked"]),
        "lines_done": orjson.Fragment(row["lines_done"]),
        "undo": None
        if row["undo_seq"] is None
        else {"seq": row["undo_seq"], "until": _ms(row["undo_until"]), "state": row["undo_state"]},
    }


def _ms(at: datetime | None) -> int | None:
    return None if at is None else to_ms(at)
