"""`manage.py up` as a person meets it: what it prints and writes, how it ends, and how it comes back."""

import json
import re
import shutil
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from ontap.hosts import lan_addresses
from tests.clients.v1 import V1Board, V1Guest
from tests.journeys.process import Process
from tests.journeys.running import Running, manage, start_up
from tests.stack.ports import free_port
from tests.stack.processes import wait_gone

SECONDS_TO_END = 5.0
ITEMS = {"13": 4, "18": 5}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The very first start on an empty folder, with nothing set but folder and port."""
    with start_up(tmp_path_factory.mktemp("first") / "made by up", env={"LOG_LEVEL": "WARNING"}) as running:
        yield running


@pytest.fixture(scope="module")
def used_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that an `up` has used and left; for copies."""
    folder = tmp_path_factory.mktemp("used")
    with start_up(folder) as running:
        running.terminate()
    shutil.rmtree(folder / "logs")
    return folder


@pytest.fixture
def folder(used_folder: Path, tmp_path: Path) -> Path:
    """A copy of the used one."""
    return Path(shutil.copytree(used_folder, tmp_path / "data"))


def ended(process: Process, seconds: float = 20) -> tuple[int, str]:
    """Exit code and output of a start that ends by itself."""
    code = process.wait(seconds)
    assert "Traceback" not in process.output
    return code, process.output


def printed_lines(running: Running, label: str) -> list[str]:
    return [line[len(label) + 2 :].strip() for line in running.output.splitlines() if line.startswith(f"  {label} ")]


def test_it_prints_where_to_go_and_writes_the_same(first: Running) -> None:
    addresses = first.addresses
    assert printed_lines(first, "Guest, table 1") == [addresses["guest"]]
    assert printed_lines(first, "Board")[0] == addresses["board"]
    assert printed_lines(first, "Admin") == [addresses["admin"]] == [f"{first.http}/admin/"]
    assert {"guest", "board", "admin"} <= addresses.keys()
    assert all(address.startswith((first.http, first.ws)) for address in addresses.values())
    assert f"name admin, password {first.logins['admin']['password']}" in first.output
    assert str(first.data / "demo-logins.json") in first.output


def test_a_first_start_says_what_takes_time_and_is_calm_otherwise(first: Running) -> None:
    assert first.output.index("Preparing the database") < first.output.index("Loading the demo.")
    assert first.output.index("Loading the demo.") < first.output.index("onTap is ready.")
    assert not re.search("warning|error|traceback|\x1b", first.output, re.I)
    widest = max(len(line) for line in first.output.splitlines())
    assert widest <= 140


def test_secrets_in_the_data_folder_are_its_owners(first: Running) -> None:
    for name in ("demo-logins.json", "demo-addresses.json", "secret_key", "table_key", "lock"):
        assert (first.data / name).stat().st_mode & 0o077 == 0, name


def test_the_printed_lines_can_be_pasted_as_they_are(first: Running) -> None:
    (order,) = [line for line in printed_lines(first, "Table 1") if line.startswith("{")]
    accept, complete, open_orders = (line for line in printed_lines(first, "Board") if line.startswith("{"))
    with V1Board(first.addresses["board_socket"]) as board, V1Guest(first.addresses["guest_socket"]) as guest:
        guest.send(order)
        placed = board.next_order()
        assert placed.order_items == ITEMS
        for line, status in ((accept, "accepted"), (complete, "completed")):
            board.send(line.replace("<order_id>", placed.order_id))
            assert guest.next_status(order_id=placed.order_id).order_status == status
        board.send(open_orders)
        assert board.open_orders().orders == ()


def test_management_commands_work_beside_it_and_know_its_port(first: Running) -> None:
    link = manage(["table_link", "1", "7"], first.environ | {"PORT": "1"}).splitlines()[-1]
    assert link.startswith(f"{first.http}/t/")
    board = manage(["device_key", "1", "--name", "Bar"], first.environ | {"PORT": "1"}).splitlines()[-1]
    with V1Board(board) as opened:
        opened.open_orders()


