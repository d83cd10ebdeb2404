"""Venue 1 of a running onTap with a simulated gateway and an agent of its own, enrolled and paired."""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.journeys.process import Process
from tests.journeys.running import Running
from tests.stack.ports import LOOPBACK
from tests.tracker.simulator.running import Simulator, bare_environment

SOON = 60.0
PACE = 0.1  # of the agent's waits
IMPORTS = """
import json, time
from datetime import timedelta
from django.utils import timezone
from tracker import enrolment
from tracker.commands import Wish, plan_command
from tracker.models import EdgeAgent, Gateway, GatewayCommand, InboundEvent
from venues.models import User, Venue

def wait_for(true):
    deadline = time.monotonic() + 45
    while not (found := true()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)
    return found
"""
Move = tuple[str, str, str]  # uuid, state, place


class PubVenue:
    """`with PubVenue(running, folder) as venue: ...`; the gateway is live."""

    def __init__(self, running: Running, folder: Path, pace: float = PACE) -> None:
        self.running = running
        self.gateway = Simulator(folder)
        self.live_after_s = 0.0  # from the press of the button
        self._folder, self._pace = folder, pace
        self._stack = ExitStack()

    def __enter__(self) -> "PubVenue":
        self._stack.enter_context(self.gateway).start()
        where = ["--server", self.running.http, "--gateway", f"{LOOPBACK}:{self.gateway.ready['port']}"]
        arguments = ["-m", "tracker.agent", *where, "--state", str(self._folder / "state"), "--pace", str(self._pace)]
        self.agent = self._stack.enter_context(Process(arguments, bare_environment(), self._folder, "agent"))
        self.agent.start()
        self.agent.wait_for("Code ")
        code = self.agent.output.split("Code ")[1].split(":")[0]
        self.ask(
            "now, by = timezone.now(), User.objects.filter(is_superuser=True).first()",
            f"waiting = enrolment.find({code!r}, by, now)",
            "old = EdgeAgent.objects.filter(venue_id=1, revoked_at=None).first()",
            "enrolment.confirm(waiting, Venue.objects.get(pk=1), by, now, replaces=old and old.pk)",
            "wait_for(lambda: Gateway.objects.filter(venue_id=1, state='press_button').exists())",
        )
        pressed = time.monotonic()
        self.gateway.control("/button")
        self.agent.wait_for(" is live.")
        self.live_after_s = time.monotonic() - pressed
        self.wait_live()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def ask(self, *code: str) -> Any:
        """What the last line of Python in another process of the platform gives, as JSON."""
        *before, last = code
        script = "\n".join([IMPORTS, *before, f"print(json.dumps({last}, default=str))"])
        return json.loads(self.running.manage("shell", "--verbosity", "0", "--command", script).splitlines()[-1])

    def wait_live(self) -> None:
        self.ask("wait_for(lambda: Gateway.objects.filter(venue_id=1, state='live').exists())")

    def command(self, verb: str, puck: str, **wish: str) -> dict[str, Any]:
        """Plan a command, and what became of it."""
        words = ", ".join(f"{name}={value!r}" for name, value in wish.items())
        found: dict[str, Any] = self.ask(
            "now = timezone.now()",
            f"wish = Wish({verb!r}, {puck!r}, {words})",
            "pk = plan_command(1, wish, now=now, not_after=now + timedelta(minutes=5), why='a test').pk",
            "over = GatewayCommand.objects.filter(pk=pk, answered=True)",
            "wait_for(lambda: over.values('state', 'detail').first())",
        )
        return found

    def move(self, puck: str, verb: str, **words: str) -> Move:
        """By hand at the gateway."""
        order = self.gateway.control(f"/trackers/{puck}/{verb}", words)["order"]
        return str(order["uuid"]), str(order["state"]), str(order["locationName"])

    def order_of(self, puck: str) -> dict[str, Any] | None:
        """The puck's active order at the gateway."""
        orders: list[dict[str, Any]] = self.gateway.state()["orders"]
        return next((order for order in orders if order["name"] == puck), None)

    def wait_told(self, count: int, after: int = 0) -> list[Move]:
        """The first `count` moves that the platform was told after event `after`, in order."""
        told = self.ask(
            f"rows = InboundEvent.objects.filter(venue_id=1, pk__gt={after})",
            "rows = rows.filter(type__in=['created', 'modified', 'cleared'])",
            f"wait_for(lambda: rows.count() >= {count})",
            "[json.loads(payload) for payload in rows.order_by('pk').values_list('payload', flat=True)]",
        )
        return [(order["uuid"], order["state"], order["locationName"]) for order in told]

    @property
    def last_event(self) -> int:
        found: int = self.ask(
            "newest = InboundEvent.objects.filter(venue_id=1).order_by('-pk')",
            "newest.values_list('pk', flat=True).first() or 0",
        )
        return found


def wait_until(what: str, true: Callable[[], object]) -> None:
    deadline = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
