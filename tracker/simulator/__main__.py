"""Run it: `python -m tracker.simulator --help`."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from tracker.simulator.announce import EVERYWHERE
from tracker.simulator.clock import Clock
from tracker.simulator.control_app import control_app
from tracker.simulator.device import Device
from tracker.simulator.device_app import device_app
from tracker.simulator.front import Front
from tracker.simulator.gateway import new_gateway
from tracker.simulator.options import Options, read_options
from tracker.simulator.serving import LOOPBACK, PortTaken, Server, listen
from tracker.simulator.storage import DataUnusable, Storage, revive
from tracker.simulator.terminal import reading_keys

SECONDS_BETWEEN_TICKS = 0.5


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 after a polite end, 2 where it could not begin."""
    options = read_options(arguments)
    try:
        return asyncio.run(run(options))
    except (PortTaken, DataUnusable) as error:
        print(error, file=sys.stderr)
        return 2


async def run(options: Options) -> int:
    """Serve until somebody ends it. Raises PortTaken or DataUnusable before anything was begun."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)

    device = make_device(options)
    front = Front(device, device_app(device), options.host, options.port, announced=options.mdns)
    bound = listen(LOOPBACK, options.control_port)
    control = Server(control_app(device, front, bound.getsockname()[1]), bound)
    working = asyncio.create_task(work(options, device, front, control, ended.set))
    waiting = asyncio.create_task(ended.wait())
    # Whoever ends it while it begins does not wait for the announcement.
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if not ended.is_set():
        await working
    working.cancel()
    await asyncio.wait({working})
    await asyncio.gather(front.stop(), control.stop())
    device.stop()
    return 0


async def work(options: Options, device: Device, front: Front, control: Server, quit_: Callable[[], None]) -> None:
    """Begin, say so, and let time pass for the device until cancelled."""
    await asyncio.gather(front.start(), control.start())
    say_ready(options, front, control.port)
    with reading_keys(device, quit_):
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_TICKS)
            if device.powered:
                await device.pass_time()


def make_device(options: Options) -> Device:
    """The device as it was kept, or a new one. Raises DataUnusable."""
    storage = Storage(options.data) if options.data else None
    memory = storage.load() if storage else None
    gateway = revive(memory) if memory else new_gateway()
    if options.timezone is not None:
        gateway.settings = replace(gateway.settings, timezone=options.timezone)
    device = Device(gateway, Clock(moved=memory.moved) if memory else Clock(), storage, options.name)
    device.save()
    return device


def say_ready(options: Options, front: Front, control_port: int) -> None:
    """Where it is, for people, and in one last line of JSON for programs."""
    host = LOOPBACK if options.host in EVERYWHERE else options.host
    host = f"[{host}]" if ":" in host else host
    api, control = f"http://{host}:{front.port}/api/v2", f"http://{LOOPBACK}:{control_port}/"
    print(f"{options.name}, simulated\n\n  The gateway   {api}\n  The room      {control}")
    print(f"  Kept in       {options.data}" if options.data else "  Kept nowhere; --data FILE keeps it over a restart")
    print(f"  {front.trouble}" if front.trouble else "", flush=True)
    ready = {
        "ready": True,
        "host": options.host,
        "port": front.port,
        "control_port": control_port,
        "api": api,
        "control": control,
        "mdns": options.mdns and front.trouble is None,
    }
    print(json.dumps(ready), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
