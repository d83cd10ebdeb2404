"""A platform, a gateway, a disk and a neighbour that are not as they should be: said clearly, and nothing is lost."""

import asyncio
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from tests.stack.network import waits_for_its_turn
from tests.stack.ports import free_port
from tests.tracker.agent.running import Agent
from tests.tracker.agent.stub import CODE, Platform, wait_until
from tests.tracker.simulator.running import Simulator
from tracker import wire
from tracker.agent.ledger import NAME
from tracker.gateway.paired import Device
from tracker.gateway.sightings import SERVICE_TYPE


def types(platform: Platform) -> list[str]:
    return [event.type for event in platform.events]


def test_an_unknown_verb_is_refused_and_the_link_stays(live: Agent, platform: Platform) -> None:
    platform.send('{"kind": "command", "id": 900, "verb": "explode", "name": "1", "not_after_ms": 5000}')
    platform.send('{"kind": "dance"}')
    platform.send("no JSON at all")
    wait_until(lambda: platform.outcome(900), "an answer")
    assert platform.outcome(900) == "refused"
    assert len(platform.hellos) == 1


def test_a_command_for_another_venue_is_not_done(live: Agent, platform: Platform, gateway: Simulator) -> None:
    number = platform.command(verb="start", name="31", order_type="TO_GO", venue="venue-2")
    wait_until(lambda: platform.outcome(number), "an answer")
    assert platform.results[number][0].detail == "it is for another venue"
    assert gateway.state()["orders"] == []


def test_a_platform_that_takes_us_for_another_venue_gets_and_does_nothing(
    live: Agent, platform: Platform, gateway: Simulator
) -> None:
    platform.venue = "venue-2"
    platform.cut()
    live.wait_for("another venue")
    told, results = len(platform.events), dict(platform.results)
    gateway.control("/trackers/22/start")
    platform.command(verb="start", name="31", order_type="TO_GO")
    time.sleep(1.5)
    assert (len(platform.events), platform.results) == (told, results)
    assert [order["name"] for order in gateway.state()["orders"]] == ["22"]


def test_two_agents_with_one_token_do_not_fight(live: Agent, platform: Platform) -> None:
    platform.close_with = wire.REPLACED
    platform.cut(wire.REPLACED)
    live.wait_for("Another agent uses this venue's token")
    before = platform.handshakes
    time.sleep(3)  # thirty of its seconds: any other loss had been tried many times by now
    assert platform.handshakes == before


def test_a_token_that_the_platform_refuses_asks_for_a_new_pairing_and_loses_nothing(
    live: Agent, platform: Platform, gateway: Simulator
) -> None:
    platform.token = "another-token-that-the-agent-does-not-have"
    platform.cut()
    live.wait_for("A new pairing is needed")
    gateway.control("/trackers/22/start")
    time.sleep(0.5)
    assert live.output.count(CODE) >= 2
    platform.confirm()
    wait_until(lambda: types(platform)[-1] == "created", "what happened meanwhile")


def test_a_token_that_the_gateway_refuses_asks_for_the_button(
    live: Agent, platform: Platform, gateway: Simulator
) -> None:
    gateway.control("/reset")
    wait_until(lambda: platform.state == "token_refused", "the refusal is told")
    number = platform.command(verb="start", name="31", order_type="TO_GO")
    wait_until(lambda: platform.outcome(number), "a command does not wait for it")
    assert platform.outcome(number) == "failed"
    platform.choose("pair_again")
    live.pair(gateway)
    assert "refuses our token" in live.output


def test_a_full_disk_is_said_and_nothing_is_lost(live: Agent, platform: Platform, gateway: Simulator) -> None:
    platform.holds_acks = True
    full = (live.state / f"{NAME}-wal").stat().st_size
    assert live.pid is not None
    resource.prlimit(live.pid, resource.RLIMIT_FSIZE, (max(full, live.log.stat().st_size + 4096), -1))
    for puck in range(1, 21):
        gateway.control(f"/trackers/{puck}/start")
    live.wait_for("The disk takes nothing")
    number = platform.command(verb="page", name="1")
    wait_until(lambda: platform.outcome(number), "a command that cannot be written down")
    assert (platform.outcome(number), "disk is full" in platform.results[number][0].detail) == ("failed", True)
    resource.prlimit(live.pid, resource.RLIMIT_FSIZE, (-1, -1))
    wait_until(lambda: types(platform).count("created") == 20, "all of them, in the end")
    assert len(platform.hellos) == 1


def test_a_corrupt_spool_is_set_aside_and_a_page_is_not_repeated(
    live: Agent, platform: Platform, gateway: Simulator
) -> None:
    live.kill()
    (live.state / NAME).write_bytes(b"garbage" * 1000)
    for more in ("-wal", "-shm"):
        (live.state / f"{NAME}{more}").unlink(missing_ok=True)
    gateway.control("/trackers/22/start")
    number = platform.command(verb="page", name="22")
    live.start()
    wait_until(lambda: platform.outcome(number), "an answer")
    assert platform.outcome(number) == "unknown"
    assert platform.hellos[0].spool != platform.hellos[-1].spool
    assert "could not be used and is kept as" in live.output
    assert (live.state / f"{NAME}.broken").exists()
    assert not any(order["paged"] for order in gateway.state()["orders"])
    wait_until(lambda: types(platform)[-1] == "snapshot", "what there is")


