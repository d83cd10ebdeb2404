"""The device at work: the gateway, its clock, its faults and its memory, joined to those who listen."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from tracker.simulator.answers import Json, Writer
from tracker.simulator.clock import Clock
from tracker.simulator.faults import Faults, Switches
from tracker.simulator.frames import Frames
from tracker.simulator.gateway import Gateway, new_gateway
from tracker.simulator.hub import Hub
from tracker.simulator.orders import Notice
from tracker.simulator.storage import Storage, remember
from tracker.simulator.webhooks import Webhooks


class Device:
    """One running gateway. Whoever changes it calls `publish` with the notices before answering anybody."""

    def __init__(self, gateway: Gateway, clock: Clock, storage: Storage | None = None, name: str = "Simulator") -> None:
        self.name = name
        self.gateway = gateway
        self.clock = clock
        self.switches = Switches()
        self.frames = Frames(self.local_time)
        self.hub = Hub(self.frames, self.switches)
        self.powered = False  # until it serves
        self.drop_sockets: Callable[[], None] = lambda: None  # whoever serves knows how
        self._storage = storage
        self._webhooks = Webhooks()

    def now(self) -> datetime:
        """The device's time, aware, UTC."""
        return self.clock.now()

    @property
    def faults(self) -> Faults:
        """What is wrong with it now."""
        return self.switches.faults

    def local_time(self) -> datetime:
        """The device's time on its own wall."""
        return self.now().astimezone(self.gateway.settings.zone)

    def writer(self) -> Writer:
        """Writes answers and frames as of now."""
        return Writer(self.gateway.settings.zone, self.faults, self.now())

    def faithful_writer(self) -> Writer:
        """Writes for people and tests, whatever faults are on."""
        return Writer(self.gateway.settings.zone, Faults(), self.now())

    def snapshot(self) -> Json:
        """The frame ACTIVE_ORDERS (API reference, section 8)."""
        writer = self.writer()
        return writer.disguise({"type": "ACTIVE_ORDERS", **writer.snapshot(self.gateway.book.active.values())})

    async def publish(self, notices: Sequence[Notice] = ()) -> None:
        """Keep the change on disk, then tell every client: what was seen is never forgotten by a kill."""
        self.save()
        writer = self.writer()
        self._webhooks.post(self.gateway.webhooks, [writer.order(n.order) | {"type": n.kind} for n in notices])
        if notices:
            await self.hub.broadcast(notices, writer)
        self.frames.changed()

    async def pass_time(self) -> None:
        """What happens by itself; called every second and after the clock was moved."""
        auto_clear = timedelta(seconds=self.faults.auto_clear_s) if self.faults.auto_clear_s else None
        kept = len(self.gateway.book.past)
        notices = self.gateway.pass_time(self.now(), auto_clear)
        if notices or kept != len(self.gateway.book.past):
            await self.publish(notices)
        await self.hub.release()

    def reset(self) -> None:
        """Factory reset: tokens, orders and settings are gone; the room and the label on the box stay (section 4)."""
        room, serial = self.gateway.room, self.gateway.serial
        self.gateway = new_gateway(room)
        self.gateway.serial = serial
        self.hub.restart()
        self.save()

    def save(self) -> None:
        """Keep the state, where it is to be kept."""
        if self._storage is not None:
            self._storage.save(remember(self.gateway, self.clock.moved))

    def stop(self) -> None:
        """Keep what was only seen (when a token was last used) and end what runs in the background."""
        self._webhooks.stop()
        self.save()
