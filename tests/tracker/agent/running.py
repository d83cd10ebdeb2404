"""The agent as its own process, with a platform and a simulated gateway."""

import stat
from pathlib import Path
from typing import Any

from tests.journeys.process import Process
from tests.tracker.agent.stub import CODE, Platform, wait_until
from tests.tracker.simulator.running import Simulator, bare_environment
from tracker.agent.state_files import GATEWAY, PLATFORM, StateFolder
from tracker.gateway.address import Address

PACE = 0.1


class Agent(Process):
    """`python -m tracker.agent` on the stub; `gateway` None looks for one by mDNS on loopback."""

    def __init__(
        self, folder: Path, platform: Platform, gateway: Simulator | None, *arguments: str, state: str = "state"
    ) -> None:
        self.state = folder / state
        where = [] if gateway is None else ["--gateway", f"127.0.0.1:{gateway.ready['port']}"]
        look = ["--interface", "127.0.0.1"]
        given = ["--server", platform.url, "--state", str(self.state), "--pace", str(PACE), *look, *where, *arguments]
        super().__init__(["-m", "tracker.agent", *given], bare_environment(), folder, f"agent-{state}")
        self.platform, self.gateway = platform, gateway

    @property
    def folder(self) -> StateFolder:
        return StateFolder(self.state)

    @property
    def secrets(self) -> list[str]:
        """What no output may hold."""
        enrolment, known = self.folder.enrolment(), self.folder.gateway()
        found = [] if enrolment is None else [enrolment.token.reveal()]
        return found if known is None else [*found, known.paired.token.reveal()]

    def enrol(self) -> None:
        """The first run, up to the platform's token."""
        self.start()
        self.wait_for(CODE)
        self.platform.confirm()
        wait_until(lambda: self.platform.hellos, "the agent says hello")

    def pair(self, gateway: Simulator) -> None:
        """Press the button; returns once the gateway is live and told."""
        wait_until(lambda: self.platform.state == "press_button", "the agent asks for the button")
        gateway.control("/button")
        self.wait_live()

    def wait_live(self) -> None:
        """The gateway is live and what it has was told."""
        told = len(self.platform.events)
        wait_until(lambda: self.platform.state == "live", f"live, not {self.platform.state}: {self.tail(10)}")
        wait_until(lambda: len(self.platform.events) > told, "the snapshot")

    def point_to(self, gateway: Simulator, device: Any = None) -> None:
        """As if the gateway had been paired: a token by a press of the button, in the file."""
        from tracker.agent.state_files import KnownGateway
        from tracker.gateway.paired import Paired
        from tracker.gateway.token import Token

        address = Address("127.0.0.1", int(gateway.ready["port"]))
        self.folder.keep_gateway(KnownGateway(Paired(Token(gateway.pair()), address, device)))

    def assert_told_no_secret(self) -> None:
        """Neither its output nor what it sent holds a token, and the files are its own."""
        platform = self.platform
        told = [*platform.events, *platform.news, *platform.results.values(), *platform.told.values()]
        sent = "".join(map(repr, told))
        for secret in self.secrets:
            assert secret not in self.output + sent
        for name in (PLATFORM, GATEWAY):
            path = self.state / name
            assert not path.exists() or stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(self.state.stat().st_mode) == 0o700