def test_probes_are_answered(first: Running) -> None:
    assert first.web.get_json("/healthz") == (200, {"ok": True})
    status, parts = first.web.get_json("/readyz")
    assert (status, parts["ready"]) == (200, True)
    assert (parts["worker"], parts["beat"], parts["database"]) == ("ok", "ok", "ok")


def test_pages_leave_no_files_open(first: Running) -> None:
    folder = Path(f"/proc/{first.web.pid}/fd")
    if not folder.is_dir():
        return  # only Linux shows them
    ask(first, "localhost")
    before = len(list(folder.iterdir()))
    for _ in range(60):
        ask(first, "localhost", "/admin/")
    assert len(list(folder.iterdir())) < before + 20


def test_a_second_one_on_the_folder_is_refused_with_folder_and_process(first: Running) -> None:
    with start_up(first.data, wait=False) as other:
        code, said = ended(other.web)
    assert code == 1
    assert f"onTap runs already on the data folder {first.data} (process {first.web.pid})." in said
    assert first.web.get_json("/readyz")[0] == 200


def test_a_second_start_keeps_the_data_and_is_quick(folder: Path) -> None:
    with start_up(folder) as running:
        addresses, logins = running.addresses, running.logins
        with V1Board(addresses["board_socket"]) as board, V1Guest(addresses["guest_socket"]) as guest:
            guest.order(ITEMS)
            placed = board.next_order()
        running.terminate()
        began = time.monotonic()
        running.start()
        assert time.monotonic() - began < 10
        assert running.addresses == addresses
        assert running.logins == logins
        assert "Preparing" not in running.output
        assert "Loading" not in running.output
        with V1Board(addresses["board_socket"]) as board:
            assert [order.order_id for order in board.open_orders().orders] == [placed.order_id]


def test_another_port_moves_the_addresses_and_keeps_the_boards_key(folder: Path) -> None:
    key = json.loads((folder / "demo-addresses.json").read_text())["board"].split("/k/")[1]
    with start_up(folder, port=free_port()) as running:
        assert running.addresses["board"] == f"{running.http}/k/{key}"
        with V1Board(running.addresses["board_socket"]) as board:
            board.open_orders()


def test_sigterm_ends_it_in_time_with_sockets_open_and_a_task_that_hangs(folder: Path) -> None:
    with start_up(folder) as running, V1Guest(running.addresses["guest_socket"]) as guest:
        database = sqlite3.connect(folder / "ontap.sqlite3", isolation_level=None)
        try:
            database.execute("UPDATE venues_venue SET alert_after = 0")
            with V1Board(running.addresses["board_socket"]) as board:
                guest.order(ITEMS)
                board.next_order()
            database.execute("BEGIN IMMEDIATE")  # from now on nobody else writes
            running.web.wait_for("answer_unanswered_order")
            guest.order(ITEMS)  # and the writer hangs too
            began = time.monotonic()
            assert running.web.terminate() == 0
            assert time.monotonic() - began < SECONDS_TO_END
        finally:
            database.close()
        assert guest.wait_closed() in (1001, 1012)
        assert "onTap has stopped." in running.output
        assert not (folder / "address").exists()


def test_ctrl_c_ends_it_in_time(folder: Path) -> None:
    with start_up(folder) as running, V1Board(running.addresses["board_socket"]) as board:
        began = time.monotonic()
        assert running.web.interrupt() == 0
        assert time.monotonic() - began < SECONDS_TO_END
        assert board.wait_closed() in (1001, 1012)
        assert "Traceback" not in running.output


def test_a_signal_while_it_starts_ends_it_as_quietly(tmp_path: Path) -> None:
    with start_up(tmp_path, wait=False) as running:
        running.web.wait_for("Preparing the database")
        assert running.web.terminate(SECONDS_TO_END) == 0
        assert "Traceback" not in running.output
        assert not (tmp_path / "address").exists()
        done = migrations_in(tmp_path)
        running.start()
        assert running.addresses["guest"].startswith(running.http)
        assert 0 < done < migrations_in(tmp_path), "the signal waited for all migrations"


