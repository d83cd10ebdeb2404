"""`make run` brings a whole venue: a gateway to play with and its agent, enrolled and paired by themselves."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.running import Running, start_up
from tests.stack.processes import wait_gone

SOON = 30.0
SECONDS_TO_END = 5.0


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with start_up(tmp_path_factory.mktemp("demo"), gateway=True) as running:
        yield running


def rows(running: Running, question: str, *values: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{running.data / 'ontap.sqlite3'}?mode=ro", uri=True)) as database:
        return database.execute(question, values).fetchall()


def wait_until(what: str, true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def wait_live(running: Running) -> None:
    address = running.addresses["simulator"].removeprefix("http://")
    live = "SELECT 1 FROM tracker_gateway WHERE venue_id = 1 AND state = 'live' AND address = ?"
    wait_until("the gateway is live", lambda: bool(rows(running, live, address)))


def at_gateway(running: Running, verb: str, **words: object) -> dict[str, Any]:
    answer = httpx.post(f"{running.addresses['simulator_control']}{verb}", json=words, trust_env=False)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def told_of(running: Running, puck: str) -> list[tuple[str, str]]:
    """State and place of the puck's order, each time that the platform was told."""
    told = [json.loads(payload) for (payload,) in rows(running, "SELECT payload FROM tracker_inboundevent ORDER BY id")]
    orders = [order for event in told for order in (event if isinstance(event, list) else [event])]
    return [(order["state"], order["locationName"]) for order in orders if order["name"] == puck]


def test_a_puck_at_the_gateway_is_known_to_the_platform(demo: Running) -> None:
    wait_live(demo)
    at_gateway(demo, "/trackers/22/start", type="ON_PREMISE")
    wait_until("told of the start", lambda: told_of(demo, "22")[-1:] == [("started", "")])
    at_gateway(demo, "/trackers/22/locate", tag="7")
    wait_until("told of the place", lambda: told_of(demo, "22")[-1:] == [("located", "7")])


def test_the_page_of_the_gateway_is_among_the_addresses_that_it_prints(demo: Running) -> None:
    address = demo.addresses["simulator_control"]
    assert f"  {address}\n" in demo.output
    page = httpx.get(address, trust_env=False)
    assert page.headers["content-type"].startswith("text/html")


def test_a_board_key_made_meanwhile_leaves_the_gateways_addresses(demo: Running) -> None:
    before = {key: address for key, address in demo.addresses.items() if key.startswith("simulator")}
    demo.manage("load_demo")
    assert before.items() <= demo.addresses.items()
    assert len(before) == 2


def test_nobody_but_this_machine_reaches_the_gateway(demo: Running) -> None:
    for name in ("simulator", "simulator_control"):
        assert demo.addresses[name].startswith("http://127.0.0.1:")


def test_the_agents_tokens_are_private_and_in_no_log(demo: Running) -> None:
    wait_live(demo)
    files = [path for path in (demo.data / "demo-agent").rglob("*") if path.is_file()]
    assert files
    assert {path.stat().st_mode & 0o077 for path in files} == {0}
    secrets = [json.loads(path.read_text())["token"] for path in files if '"token"' in path.read_text(errors="replace")]
    assert len(secrets) == 2
    logs = "".join(path.read_text(errors="replace") for path in demo.data.glob("demo-*.log"))
    assert not any(secret in logs + demo.output for secret in secrets)


def test_a_kill_ends_all_of_it_and_the_next_start_needs_no_code_and_no_button(tmp_path: Path) -> None:
    with start_up(tmp_path, gateway=True) as running:
        wait_live(running)
        agents = rows(running, "SELECT id, token_hash FROM tracker_edgeagent")
        family = running.web.children
        assert len(family) == 2
        running.kill()
        assert wait_gone(family, SECONDS_TO_END)
        running.start()
        wait_live(running)
        assert rows(running, "SELECT id, token_hash FROM tracker_edgeagent") == agents
        family = running.web.children
        began = time.monotonic()
        assert running.web.terminate() == 0
        assert time.monotonic() - began < SECONDS_TO_END
        assert wait_gone(family, 0)


def test_without_a_demo_there_is_no_gateway(tmp_path: Path) -> None:
    with start_up(tmp_path, arguments=["--no-demo"], gateway=True) as running:
        assert running.web.children == []
        assert not list(tmp_path.glob("demo-*"))
