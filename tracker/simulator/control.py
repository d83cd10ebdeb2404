"""The control API: hands, walls and the weather for a gateway that has none. An answer of 2xx comes after the change
was sent to every client. Errors are {"error": name, "message": sentence} and name the field where one is wrong."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from starlette.requests import Request

from tracker.simulator.control_bodies import Advance, NewRepeater, Place, Port, Power, Start, Wanted, read, read_object
from tracker.simulator.device import Device
from tracker.simulator.faults import describe
from tracker.simulator.front import Front
from tracker.simulator.gateway import Impossible
from tracker.simulator.orders import Notice
from tracker.simulator.room import Room
from tracker.simulator.state import state

Json = dict[str, Any]
Action = Callable[[Request], Awaitable[Json]]


class Control:
    """The verbs of the control API on one device."""

    def __init__(self, device: Device, front: Front) -> None:
        self._device = device
        self._front = front
        # Method and path, and what they do.
        self.verbs: Sequence[tuple[str, str, Action]] = (
            ("GET", "/state", self.show_state),
            ("POST", "/button", self.press_button),
            ("POST", "/trackers/{puck}/start", self.start),
            ("POST", "/trackers/{puck}/locate", self.locate),
            ("POST", "/trackers/{puck}/clear", self.clear),
            ("POST", "/trackers/{puck}/dock", self.dock),
            ("GET", "/faults", self.show_faults),
            ("POST", "/faults", self.set_faults),
            ("DELETE", "/faults", self.clear_faults),
            ("POST", "/clock", self.advance),
            ("POST", "/power", self.power),
            ("POST", "/move", self.move),
            ("POST", "/reset", self.reset),
            ("POST", "/room", self.furnish),
            ("POST", "/repeaters", self.join_repeater),
        )

    async def show_state(self, request: Request) -> Json:
        return state(self._device, self._front)

    async def press_button(self, request: Request) -> Json:
        await read(request, Wanted)
        self._check_power()
        self._device.gateway.access.press_button(self._device.now())
        self._device.frames.add("in", "button", "pressed")
        await self._device.publish()
        return {"button": state(self._device, self._front)["button"]}

    async def start(self, request: Request) -> Json:
        wanted = await read(request, Start)
        puck = self._puck(request)
        return await self._tell(puck, self._device.gateway.start(puck, wanted.type, self._device.now()))

    async def locate(self, request: Request) -> Json:
        wanted = await read(request, Place)
        puck = self._puck(request)
        return await self._tell(puck, self._device.gateway.locate(puck, wanted.tag, self._device.now()))

    async def clear(self, request: Request) -> Json:
        await read(request, Wanted)
        puck = self._puck(request)
        return await self._tell(puck, self._device.gateway.clear(puck, self._device.now()))

    async def dock(self, request: Request) -> Json:
        """The puck stops shaking."""
        await read(request, Wanted)
        puck = self._puck(request)
        return await self._tell(puck, self._device.gateway.stop_shaking(puck))

    async def show_faults(self, request: Request) -> Json:
        return {"faults": self._device.faults.model_dump(), "about": describe()}

    async def set_faults(self, request: Request) -> Json:
        """Sets those that are named, leaves the others."""
        self._device.switches.set(await read_object(request))
        if self._device.faults.drop_sockets:
            self._device.drop_sockets()
        self._device.frames.changed()
        return {"faults": self._device.faults.model_dump()}

    async def clear_faults(self, request: Request) -> Json:
        self._device.switches.clear()
        self._device.frames.changed()
        return {"faults": self._device.faults.model_dump()}

    async def advance(self, request: Request) -> Json:
        """Let time pass, and what happens by itself meanwhile."""
        wanted = await read(request, Advance)
        self._device.clock.move(timedelta(seconds=wanted.advance_s))
        await self._device.pass_time()
        await self._device.publish()
        return {"time": self._device.local_time().isoformat(timespec="seconds")}

    async def power(self, request: Request) -> Json:
        wanted = await read(request, Power)
        await (self._front.start() if wanted.on else self._front.cut_power())
        self._device.frames.add("in", "power", "on" if wanted.on else "cut")
        return {"power": self._device.powered}

    async def move(self, request: Request) -> Json:
        """Come back on another port, as a device does at another address."""
        wanted = await read(request, Port)
        self._check_power()
        await self._front.move(wanted.port)
        self._device.frames.add("in", "address", f"now on port {self._front.port}")
        return {"port": self._front.port}

    async def reset(self, request: Request) -> Json:
        """Factory reset: tokens, orders and settings are gone."""
        await read(request, Wanted)
        self._check_power()
        self._device.drop_sockets()
        self._device.reset()
        self._device.frames.add("in", "factory reset", "tokens, orders and settings are gone")
        return {"reset": True}

    async def furnish(self, request: Request) -> Json:
        self._device.gateway.furnish(await read(request, Room))
        await self._device.publish()
        return {"room": self._device.gateway.room.model_dump()}

    async def join_repeater(self, request: Request) -> Json:
        wanted = await read(request, NewRepeater)
        self._check_power()
        repeater = self._device.gateway.join_repeater(wanted.label, self._device.now())
        await self._device.publish()
        return {"label": repeater.label}

    def _puck(self, request: Request) -> str:
        self._check_power()
        return str(request.path_params["puck"])

    def _check_power(self) -> None:
        if not self._device.powered:
            raise Impossible("no_power", "The power is cut: POST /power {“on”: true} first.")

    async def _tell(self, puck: str, notices: tuple[Notice, ...]) -> Json:
        await self._device.publish(notices)
        order = notices[-1].order if notices else self._device.gateway.book.active[puck]
        return {"changed": bool(notices), "order": self._device.faithful_writer().order(order)}
