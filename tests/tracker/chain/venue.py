"""Venue 1 of a running onTap with a simulated gateway and an agent of its own, enrolled and paired."""

import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from tests.journeys.office import Office
from tests.journeys.process import Process
from tests.journeys.running import Running
from tests.stack.ports import LOOPBACK
from tests.tracker.simulator.running import Simulator, bare_environment
from tracker.agent.state_files import KnownGateway, StateFolder

SOON = 60.0
PACE = 0.1  # of the agent's waits
IMPORTS = """
import time
from tracker import enrolment
from tracker.commands import Wish, plan_command
from tracker.models import EdgeAgent, Gateway, GatewayCommand, InboundEvent

def wait_for(true):
    deadline = time.monotonic() + 45
    while not (found := true()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)
    return found

def gateway_is(state):
    return Gateway.objects.filter(venue_id=1, agent__revoked_at=None, state=state).exists()
"""
Move = tuple[str, str, str]  # uuid, state, place


class PubVenue:
    """`with PubVenue(running, folder) as venue: ...`; the gateway is live.

    Of a `gateway` that is given, and runs, the agent is told, but a test pairs it; with `search` it is told of none.
    `server` is where the agent looks for the platform, if not straight at it.
    """

    def __init__(
        self,
        running: Running,
        folder: Path,
        pace: float = PACE,
        *,
        gateway: Simulator | None = None,
        search: bool = False,
        server: str = "",
    ) -> None:
        self.running = running
        self._server = server or running.http
        self.gateway = Simulator(folder) if gateway is None else gateway
        self.live_after_s = 0.0  # from the press of the button
        self._own_gateway, self._search = gateway is None, search
        self._folder, self._pace = folder, pace
        self._stack = ExitStack()

    def __enter__(self) -> "PubVenue":
        try:
            self._office = self._stack.enter_context(closing(Office(self.running)))
            self._office(IMPORTS)
            if self._own_gateway:
                self._stack.enter_context(self.gateway).start()
            self._enrol()
            if self._own_gateway:
                self.pair()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _enrol(self) -> None:
        """The agent's first run, up to the platform's token."""
        where = [] if self._search else ["--gateway", f"{LOOPBACK}:{self.gateway.ready['port']}"]
        where += ["--server", self._server, "--interface", LOOPBACK]
        given = [*where, "--state", str(self.state), "--pace", str(self._pace)]
        agent = Process(["-m", "tracker.agent", *given], bare_environment(), self._folder, "agent")
        self.agent = self._stack.enter_context(agent).start()
        self.agent.wait_for("Code ")
        code = self.agent.output.split("Code ")[1].split(":")[0]
        self.ask(
            "by = User.objects.filter(is_superuser=True).first()",
            f"waiting = enrolment.find({code!r}, by, now)",
            "old = EdgeAgent.objects.filter(venue_id=1, revoked_at=None).first()",
            "enrolment.confirm(waiting, Venue.objects.get(pk=1), by, now, replaces=old and old.pk).pk",
        )

    @property
    def state(self) -> Path:
        """The agent's folder."""
        return self._folder / "state"

    @property
    def known_gateway(self) -> KnownGateway:
        """What the agent has on its disk."""
        found = StateFolder(self.state).gateway()
        assert found is not None
        return found

    def pair(self) -> None:
        """Press the button; returns once the gateway is live and told."""
        self.wait_gateway("press_button")
        after, pressed = self.last_event, time.monotonic()
        self.gateway.control("/button")
        self.agent.wait_for(" is live.")
        self.live_after_s = time.monotonic() - pressed
        self.wait_gateway("live")
        self.wait_snapshot(after)

    def replace_gateway(self, gateway: Simulator) -> None:
        """Another one in its place, which ends with the venue."""
        self.gateway.close()
        self.gateway = self._stack.enter_context(gateway).start()

    def assert_chain_works(self) -> None:
        """A puck's move reaches the platform, and a command the gateway."""
        after = self.last_event
        moved = self.move("31", "start", type="ON_PREMISE")
        assert self.wait_told(1, after) == [moved]
        assert self.command("clear", "31", order_uuid=moved[0])["state"] == "done"

    def ask(self, *code: str) -> Any:
        """What the last line of Python in another process of the platform gives, as JSON."""
        *before, last = code
        return self._office("\n".join([*before, f"answer = json.loads(json.dumps({last}, default=str))"]))

    def wait_snapshot(self, after: int) -> None:
        """Return once there was one after this event: until then it is what tells of moves."""
        self.ask(
            f"shots = InboundEvent.objects.filter(venue_id=1, pk__gt={after}, type='snapshot')",
            "wait_for(shots.exists)",
        )

    def wait_gateway(self, state: str) -> None:
        """Return once the platform knows the gateway in this state."""
        self.ask(f"wait_for(lambda: gateway_is({state!r}))")

    def plan(self, verb: str, puck: str, **wish: str) -> int:
        """Plan a command; its key."""
        words = ", ".join(f"{name}={value!r}" for name, value in wish.items())
        found: int = self.ask(
            f"wish = Wish({verb!r}, {puck!r}, {words})",
            "plan_command(1, wish, now=now, not_after=now + timedelta(minutes=5), why='a test').pk",
        )
        return found

    def outcome(self, command: int) -> dict[str, Any]:
        """What became of a planned command, once the agent has answered."""
        found: dict[str, Any] = self.ask(
            f"over = GatewayCommand.objects.filter(pk={command}, answered=True)",
            "wait_for(lambda: over.values('state', 'detail').first())",
        )
        return found

    def command(self, verb: str, puck: str, **wish: str) -> dict[str, Any]:
        """Plan a command, and what became of it."""
        return self.outcome(self.plan(verb, puck, **wish))

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

    @property
    def fence(self) -> int:
        """The number of the agent's connection: another one after each loss."""
        found: int = self.ask("EdgeAgent.objects.get(venue_id=1, revoked_at=None).fence")
        return found


def announced(folder: Path, name: str, data: str = "") -> Simulator:
    """A gateway by mDNS, under a name that is its own on a network that other tests use, too. With the same `data` it
    is one that was given another name."""
    own = f"{name} {secrets.token_hex(4)}"
    kept = str(folder / f"{data or name}.json")
    return Simulator(folder, "--name", own, "--data", kept, mdns=True, name=name)


def wait_until(what: str, true: Callable[[], object], seconds: float = SOON) -> float:
    """Return once it is so, and after how many seconds that was."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() < began + seconds, what
        time.sleep(0.05)
    return time.monotonic() - began
