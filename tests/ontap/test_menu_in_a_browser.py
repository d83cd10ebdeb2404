"""The menu's page in a real browser, from a real server, and what phones and boards hear of it."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has none
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, ViewportSize, expect

from tests.browser.pages import login_of, watched
from tests.clients.v2 import V2Board
from tests.journeys.fixtures import own_postgres, own_redis, template
from tests.journeys.running import Running, start_up
from tests.journeys.template import Template
from tests.stack.chromium import PHONE, TABLET, browser

__all__ = ["browser", "own_postgres", "own_redis", "template"]

NARROWEST = (320, 640)
WHO = "lamplighter-manager"
MENU, GUESTS, PRODUCT = "/admin/venues/venue/1/menu/", "/board/1/preview/", "/admin/venues/product/13/change/"
SOON_MS, SOON_S = 2_000, 2.0


@pytest.fixture(scope="module")
def running(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with start_up(tmp_path_factory.mktemp("menu"), like=template) as running:
        yield running


@pytest.fixture(scope="module")
def login(browser: Browser, running: Running) -> StorageState:
    """The cookies of the manager of venue 1, which shares its menu with another venue."""
    return login_of(browser, running, WHO)


def context_of(
    browser: Browser, size: tuple[int, int], login: StorageState | None = None, **options: object
) -> BrowserContext:
    viewport = ViewportSize(width=size[0], height=size[1])
    return browser.new_context(viewport=viewport, storage_state=login, **options)  # type: ignore[arg-type]


@pytest.fixture
def page(browser: Browser, login: StorageState) -> Iterator[Page]:
    with watched(browser, size=TABLET, login=login) as page:
        yield page


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Guests see it now.")).to_be_visible()


def test_a_price_changed_in_place_is_on_open_phones_and_boards_within_two_seconds(
    page: Page, browser: Browser, running: Running
) -> None:
    phone = context_of(browser, PHONE)
    guest = phone.new_page()
    guest.goto(running.table_link(1, "9"))
    carlsberg = guest.locator('[data-product="13"]')
    expect(carlsberg.get_by_role("button").first).to_be_visible()  # it takes orders: its socket is open
    page.goto(running.http + MENU)
    with V2Board(running.device_socket(1)) as board:
        board.snapshot()
        page.get_by_label("Find a product").fill("cArlsb")
        expect(page.get_by_text("1 of 52 listed.")).to_be_visible()
        expect(page.get_by_label("Price of Harvest Bitter")).to_be_hidden()
        page.get_by_label("Price of Carlsberg").fill("3,45")
        expect(page.get_by_text("1 changed, not saved yet.")).to_be_visible()
        expect(page.locator("#bulk button")).to_be_disabled()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(carlsberg.locator(".price")).to_have_text("£3.45", timeout=SOON_MS)
        board.next_notice("menu", SOON_S)
        expect(page.get_by_text("Saved: Carlsberg. Guests see it now.")).to_be_visible()
        page.get_by_role("button", name=re.compile("^back to 3.20.*Price of Carlsberg")).click()
        expect(page.get_by_label("Price of Carlsberg")).to_have_value("")
        save(page)
        expect(carlsberg.locator(".price")).to_have_text("£3.20", timeout=SOON_MS)
        board.next_notice("menu", SOON_S)
    phone.close()


def test_several_are_ticked_looked_at_and_changed(page: Page, running: Running) -> None:
    page.goto(running.http + MENU)
    page.get_by_label("Tick all of Wine that is listed").check()
    page.get_by_label("By", exact=True).fill("10")
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_role("heading", name="Before it is done")).to_be_visible()
    assert page.get_by_role("row").count() > 3
    found = Axe().run(page, context={"include": [[".vm"]]})
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("Guests see it now.")).to_be_visible()
    expect(page.get_by_label("Price of House red")).to_have_value("5.05")
    page.get_by_role("combobox", name="Show", exact=True).select_option("What differs here")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_label("Price of Harvest Bitter")).to_have_count(0)
    page.get_by_text("Change several at once").click()
    page.get_by_label("What", exact=True).select_option("All as shared")
    expect(page.get_by_label("By", exact=True)).to_be_hidden()
    page.get_by_label("Which products").select_option("All of Wine")
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("Guests see it now.")).to_be_visible()


def test_it_needs_no_javascript(browser: Browser, login: StorageState, running: Running) -> None:
    context = context_of(browser, TABLET, login, java_script_enabled=False)
    page = context.new_page()
    page.goto(running.http + MENU)
    page.get_by_label("Stock of Carlsberg").fill("6")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved: Carlsberg.")).to_be_visible()
    page.get_by_role("button", name=re.compile("^back to not counted.*Stock of Carlsberg")).click()
    expect(page.get_by_label("Stock of Carlsberg")).to_have_value("")
    page.get_by_label("Find a product").fill("carls")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("1 of 52 listed.")).to_be_visible()
    context.close()


def test_no_barrier_and_nothing_wider_than_the_phone(browser: Browser, login: StorageState, running: Running) -> None:
    for size, scheme in ((PHONE, "dark"), (NARROWEST, "light"), (TABLET, "dark")):
        context = context_of(browser, size, login, color_scheme=scheme)
        page = context.new_page()
        for address, part in ((MENU, ".vm"), (GUESTS, "body"), (PRODUCT, ".vm-allergens")):
            page.goto(running.http + address)
            expect(page.locator(part).first).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], (address, size)
            if size != NARROWEST:
                found = Axe().run(page, context={"include": [[part]]})
                assert found.violations_count == 0, f"{address}\n{found.generate_report()}"
        context.close()
