"""The board's pages in a sheet over the live board, and without JavaScript: tables and bills, orders by staff, what is
sold out, finding, dockets, pausing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has none
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from tests.browser.pages import OF_A_CUT, watch
from tests.clients.v2 import V2Board, V2Guest
from tests.journeys.fixtures import own_postgres, own_redis, running, template, with_worker
from tests.journeys.running import Running
from tests.stack.chromium import PHONE, browser

__all__ = ["browser", "own_postgres", "own_redis", "running", "template", "with_worker"]

WALL, NARROWEST = (1180, 820), (320, 640)
LAGER = "13"  # Carlsberg, £3.20
LONDON = ZoneInfo("Europe/London")
POINTS_PER_MM = 72 / 25.4
# By our pages with a sentence, and by a test.
ANSWERED = ("400 (Bad Request)", "503 (Service Unavailable)", *OF_A_CUT)


@contextmanager
def context_of(browser: Browser, size: tuple[int, int] = WALL, *, scripts: bool = True) -> Iterator[BrowserContext]:
    """A browser of its own, in which a script's mistake, a missing file or a breach of the policy fails the test."""
    viewport = ViewportSize(width=size[0], height=size[1])
    context = browser.new_context(
        viewport=viewport, reduced_motion="reduce", java_script_enabled=scripts, timezone_id="Asia/Tokyo"
    )
    context.set_default_timeout(10_000)
    wrong = watch(context)
    yield context
    context.close()
    assert [words for words in wrong if not any(one in words for one in ANSWERED)] == []


def kept(name: str, value: str) -> str:
    """A script that has the browser remember something; an empty page of Chromium's may not."""
    return f"if (location.protocol === 'http:') localStorage.setItem('ontap {name}', '{value}')"


def open_board(context: BrowserContext, running: Running) -> Page:
    page = context.new_page()
    page.goto(f"{running.http}{urlsplit(running.device_socket(1)).path.removesuffix('Test')}")
    return page


@pytest.fixture
def board(browser: Browser, running: Running) -> Iterator[Page]:
    """A live board on a tablet that SK has in hand."""
    with context_of(browser) as context:
        context.add_init_script(kept("initials", "SK"))
        page = open_board(context, running)
        expect(page.get_by_text("This board is live", exact=True)).to_be_visible()
        yield page


@pytest.fixture
def guest(browser: Browser, running: Running) -> Iterator[Page]:
    """The phone of somebody at table 5."""
    with context_of(browser, PHONE) as context:
        page = context.new_page()
        page.goto(running.table_link(1, "5"))
        yield page


