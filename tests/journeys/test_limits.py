"""How much one may say, order and try in vain: sockets, parties, boards, addresses, and the venue's own caps."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import pytest

from tests.clients import v2_frames
from tests.clients.inbox import SocketClosed
from tests.clients.v1 import V1Board, V1Guest
from tests.clients.v2 import V2Guest
from tests.journeys.answers import handshake, refused, told_of
from tests.journeys.browser import Browser
from tests.journeys.house import ITEMS, SOON_ENOUGH, TOO_MANY, House
from tests.journeys.process import Web
from tests.stack.ports import LOOPBACK, free_port


@pytest.mark.parametrize("version", [1, 2])
def test_the_thirty_first_order_of_a_socket_in_a_minute_is_an_error(house: House, table: str, version: int) -> None:
    token = house.token(table)
    with (V1Guest if version == 1 else V2Guest)(house.seat(table, token)) as guest:
        for _ in range(31):
            guest.order(ITEMS)
        error = guest.next_error()
        assert "wait a moment" in error.message.lower()
        if isinstance(error, v2_frames.ErrorFrame):
            assert error.code == "too_many_orders"
    house.wait_for_orders(table, 30)


def test_a_party_has_sixty_orders_a_minute_over_all_its_phones(house: House, table: str) -> None:
    with ExitStack() as stack:
        phones = [stack.enter_context(V2Guest(house.seat(table, house.token(table)))) for _ in range(3)]
        for phone in phones[:2]:
            for _ in range(30):
                phone.order(ITEMS)
        house.wait_for_orders(table, 60)
        phones[2].order(ITEMS)
        assert phones[2].next_error().code == "too_many_orders"


def test_a_flood_of_messages_is_closed_with_4008(house: House, table: str) -> None:
    with V1Guest(house.seat(table, house.token(table))) as guest:
        with suppress(SocketClosed):
            for _ in range(201):
                guest.send('{"action":"nothing"}')
        assert guest.wait_closed() == TOO_MANY
    assert not refused(lambda: V1Guest(house.seat(table, house.token(table))))


def test_a_board_may_say_ten_times_as_much_and_no_more(house: House) -> None:
    with V1Board(house.bar(house.device())) as board:
        with suppress(SocketClosed):
            for _ in range(2001):
                board.send('{"action":"nothing"}')
        assert board.wait_closed(2 * SOON_ENOUGH) == TOO_MANY


def test_the_venues_caps_hold_whatever_a_client_asks(house: House, table: str) -> None:
    rules = house.rules(max_quantity=5, max_items=6, max_open_per_table=2)
    with rules, V2Guest(house.seat(table, house.token(table))) as guest:
        assert told_of(guest, {"3": 6}) == "wrong_quantity"
        assert told_of(guest, {"3": 4, "5": 3}) == "too_many"
        assert [told_of(guest, ITEMS) for _ in range(3)] == ["", "", "too_many_orders"]


@pytest.fixture
def strict(house: House) -> Iterator[Web]:
    """One more web process on the same data, with low limits and no open tables."""
    port = free_port()
    limits = {
        "ONTAP_HANDSHAKES_PER_MINUTE": "30",
        "ONTAP_FAILURES_PER_MINUTE": "10",
        "ONTAP_ALLOW_OPEN_TABLES": "false",
    }
    arguments = ["-m", "ontap.server", "--host", LOOPBACK, "--port", str(port)]
    running = house.running
    with Web(arguments, running.environ | limits, running.data / "logs", "strict", port=port) as web:
        web.start()
        yield web.wait_ready()


def test_after_too_many_failures_an_address_is_refused_whatever_it_brings(
    house: House, strict: Web, table: str
) -> None:
    token = house.token(table)
    address = house.seat(table, token).replace(house.running.ws, strict.ws)
    far = "127.0.0.77"
    good = urlsplit(address)
    wrong = house.seat(table, "s" * 43).replace(house.running.ws, strict.ws)
    statuses = [handshake(strict.port, urlsplit(wrong), far) for _ in range(10)]
    assert statuses == [403] * 10
    assert handshake(strict.port, good, far) == 403
    # Nor are codes, keys or passwords looked at, and a header does not make it another address.
    browser = Browser(strict.port)
    assert browser.ask("GET", house.code_path(table), source=far).status == 429
    assert browser.ask("GET", house.code_path(table), source=far, X_Forwarded_For="10.1.2.3").status == 429
    code = json.dumps({"code": house.code_path(table).removeprefix("/t/")})
    assert browser.ask("POST", "/api/session", code, source=far, Content_Type="application/json").status == 429
    # Other addresses are another matter.
    assert handshake(strict.port, good, LOOPBACK) == 101
    assert browser.ask("GET", house.code_path(table)).status == 200


def test_wrong_codes_over_http_count_as_failures_too(house: House, strict: Web, table: str) -> None:
    far, browser = "127.0.0.78", Browser(strict.port)
    good = urlsplit(house.seat(table, house.token(table)))
    for number in range(5):
        assert browser.ask("GET", f"/t/aaaa.{number}", source=far).status == 404
        assert browser.ask("GET", f"/k/{'k' * 42}{number}/", source=far).status == 404
    assert handshake(strict.port, good, far) == 403


def test_an_address_may_begin_so_many_sockets_a_minute_and_no_more(house: House, strict: Web, table: str) -> None:
    good, far = urlsplit(house.seat(table, house.token(table))), "127.0.0.79"
    assert [handshake(strict.port, good, far) for _ in range(31)] == [101] * 30 + [403]
    assert handshake(strict.port, good, LOOPBACK) == 101


def test_an_installation_without_open_tables_heeds_no_venues_wish(house: House, strict: Web, table: str) -> None:
    assert refused(lambda: V1Guest(house.seat("1", venue=1).replace(house.running.ws, strict.ws)))
    address = house.seat(table, house.token(table)).replace(house.running.ws, strict.ws)
    assert not refused(lambda: V1Guest(address))
