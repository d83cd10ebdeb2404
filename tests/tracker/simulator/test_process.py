"""The simulator as a program: its start, its end, its file, its announcement."""

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from zeroconf import IPVersion, ServiceBrowser, ServiceInfo, ServiceListener, Zeroconf

from tests.journeys.process import ROOT, Process
from tests.stack.network import waits_for_its_turn
from tests.stack.ports import free_port
from tests.tracker.simulator.running import Simulator, bare_environment

SERVICE = "_tracker-http._tcp.local."


def run_and_end(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A start that is expected to end at once."""
    return subprocess.run(
        [sys.executable, "-m", "tracker.simulator", "--no-mdns", *arguments],
        cwd=ROOT,
        env=bare_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_it_knows_no_django() -> None:
    code = "import sys, tracker.simulator.__main__; print(any(name.split('.')[0] == 'django' for name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=bare_environment(), capture_output=True, check=True
    )
    assert done.stdout.strip() == b"False"


def test_free_port_is_taken_and_told(tmp_path: Path) -> None:
    with Simulator(tmp_path).start() as simulator:
        assert simulator.ready["port"] > 0
        assert simulator.call("GET", "").status_code == 200
        assert simulator.ready["api"] in simulator.output
        assert simulator.ready["control"] in simulator.output


def test_it_ends_within_two_seconds_whoever_is_connected(tmp_path: Path) -> None:
    with Simulator(tmp_path).start() as simulator:
        simulator.pair()
        page = httpx.Client(timeout=10, trust_env=False)
        with simulator.socket() as socket, page.stream("GET", f"{simulator.control_base}/events") as events:
            socket.next()
            next(events.iter_lines())
            simulator.fault(latency_ms=60_000)
            began = time.monotonic()
            assert simulator.terminate() == 0
            assert time.monotonic() - began < 2
        page.close()
        assert "Traceback" not in simulator.output


@waits_for_its_turn
def test_it_ends_while_it_begins(own_network: None, tmp_path: Path) -> None:
    with Simulator(tmp_path, mdns=True) as simulator:
        Process.start(simulator)
        time.sleep(random.uniform(0.3, 1.2))
        began = time.monotonic()
        simulator.terminate()
        assert time.monotonic() - began < 2
        assert "Traceback" not in simulator.output


def test_kill_at_any_moment_keeps_what_was_seen(tmp_path: Path) -> None:
    with Simulator(tmp_path, "--data", str(tmp_path / "gateway.json")).start() as simulator:
        simulator.pair()
        for round_ in range(3):
            simulator.control(f"/trackers/{round_ + 1}/start", {"type": "TO_GO"})
            simulator.control(f"/trackers/{round_ + 1}/locate", {"tag": "7"})
            before = simulator.state()["orders"]
            simulator.kill()
            simulator.start()
            assert [order["uuid"] for order in simulator.state()["orders"]] == [order["uuid"] for order in before]
            assert simulator.answer("GET", "/activeorders") == (200, 5)


def test_kill_in_the_midst_of_changes_keeps_every_answered_one(tmp_path: Path) -> None:
    answered: list[str] = []
    with Simulator(tmp_path, "--data", str(tmp_path / "gateway.json")).start() as simulator:

        def work() -> None:
            for number in range(1, 100):
                try:
                    simulator.control(f"/trackers/{number}/start")
                except httpx.TransportError:
                    return
                answered.append(str(number))

        worker = threading.Thread(target=work)
        worker.start()
        time.sleep(random.uniform(0.02, 0.12))
        simulator.kill()
        worker.join()
        simulator.start()
        kept = {order["name"] for order in simulator.state()["orders"]}
    assert answered
    assert set(answered) <= kept
    # One more may have been kept than was answered.
    assert len(kept) <= len(answered) + 1


def test_device_is_the_same_after_a_restart_and_a_reset(tmp_path: Path) -> None:
    with Simulator(tmp_path, "--data", str(tmp_path / "gateway.json")).start() as simulator:
        serial = simulator.state()["serial"]
        simulator.control("/reset")
        simulator.kill()
        simulator.start()
        assert simulator.state()["serial"] == serial


def test_restart_keeps_the_moved_clock_and_forgets_the_faults(tmp_path: Path) -> None:
    with Simulator(tmp_path, "--data", str(tmp_path / "gateway.json")).start() as simulator:
        simulator.control("/clock", {"advance_s": 86_400 * 10})
        simulator.fault(html_500=True)
        moved = simulator.state()["time"]
        assert simulator.terminate() == 0
        simulator.start()
        assert simulator.state()["time"] >= moved
        assert simulator.state()["faults_on"] == []


def test_without_a_file_nothing_is_kept(tmp_path: Path) -> None:
    with Simulator(tmp_path).start() as simulator:
        simulator.control("/trackers/5/start")
        simulator.terminate()
        simulator.start()
        assert simulator.state()["orders"] == []


def test_file_of_a_running_simulator_is_not_shared(tmp_path: Path) -> None:
    data = str(tmp_path / "gateway.json")
    with Simulator(tmp_path, "--data", data).start():
        done = run_and_end("--port", "0", "--control-port", "0", "--data", data)
    assert done.returncode == 2
    assert "Another simulator uses" in done.stderr


def test_taken_port_is_told_in_one_sentence(tmp_path: Path) -> None:
    with Simulator(tmp_path).start() as simulator:
        done = run_and_end("--port", str(simulator.ready["port"]), "--control-port", "0")
    assert done.returncode == 2
    assert "cannot be had" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "x"],
        ["--port", "70000"],
        ["--timezone", "Europe/Atlantis"],
        ["--name", ""],
        ["--name", "n" * 64],
        ["--host", "not an address"],
    ],
)
def test_wrong_argument_is_told(arguments: list[str]) -> None:
    done = run_and_end(*arguments)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_output_holds_no_token(tmp_path: Path) -> None:
    with Simulator(tmp_path).start() as simulator:
        token = simulator.pair()
        simulator.call("GET", f"/nothing?token={token}")
        with simulator.socket() as socket:
            socket.next()
        simulator.terminate()
        assert token not in simulator.output


class Found(ServiceListener):
    """The names that were seen and are still there."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.names.add(name)

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        pass

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.names.discard(name)


def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(is_so())


@pytest.fixture
def network() -> Iterator[tuple[Zeroconf, Found]]:
    """Somebody who listens for gateways on loopback."""
    with Zeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only) as zeroconf:
        found = Found()
        browser = ServiceBrowser(zeroconf, SERVICE, found)
        yield zeroconf, found
        browser.cancel()


