"""How heavy the guest's page is, in Chromium's own count, and what is there before anything has run."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.benchmarks.long_card import WRITE
from tests.browser.phones import phone
from tests.browser.traffic import Traffic
from tests.clients.v2 import V2Board
from tests.journeys.fixtures import own_postgres, own_redis, template
from tests.journeys.running import Running, start_up
from tests.journeys.template import Template
from tests.stack.chromium import browser

__all__ = ["browser", "own_postgres", "own_redis", "template"]

MOST_BYTES = 100_000
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) {
    if (!one.hadRecentInput) shifts.push([one.value, ...one.sources.map(({ node }) => node?.outerHTML?.slice(0, 80))]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def running(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with start_up(tmp_path_factory.mktemp("weight"), like=template) as running:
        yield running


@pytest.fixture(scope="module")
def long_card(running: Running) -> int:
    """A venue with 300 products."""
    return int(running.manage("shell", "--no-imports", "--command", WRITE).split()[-1])


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with phone(browser, expected=["net::ERR_FAILED"]) as context:
        yield context


def can_order(page: Page) -> None:
    expect(page.locator("#menu").get_by_role("button").first).to_be_visible()


def test_a_first_visit_is_light_and_a_return_nearly_free(browser: Browser, running: Running, long_card: int) -> None:
    for venue in (1, long_card):
        address = running.table_link(venue, "1")
        with phone(browser) as context:
            page = context.new_page()
            traffic = Traffic(page)
            page.goto(address)
            can_order(page)
            assert {one.status for one in traffic.settle()} == {200}
            assert {"Document", "Stylesheet", "Script", "Menu", "Image"} <= traffic.by_kind.keys()
            assert traffic.bytes <= MOST_BYTES, traffic.by_kind
            page.close()

            page = context.new_page()
            again = Traffic(page)
            page.goto(address)
            can_order(page)
            for one in again.settle():
                if one.path.startswith(("/static/", "/look/", "/media/")):
                    assert (one.kept, one.wire) == (True, 0), one
            assert [one.status for one in again.of("Menu")] in ([304], [200])
            assert again.bytes < traffic.bytes / 4, again.by_kind


def test_no_module_is_found_later_than_the_page(context: BrowserContext, running: Running) -> None:
    page = context.new_page()
    traffic = Traffic(page)
    page.goto(running.table_link(1, "2"))
    can_order(page)
    traffic.settle()
    text = page.request.get(running.table_link(1, "2")).text()
    named = re.findall(r'<(?:link rel="modulepreload" href|script type="module" src)="([^"]+)"', text)
    asked = [one.path for one in traffic.of("Script")]
    assert len(asked) > 5
    assert sorted(asked) == sorted(named)  # each once
    assert len({path.split("/")[2] for path in asked}) == 1  # of one release


def test_the_menu_is_there_without_any_script_and_says_when_ordering_has_not_come(
    context: BrowserContext, running: Running
) -> None:
    context.route("**/guest.js", lambda route: route.abort())
    page = context.new_page()
    line = context.new_cdp_session(page)
    page.goto(running.table_link(1, "2"))
    expect(page.get_by_role("heading", name="Carlsberg")).to_be_visible()
    expect(page.get_by_text("£3.20").first).to_be_visible()
    late = page.get_by_text("Ordering has not loaded.")
    expect(late).to_be_hidden()
    line.send("Animation.enable")
    line.send("Animation.setPlaybackRate", {"playbackRate": 20})  # 15 seconds
    expect(late).to_be_visible()
    context.unroute("**/guest.js")
    page.get_by_role("link", name="Load the page again").click()
    can_order(page)
    expect(late).to_be_hidden()


def test_nothing_moves_while_the_page_becomes_one_to_order_from(
    context: BrowserContext, running: Running, long_card: int
) -> None:
    context.add_init_script(SHIFTS)
    for venue in (1, long_card):
        with V2Board(running.device_socket(venue)):
            page = context.new_page()
            page.goto(running.table_link(venue, "1"))
            can_order(page)
            page.wait_for_load_state("networkidle")
            shifts = page.evaluate("shifts")
            assert sum(value for value, *_ in shifts) < 0.02, shifts
            page.close()


def test_a_return_runs_no_code_of_an_earlier_release(context: BrowserContext, running: Running) -> None:
    """What a browser kept of a release is never asked for by a page of another one: each has addresses of its own."""
    page = context.new_page()
    page.goto(running.table_link(1, "2"))
    own = page.locator('script[type="module"]').get_attribute("src")
    assert own is not None
    other = own.replace(own.split("/")[2], "0123456789ab")
    assert page.request.get(running.http + own).status == 200
    assert page.request.get(running.http + other).status == 404
