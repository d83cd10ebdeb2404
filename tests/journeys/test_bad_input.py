"""Whatever a client sends: an error frame or the right close code, nothing written, and the next message is served.

What they send is in `bad_inputs`. On real processes, with nothing between us and the server's own reading of bytes.
"""

import re
import socket
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import cycle

import psycopg
import pytest

from tests.clients import v2_frames
from tests.clients.v1 import DASHBOARD, SOON, V1Board, V1Guest
from tests.clients.v2 import V2Board, V2Guest
from tests.journeys.bad_inputs.addresses import BAD_ADDRESSES
from tests.journeys.bad_inputs.envelopes import BAD_ENVELOPES
from tests.journeys.bad_inputs.frames import BAD_FRAMES, MOST_BYTES, BadFrames, goodbye
from tests.journeys.bad_inputs.handshakes import BAD_HANDSHAKES, opening
from tests.journeys.bad_inputs.moves import BAD_MOVES
from tests.journeys.bad_inputs.orders import BAD_ORDERS
from tests.journeys.bad_inputs.texts import SCARCE, BadInput
from tests.journeys.running import Running
from tests.ontap.raw_socket import CONTINUATION, PING, PONG, TEXT, RawSocket, encode
from tests.stack.ports import LOOPBACK

FORBIDDEN = "Forbidden"
NOTHING = '{"action":"nothing"}'  # whoever is served answers that this is forbidden
TABLE_OF_THE_ORDER = "21"
# A guest may send 30 orders a minute, a session 60, and each wrong one counts.
ROWS_OF_A_SOCKET = 20
GUEST_TABLES = [str(number) for number in range(1, 21)]

Client = V1Board | V1Guest | V2Board | V2Guest


class Books:
    """What is written: the numbers of orders and of events, and the last seq that an order got."""

    def __init__(self, running: Running) -> None:
        url = running.environ.get("DATABASE_URL")
        file = running.data / "ontap.sqlite3"
        self._connection: sqlite3.Connection | psycopg.Connection = (
            psycopg.connect(url, autocommit=True) if url else sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        )

    def written(self) -> tuple[int, int, int]:
        statement = (
            "SELECT (SELECT count(*) FROM orders_order), (SELECT count(*) FROM orders_venueevent),"
            " (SELECT coalesce(max(seq), 0) FROM orders_order)"
        )
        rows = self._connection.execute(statement).fetchall()
        return int(rows[0][0]), int(rows[0][1]), int(rows[0][2])

    def close(self) -> None:
        self._connection.close()


