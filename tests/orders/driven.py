"""A socket of the onTap protocol without a server: the real consumer, feed and writer."""

import json
from collections.abc import Mapping
from typing import Any

from orders.consumers import OrderSocket
from orders.protocol import DASHBOARD, SUBPROTOCOL_V2
from tests.orders.driven_socket import DrivenSocket


class Driven(DrivenSocket):
    """One OrderSocket by a device's key or a member's token. `frames` is what it sent, parsed."""

    consumer = OrderSocket

    def __init__(self, venue_id: int, table_number: str, secret: str, *, v2: bool = True) -> None:
        prefix = f"/{'k' if table_number == DASHBOARD else 's'}/{secret}"
        super().__init__(
            {
                "type": "websocket",
                "path": f"{prefix}/Test",
                "query_string": f"venue_id={venue_id}&table_number={table_number}".encode(),
                "headers": [],
                "client": (f"client of venue {venue_id}", 1),  # handshakes are limited per address
                "subprotocols": [SUBPROTOCOL_V2] if v2 else [],
            }
        )
        self.frames: list[dict[str, Any]] = []
        self.texts: list[str] = []

    def heard(self, text: str) -> None:
        self.texts.append(text)
        self.frames.append(json.loads(text))

    async def say(self, frame: Mapping[str, Any]) -> None:
        await self.send(json.dumps(frame, separators=(",", ":")))