def migrations_in(folder: Path) -> int:
    """How many the database says that it has had."""
    with closing(sqlite3.connect(folder / "ontap.sqlite3")) as database:
        found: int = database.execute("SELECT count(*) FROM django_migrations").fetchone()[0]
    return found


def test_a_kill_leaves_nothing_behind_and_loses_nothing(folder: Path) -> None:
    with start_up(folder) as running:
        with V1Board(running.addresses["board_socket"]) as board, V1Guest(running.addresses["guest_socket"]) as guest:
            guest.order(ITEMS)
            placed = board.next_order()
            family = running.web.children
            running.kill()
            assert wait_gone(family, 1)
        assert (folder / "address").exists()  # stale, and harmless: a command says the last address
        assert running.http in manage(["table_link", "1", "1"], running.environ)
        running.start()
        with V1Board(running.addresses["board_socket"]) as board:
            assert [order.order_id for order in board.open_orders().orders] == [placed.order_id]


def test_a_port_that_is_taken_is_said_in_a_sentence(folder: Path) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)), start_up(folder, port=port, wait=False) as running:
        code, said = ended(running.web)
    assert code == 1
    assert f"Port {port} is taken by another program. Choose another one, such as PORT={port + 1}" in said


def test_without_the_demo_it_says_how_to_begin(tmp_path: Path) -> None:
    with start_up(tmp_path, arguments=["--no-demo"]) as running:
        assert "createsuperuser" in running.output
        assert "Loading" not in running.output
        assert not list(tmp_path.glob("demo-*"))
        database = sqlite3.connect(tmp_path / "ontap.sqlite3")
        assert database.execute("SELECT count(*) FROM venues_venue").fetchone() == (0,)
        database.close()


@pytest.mark.parametrize("port", ["-1", "65536", "http", ""])
def test_a_port_that_is_none_is_an_error_of_the_command_line(tmp_path: Path, port: str) -> None:
    with start_up(tmp_path, arguments=["--port", port], wait=False) as running:
        code, said = ended(running.web)
    assert code == 2
    assert "is no port" in said


def ask(running: Running, host: str, path: str = "/admin/login/") -> int:
    """The status of a GET that names this host."""
    with httpx.Client(trust_env=False, timeout=10) as client:
        return client.get(f"{running.http}{path}", headers={"Host": f"{host}:{running.web.port}"}).status_code


def test_lan_lets_private_addresses_in_and_foreign_names_not(folder: Path) -> None:
    with start_up(folder, arguments=["--lan"]) as running:
        for host in ("127.0.0.1", "localhost", socket.gethostname(), "192.168.7.7", "10.1.2.3", "[fd00::7]"):
            assert ask(running, host) == 200, host
        for host in ("rebound.example", "8.8.8.8", "192.168.7.7.example", "[2001:db8::1]"):
            assert ask(running, host) == 400, host
        assert "Traceback" not in running.output
        bases = [f"http://{address}:{running.web.port}" for address in lan_addresses()] or [running.http]
        assert running.addresses["guest"].startswith(bases[0])
        if lan_addresses():
            assert bases[0] in printed_lines(running, "This network")
            assert "\u2588\u2588\u2588" in running.output  # a code to scan


def test_admin_works_on_an_address_of_the_network(folder: Path) -> None:
    with start_up(folder, arguments=["--lan"]) as running, httpx.Client(trust_env=False, timeout=10) as client:
        host = f"192.168.7.7:{running.web.port}"
        page = f"{running.http}/admin/login/"
        token = client.get(page, headers={"Host": host}).cookies["csrftoken"]
        form = {"username": "admin", "password": running.logins["admin"]["password"], "csrfmiddlewaretoken": token}
        for origin, status in ((f"http://{host}", 302), ("http://rebound.example", 403)):
            headers = {"Host": host, "Origin": origin, "Cookie": f"csrftoken={token}"}
            assert client.post(page, data=form, headers=headers).status_code == status


def test_without_lan_a_private_address_is_a_foreign_name(first: Running) -> None:
    assert ask(first, "localhost") == 200
    assert ask(first, "192.168.7.7") == 400