class Voices:
    """Open sockets to send nonsense on, by role and version; each is used many times, then replaced."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self._open: dict[tuple[str, int], Client] = {}
        self._used: Counter[tuple[str, int]] = Counter()
        self._tables = cycle(GUEST_TABLES)
        running.manage("shell", "--no-imports", "-c", SCARCE)
        table = running.table_socket(1, TABLE_OF_THE_ORDER)
        with V1Board(running.device_socket(1)) as board, V1Guest(table) as guest:
            guest.order({"13": 1})
            self.order = board.next_order()

    @contextmanager
    def voice(self, role: str, version: int) -> Iterator[Client]:
        """An open socket; of no more use where the test fails with it."""
        key = role, version
        if self._used[key] % ROWS_OF_A_SOCKET == 0 and key in self._open:
            self._open.pop(key).close()
        self._used[key] += 1
        if key not in self._open:
            self._open[key] = self._connect(role, version)
        try:
            yield self._open[key]
        except BaseException:
            self._open.pop(key).close()
            raise

    def text(self, template: str, voice: Client) -> str:
        """The text, with what only the moment knows."""
        table = TABLE_OF_THE_ORDER if voice.table_number == DASHBOARD else voice.table_number
        text = template.replace("@table", table).replace("@order_id", self.order.order_id)
        return text.replace("@order_time", str(self.order.order_time))

    def close(self) -> None:
        for client in self._open.values():
            client.close()

    def _connect(self, role: str, version: int) -> Client:
        if role == "board":
            address = self.running.device_socket(1)
            return V1Board(address) if version == 1 else V2Board(address)
        address = self.running.table_socket(1, next(self._tables))
        return V1Guest(address) if version == 1 else V2Guest(address)


def opened(running: Running, address: str) -> RawSocket:
    """A raw socket after a good handshake; version 1, so that nothing comes unasked."""
    return RawSocket(running.web.port).open(address.removeprefix(running.ws))


def is_served(client: RawSocket) -> bool:
    client.send_text(NOTHING)
    return FORBIDDEN in client.read_frame().text


def answer_to(running: Running, data: bytes, source: str) -> str:
    """All that comes back until the end of the connection, from an address of its own: failures are counted."""
    with socket.create_connection((LOOPBACK, running.web.port), SOON, source_address=(source, 0)) as connection:
        received = b""
        with suppress(ConnectionError):  # it need not hear us out
            connection.sendall(data)
            while more := connection.recv(65_536):
                received += more
    return received.decode("latin-1")


@pytest.fixture(scope="module")
def books(running: Running) -> Iterator[Books]:
    with closing(Books(running)) as books:
        yield books


@pytest.fixture(scope="module")
def voices(running: Running) -> Iterator[Voices]:
    with closing(Voices(running)) as voices:
        yield voices


@pytest.fixture
def on_purpose() -> None:
    """For a test that writes something."""


@pytest.fixture(autouse=True)
def nothing_is_written_and_nothing_crashes(
    running: Running, books: Books, voices: Voices, request: pytest.FixtureRequest
) -> Iterator[None]:
    before, printed = books.written(), len(running.output)
    yield
    new = running.output[printed:].splitlines()
    assert not [line for line in new if "Traceback" in line or " ERROR " in line or " CRITICAL " in line]
    assert not [line for line in new if line.endswith((" closed 1011", " closed 1012", " refused 500"))]
    if "on_purpose" not in request.fixturenames:
        assert books.written() == before


@pytest.mark.parametrize("bad", [*BAD_ENVELOPES, *BAD_ORDERS, *BAD_MOVES], ids=lambda bad: ascii(bad.wrong)[1:-1])
def test_a_bad_text_gets_an_error_frame_and_the_socket_goes_on(voices: Voices, bad: BadInput) -> None:
    for role in bad.roles:
        for version in bad.versions:
            with voices.voice(role, version) as voice:
                voice.send(voices.text(bad.text, voice))
                error = voice.next_error()  # of version 1: exactly the three keys, or the client raises
                if isinstance(error, v2_frames.ErrorFrame):
                    assert (error.code, error.field) == (bad.code, bad.field), error.message
                assert (error.message == FORBIDDEN) == (bad.code == "forbidden")
                assert 1 <= len(error.message) <= 200
                assert error.message.isprintable()
                # The next message is served, and this is its answer: the bad one had one answer only.
                voice.send(NOTHING)
                assert voice.next_error().message == FORBIDDEN


@pytest.mark.parametrize("role", ["guest", "board"])
def test_the_longest_text_that_is_allowed_is_read(voices: Voices, role: str) -> None:
    for version in (1, 2):
        with voices.voice(role, version) as voice:
            voice.send(NOTHING.ljust(MOST_BYTES))
            assert voice.next_error().message == FORBIDDEN
            voice.send(NOTHING[:-1] + ',"x":"' + "🍺" * 32_000 + '"}')
            assert voice.next_error().message == FORBIDDEN


@pytest.mark.parametrize("bad", BAD_FRAMES, ids=lambda bad: bad.wrong)
def test_bad_frames_get_the_close_code_that_fits(running: Running, bad: BadFrames) -> None:
    for address in (running.table_socket(1, "20"), running.device_socket(1)):
        with opened(running, address) as client:
            client.send(bad.data)
            assert client.read_close() == bad.code
        with opened(running, address) as client:
            assert is_served(client)


def test_a_message_in_pieces_with_pings_between_them_is_one_message(running: Running) -> None:
    with opened(running, running.table_socket(1, "20")) as client:
        client.send(encode(TEXT, NOTHING[:5].encode(), final=False) + encode(PING, b"still here?"))
        client.send(encode(CONTINUATION, b"", final=False) + encode(CONTINUATION, NOTHING[5:].encode()))
        frames = [client.read_frame(), client.read_frame()]
        assert {frame.opcode for frame in frames} == {PONG, TEXT}
        assert FORBIDDEN in next(frame.text for frame in frames if frame.opcode == TEXT)


def test_half_a_frame_and_then_silence_holds_up_nobody(running: Running) -> None:
    frame = encode(TEXT, NOTHING.encode())
    address = running.table_socket(1, "20")
    with opened(running, address) as slow, opened(running, address) as other:
        slow.send(frame[:7])
        assert is_served(other)
        slow.send(frame[7:])
        assert FORBIDDEN in slow.read_frame().text


def test_half_a_handshake_and_then_silence_holds_up_nobody(running: Running) -> None:
    whole = opening()
    with RawSocket(running.web.port) as slow:
        slow.send(whole[:60])
        with opened(running, running.table_socket(1, "20")) as other:
            assert is_served(other)
        slow.send(whole[60:])
        assert slow.read_head().startswith("HTTP/1.1 101 ")


@pytest.mark.parametrize("code", [1000, 1001, 1003, 1007, 3000, 4001, 4999])
def test_a_goodbye_with_a_good_code_is_answered(running: Running, code: int) -> None:
    with opened(running, running.table_socket(1, "20")) as client:
        client.send(goodbye(code, b"bye"))
        assert client.read_close() in (code, 1000)


@pytest.mark.parametrize("how", ["reset", "close"])
def test_a_client_that_goes_without_a_word_in_mid_frame_harms_nobody(running: Running, how: str) -> None:
    address = running.table_socket(1, "20")
    gone = opened(running, address)
    gone.send(encode(TEXT, b"{", final=False) + encode(TEXT, NOTHING.encode())[:4])
    getattr(gone, how)()
    with opened(running, address) as client:
        assert is_served(client)


@pytest.mark.parametrize("wrong", BAD_HANDSHAKES)
def test_a_bad_handshake_is_an_error_of_the_clients(running: Running, wrong: str) -> None:
    answer = answer_to(running, BAD_HANDSHAKES[wrong], "127.0.0.3")
    assert not answer or re.match(r"HTTP/1\.[01] 4\d\d ", answer), answer
    assert len(answer) < 500  # neither a traceback nor what was sent


@pytest.mark.parametrize("address", BAD_ADDRESSES, ids=lambda address: address[:60])
def test_every_bad_address_is_refused_alike_and_at_once(running: Running, address: str) -> None:
    start = time.monotonic()
    answer = answer_to(running, opening(f"GET {address} HTTP/1.1"), f"127.0.1.{BAD_ADDRESSES.index(address) + 1}")
    assert answer == "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    assert time.monotonic() - start < 2


def test_a_board_that_orders_in_vain_opens_no_table(running: Running) -> None:
    with V2Board(running.device_socket(1)) as board:
        for key in ({}, {"client_order_id": "in-vain"}):
            board.act("order", table_number="23", order_items={"999": 1}, **key)
            assert board.next_error().code == "unknown_product"


@pytest.mark.usefixtures("on_purpose")
def test_whoever_said_all_this_can_still_order(running: Running, voices: Voices) -> None:
    with V1Board(running.device_socket(1)) as board:
        for version in (1, 2):
            with voices.voice("guest", version) as guest:
                assert isinstance(guest, V1Guest | V2Guest)
                guest.order({"13": 2})
                assert board.next_order().table_number == guest.table_number


def test_no_key_is_in_the_output_after_all_this(running: Running) -> None:
    key = running.device_socket(1).partition("/k/")[2].partition("/")[0]
    assert len(key) >= 40
    assert key not in running.output
