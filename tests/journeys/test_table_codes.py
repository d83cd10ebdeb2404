"""What lets a guest order: the table's code, how long its cookie and its token last, and staff who open tables."""

from contextlib import suppress
from urllib.parse import urlsplit

from tests.clients.inbox import SocketClosed
from tests.clients.v1 import V1Board, V1Guest
from tests.clients.v2 import V2Board, V2Guest
from tests.journeys.answers import refused, told, told_of
from tests.journeys.browser import Browser
from tests.journeys.house import ENDED, ITEMS, OTHER_VENUE, REVOKED, SOON_ENOUGH, VENUE, House

# Table codes


def test_a_code_opens_the_page_and_leaves_a_cookie_that_opens_the_socket(house: House, table: str) -> None:
    phone = Browser(house.port)
    page = phone.get(house.code_path(table))
    assert page.status == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    cookie = page.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    with (
        V2Board(house.bar(house.device())) as board,
        V1Guest(house.seat(table), cookie=phone.cookie, origin=phone.origin) as guest,
    ):
        board.snapshot()
        guest.order(ITEMS)
        placed = board.next_event(change="placed").order
        assert (placed.table_number, placed.body["verified"], placed.body["first_of_session"]) == (table, True, True)


def test_looking_at_the_page_opens_no_session(house: House, table: str) -> None:
    for method in ("GET", "HEAD", "GET"):
        assert Browser(house.port).ask(method, house.code_path(table)).status == 200
    assert house.office("answer = TableSession.objects.filter(table__number=number).count()", number=table) == 0


def test_a_code_is_changed_into_an_address_for_clients_without_cookies(house: House, table: str) -> None:
    answer = house.post_code(house.code_path(table).removeprefix("/t/"))
    assert answer.status == 200
    assert (answer.json["venue"], answer.json["table"]) == (str(VENUE), table)
    parts = urlsplit(answer.json["address"])
    with V1Board(house.bar(house.device())) as board, V1Guest(f"{house.running.ws}{parts.path}?{parts.query}") as guest:
        guest.order(ITEMS)
        assert board.next_order().table_number == table


def test_wrong_codes_answer_like_codes_of_unknown_tables(house: House, table: str) -> None:
    path = house.code_path(table)
    head, _, mac = path.removeprefix("/t/").partition(".")
    other = house.code_path(house.table()).partition(".")[2]
    wrong = [f"{head}.{mac[:-1]}", f"{head}.{other}", f"{head}.{'a' * 26}", f"{head}.", f"zzzzzzz.{mac}", f"ae.{mac}"]
    wrong += [f".{mac}", head, f"{head}.{mac}.{mac}", f"{head}.{mac}x", f"{head}={mac}", "x" * 500, "%00", "%C3%A9"]
    pages = [Browser(house.port).ask("GET", f"/t/{code}", source="127.0.0.81") for code in wrong]
    answers = [house.post_code(code) for code in wrong[:6]]
    for alike in (pages, answers):
        assert {answer.status for answer in alike} == {404}
        assert len({answer.body for answer in alike}) == 1


def test_a_token_is_good_for_its_own_table_alone(house: House, table: str) -> None:
    token, other = house.token(table), house.table()
    assert not refused(lambda: V1Guest(house.seat(table, token)))
    assert refused(lambda: V1Guest(house.seat(other, token)))
    assert refused(lambda: V1Guest(house.seat("1", token, venue=OTHER_VENUE)))
    assert refused(lambda: V1Guest(house.seat("1", token, venue=1)))  # whose tables are open, but not to a wrong token
    assert refused(lambda: V1Guest(house.seat("1", "s" * 43, venue=1)))


def test_the_latest_scan_wins(house: House, table: str) -> None:
    phone, second = Browser(house.port), house.table()
    phone.get(house.code_path(table))
    assert not refused(lambda: V1Guest(house.seat(table), cookie=phone.cookie, origin=phone.origin))
    phone.get(house.code_path(second))
    assert not refused(lambda: V1Guest(house.seat(second), cookie=phone.cookie, origin=phone.origin))
    assert refused(lambda: V1Guest(house.seat(table), cookie=phone.cookie, origin=phone.origin))


def test_a_page_that_is_loaded_again_keeps_its_cookie(house: House, table: str) -> None:
    phone = Browser(house.port)
    phone.get(house.code_path(table))
    assert "Set-Cookie" not in phone.get(house.code_path(table)).headers


