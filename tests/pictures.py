"""Pictures of every state of the guest's page and the board, on a phone and on a tablet: for docs, and our own eyes.

    python -m tests.pictures docs/pictures

Each is taken from a real server in a real browser, after a small evening at the demo's first venue.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from tests.clients.v2 import V2Board, V2Guest
from tests.journeys.running import Running, start_up
from tests.needs import find_chromium
from tests.stack.chromium import PHONE

TABLET = (1180, 820)
SIZES = {"phone": PHONE, "tablet": TABLET}
VENUE = 1
BITTER, LAGER, LIME, HADDOCK = "1", "13", "26", "40"
# Minutes by which orders are made older, so that one is slow and one is late.
OLDER = """
from datetime import timedelta
from orders.models import Order
for number, minutes in {ages}:
    for order in Order.objects.filter(venue_id=1, number=number):
        for name in ("placed_at", "accepted_at", "ready_at"):
            if getattr(order, name): setattr(order, name, getattr(order, name) - timedelta(minutes=minutes))
        order.save()
"""

PAUSE = """
from datetime import timedelta
from orders.services import pause
from orders.tables import now_in_ms
now = now_in_ms()
pause(1, now + timedelta(minutes=15), "The kitchen is catching up.", now)
"""
GO_ON = """
from orders.services import pause
from orders.tables import now_in_ms
pause(1, None, "", now_in_ms())
"""


class Album:
    """Where the pictures go: small files, so that a repository can hold them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, page: Page, name: str, *, whole: bool = False) -> None:
        page.wait_for_timeout(600)  # what arrives has arrived; a board stands still for a moment after a tap
        with Image.open(BytesIO(page.screenshot(full_page=whole))) as picture:
            picture.convert("RGB").save(self.folder / f"{name}.webp", "WEBP", quality=70, method=6)
        print(name, flush=True)


@contextmanager
def opened(
    browser: Browser,
    size: str,
    *,
    scheme: Literal["light", "dark"] = "light",
    locale: str = "en-GB",
    script: bool = True,
) -> Iterator[BrowserContext]:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport=ViewportSize(width=width, height=height),
        color_scheme=scheme,
        locale=locale,
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    try:
        yield context
    finally:
        context.close()


