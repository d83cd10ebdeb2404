"""Orders as a gateway would report them, in the shape of the reference's sample (API reference, 8)."""

import json
import uuid
from typing import Any

from tracker.gateway.orders import ActiveOrder, read_active_order

ONE = "5b1f0a2e-0a6c-4ad1-9c87-3c9f5a0d1e01"
TWO = "5b1f0a2e-0a6c-4ad1-9c87-3c9f5a0d1e02"


def report(key: str = ONE, **more: object) -> dict[str, Any]:
    """The JSON of an active order."""
    return {
        "name": "23",
        "uuid": key,
        "orderType": "ON_PREMISE",
        "locationName": "8",
        "state": "located",
        "created": "2024-05-01T09:00:23",
        "stateChanged": "2024-05-01T09:00:23",
        "paged": False,
        "elapsedTime": 0,
        **more,
    }


def order(key: str = ONE, **more: object) -> ActiveOrder:
    read = read_active_order(report(key, **more))
    assert read is not None
    return read


def snapshot(*items: object) -> str:
    return json.dumps({"type": "ACTIVE_ORDERS", "count": len(items), "items": list(items)})


def notification(kind: str, seq: int | None, key: str = ONE, **more: object) -> str:
    return json.dumps({"type": kind, **({} if seq is None else {"seq": seq}), **report(key, **more)})


def number(n: int) -> str:
    """The uuid of a made-up order."""
    return str(uuid.UUID(int=n, version=4))