@pytest.fixture
def announced(own_network: None, tmp_path: Path) -> Iterator[Simulator]:
    """A gateway of a name of its own: others may announce theirs on this machine."""
    with Simulator(tmp_path, "--name", f"Pub {free_port()}", mdns=True).start() as simulator:
        yield simulator


def full_name(simulator: Simulator) -> str:
    return f"{simulator.state()['name']}.{SERVICE}"


@waits_for_its_turn
def test_gateway_is_found_by_mdns_and_says_goodbye(announced: Simulator, network: tuple[Zeroconf, Found]) -> None:
    zeroconf, found = network
    name = full_name(announced)
    assert wait_until(lambda: name in found.names)
    info = zeroconf.get_service_info(SERVICE, name)
    assert info is not None
    assert (info.port, info.parsed_addresses()) == (announced.ready["port"], ["127.0.0.1"])
    assert not any(info.properties)
    began = time.monotonic()
    assert announced.terminate() == 0
    assert time.monotonic() - began < 2
    assert wait_until(lambda: name not in found.names)


@waits_for_its_turn
def test_gateway_that_moves_is_announced_as_the_same_device(
    announced: Simulator, network: tuple[Zeroconf, Found]
) -> None:
    zeroconf, found = network
    name = full_name(announced)
    assert wait_until(lambda: name in found.names)
    before = zeroconf.get_service_info(SERVICE, name)
    port = announced.control("/move")["port"]
    after: list[ServiceInfo | None] = []

    def has_moved() -> bool:
        after.append(zeroconf.get_service_info(SERVICE, name))
        return after[-1] is not None and after[-1].port == port

    assert wait_until(has_moved)
    assert before is not None
    assert after[-1] is not None
    assert after[-1].server == before.server


@waits_for_its_turn
def test_gateway_without_power_says_no_goodbye(announced: Simulator, network: tuple[Zeroconf, Found]) -> None:
    _, found = network
    name = full_name(announced)
    assert wait_until(lambda: name in found.names)
    announced.control("/power", {"on": False})
    assert not wait_until(lambda: name not in found.names, seconds=2)


def test_ready_line_is_json(tmp_path: Path) -> None:
    with Simulator(tmp_path, "--name", "The Crown").start() as simulator:
        assert json.dumps(simulator.ready) in simulator.output
        assert simulator.state()["name"] == "The Crown"
