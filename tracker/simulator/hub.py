"""Who listens on the websocket, and what they are told, in one order for all (API reference, section 8)."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.websockets import WebSocketDisconnect

from tracker.simulator.answers import Json, Writer
from tracker.simulator.faults import Switches
from tracker.simulator.frames import Frames
from tracker.simulator.orders import Notice

SECONDS_TO_SEND = 2.0
Send = Callable[[str], Awaitable[None]]


@dataclass(eq=False, slots=True)
class Client:
    """A socket whose token was accepted. `lost` is set when it could not be sent to in time."""

    send: Send
    lost: asyncio.Event


class Hub:
    """Numbers the notices and sends them to every client, the caller's own too.

    The number is the gateway's, one more with each notice; it begins anew when the power was cut (section 15.10).
    """

    def __init__(self, frames: Frames, switches: Switches) -> None:
        self.clients: list[Client] = []
        self.seq = 0
        self._frames = frames
        self._switches = switches
        self._held: list[Json] = []
        self._order = asyncio.Lock()

    async def join(self, client: Client, snapshot: Callable[[], Json]) -> None:
        """Send the snapshot, and from then on every notice: none is lost between the two."""
        async with self._order:
            body = snapshot()
            await self._send(client, json.dumps(body))
            self._frames.add("out", "ACTIVE_ORDERS", f"{len(body['items'])} orders")
            self.clients.append(client)

    def leave(self, client: Client) -> None:
        """The client is gone."""
        if client in self.clients:
            self.clients.remove(client)

    async def broadcast(self, notices: Sequence[Notice], writer: Writer) -> None:
        """Send the notices as the faults have it. Returns when every client was sent to, or given up after 2 s."""
        async with self._order:
            for notice in notices:
                if notice.order.cleared is not None and writer.faults.clear_notice == "silence":
                    self._frames.add("lost", "nothing", f"order {notice.order.name}, cleared in silence")
                    continue
                self.seq += 1 + self._switches.take_gap()
                frame = writer.notification(notice, self.seq)
                if self._switches.strikes("lose_notifications"):
                    self._frames.add_notification(frame, direction="lost")
                elif self._switches.strikes("duplicate_notifications"):
                    await self._send_all([frame, frame])
                elif not self._held and self._switches.strikes("reorder_notifications"):
                    self._held = [frame]
                else:
                    held, self._held = self._held, []
                    await self._send_all([frame, *held])

    async def release(self) -> None:
        """Send what waits to be swapped with a notice that did not come."""
        async with self._order:
            held, self._held = self._held, []
            await self._send_all(held)

    def restart(self) -> None:
        """The power was cut: nobody is connected, and the numbers begin anew."""
        self.clients.clear()
        self._held = []
        self.seq = 0

    async def _send_all(self, frames: Sequence[Json]) -> None:
        for frame in frames:
            text = json.dumps(frame)
            self._frames.add_notification(frame)
            await asyncio.gather(*(self._send(client, text) for client in list(self.clients)))

    async def _send(self, client: Client, text: str) -> None:
        try:
            async with asyncio.timeout(SECONDS_TO_SEND):
                await client.send(text)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            # The last two are Starlette's, for a connection that is gone and for one that was closed meanwhile.
            self.leave(client)
            client.lost.set()
