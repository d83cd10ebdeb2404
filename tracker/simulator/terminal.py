"""The keys at work: the terminal is read key by key while the simulator runs, and put back as it was."""

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tracker.simulator.device import Device
from tracker.simulator.gateway import Impossible
from tracker.simulator.keys import HELP, Keys, Wish
from tracker.simulator.orders import Notice


@contextmanager
def reading_keys(device: Device, quit_: Callable[[], None]) -> Iterator[None]:
    """Work the device by keys meanwhile. Without a terminal, or in its background, nothing is read."""
    if not _is_ours():
        yield
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    loop = asyncio.get_running_loop()
    hands = Hands(device, quit_)
    tty.setcbreak(descriptor)
    loop.add_reader(descriptor, hands.read, descriptor)
    print(HELP, flush=True)
    try:
        yield
    finally:
        loop.remove_reader(descriptor)
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


class Hands:
    """Does what the keys say, one wish after the other."""

    def __init__(self, device: Device, quit_: Callable[[], None]) -> None:
        self._device = device
        self._quit = quit_
        self._keys = Keys()
        self._tasks: set[asyncio.Task[None]] = set()

    def read(self, descriptor: int) -> None:
        """There is something to read."""
        text = os.read(descriptor, 1024).decode(errors="replace")
        if not text:  # the terminal is gone
            asyncio.get_running_loop().remove_reader(descriptor)
        for key in text:
            wish = self._keys.press(key)
            if wish is not None:
                task = asyncio.create_task(self.fulfil(wish))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def fulfil(self, wish: Wish) -> None:
        """Do it, and say what came of it."""
        device, gateway, now = self._device, self._device.gateway, self._device.now()
        if wish.verb == "quit":
            self._quit()
            return
        if wish.verb == "help":
            print(HELP, flush=True)
            return
        if not device.powered:
            print("The power is cut.", flush=True)
            return
        notices: tuple[Notice, ...] = ()
        try:
            if wish.verb == "button":
                gateway.access.press_button(now)
                done = "Button pressed: 120 s to fetch one token."
            elif wish.verb == "start":
                notices, done = gateway.start(wish.puck, wish.order_type, now), f"Puck {wish.puck}: {wish.order_type}."
            elif wish.verb == "locate":
                notices, done = gateway.locate(wish.puck, wish.tag, now), f"Puck {wish.puck} is on tag {wish.tag}."
            else:
                notices, done = gateway.clear(wish.puck, now), f"Puck {wish.puck} is cleared."
        except Impossible as error:
            print(error, flush=True)
            return
        await device.publish(notices)
        print(done, flush=True)


def _is_ours() -> bool:
    try:
        return sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError, AttributeError):  # no terminal, a closed one, none at all
        return False
