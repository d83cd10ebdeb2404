"""What one client may cost, be it slow, fast, silent or idle: memory and time, measured from outside."""

import contextlib
import threading
import time

import pytest

from tests.ontap.raw_socket import CLOSE, PING, PONG, TEXT, encode
from tests.ontap.server_process import Process, Start, until
from tests.ontap.small_applications import KB, MB

# Slow readers


@pytest.mark.parametrize("wait", ["yes", "no"])
def test_a_reader_that_never_reads_costs_about_a_megabyte_and_is_cut_off(server: Process, key: str, wait: str) -> None:
    with server.open("/echo") as other:
        before = server.memory()
        with server.open(f"/pour?count=20000&size=10000&key={key}&wait={wait}", receive_buffer=4 * KB) as client:
            peak = before
            while len(noted := server.seen(key)) < 2:
                peak = max(peak, server.memory())
            assert peak - before < 3 * MB  # 1 MB of frames, the copies on the way to the socket, some noise
            assert noted[1] == 1006
            assert client.is_cut(1)
        other.send_text("unharmed")
        assert other.read_frame().text == "unharmed"
    until(lambda: "reads too slowly" in server.printed())


def test_a_client_that_pings_and_never_reads_the_answers_is_cut_off(server: Process) -> None:
    before = server.memory()
    peaks = []
    with server.open("/echo", receive_buffer=4 * KB) as client, contextlib.suppress(ConnectionError):
        for _ in range(1000):
            client.send(encode(PING) * 10_000)
            peaks.append(server.memory())
    assert len(peaks) < 1000
    assert max(peaks) - before < 4 * MB


@pytest.mark.parametrize(("count", "size"), [(1, 100_000), (200, 4_000), (1, 5_000_000)])
def test_a_burst_in_one_turn_reaches_a_reader_that_was_busy_for_a_moment(
    start: Start, key: str, count: int, size: int
) -> None:
    server = start(unread_seconds=60)  # how long it then takes says how busy the machine is
    with server.open(f"/pour?count={count}&size={size}&key={key}&wait=no", receive_buffer=4 * KB) as client:
        time.sleep(0.5)
        frames = [client.read_frame() for _ in range(count)]
    assert [int(frame.text[:8]) for frame in frames] == list(range(count))
    assert {len(frame.payload) for frame in frames} == {size}


def test_a_burst_of_any_size_reaches_a_reader_that_reads(server: Process, key: str) -> None:
    with server.open(f"/pour?count=8000&size=4000&key={key}") as client:
        for number in range(8000):
            assert client.read_frame().text.startswith(f"{number:08}.")


def test_a_reader_that_closes_but_does_not_read_does_not_keep_its_connection(start: Start, key: str) -> None:
    server = start(close_seconds=0.3)
    with server.open(f"/pour?count=90&size=10000&key={key}&wait=no", receive_buffer=4 * KB) as client:
        client.send(encode(CLOSE, b"\x03\xe8"))
        until(lambda: server.seen(key) == [90, 1000])
        assert client.is_cut(2)


# Fast clients


def test_a_flood_waits_outside_until_the_application_takes_it_and_all_of_it_arrives(server: Process, key: str) -> None:
    count, text = 30_000, "x" * 1000
    before = server.memory()
    with server.open(f"/listen-later?key={key}") as client:
        done = threading.Event()

        def flood() -> None:
            batch = b"".join(encode(TEXT, text.encode()) for _ in range(100))
            for _ in range(count // 100):
                client.send(batch)
            client.send(encode(CLOSE, b"\x03\xe8"))
            done.set()

        threading.Thread(target=flood, daemon=True).start()
        assert not done.wait(1)
        assert server.memory() - before < 3 * MB
        server.get(f"/tap?key={key}")
        assert done.wait(30)
        until(lambda: len(server.seen(key)) == count + 1)
        assert server.seen(key) == [len(text)] * count + [1000]


def test_an_application_still_gets_what_waits_for_it_after_its_client_has_gone(server: Process, key: str) -> None:
    with server.open(f"/listen-later?key={key}") as client:
        client.send(b"".join(encode(TEXT, b"%d" % number) for number in range(64)))
        server.get("/hello")
        client.reset()
    server.get(f"/tap?key={key}")
    until(lambda: server.seen(key) == [*map(str, range(64)), 1006])


# Pings


def test_a_client_that_answers_pings_stays_and_one_that_does_not_is_cut_off(start: Start, key: str) -> None:
    server = start(ping_interval=0.5, ping_timeout=1.5)
    with server.open(f"/echo?key={key}") as silent, server.open("/echo") as polite, server.open("/echo") as busy:
        assert silent.read_frame().opcode == PING
        for _ in range(5):
            assert polite.read_frame().opcode == PING
            polite.send(encode(PONG))
            busy.send_text("data is an answer too")
        assert silent.is_cut(0.5)
        assert not busy.is_cut(0.05)
        polite.send_text("still here")
        assert polite.read_frame().opcode in (PING, TEXT)
    until(lambda: server.seen(key) == [1006])
    assert "does not answer pings" in server.printed()


def test_an_agent_that_is_gone_without_a_word_is_noticed_sooner_than_others(start: Start) -> None:
    server = start(agent_ping_interval=0.5, agent_ping_timeout=1.0)
    with server.open("/agent/link") as agent, server.open("/echo") as guest:
        assert agent.read_frame().opcode == PING
        assert agent.is_cut(5)
        assert not guest.is_cut(0.05)


def test_a_client_is_not_cut_off_for_pongs_that_we_do_not_read(start: Start, key: str) -> None:
    server = start(ping_interval=0.5, ping_timeout=1.0)
    with server.open(f"/listen-later?key={key}") as client:
        client.send(encode(TEXT, b"x") * 100)
        time.sleep(3)
        server.get(f"/tap?key={key}")
        until(lambda: len(server.seen(key)) >= 100)  # and more once it is cut off, for now it could answer
        assert server.seen(key)[:100] == ["x"] * 100


# Idle sockets


def test_an_idle_socket_costs_little(start: Start, trials: bool) -> None:
    server, count = start(), 2500 if trials else 400
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(server.open("/listen"))
        before = server.memory()
        for _ in range(count):
            stack.enter_context(server.open("/listen?venue_id=1&table_number=7"))
        assert (server.memory() - before) / count < 12 * KB