def sheet(board: Page, name: str = "") -> Locator:
    """The sheet over the board: on its page of this name."""
    found = board.get_by_role("dialog")
    if not found.is_visible():
        board.get_by_role("link", name="Tables", exact=True).click()
        expect(found.get_by_role("heading", name="Tables of")).to_be_visible()
    if name:
        found.get_by_role("navigation").get_by_role("link", name=name).click()
        expect(found.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
    return found


def assert_no_barrier(page: Page, what: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{what}\n{found.generate_report()}"


def test_a_table_pays_and_is_cleared_without_leaving_the_board(board: Page, running: Running) -> None:
    with V2Guest(running.table_socket(1, "3")) as guest:
        guest.snapshot()
        ack = guest.place({LAGER: 2})
        tables = sheet(board)
        tables.get_by_role("link", name=re.compile(r"^Table 3 £6\.40 to pay")).click()
        tables.get_by_role("button", name="Mark £6.40 paid").click()
        expect(tables.get_by_text(f"Order {ack.order_number} is paid: £6.40.").first).to_be_visible()
        expect(tables.get_by_text("noted by SK on Test board")).to_be_visible()
        assert guest.next_event(order_id=ack.order_id, change="paid").order.state == "pending"
        assert_no_barrier(board, "a table's bill over the board")
        tables.get_by_role("button", name="Clear table 3").click()
        expect(tables.get_by_role("alert")).to_contain_text(f"Order {ack.order_number} is not accepted yet.")
        tables.get_by_role("button", name="Clear all the same").click()
        expect(tables.get_by_text("Table 3 is cleared.").first).to_be_visible()
        assert guest.session_ended().reason == "cleared"
    board.keyboard.press("Escape")
    expect(board.get_by_role("dialog")).to_have_count(0)
    expect(board.get_by_role("article", name=f"Order {ack.order_number}")).to_be_visible()


def test_sold_out_in_one_tap_reaches_a_phone_that_is_open(board: Page, guest: Page, running: Running) -> None:
    lager = guest.locator(f"[data-product='{LAGER}']")
    expect(lager.get_by_role("button", name="Add")).to_be_visible()
    page = sheet(board, "Sold out")
    page.get_by_label("Product").fill("carls")
    expect(page.get_by_role("button", name="1 hour")).to_have_count(1)
    with V2Guest(running.table_socket(1, "6")) as other:
        other.snapshot()
        page.get_by_role("button", name="1 hour").click()
        other.next_notice("menu", timeout=2)
    expect(page.get_by_text("Carlsberg is sold out until").first).to_be_visible()
    expect(lager.get_by_text("Sold out until")).to_be_visible(timeout=5_000)  # phones ask spread over two seconds
    expect(lager.get_by_role("button", name="Add")).to_have_count(0)
    page.get_by_role("button", name="Sell again Carlsberg").click()
    expect(lager.get_by_role("button", name="Add")).to_be_visible(timeout=5_000)


def test_an_order_by_staff_is_quick_and_a_test_is_no_guests(board: Page, guest: Page) -> None:
    form = sheet(board, "New order")
    form.get_by_label("Table").select_option("5")
    form.get_by_label("Product").fill("carlsb")
    for _ in range(3):
        form.get_by_role("button", name="One more Carlsberg").click()
    form.get_by_role("button", name="One less Carlsberg").click()
    expect(form.get_by_text("Total £6.40")).to_be_visible()
    form.get_by_role("button", name="Note Carlsberg").click()
    form.get_by_label("Note for whoever makes it").fill("no head")
    form.get_by_role("button", name="Add to the order").click()
    expect(form.get_by_text("no head")).to_be_visible()
    expect(form.get_by_text("Total £9.60")).to_be_visible()
    form.get_by_role("button", name="Place the order").dblclick()
    expect(form.get_by_text(re.compile(r"^Order \d+ is placed for table 5\.$")).first).to_be_visible()
    name = form.get_by_role("heading", name=re.compile(r"^Order \d+$")).inner_text()
    form.get_by_role("link", name="Close").click()
    expect(board.get_by_role("article", name=name)).to_contain_text("by staff")
    orders = guest.get_by_role("region", name="Orders of this table")
    expect(orders.get_by_role("article")).to_have_count(1)

    tried = sheet(board, "New order")
    tried.get_by_label("Table").select_option("5")
    tried.get_by_label("Test order").check()
    tried.get_by_label("How many Carlsberg").fill("7")
    tried.get_by_role("button", name="Place the order").click()
    expect(tried.get_by_text(re.compile(r"^Test order \d+ is placed")).first).to_be_visible()
    # What comes after it on the same phone says that it did not come.
    once_more = sheet(board, "New order")
    once_more.get_by_label("Table").select_option("5")
    once_more.get_by_label("How many Carlsberg").fill("1")
    once_more.get_by_role("button", name="Place the order").click()
    expect(orders.get_by_role("article")).to_have_count(2)
    expect(orders.get_by_text("£22.40")).to_have_count(0)


def test_an_order_is_found_with_its_history_and_printed(board: Page, running: Running) -> None:
    with V2Guest(running.table_socket(1, "8")) as guest, V2Board(running.device_socket(1)) as bar:
        ack = guest.place({LAGER: 1})
        bar.accept(bar.wait_state(ack.order_id, "pending"))
        bar.wait_state(ack.order_id, "accepted")
    page = sheet(board, "Find")
    page.get_by_label("Number, table, puck or product").fill("carlsberg")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("link", name=re.compile(rf"Order {ack.order_number}\b")).click()
    expect(page.get_by_text("Accepted", exact=True).first).to_be_visible()
    page.get_by_label("Undo, back to “New”").fill("too early")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Undone, accepted no more: too early")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Undone")).to_contain_text("SK on Test board")
    with board.context.expect_page() as opened:
        page.get_by_role("link", name="Docket").click()
    docket = opened.value
    docket.get_by_role("button", name="Print").wait_for()
    assert_no_barrier(docket, "a docket")
    docket.emulate_media(media="print")
    expect(docket.get_by_role("button", name="Print")).to_be_hidden()
    pdf = docket.pdf(prefer_css_page_size=True)
    sizes = [tuple(map(float, found)) for found in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)]
    assert len(sizes) == 1
    width, height = (points / POINTS_PER_MM for points in sizes[0])
    assert (round(width), 30 < height < 160) == (80, True), sizes
    board.goto(f"{running.http}/board/1/orders/{ack.order_id}/")
    board.get_by_role("button", name="Mark paid").click()
    expect(board.get_by_text("noted by SK on Test board")).to_be_visible()


def test_a_pause_until_a_time_is_what_guests_read(board: Page, guest: Page) -> None:
    until = f"{datetime.now(ZoneInfo('Europe/London')) + timedelta(hours=2):%H:%M}"
    page = sheet(board, "Pause")
    page.get_by_label("until a time").check()
    page.get_by_label("Reason, as guests read it").fill("The kitchen <catches> up.")
    page.get_by_role("button", name="Pause orders").click()
    expect(page.get_by_role("alert")).to_have_text("Give a time such as 21:30.")
    expect(page.get_by_label("Reason, as guests read it")).to_have_value("The kitchen <catches> up.")
    page.get_by_label("Until, where").fill(until)
    page.get_by_role("button", name="Pause orders").click()
    try:
        expect(page.get_by_text(re.compile(rf"Orders are paused until .*{until}\.")).first).to_be_visible()
        guest.reload()
        expect(guest.get_by_text(re.compile(rf"Orders are paused until .*{until}"))).to_be_visible()
        expect(guest.get_by_text("The kitchen <catches> up.")).to_be_visible()
    finally:
        page.get_by_role("button", name="Let orders go on").click()
    expect(page.get_by_text("Orders go on.").first).to_be_visible()


