"""What `up` runs beside itself for the demo: a simulated gateway, and venue 1's agent, which needs no help of anybody.

Both are processes of their own, as at a pub, and end with this one: where the system has `setpriv`, by whatever death.
"""

import json
import logging
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, close_old_connections
from django.utils import timezone

from tracker import enrolment
from tracker.models import EdgeAgent, Gateway
from venues.demo.links import VENUE_ID
from venues.demo.logins import ADMIN
from venues.models import User, Venue

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
READY_S = 15.0  # a slow machine that starts everything at once
LOOK_S = 0.5
_CODE = re.compile(r"Code ([A-Z-]{9}):")
_OURS = ("ONTAP_", "DJANGO_", "SECRET_KEY", "DATABASE_URL", "REDIS_URL")


class DemoVenue:
    """The two processes of the demo's venue. Only the first time there is anything to confirm or to press."""

    def __init__(self, folder: Path, server: str) -> None:
        """`server`: the address of onTap on this machine, for the agent."""
        self._folder, self._server = folder, server
        self._simulator: subprocess.Popen[bytes] | None = None
        self._agent: subprocess.Popen[bytes] | None = None
        self._control = ""
        self._address = ""
        self._over = threading.Event()

    def open(self) -> dict[str, str]:
        """Start the simulator; its addresses, as demo-addresses.json names them. Empty where it does not start, which
        the log explains."""
        log = self._folder / "demo-simulator.log"
        arguments = ["--port=0", "--control-port=0", "--no-mdns", f"--data={self._folder / 'demo-simulator.json'}"]
        self._simulator = _spawn("tracker.simulator", arguments, log)
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and self._simulator.poll() is None:
            for entry in _entries(log):
                if entry.get("ready"):
                    self._address = f"{LOOPBACK}:{entry['port']}"
                    self._control = f"http://{LOOPBACK}:{entry['control_port']}"
                    return {"simulator": f"http://{self._address}", "simulator_control": self._control}
            time.sleep(0.05)
        logger.error("The demo's simulated gateway did not start; %s says why", log)
        return {}

    def begin(self) -> None:
        """Start the agent, once the server serves; not where venue 1 has an agent of somebody's own."""
        if self._control:
            threading.Thread(target=self._live, name="demo venue", daemon=True).start()

    def end(self) -> None:
        """Ask both to end; `kill` what has not by then."""
        self._over.set()
        for process in self._processes():
            process.terminate()

    def kill(self) -> None:
        for process in self._processes():
            process.kill()
            process.wait()

    def _processes(self) -> list[subprocess.Popen[bytes]]:
        return [process for process in (self._agent, self._simulator) if process is not None and process.poll() is None]

    def _live(self) -> None:
        state, log = self._folder / "demo-agent", self._folder / "demo-agent.log"
        if not state.exists() and EdgeAgent.objects.filter(venue_id=VENUE_ID, revoked_at=None).exists():
            logger.info("Venue %s has an agent of its own; the demo's is not started", VENUE_ID)
            return
        arguments = [f"--server={self._server}", f"--state={state}", f"--gateway={self._address}"]
        self._agent = _spawn("tracker.agent", arguments, log)
        self._help(log)
        self._over.wait()  # the agent would end with the thread that started it

    def _help(self, log: Path) -> None:
        """Do what a manager and somebody at the gateway would: confirm the code, press the button. Until it is live."""
        confirmed: set[str] = set()
        while not self._over.wait(LOOK_S):
            try:
                close_old_connections()
                for code in _codes(log):
                    if code not in confirmed:
                        confirmed.add(code)
                        _confirm(code)
                gateway = Gateway.objects.filter(venue_id=VENUE_ID, address=self._address).first()
                if gateway is not None and gateway.state == "press_button":
                    self._press_button()
                elif gateway is not None and gateway.state == "live":
                    return
            except (Error, OSError, enrolment.TooManyTries) as error:
                logger.warning("The demo's venue waits (%s)", type(error).__name__)

    def _press_button(self) -> None:
        request = urllib.request.Request(  # noqa: S310  our own process on loopback
            f"{self._control}/button", b"{}", {"Content-Type": "application/json"}, method="POST"
        )
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5).close()


def _confirm(code: str) -> None:
    admin, now = User.objects.filter(username=ADMIN).first(), timezone.now()
    venue = Venue.objects.filter(pk=VENUE_ID).first()
    if admin is None or venue is None:
        return
    waiting = enrolment.find(code, admin, now)
    if waiting is not None:
        try:
            enrolment.confirm(waiting, venue, admin, now)
        except enrolment.AgentThere:
            logger.info("Venue %s has an agent of its own; the demo's is not confirmed", VENUE_ID)


def _codes(log: Path) -> list[str]:
    found = [_CODE.search(str(entry.get("message", ""))) for entry in _entries(log) if entry.get("event") == "code"]
    return [match.group(1) for match in found if match is not None]


def _entries(log: Path) -> list[dict[str, Any]]:
    """The JSON objects among the lines of a log."""
    entries = []
    for line in log.read_text(errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            entries.append(entry)
    return entries


def _spawn(module: str, arguments: Sequence[str], log: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", module, *arguments]
    if (setpriv := shutil.which("setpriv")) is not None:
        command = [setpriv, "--pdeathsig", "KILL", *command]
    environ = {key: value for key, value in os.environ.items() if not key.startswith(_OURS)}
    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
        return subprocess.Popen(  # noqa: S603  our own modules
            command, cwd=settings.BASE_DIR, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
