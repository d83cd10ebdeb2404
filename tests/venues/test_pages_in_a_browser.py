"""The pages below a venue in a real browser: no barrier, nothing too wide, the plan by tap, by keys and by dragging."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has none
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser.pages import login_of, watched
from tests.journeys.fixtures import own_postgres, own_redis, template
from tests.journeys.running import Running, start_up
from tests.journeys.template import Template
from tests.stack.chromium import PHONE, TABLET, browser

__all__ = ["browser", "own_postgres", "own_redis", "template"]

WHO = "lamplighter-operator"
NARROWEST = (320, 640)
PAGES = ("codes", "plan", "hours", "copy", "change")


@pytest.fixture(scope="module")
def running(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with start_up(tmp_path_factory.mktemp("venue-pages"), like=template) as running:
        yield running


@pytest.fixture(scope="module")
def login(browser: Browser, running: Running) -> StorageState:
    return login_of(browser, running, WHO)


@pytest.fixture(params=[(PHONE, "light"), (TABLET, "dark")], ids=str)
def page(request: pytest.FixtureRequest, browser: Browser, login: StorageState) -> Iterator[Page]:
    size, scheme = request.param
    # Beside a PDF, which names no icon, the browser asks for one by itself.
    with watched(browser, size=size, scheme=scheme, login=login, expected=["/favicon.ico"]) as page:
        yield page


def address(running: Running, name: str) -> str:
    return f"{running.http}/admin/venues/venue/1/{name}/"


def test_no_barrier_on_any_page(page: Page, running: Running) -> None:
    for name in PAGES:
        page.goto(address(running, name))
        expect(page.locator(".ot").first).to_be_visible()
        found = Axe().run(page, context=".ot")
        assert found.violations_count == 0, f"{name}\n{found.generate_report()}"


@pytest.mark.parametrize("page", [(NARROWEST, "light")], ids=str, indirect=True)
def test_nothing_is_wider_than_the_narrowest_phone(page: Page, running: Running) -> None:
    for name in set(PAGES) - {"change"}:  # the form below the panel is unfold's
        page.goto(address(running, name))
        assert page.evaluate("document.documentElement.scrollWidth") == NARROWEST[0], name


@pytest.mark.parametrize("page", [(TABLET, "light")], ids=str, indirect=True)
def test_tables_are_placed_by_tap_by_keys_and_by_dragging(page: Page, running: Running) -> None:
    page.goto(address(running, "plan"))
    tray, said = page.get_by_role("group", name="Not on the plan"), page.locator("[data-said]")
    tray.get_by_role("button", name="1", exact=True).click()
    page.locator('td[data-x="1"][data-y="1"]').click()
    expect(said).to_have_text("Table 1 is in column 2, row 2. Not saved yet.")
    tray.get_by_role("button", name="2", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator('td[tabindex="0"]').focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(said).to_have_text("Table 2 is in column 4, row 2. Not saved yet.")
    tray.get_by_role("button", name="3", exact=True).drag_to(page.locator('td[data-x="5"][data-y="1"]'))
    expect(said).to_have_text("Table 3 is in column 6, row 2. Not saved yet.")
    tray.get_by_role("button", name="4", exact=True).click()
    page.locator('td[data-x="1"][data-y="1"]').click()
    expect(said).to_have_text("Table 1 stands there.")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save the plan").click()
    expect(page.get_by_text("The plan is saved, 3 moved.")).to_be_visible()
    expect(page.locator('td[data-x="5"][data-y="1"]')).to_have_text("3")
    page.locator('td[data-x="5"][data-y="1"]').click()
    page.get_by_role("button", name="Take it off the plan").click()
    page.get_by_role("button", name="Save the plan").click()
    expect(page.locator('td[data-x="5"][data-y="1"]')).to_be_empty()


@pytest.mark.parametrize("page", [(TABLET, "light")], ids=str, indirect=True)
def test_hours_of_a_day_are_copied_to_the_next(page: Page, running: Running) -> None:
    page.goto(address(running, "hours"))
    page.locator("[name=d0-0-opens]").fill("12:00")
    page.locator("[name=d0-0-closes]").fill("23:30")
    page.get_by_role("button", name="As Monday").click()
    page.get_by_role("button", name="Show what guests would be told").click()
    told = page.get_by_label("The next seven days")
    expect(told.get_by_text("12:00 to 23:30")).to_have_count(2)
    expect(told.get_by_text("closed", exact=True)).to_have_count(5)


@pytest.mark.parametrize("page", [(TABLET, "light")], ids=str, indirect=True)
def test_a_sheet_of_a_loopback_address_is_asked_about_and_then_printed(page: Page, running: Running) -> None:
    page.goto(address(running, "codes"))
    page.get_by_role("button", name="Print sheet").click()
    expect(page.get_by_role("heading", name="Where these codes lead: http://127.0.0.1")).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "POST") as sheet:
        page.get_by_role("button", name="Print anyway").click()
    assert sheet.value.headers["content-type"] == "application/pdf"
    page.goto(address(running, "codes"))
    expect(page.get_by_text("Printed", exact=True).nth(1)).to_be_visible()