def test_without_a_connection_what_was_typed_stays(browser: Browser, running: Running) -> None:
    with context_of(browser) as context:
        board = open_board(context, running)
        page = sheet(board, "Pause")
        page.get_by_label("Reason, as guests read it").fill("Full house.")
        board.route("**/pause", lambda route: route.fulfill(status=503, body="no database"))
        page.get_by_role("button", name="Pause orders").click()
        expect(page.get_by_role("alert")).to_contain_text("Not done.")
        expect(page.get_by_label("Reason, as guests read it")).to_have_value("Full house.")
        page.get_by_role("link", name="Close").click()
        context.set_offline(True)
        board.get_by_role("link", name="Tables", exact=True).click()
        expect(board.get_by_role("alert").filter(has_text="Not here.")).to_contain_text("There is no connection.")
        context.set_offline(False)


def test_by_keyboard_alone_a_table_is_opened_and_its_sheet_left(board: Page) -> None:
    board.get_by_role("link", name="Tables", exact=True).focus()
    board.keyboard.press("Enter")
    page = board.get_by_role("dialog")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.get_by_role("button", name="Open table 11", exact=True).focus()
    board.keyboard.press("Enter")
    expect(page.get_by_role("link", name=re.compile("^Table 11 Nothing ordered"))).to_be_visible()
    assert page.evaluate("dialog => dialog.contains(document.activeElement)")
    board.keyboard.press("Escape")
    expect(board.get_by_role("link", name="Tables", exact=True)).to_be_focused()


def test_without_javascript_an_order_is_placed_in_steps_and_paid(browser: Browser, running: Running) -> None:
    with context_of(browser, PHONE, scripts=False) as context:
        page = open_board(context, running)
        page.goto(f"{running.http}/board/1/order/")
        page.get_by_label("Table").select_option("9")
        page.get_by_label("Product").fill("pie")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_label("How many Carlsberg")).to_be_hidden()
        page.get_by_role("button", name=re.compile("^Choose .* pie", re.IGNORECASE)).first.click()
        chosen = page.get_by_role("heading", level=1).inner_text()
        page.get_by_label("How many").fill("2")
        page.get_by_role("button", name="Add to the order").click()
        expect(page.get_by_role("listitem").filter(has_text=re.compile(rf"^\s*2\s*{chosen}"))).to_be_visible()
        expect(page.get_by_label("Table")).to_have_value("9")
        page.get_by_role("button", name="Place the order").click()
        expect(page.get_by_text("is placed for table 9.")).to_be_visible()
        page.get_by_role("button", name="Mark paid").click()
        expect(page.get_by_text("noted by Test board")).to_be_visible()
        page.get_by_role("link", name="Table 9").click()
        page.get_by_role("button", name="Clear table 9").click()
        page.get_by_role("link", name="Keep table 9").click()
        expect(page.get_by_text("Still to pay")).to_be_visible()


def test_no_barrier_on_any_page_and_none_is_wider_than_the_narrowest_phone(browser: Browser, running: Running) -> None:
    with V2Board(running.device_socket(1)) as bar:
        ack = bar.place(table_number="2", lines=[{"product_id": LAGER, "quantity": 1, "note": "x" * 120}])
    for size, theme in ((PHONE, "light"), (WALL, "dark")):
        with context_of(browser, size) as context:
            context.add_init_script(kept("theme", theme))
            page = open_board(context, running)
            base = page.url
            page.goto(f"{base}tables/")
            table = page.get_by_role("link", name=re.compile(r"^Table 2\b")).get_attribute("href")
            free = page.get_by_role("link", name=re.compile(r"^Table \d+ Free")).first.get_attribute("href")
            for path in (
                f"{base}tables/",
                f"{running.http}{table}",
                f"{running.http}{free}",
                f"{base}pause",
                f"{base}sold-out/",
                f"{base}order/?table=2",
                f"{base}find/",
                f"{base}find/?q=nothing+of+the+sort",
                f"{base}find/?on=x",
                f"{base}orders/{ack.order_id}/",
            ):
                page.goto(path)
                assert page.evaluate("document.documentElement.dataset.theme") == theme
                assert_no_barrier(page, f"{path}, {theme}")
                page.set_viewport_size(ViewportSize(width=NARROWEST[0], height=NARROWEST[1]))
                assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST[0], path
                page.set_viewport_size(ViewportSize(width=size[0], height=size[1]))