def guest(album: Album, browser: Browser, running: Running, board: V2Board, size: str, table: str) -> None:
    """What a guest sees from the scan to the last glass."""
    with opened(browser, size) as context:
        page = context.new_page()
        page.goto(running.table_link(VENUE, table))
        expect(page.locator("#dishes .act button").first).to_be_visible()
        album.take(page, f"guest-menu-{size}")
        page.locator(".diet summary").click()
        page.get_by_label("Milk", exact=True).check()
        album.take(page, f"guest-allergens-{size}")
        page.get_by_label("Milk", exact=True).uncheck()
        page.locator(".diet summary").click()
        page.get_by_role("button", name="Choose").first.click()
        album.take(page, f"guest-options-{size}")
        page.get_by_role("dialog").locator("button[type=submit]").click()
        page.get_by_role("button", name="Choose options for Lamplighter supper").click()
        album.take(page, f"guest-combo-{size}")
        page.get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Add Carlsberg").click()
        page.get_by_role("button", name="See order").click()
        album.take(page, f"guest-basket-{size}")
        page.get_by_role("button", name="Send to the bar").click()
        sent = page.locator("#orders")
        expect(sent.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        album.take(page, f"guest-sent-{size}")
        order = next(one for one in board.open_orders().orders if one.table_number == table)
        for act, name in ((board.accept, "being-made"), (board.ready, "ready"), (board.complete, "brought")):
            act(order)
            order = board.wait_state(order.order_id, {"being-made": "accepted", "brought": "completed"}.get(name, name))
            album.take(page, f"guest-{name}-{size}")
        with V2Guest(running.table_socket(VENUE, table)) as other:
            ack = other.place({LIME: 2})
        refused = next(one for one in board.open_orders().orders if one.order_id == ack.order_id)
        board.reject(refused, "The limes are gone for tonight, sorry. The soda is good.")
        expect(sent.get_by_role("heading", name="Not accepted", exact=True)).to_be_visible()
        album.take(page, f"guest-rejected-{size}")
        context.set_offline(True)
        page.get_by_role("button", name="Add Carlsberg").click()
        page.get_by_role("button", name="See order").click()
        page.get_by_role("button", name="Send to the bar").click()
        expect(page.get_by_text("No connection", exact=False).first).to_be_visible(timeout=60_000)
        album.take(page, f"guest-offline-{size}")


def guest_elsewhere(album: Album, browser: Browser, running: Running) -> None:
    """Languages, night, no script, and the pages around."""
    for name, locale, scheme in (("german", "de-DE", "light"), ("arabic", "ar", "light"), ("night", "en-GB", "dark")):
        with opened(browser, "phone", locale=locale, scheme=scheme) as context:  # type: ignore[arg-type]
            page = context.new_page()
            page.goto(running.table_link(VENUE, "12"))
            expect(page.locator("#dishes .act button").first).to_be_visible()
            album.take(page, f"guest-{name}-phone")
    with opened(browser, "phone", script=False) as context:
        page = context.new_page()
        page.goto(running.table_link(VENUE, "12"))
        album.take(page, "guest-no-script-phone")
        page.goto(f"{running.http}/t/nothing")
        album.take(page, "guest-unknown-code-phone")
    running.manage("shell", "--no-imports", "-c", PAUSE)
    for size in SIZES:
        with opened(browser, size) as context:
            page = context.new_page()
            page.goto(running.table_link(VENUE, "12"))
            album.take(page, f"guest-paused-{size}")
    running.manage("shell", "--no-imports", "-c", GO_ON)


def fill(running: Running, board: V2Board) -> None:
    """An evening that is under way: new, slow and late orders, some being made, one ready."""
    wanted = (
        ("3", {HADDOCK: 1, LAGER: 2}, 11, ""),
        ("12", {LAGER: 4}, 6, ""),
        ("7", {LIME: 2, BITTER: 1}, 1, ""),
        ("5", {HADDOCK: 2, LIME: 2}, 7, "accepted"),
        ("9", {BITTER: 3}, 2, "accepted"),
        ("14", {LAGER: 1, HADDOCK: 1}, 4, "ready"),
    )
    ages = []
    for table, items, minutes, state in wanted:
        with V2Guest(running.table_socket(VENUE, table)) as phone:
            ack = phone.place(items)
        order = next(one for one in board.open_orders().orders if one.order_id == ack.order_id)
        if state:
            board.accept(order)
            order = board.wait_state(order.order_id, "accepted")
        if state == "ready":
            board.ready(order)
            board.wait_state(order.order_id, "ready")
        ages.append((ack.order_number, minutes))
    running.manage("shell", "--no-imports", "-c", OLDER.format(ages=ages))


def boards(album: Album, browser: Browser, running: Running) -> None:
    """The board and its sheets."""
    path = urlsplit(running.device_socket(VENUE)).path.removesuffix("Test")
    for size in SIZES:
        with opened(browser, size) as context:
            page = context.new_page()
            page.goto(f"{running.http}{path}")
            expect(page.get_by_text("This board is live", exact=True)).to_be_visible()
            album.take(page, f"board-start-{size}")
            page.get_by_role("button", name="Sound on").first.click()
            album.take(page, f"board-{size}", whole=size == "phone")
            page.locator("[data-state=pending]").get_by_role("button", name="Reject…").first.click()
            album.take(page, f"board-reject-{size}")
            page.get_by_role("button", name="Keep the order").click()
            page.get_by_role("button", name="Light", exact=True).click()
            album.take(page, f"board-light-{size}")
            page.get_by_role("button", name="Dark", exact=True).click()
            page.get_by_role("link", name="Kitchen").click()
            album.take(page, f"board-kitchen-{size}")
            page.get_by_role("link", name="All").click()
            page.get_by_role("button", name="Keys").click()
            album.take(page, f"board-keys-{size}")
            page.keyboard.press("Escape")
            for name in ("Find", "Sold out", "New order", "Tables", "Pause"):
                page.locator(".tools").get_by_role("link", name=name, exact=True).click()
                expect(page.get_by_role("dialog")).to_be_visible()
                album.take(page, f"board-{name.lower().replace(' ', '-')}-{size}")
                page.get_by_role("dialog").get_by_text("Close", exact=True).first.click()
            page.locator(".ticket h3 a").first.click()
            expect(page.get_by_role("dialog")).to_be_visible()
            album.take(page, f"board-order-{size}")
            page.get_by_role("dialog").get_by_text("Close", exact=True).first.click()
            context.set_offline(True)
            page.evaluate("dispatchEvent(new Event('offline'))")
            expect(page.get_by_text("Connection lost", exact=False).first).to_be_visible(timeout=60_000)
            album.take(page, f"board-lost-{size}")


def main(folder: str) -> None:
    program = find_chromium()
    assert program is not None, "There is no Chromium on this machine."
    album = Album(Path(folder))
    with (
        tempfile.TemporaryDirectory() as data,
        start_up(Path(data)) as running,
        sync_playwright() as playwright,
        V2Board(running.device_socket(VENUE)) as board,
    ):
        board.snapshot()
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for size, table in (("phone", "2"), ("tablet", "4")):
            guest(album, browser, running, board, size, table)
        guest_elsewhere(album, browser, running)
        fill(running, board)
        boards(album, browser, running)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
