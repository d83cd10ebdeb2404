"""How quick the chain from the gateway to the platform is: `python -m tests.benchmarks.chain [--seconds 60]`.

Real processes on loopback: PostgreSQL with fsync, Redis, one web process, Celery, a simulated gateway, its agent.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import psycopg
from websockets.asyncio.client import ClientConnection, connect

from tests.journeys.running import Running, start_production
from tests.stack.postgres import Postgres
from tests.stack.redis import Redis
from tests.tracker.chain.venue import PubVenue
from tracker import wire

PER_SECOND = 5
AGENTS = 200
SETTLE_S = 10.0
TOKENS = """
from django.utils import timezone
from tests.factories import make_operator, make_venue
from tracker.models import EdgeAgent
from venues.codes import new_token, token_hash
now = timezone.now()
for number in range({count}):
    token = new_token()
    venue = make_venue(make_operator(), f"Venue of agent {{number}}")  # a new menu is told to all of its operator
    EdgeAgent.objects.create(venue=venue, token_hash=token_hash(token), enrolled_at=now)
    print("token", token)
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.chain", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each of the two loads (default %(default)s)")
    parser.add_argument("--what", choices=("one-venue", "many-agents", "both"), default="both")
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="ontap-chain-") as folder,
        Postgres(fsync=True) as postgres,
        Redis() as redis,
    ):
        address = postgres.create_database("chain")
        env = {"ONTAP_HANDSHAKES_PER_MINUTE": "100000"}  # all agents come from one address here
        with start_production(address, redis.url, worker=True, env=env, data_folder=Path(folder) / "data") as running:
            if options.what != "many-agents":
                one_venue(running, address, Path(folder), options.seconds)
            if options.what != "one-venue":
                many_agents(running, options.seconds)


def one_venue(running: Running, address: str, folder: Path, seconds: int) -> None:
    with PubVenue(running, folder, pace=1.0) as venue:
        print(f"From the press of the button to paired and live: {venue.live_after_s:.2f} s")
        told = Told(address)
        told.wait_snapshot()  # until then the snapshot tells of what happens
        begun: list[float] = []
        pucks, tags = cycle(map(str, range(1, 100))), cycle(map(str, range(1, 41)))
        first = told.count
        start = time.monotonic()
        for number in range(seconds * PER_SECOND):
            time.sleep(max(0.0, start + number / PER_SECOND - time.monotonic()))
            puck = next(pucks)
            begun.append(time.monotonic())
            if number < 99:
                venue.move(puck, "start", type="ON_PREMISE")
            else:
                venue.move(puck, "locate", tag=next(tags))
        told.wait(first + len(begun))
        told.close()
        delays = [seen - at for at, seen in zip(begun, told.seen[first:], strict=True)]
        print(f"Gateway event to the committed row, {len(delays)} events at {PER_SECOND}/s: {_ms(delays)}")
        print(f"Memory of the agent after it (PSS): {_pss_mb(venue.agent.pid):.1f} MB")


class Told:
    """When the platform's rows of events were first to be seen by somebody else."""

    def __init__(self, address: str) -> None:
        self.seen: list[float] = []
        self._last = 0
        self._database = psycopg.connect(address, autocommit=True)
        self._ended = threading.Event()
        self._look()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @property
    def count(self) -> int:
        return len(self.seen)

    def wait(self, count: int) -> None:
        deadline = time.monotonic() + 30
        while self.count < count:
            assert time.monotonic() < deadline, f"{self.count} of {count} events came"
            time.sleep(0.1)

    def wait_snapshot(self) -> None:
        deadline = time.monotonic() + 30
        while self._database.execute("SELECT 1 FROM tracker_inboundevent WHERE type = 'snapshot'").fetchone() is None:
            assert time.monotonic() < deadline, "no snapshot came"
            time.sleep(0.1)

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        self._database.close()

    def _watch(self) -> None:
        while not self._ended.wait(0.002):
            self._look()

    def _look(self) -> None:
        for last, kind in self._database.execute(
            "SELECT id, type FROM tracker_inboundevent WHERE id > %s ORDER BY id", [self._last]
        ):
            self._last = last
            if kind in ("created", "modified"):
                self.seen.append(time.monotonic())


def many_agents(running: Running, seconds: int) -> None:
    printed = running.manage("shell", "--verbosity", "0", "--command", TOKENS.format(count=AGENTS))
    tokens = [line.split()[1] for line in printed.splitlines() if line.startswith("token ")]
    asyncio.run(_many_agents(running, tokens, seconds))


async def _many_agents(running: Running, tokens: list[str], seconds: int) -> None:
    pid = running.web.pid
    assert pid is not None
    agents = [await TinyAgent.connected(running, token) for token in tokens]
    await asyncio.sleep(SETTLE_S)
    before, start = _cpu_s(pid), time.monotonic()
    await asyncio.sleep(SETTLE_S)
    idle = (_cpu_s(pid) - before) / (time.monotonic() - start)
    before, start = _cpu_s(pid), time.monotonic()
    telling = []
    for number in range(seconds * PER_SECOND):
        await asyncio.sleep(max(0.0, start + number / PER_SECOND - time.monotonic()))
        telling.append(asyncio.create_task(agents[number % len(agents)].tell()))
    lags = await asyncio.gather(*telling)
    busy = (_cpu_s(pid) - before) / (time.monotonic() - start)
    print(
        f"{len(agents)} agents, {PER_SECOND} events/s in all, to the ack: {_ms(lags)}; "
        f"CPU of the web process {100 * busy:.1f} % of a core, idle {100 * idle:.1f} %"
    )
    for agent in agents:
        await agent.close()


class TinyAgent:
    """An agent that does nothing but tell."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._spool, self._number = socket, uuid.uuid4(), 0

    @classmethod
    async def connected(cls, running: Running, token: str) -> "TinyAgent":
        headers = {"Authorization": f"Bearer {token}"}
        agent = cls(await connect(f"{running.web.ws}{wire.PATH}", additional_headers=headers, proxy=None))
        await agent._say(wire.Hello(agent_version="1.0", host="tiny", spool=agent._spool, first=1, last=0))
        await agent._hear(wire.Welcome)
        return agent

    async def tell(self) -> float:
        """Seconds until the platform has it."""
        self._number += 1
        order = {"uuid": str(uuid.uuid4()), "name": "22", "state": "started", "locationName": ""}
        event = wire.SpooledEvent(number=self._number, age_ms=0, type="created", order=order)
        began = time.monotonic()
        await self._say(wire.Events(spool=self._spool, events=(event,)))
        await self._hear(wire.Ack)
        return time.monotonic() - began

    async def close(self) -> None:
        await self._socket.close()

    async def _say(self, message: Any) -> None:
        await self._socket.send(wire.to_text(message))

    async def _hear(self, kind: type[Any]) -> None:
        while not isinstance(wire.from_platform(str(await self._socket.recv())), kind):
            continue


def _ms(seconds: Sequence[float]) -> str:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return f"p50 {1000 * cuts[49]:.1f} ms, p99 {1000 * cuts[98]:.1f} ms, at most {1000 * max(seconds):.1f} ms"


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _pss_mb(pid: int | None) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    main()