def test_a_page_without_an_answer_is_unknown_after_a_kill(live: Agent, platform: Platform, gateway: Simulator) -> None:
    gateway.control("/trackers/22/start")
    gateway.fault(latency_ms=3000)
    number = platform.command(verb="page", name="22")
    time.sleep(0.5)
    live.kill()
    gateway.fault(latency_ms=0)
    live.start()
    wait_until(lambda: platform.outcome(number), "an answer")
    assert platform.outcome(number) == "unknown"


def test_the_doctor_says_in_words_what_works(live: Agent, platform: Platform, gateway: Simulator) -> None:
    doctor = Agent(live.state.parent, platform, gateway, "doctor")
    doctor.log = live.state.parent / "doctor.log"
    with doctor:
        doctor.start()
        doctor.wait()
        assert "The agent runs" in doctor.output
        live.terminate()
        gateway.control("/power", {"on": False})
        platform.refuses = True
        doctor.start()
        assert doctor.wait() == 1
        assert "The platform refuses the token" in doctor.output
        assert "Nothing answers at 127.0.0.1" in doctor.output
        assert not any(secret in doctor.output for secret in live.secrets)


@contextmanager
def announcing(name: str, host: str, port: int) -> Iterator[None]:
    """An announcement by mDNS on loopback, from a thread."""
    ready, end = threading.Event(), threading.Event()

    async def run() -> None:
        zeroconf = AsyncZeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only)
        info = AsyncServiceInfo(
            SERVICE_TYPE, f"{name}.{SERVICE_TYPE}", addresses=[socket.inet_aton("127.0.0.1")], port=port, server=host
        )
        await (await zeroconf.async_register_service(info))
        ready.set()
        await asyncio.to_thread(end.wait)
        await (await zeroconf.async_unregister_service(info))
        await zeroconf.async_close()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        end.set()
        thread.join(10)


@contextmanager
def false_gateway() -> Iterator[tuple[int, list[str]]]:
    """Something that answers as a gateway, and all that it was sent."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(f"{self.path} {self.headers}")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"status": 200}')

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
            """Nothing."""

    server = HTTPServer(("127.0.0.1", free_port()), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port, heard
    finally:
        server.shutdown()
        server.server_close()


@waits_for_its_turn
@pytest.mark.usefixtures("own_network")
def test_the_same_device_is_found_at_its_new_address_and_a_false_one_never_gets_the_token(
    tmp_path: Path, platform: Platform, gateway: Simulator
) -> None:
    names = (f"bar {gateway.ready['port']}", f"bar-{gateway.ready['port']}.local.")
    with Agent(tmp_path, platform, None) as agent, false_gateway() as (port, heard):
        agent.point_to(gateway, Device(names[0], names[1].rstrip(".")))
        agent.enrol()
        agent.wait_live()
        gateway.control("/power", {"on": False})
        wait_until(lambda: platform.state == "offline", "offline")
        with announcing(names[0], "evil.local.", port):
            wait_until(lambda: platform.state == "changed", "the question whether it is the same")
            assert [seen.host for seen in platform.news[-1].seen if seen.name == names[0]] == ["evil.local"]
        gateway.control("/power", {"on": True})
        began = time.monotonic()
        moved = gateway.control("/move")["port"]
        with announcing(*names, moved):
            wait_until(lambda: platform.state == "live", "live at the new address", 60)
        assert time.monotonic() - began < 60
        known = agent.folder.gateway()
        assert known is not None
        assert known.paired.address.port == moved
        assert not any(secret in line for line in heard for secret in agent.secrets)
        agent.assert_told_no_secret()


@waits_for_its_turn
@pytest.mark.usefixtures("own_network")
def test_of_several_gateways_a_manager_chooses_one(tmp_path: Path, platform: Platform, gateway: Simulator) -> None:
    name = f"bar {gateway.ready['port']}"

    def ours() -> list[wire.SeenGateway]:
        return [seen for seen in platform.news[-1].seen if seen.name == name]

    with (
        Agent(tmp_path, platform, None, "--pace", "1") as agent,  # five seconds to hear of both
        false_gateway() as (port, _),
        announcing(name, "one.local.", int(gateway.ready["port"])),
        announcing(f"other {port}", "two.local.", port),
    ):
        agent.enrol()
        wait_until(lambda: platform.state == "choose" and ours(), "a choice")  # others may announce theirs, too
        platform.choose("use", ours()[0])
        agent.pair(gateway)
        agent.assert_told_no_secret()
