"""GET /state: all that the page shows and that tests look at. It never holds a token."""

from typing import Any

from tracker.simulator.device import Device
from tracker.simulator.front import Front


def state(device: Device, front: Front) -> dict[str, Any]:
    """The device as JSON; `orders` are as in GET /activeorders, without the faults of its writing."""
    gateway, now = device.gateway, device.now()
    return {
        "name": device.name,
        "serial": gateway.serial,
        "host": front.host,
        "port": front.port,
        "power": device.powered,
        "trouble": front.trouble,
        "time": device.local_time().isoformat(timespec="seconds"),
        "timezone": gateway.settings.timezone,
        "button": {
            "open": bool(gateway.access.window_left(now)),
            "seconds_left": round(gateway.access.window_left(now).total_seconds(), 1),
        },
        "tokens": [token.name for token in gateway.access.tokens],
        "clients": len(device.hub.clients),
        "seq": device.hub.seq,
        "room": gateway.room.model_dump(),
        "orders": [device.faithful_writer().order(order) for order in gateway.book.active.values()],
        "history": len(gateway.book.past),
        "repeaters": [repeater.label for repeater in gateway.radio.repeaters],
        "listening_for_repeaters": gateway.radio.listens(now),
        "faults": device.faults.model_dump(),
        "faults_on": device.faults.on,
        "frames": device.frames.newest_first(),
    }