def test_phones_of_one_table_are_one_party(house: House, table: str) -> None:
    first, second = house.token(table), house.token(table)
    assert first != second
    with (
        V1Board(house.bar(house.device())) as board,
        V1Guest(house.seat(table, first)) as orderer,
        V1Guest(house.seat(table, second)) as friend,
    ):
        orderer.order(ITEMS)
        board.accept(board.next_order())
        assert orderer.next_status().order_id == friend.next_status().order_id


# The end of a session, of a code, of a table


def test_a_cleared_tables_cookie_and_token_order_nothing_and_a_new_scan_begins_anew(house: House, table: str) -> None:
    phone, token = Browser(house.port), house.token(table)
    phone.get(house.code_path(table))
    with V1Guest(house.seat(table, token)), V1Guest(house.seat(table), cookie=phone.cookie, origin=phone.origin):
        pass
    house.office("clear_table(Table.objects.get(venue_id=2, number=number), now)", number=table)
    assert refused(lambda: V1Guest(house.seat(table, token)))
    assert refused(lambda: V1Guest(house.seat(table), cookie=phone.cookie, origin=phone.origin))
    asked = phone.get(f"/session?venue_id={VENUE}&table_number={table}")
    assert (asked.status, asked.json["code"]) == (401, "session_ended")
    with V2Board(house.bar(house.device())) as board, V1Guest(house.seat(table, house.token(table))) as guest:
        board.snapshot()
        guest.order(ITEMS)
        assert board.next_event(change="placed").order.body["first_of_session"] is True


def test_an_order_that_was_on_its_way_when_the_table_was_cleared_is_refused(house: House, table: str) -> None:
    with V2Guest(house.seat(table, house.token(table))) as guest:
        house.office("clear_table(Table.objects.get(venue_id=2, number=number), now)", number=table)
        with suppress(SocketClosed):
            guest.order(ITEMS)
            assert told(guest) in ("session_ended", "closed")
        assert guest.wait_closed(SOON_ENOUGH) == ENDED
    assert house.orders_of(table) == 0


def test_a_rotated_code_is_dead_at_once_and_the_new_one_works(house: House, table: str) -> None:
    old, token = house.code_path(table), house.token(table)
    house.office("rotate_code(Table.objects.get(venue_id=2, number=number), now)", number=table)
    assert Browser(house.port).get(old).status == 404
    assert house.post_code(old.removeprefix("/t/")).status == 404
    assert refused(lambda: V1Guest(house.seat(table, token)))
    assert not refused(lambda: V1Guest(house.seat(table, house.token(table))))


def test_a_stopped_table_takes_no_orders_until_it_goes_on(house: House, table: str) -> None:
    token = house.token(table)
    with V2Guest(house.seat(table, token)) as guest:
        house.office("stop_table(Table.objects.get(venue_id=2, number=number), now)", number=table)
        with suppress(SocketClosed):
            guest.order(ITEMS)
            assert told(guest) in ("table_stopped", "closed")
        assert guest.wait_closed(SOON_ENOUGH) == REVOKED
    assert refused(lambda: V1Guest(house.seat(table, token)))
    house.office("let_table_go_on(Table.objects.get(venue_id=2, number=number))", number=table)
    with V2Guest(house.seat(table, token)) as guest:
        guest.place(ITEMS)
    assert house.orders_of(table) == 1


# Tables that staff open


def test_where_staff_open_tables_nothing_is_ordered_before_they_do(house: House, table: str) -> None:
    with (
        house.rules(table_opening="staff"),
        V1Board(house.bar(house.device())) as board,
        V2Guest(house.seat(table, house.token(table))) as guest,
        V1Guest(house.seat(table, house.token(table))) as old_guest,
    ):
        assert told_of(guest, ITEMS) == "table_not_open"
        old_guest.order(ITEMS)
        assert "open" in old_guest.next_error().message
        assert house.orders_of(table) == 0
        house.office("open_table(Table.objects.get(venue_id=2, number=number), now)", number=table)
        # Guests are not told that the table is open; each try counts as an order.
        house.wait_until(lambda: told_of(guest, ITEMS) == "", pause=0.3)
        board.accept(board.next_order())
        assert old_guest.next_status().order_status == "accepted"
        old_guest.order(ITEMS)
        assert board.next_order().table_number == table
