"""Each fault of the proxy does what it says, seen from a plain client of a plain server."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults.moments import Direction, Moment
from tests.faults.proxy import Address, Proxy

SOON = 5.0
NEVER = 0.2


class Echo(socketserver.BaseRequestHandler):
    """Sends back what it gets, each time after the greeting of its server."""

    def handle(self) -> None:
        while data := self.request.recv(65536):
            self.request.sendall(self.server.greeting + data)  # type: ignore[attr-defined]


class EchoServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, greeting: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Echo)
        self.greeting = greeting
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def address(self) -> Address:
        return "127.0.0.1", self.socket.getsockname()[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A reset is what these tests are about."""

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


@pytest.fixture(scope="module")
def echo() -> Iterator[EchoServer]:
    with EchoServer(b"") as server:
        yield server


@pytest.fixture
def proxy(echo: EchoServer) -> Iterator[Proxy]:
    with Proxy(echo.address) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with dial(proxy) as client:
        yield client


def dial(proxy: Proxy) -> socket.socket:
    return socket.create_connection(proxy.address, SOON)


def ask(client: socket.socket, data: bytes = b"hello") -> bytes:
    client.sendall(data)
    return receive(client, len(data))


def receive(client: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count and (data := client.recv(count - len(got))):
        got += data
    return got


def hears_nothing(client: socket.socket) -> bool:
    client.settimeout(NEVER)
    try:
        client.recv(1)
    except TimeoutError:
        return True
    finally:
        client.settimeout(SOON)
    return False


def test_bytes_pass_both_ways_and_are_counted(proxy: Proxy, client: socket.socket) -> None:
    assert ask(client) == b"hello"
    counts = proxy.counts
    assert (counts.connections, counts.open, counts.to_backend, counts.to_client) == (1, 1, 5, 5)


def test_megabytes_pass_unchanged(proxy: Proxy, client: socket.socket) -> None:
    data = bytes(range(256)) * 16384
    sender = threading.Thread(target=client.sendall, args=(data,))
    sender.start()
    assert receive(client, len(data)) == data
    sender.join()


def test_what_a_client_said_before_its_end_is_delivered(proxy: Proxy, client: socket.socket) -> None:
    client.sendall(b"goodbye")
    client.shutdown(socket.SHUT_WR)
    assert receive(client, 100) == b"goodbye"
    proxy.wait_for(lambda counts: counts.open == 0)


def test_down_resets_what_is_open_and_refuses_what_is_new(proxy: Proxy, client: socket.socket) -> None:
    ask(client)
    proxy.down()
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    with pytest.raises(ConnectionRefusedError):
        dial(proxy)


def test_nobody_takes_the_port_while_the_proxy_is_down(proxy: Proxy) -> None:
    proxy.down()
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(proxy.address)


def test_a_healed_proxy_listens_at_the_same_port(proxy: Proxy) -> None:
    for _ in range(3):
        proxy.down()
        proxy.heal()
        with dial(proxy) as client:
            assert ask(client) == b"hello"


def test_drop_resets_and_goes_on_listening(proxy: Proxy, client: socket.socket) -> None:
    ask(client)
    proxy.drop()
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    with dial(proxy) as again:
        assert ask(again) == b"hello"


def test_hang_accepts_and_forwards_nothing_until_healed(proxy: Proxy, client: socket.socket) -> None:
    ask(client)
    proxy.hang()
    with dial(proxy) as late:
        for hung in (client, late):
            hung.sendall(b"hello")
            assert hears_nothing(hung)
        assert proxy.counts.to_backend == 5
        proxy.heal()
        assert receive(client, 5) == receive(late, 5) == b"hello"


def test_hang_in_one_direction_lets_the_other_flow(proxy: Proxy, client: socket.socket) -> None:
    proxy.hang(Direction.TO_CLIENT)
    client.sendall(b"hello")
    proxy.wait_for(lambda counts: counts.to_backend == 5)
    assert hears_nothing(client)
    proxy.heal()
    assert receive(client, 5) == b"hello"


def test_a_hung_proxy_holds_a_bounded_amount(proxy: Proxy, client: socket.socket) -> None:
    proxy.hang(Direction.TO_BACKEND)
    assert fill(client, 64 * 2**20) < 32 * 2**20


def fill(client: socket.socket, most: int) -> int:
    client.settimeout(NEVER)
    sent = 0
    try:
        while sent < most:
            sent += client.send(b"x" * 65536)
    except TimeoutError:
        pass
    return sent


def test_cut_after_lets_exactly_so_many_bytes_pass(proxy: Proxy, client: socket.socket) -> None:
    ask(client)
    trap = proxy.cut_after(3, Direction.TO_CLIENT)
    client.sendall(b"hello")
    assert receive(client, 5) == b"hel"
    trap.wait()
    assert proxy.counts.cuts == 1
    with dial(proxy) as again:
        assert ask(again) == b"hello"


def test_cut_after_delivers_to_the_backend_what_it_let_pass(proxy: Proxy, client: socket.socket) -> None:
    trap = proxy.cut_after(3, Direction.TO_BACKEND)
    client.sendall(b"hello")
    trap.wait()
    assert proxy.counts.to_backend == 3


def test_cut_after_strikes_again_until_healed_where_asked(proxy: Proxy) -> None:
    proxy.cut_after(3, Direction.TO_CLIENT, once=False)
    for _ in range(2):
        with dial(proxy) as client:
            assert ask(client) == b"hel"
    proxy.heal()
    with dial(proxy) as client:
        assert ask(client) == b"hello"


def test_latency_delays_and_keeps_the_order(proxy: Proxy, client: socket.socket) -> None:
    proxy.latency(0.1)
    start = time.monotonic()
    for number in range(20):
        client.sendall(b"%02d" % number)
    assert receive(client, 40) == b"".join(b"%02d" % number for number in range(20))
    assert 0.2 <= time.monotonic() - start < 1.0


def test_swap_resets_and_leads_to_the_other_backend(proxy: Proxy, client: socket.socket) -> None:
    ask(client)
    with EchoServer(b"other: ") as other:
        proxy.swap(other.address)
        with pytest.raises(ConnectionResetError):
            client.recv(1)
        with dial(proxy) as again:
            again.sendall(b"hello")
            assert receive(again, 12) == b"other: hello"


def test_a_dead_backend_closes_the_client(proxy: Proxy) -> None:
    with EchoServer(b"") as other:
        proxy.swap(other.address)
    with pytest.raises(ConnectionResetError):
        connect_and_listen(proxy)


def connect_and_listen(proxy: Proxy) -> None:
    """The reset may come while `connect` still works."""
    with dial(proxy) as client:
        client.recv(1)


def test_moments_need_a_wire(proxy: Proxy) -> None:
    with pytest.raises(ValueError, match="PostgresWire"):
        proxy.on(Moment.BEGIN, proxy.down)


def test_the_address_through_the_proxy_keeps_everything_else(proxy: Proxy) -> None:
    assert proxy.url("postgres://bob:x@db:5432/pub?a=1") == f"postgres://bob:x@127.0.0.1:{proxy.port}/pub?a=1"
    assert proxy.url("redis://db:1/0") == f"redis://127.0.0.1:{proxy.port}/0"
