"""A guest's order from the tap to the table, and all that may come between: in a browser, at a real server."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.network import Network
from tests.browser.pages import OF_A_CUT, assert_no_barrier, photograph, watched
from tests.browser.pub import Pub, pub_at
from tests.clients.v2 import V2Board
from tests.journeys.fixtures import own_postgres, own_redis, running, template, with_worker
from tests.journeys.running import Running
from tests.needs import find_chromium
from tests.stack.chromium import browser
from tests.stack.ports import LOOPBACK

__all__ = ["browser", "own_postgres", "own_redis", "running", "template", "with_worker"]

EVIL = "\"'><img src=x onerror=hurt=1>"
REFUSED = (*OF_A_CUT, "status of 401", "Unexpected response code: 403")
OVER_PLAIN_HTTP = ("The Cross-Origin-Opener-Policy header has been ignored",)
SLOW = 20_000  # what is asked for again every few seconds


@pytest.fixture(scope="module")
def pub(running: Running) -> Iterator[Pub]:
    with pub_at(running) as pub:
        yield pub


@pytest.fixture
def board(pub: Pub) -> Iterator[V2Board]:
    with pub.board() as board:
        board.snapshot()
        yield board


@pytest.fixture
def table(pub: Pub) -> str:
    return pub.table()


@contextmanager
def phone(browser: Browser, pub: Pub, table: str, locale: str = "en-GB") -> Iterator[tuple[Page, Network]]:
    """A page at the table, on which a basket can be filled, and what lies between it and the server."""
    with watched(browser, expected=REFUSED, locale=locale) as page:
        network = Network(page)
        page.goto(pub.address(table))
        expect(page.locator("#dishes .act button").first).to_be_visible()
        network.wait_live()
        yield page, network


def fill(page: Page, *products: str) -> None:
    for product in products:
        page.get_by_role("button", name=f"Add {product}").click()


def send(page: Page) -> None:
    page.get_by_role("button", name="See order").click()
    page.get_by_role("button", name="Send to the bar").click()


def heading(page: Page, words: str) -> None:
    expect(page.locator("#orders").get_by_role("heading", name=words, exact=True)).to_be_visible()


def test_a_venues_own_words_stand_below_the_state_in_every_language_as_text_and_at_once(
    browser: Browser, pub: Pub, board: V2Board, table: str
) -> None:
    own = {"words_sent": f"Hold tight {EVIL}", "words_accepted": "Poured for {table} since {time}"}
    with phone(browser, pub, table, locale="de-DE") as (page, _):
        shown = page.locator("#orders article p[dir=auto]")
        page.get_by_role("button", name="Dazu Bitter").click()
        page.get_by_role("button", name="Bestellung ansehen").click()
        page.get_by_role("button", name="An die Theke senden").click()
        expect(shown).to_have_text("Die Theke hat sie. Gleich nimmt sie jemand an.")
        with pub.rules(**own):
            expect(shown).to_have_text(own["words_sent"])
            assert page.evaluate("window.hurt") is None
            board.accept(board.next_event(change="placed").order)
            heading(page, "In Arbeit")
            expect(shown).to_have_text(re.compile(rf"^Poured for {table} since \d\d:\d\d$"))
            expect(page.locator("body > [role=status]")).to_contain_text(f"Poured for {table} since")
        expect(shown).to_have_text(re.compile(r"^Angenommen um \d\d:\d\d"))


def test_an_order_is_followed_from_the_tap_to_the_table(browser: Browser, pub: Pub, board: V2Board, table: str) -> None:
    with phone(browser, pub, table) as (page, _), watched(browser, pub.address(table)) as other:
        fill(page, "Bitter", "Water")
        page.get_by_role("button", name="One more, Bitter").click()
        page.get_by_role("button", name="See order").click()
        expect(page.get_by_text("Pay at the bar before you leave.").first).to_be_visible()
        page.get_by_role("button", name="Add a note Bitter").click()
        page.get_by_label("Note Bitter").fill(EVIL)
        assert_no_barrier(page, "the order sheet")
        photograph(page, "guest-sheet")
        page.get_by_role("button", name="Send to the bar").click()
        heading(page, "Sent")
        expect(page.locator("#orders")).to_be_focused()
        expect(page.get_by_text("Ordered at your table, not from this phone.")).to_have_count(0)
        heading(other, "Sent")
        expect(other.get_by_text("Ordered at your table, not from this phone.")).to_be_visible()
        order = board.next_event(change="placed").order
        lines: Any = order.body["lines"]
        wanted = [("Bitter", 2, EVIL), ("Water", 1, "")]
        assert [(line["name"], line["quantity"], line["note"]) for line in lines] == wanted
        expect(page.get_by_text(EVIL)).to_be_visible()
        steps = (
            (board.accept, "Being made", "2"),
            (board.ready, "On its way", "3"),
        )
        assert_no_barrier(page, "sent")
        photograph(page, "guest-sent")
        for move, words, level in steps:
            move(order)
            heading(page, words)
            heading(other, words)
            expect(page.locator(".glass")).to_have_attribute("data-level", level)
            expect(page.locator("body > [role=status]")).to_contain_text(
                f"Order {order.body['order_number']}: {words}."
            )
            page.reload()
            heading(page, words)
            assert_no_barrier(page, words)
            photograph(page, f"guest-{words.replace(' ', '-').lower()}")
        board.complete(order)
        heading(page, f"Brought to table {table}")
        pub.mark_paid(order.order_id)
        expect(page.locator("#orders").get_by_text("Paid", exact=True)).to_be_visible()
        expect(other.locator("#orders").get_by_text("Paid", exact=True)).to_be_visible()
        expect(page.get_by_text("2 Bitter, 1 Water. £10.20")).to_be_visible()
        assert_no_barrier(page, "brought")
        assert page.evaluate("window.hurt") is None


def test_a_refusal_is_told_in_the_bars_words_and_the_guest_may_take_an_order_back(
    browser: Browser, pub: Pub, board: V2Board, table: str
) -> None:
    with phone(browser, pub, table) as (page, _):
        fill(page, "Crumble")
        send(page)
        heading(page, "Sent")
        board.reject(board.next_event(change="placed").order, EVIL)
        heading(page, "Not accepted")
        expect(page.get_by_text(f"“{EVIL}”")).to_be_visible()
        assert page.locator("img[src=x]").count() == 0
        assert_no_barrier(page, "rejected")
        photograph(page, "guest-rejected")
        fill(page, "Crumble")
        send(page)
        page.get_by_role("button", name="Take it back").click()
        heading(page, "Taken back")
        assert_no_barrier(page, "taken back")
        assert board.next_event(change="cancelled").order.body["reason"] == ""
        fill(page, "Water")
        send(page)
        heading(page, "Sent")
        expect(page.get_by_role("heading", name="Not accepted")).to_be_hidden()
        page.get_by_text("1 earlier order").click()
        expect(page.get_by_role("heading", name="Not accepted")).to_be_visible()
        assert_no_barrier(page, "an earlier order")


@pytest.mark.parametrize("how", ["double click", "held Enter"])
def test_an_order_pressed_twice_is_one_order(browser: Browser, pub: Pub, board: V2Board, table: str, how: str) -> None:
    with phone(browser, pub, table) as (page, _):
        fill(page, "Bitter")
        page.get_by_role("button", name="See order").click()
        button = page.get_by_role("button", name="Send to the bar")
        if how == "double click":
            button.dblclick()
        else:
            button.focus()
            for _time in range(5):
                page.keyboard.down("Enter")
            page.keyboard.up("Enter")
        heading(page, "Sent")
        board.next_event(change="placed")
        fill(page, "Water")
        expect(page.get_by_role("button", name="1 item See order £1.00")).to_be_visible()
        assert pub.orders_of(table) == 1


def test_a_tap_elsewhere_ends_what_is_done_against_the_second_of_two(
    browser: Browser, pub: Pub, board: V2Board, table: str
) -> None:
    with phone(browser, pub, table) as (page, _):
        fill(page, "Bitter")
        page.get_by_role("button", name="See order").click()
        expect(page.get_by_role("button", name="Send to the bar")).to_be_visible()
        # Four taps in one moment: send, its second, add, see. The third is elsewhere.
        page.evaluate("""() => {
            const tap = (element, clientX, clientY) => element.dispatchEvent(
                new MouseEvent("click", { bubbles: true, cancelable: true, detail: 1, clientX, clientY }));
            const named = (words) => [...document.querySelectorAll("button")].find(
                (one) => (one.getAttribute("aria-label") ?? one.textContent).includes(words));
            tap(named("Send to the bar"), 200, 700);
            tap(named("Water"), 210, 705);
            tap(named("Water"), 200, 100);
            tap(named("See order"), 200, 700);
        }""")
        expect(page.get_by_role("dialog").locator(".what")).to_have_text("Water")
        expect(page.get_by_role("button", name="Send to the bar")).to_be_visible()
        board.next_event(change="placed")


def test_an_order_of_a_phone_without_connection_is_kept_and_sent_once(
    browser: Browser, pub: Pub, board: V2Board, table: str
) -> None:
    with phone(browser, pub, table) as (page, network):
        fill(page, "Bitter")
        network.cut()
        expect(page.get_by_text(re.compile(r"No connection since \d\d:\d\d\."))).to_be_visible()
        page.get_by_role("button", name="See order").click()
        expect(page.get_by_role("dialog").get_by_text("There is no connection.")).to_be_visible()
        page.get_by_role("button", name="Send to the bar").click()
        heading(page, "Not sent yet")
        assert_no_barrier(page, "not sent yet")
        photograph(page, "guest-not-sent")
        network.mend()
        heading(page, "Sent")
        board.next_event(change="placed")
        expect(page.get_by_role("heading", name="Not sent yet")).to_have_count(0)
        page.reload()
        heading(page, "Sent")
        assert pub.orders_of(table) == 1


def test_an_order_that_waits_for_a_connection_is_dropped_into_the_basket_again(
    browser: Browser, pub: Pub, table: str
) -> None:
    with phone(browser, pub, table) as (page, network):
        fill(page, "Bitter")
        network.cut()
        expect(page.get_by_text("No connection since")).to_be_visible()
        send(page)
        page.get_by_role("button", name="Drop it").click()
        expect(page.get_by_role("button", name="1 item See order £4.60")).to_be_visible()
        network.mend()
        expect(page.get_by_text("No connection since")).to_have_count(0)
        expect(page.get_by_role("heading", name="Sent")).to_have_count(0)
        assert pub.orders_of(table) == 0


def test_an_order_whose_answer_was_lost_is_sent_again_and_is_one(
    browser: Browser, pub: Pub, board: V2Board, table: str
) -> None:
    with phone(browser, pub, table) as (page, network):
        fill(page, "Bitter")
        network.deaf_to = ("ack", "order")
        send(page)
        board.next_event(change="placed")
        heading(page, "On its way to the bar")
        network.cut()
        heading(page, "Not sent yet")
        network.deaf_to = ()
        network.mend()
        heading(page, "Sent")
        expect(page.locator("#orders article")).to_have_count(1)
        assert pub.orders_of(table) == 1


def test_nothing_of_a_visit_that_staff_ended_goes_into_the_next(browser: Browser, pub: Pub, table: str) -> None:
    with phone(browser, pub, table) as (page, network):
        fill(page, "Bitter")
        network.cut()
        expect(page.get_by_text("No connection since")).to_be_visible()
        send(page)
        heading(page, "Not sent yet")
        fill(page, "Water")
        pub.at_table(table, "clear_table")
        network.mend()
        expect(page.get_by_text("This table was cleared. Scan the code on the table again.").first).to_be_visible(
            timeout=SLOW
        )
        expect(page.get_by_text("What was not sent yet was not ordered.")).to_be_visible()
        expect(page.get_by_role("button", name="See order")).to_have_count(0)
        assert_no_barrier(page, "cleared")
        photograph(page, "guest-cleared")
        page.reload()
        fill(page, "Crumble")
        expect(page.get_by_role("button", name="1 item See order £6.40")).to_be_visible()
        send(page)
        heading(page, "Sent")
        assert pub.orders_of(table) == 1
        kept = page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('ontap '))")
        assert len(kept) == 1


def test_a_page_that_was_left_open_sends_nothing_into_the_visit_of_a_new_scan(
    browser: Browser, pub: Pub, table: str
) -> None:
    with phone(browser, pub, table) as (page, network):
        fill(page, "Bitter")
        network.cut()
        expect(page.get_by_text("No connection since")).to_be_visible()
        send(page)
        heading(page, "Not sent yet")
        pub.at_table(table, "clear_table")
        page.route("**/session?*", lambda asked: asked.abort("internetdisconnected"))  # it sleeps in a pocket
        page.context.set_offline(False)
        scanned = page.context.new_page()
        scanned.goto(pub.address(table))
        expect(scanned.get_by_text("An order that was kept from before was not sent.")).to_be_visible()
        network.mend()
        expect(page.get_by_text("No connection since")).to_have_count(0, timeout=SLOW)
        expect(page.get_by_role("heading", name="Not sent yet")).to_have_count(0)
        fill(scanned, "Water")
        send(scanned)
        heading(scanned, "Sent")
        heading(page, "Sent")
        assert pub.orders_of(table) == 1


def test_a_table_that_is_cleared_while_the_page_is_open_empties_it(browser: Browser, pub: Pub, table: str) -> None:
    with phone(browser, pub, table) as (page, _):
        fill(page, "Bitter")
        page.get_by_role("button", name="See order").click()
        pub.at_table(table, "clear_table")
        cleared = "This table was cleared. Scan the code on the table again."
        expect(page.locator("#connection").get_by_text(cleared)).to_be_visible()
        expect(page.get_by_role("region", name="Your order").get_by_text(cleared)).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert page.evaluate("Object.values(localStorage).join()").find("product_id") == -1


def test_what_another_visit_or_an_older_page_kept_is_removed_unsent(browser: Browser, pub: Pub, table: str) -> None:
    left = json.dumps({"orders": [{"client_order_id": "x" * 32, "sent": False, "at": 0, "lines": []}]})
    old = {"ontap visit 0123456789abcdef": left, f"ontap {pub.pk} {table} basket": "[]", "ontap theme": "dark"}
    with watched(browser) as page:
        page.goto(f"{pub.running.http}/login/")
        page.evaluate("old => Object.entries(old).forEach(one => localStorage.setItem(...one))", old)
        page.goto(pub.address(table))
        expect(page.get_by_text("An order that was kept from before was not sent.")).to_be_visible()
        kept = page.evaluate("Object.keys(localStorage).sort()")
        assert len(kept) == 2
        assert kept[0] == "ontap theme"
        assert pub.orders_of(table) == 0


def test_a_basket_that_nobody_touched_for_four_hours_is_gone(browser: Browser, pub: Pub, table: str) -> None:
    with phone(browser, pub, table) as (page, _):
        fill(page, "Bitter")
        page.reload()
        expect(page.get_by_role("button", name="1 item See order")).to_be_visible()
        page.evaluate(
            """() => { const key = Object.keys(localStorage).find(one => one.startsWith("ontap visit"));
            const kept = JSON.parse(localStorage.getItem(key));
            localStorage.setItem(key, JSON.stringify({...kept, at: kept.at - 4 * 3600_000})); }"""
        )
        page.reload()
        expect(page.get_by_role("button", name="Add Bitter")).to_be_visible()
        expect(page.get_by_role("button", name="See order")).to_have_count(0)


def test_what_is_sold_out_or_dearer_meanwhile_is_said_on_its_line_before_sending(
    browser: Browser, pub: Pub, board: V2Board, table: str
) -> None:
    with phone(browser, pub, table) as (page, _), ExitStack() as after:
        fill(page, "Bitter", "Soup")
        page.get_by_role("button", name="See order").click()
        sheet = page.get_by_role("dialog")
        after.callback(pub.sell, "Soup", available=True)
        after.callback(pub.change, "Bitter", price="4.60")
        pub.sell("Soup", available=False)
        expect(sheet.get_by_text("Sold out. Take it out to send the rest.")).to_be_visible()
        refused = sheet.get_by_role("button", name="Something here cannot be ordered now.")
        expect(refused).to_be_disabled()
        assert_no_barrier(page, "sold out in the basket")
        photograph(page, "guest-sold-out")
        sheet.get_by_role("button", name="Take out Soup").click()
        pub.change("Bitter", price="4.80")
        changed = "The price has changed: it was £4.60, now it is £4.80 each."
        expect(sheet.get_by_text(changed)).to_be_visible()
        page.reload()
        page.get_by_role("button", name="1 item See order £4.80").click()
        expect(page.get_by_role("dialog").get_by_text(changed)).to_be_visible()
        page.get_by_role("button", name="Send to the bar").click()
        heading(page, "Sent")
        assert board.next_event(change="placed").order.body["total"] == "4.80"


def test_a_pause_is_said_above_and_on_the_button_live_and_after_loading_again(
    browser: Browser, pub: Pub, board: V2Board, table: str
) -> None:
    with phone(browser, pub, table) as (page, _), ExitStack() as after:
        fill(page, "Bitter")
        page.get_by_role("button", name="See order").click()
        after.callback(pub.pause, 0)
        pub.pause(20, "The kitchen is catching up.")
        words = re.compile(r"^Orders are paused until \d\d:\d\d\.$")
        expect(page.get_by_role("dialog").get_by_role("button", name=words)).to_be_disabled()
        page.reload()
        expect(page.locator("#notes").get_by_text("The kitchen is catching up.")).to_be_visible()
        page.get_by_role("button", name="See order").click()
        expect(page.get_by_role("dialog").get_by_role("button", name=words)).to_be_disabled()
        assert_no_barrier(page, "paused")
        photograph(page, "guest-paused")
        pub.pause(0)
        expect(page.get_by_role("button", name="Send to the bar")).to_be_enabled()
        expect(page.locator("#notes")).to_be_empty()


def test_a_closed_venue_says_when_it_opens(browser: Browser, pub: Pub, table: str) -> None:
    later = "weekday=(now.weekday() + 2) % 7, opens='10:00', closes='11:00'"
    with phone(browser, pub, table) as (page, _), ExitStack() as after:
        after.callback(pub.office, "OpeningHours.objects.filter(venue_id=pk).delete()", pk=pub.pk)
        fill(page, "Bitter")
        pub.office(f"OpeningHours.objects.create(venue_id=pk, {later})", pk=pub.pk)
        words = re.compile(r"^Closed now\. Orders are taken again from \w+day 10:00\.$")
        expect(page.locator("#notes").get_by_text(words)).to_be_visible()
        page.get_by_role("button", name="See order").click()
        expect(page.get_by_role("button", name="Closed now.")).to_be_disabled()
        assert_no_barrier(page, "closed")


def test_a_stopped_table_says_whom_to_ask_and_goes_on_when_staff_let_it(
    browser: Browser, pub: Pub, board: V2Board, table: str
) -> None:
    with phone(browser, pub, table) as (page, _):
        fill(page, "Bitter")
        pub.at_table(table, "stop_table")
        expect(page.get_by_text("Staff have stopped orders from this table.").first).to_be_visible(timeout=SLOW)
        page.get_by_role("button", name="See order").click()
        expect(page.get_by_role("dialog").locator(".foot .btn.main")).to_be_disabled()
        page.reload()
        expect(page.locator("#notes").get_by_text("Staff have stopped orders from this table.")).to_be_visible()
        assert_no_barrier(page, "stopped")
        pub.let_go_on(table)
        expect(page.locator("#notes")).to_be_empty(timeout=SLOW)


def test_a_venue_whose_board_is_off_says_so_before_anything_is_chosen(browser: Browser, running: Running) -> None:
    with pub_at(running, name="The Hermit", refuse_without_board=True) as pub:
        table = pub.table()
        with phone(browser, pub, table) as (page, _):
            expect(page.get_by_text("Nobody at the bar would see your order.")).to_be_visible()
            fill(page, "Bitter")
            page.get_by_role("button", name="See order").click()
            expect(page.get_by_role("button", name="Nobody at the bar would see your order.")).to_be_disabled()
            assert_no_barrier(page, "no board")
            photograph(page, "guest-no-board")
            with pub.board():
                expect(page.get_by_role("button", name="Send to the bar")).to_be_enabled(timeout=SLOW)


def test_a_table_that_staff_open_says_so_and_keeps_what_was_chosen(browser: Browser, running: Running) -> None:
    with pub_at(running, name="The Concierge", table_opening="staff") as pub, pub.board() as board:
        board.snapshot()
        table = pub.table()
        with phone(browser, pub, table) as (page, _):
            expect(page.get_by_text("Staff open this table first.")).to_be_visible()
            fill(page, "Bitter")
            send(page)
            expect(page.get_by_text("Staff have not opened this table yet. They have been asked.")).to_be_visible()
            board.next_notice("waiting")
            assert_no_barrier(page, "not opened")
            pub.open_by_board(table)
            expect(page.get_by_text("Staff open this table first.")).to_have_count(0, timeout=SLOW)
            expect(page.get_by_role("alert")).to_have_count(0)
            send(page)
            heading(page, "Sent")


def test_while_the_database_is_away_nothing_is_sent(browser: Browser, pub: Pub, board: V2Board, table: str) -> None:
    with phone(browser, pub, table) as (page, network):
        fill(page, "Bitter")
        page.get_by_role("button", name="See order").click()
        network.say({"type": "notice", "kind": "database", "away": True})
        sheet = page.get_by_role("dialog")
        expect(sheet.get_by_role("button", name="Orders cannot be taken at the moment.")).to_be_disabled()
        expect(page.locator("#connection").get_by_text("Please order at the bar.")).to_have_count(1)
        assert_no_barrier(page, "database away")
        network.say({"type": "notice", "kind": "database", "away": False})
        expect(sheet.get_by_role("button", name="Send to the bar")).to_be_enabled()
        network.say({"type": "notice", "kind": "database", "away": True})
        expect(sheet.get_by_role("button", name="Orders cannot be taken at the moment.")).to_be_disabled()
        network.cut()  # and it is back meanwhile, which nobody tells whoever resumes
        expect(page.get_by_text("No connection since")).to_be_visible()
        network.mend()
        sheet.get_by_role("button", name="Send to the bar").click()
        heading(page, "Sent")


def test_a_page_whose_server_is_away_asks_no_oftener_the_longer_it_lasts(browser: Browser, running: Running) -> None:
    with pub_at(running, name="The Mitre") as pub, closing(browser.new_context(service_workers="block")) as context:
        page = context.new_page()
        asked: list[str] = []

        def lose(route: Route) -> None:
            asked.append(route.request.url)
            route.abort()

        page.clock.install()
        page.goto(pub.address(pub.table()))
        page.clock.run_for(1000)
        expect(page.locator("#notes [data-again]")).to_have_count(1)  # nobody at the bar's screen: it asks again
        page.route("**/api/v1/**", lose)
        for _ in range(120):
            page.clock.run_for(1000)
        assert 10 < len(asked) < 40


def test_orders_are_followed_in_arabic(browser: Browser, pub: Pub, board: V2Board, table: str) -> None:
    with phone(browser, pub, table, locale="ar") as (page, _):
        page.get_by_role("button", name="أضف \u2068Bitter\u2069").click()
        page.locator(".bar button").click()
        page.get_by_role("button", name="أرسل إلى البار").click()
        heading(page, "أُرسل")
        order = board.next_event(change="placed").order
        board.accept(order)
        heading(page, "قيد التحضير")
        assert_no_barrier(page, "an order in Arabic")
        photograph(page, "guest-order-ar")
        page.set_viewport_size({"width": 320, "height": 640})
        assert_no_barrier(page, "an order in Arabic, narrow")


def test_a_guest_orders_over_plain_http_from_the_pubs_own_network(
    browser: Browser, pub: Pub, board: V2Board, table: str
) -> None:
    """There browsers have no `crypto.randomUUID`, no service worker and no wake lock."""
    name, program = socket.gethostname().lower(), find_chromium()
    rules = f"--host-resolver-rules=MAP {name} {LOOPBACK}"
    with (
        closing(browser.browser_type.launch(executable_path=program, args=["--no-sandbox", rules])) as there,
        watched(there, pub.address(table).replace(LOOPBACK, name), expected=OVER_PLAIN_HTTP) as page,
    ):
        assert page.evaluate("isSecureContext") is False
        fill(page, "Bitter")
        send(page)
        heading(page, "Sent")
        board.accept(board.next_event(change="placed").order)
        heading(page, "Being made")
