"""The guest's page kept by the phone, the board that never is, and both where the browser allows neither."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.phones import OF_A_CUT, phone, wait_until
from tests.clients.v2 import V2Board
from tests.journeys.fixtures import own_postgres, own_redis, template
from tests.journeys.process import ROOT, Web
from tests.journeys.running import Running, start_up
from tests.journeys.template import Template
from tests.needs import find_chromium
from tests.stack.chromium import browser

__all__ = ["browser", "own_postgres", "own_redis", "template"]

NAME_ON_THE_LAN = "ontap.test"
KEPT = """
async () => {
  const kept = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      kept[new URL(request.url).pathname] = [name, Object.fromEntries(answer.headers)];
    }
  }
  return kept;
}
"""
AGE = """
async (milliseconds) => {
  const cache = await caches.open("guest");
  for (const request of await cache.keys()) {
    const answer = await cache.match(request);
    const headers = new Headers(answer.headers);
    if (!headers.has("x-kept-at")) continue;
    headers.set("x-kept-at", headers.get("x-kept-at") - milliseconds);
    await cache.put(request, new Response(await answer.text(), { headers }));
  }
}
"""
NONE_OF = """
async (release) => {
  const kept = await (await caches.open("guest")).keys();
  return kept.length > 0 && !kept.some(({ url }) => url.includes(release));
}
"""
CHANGE = """
from django.utils import timezone
from orders.tables import clear_table, rotate_code
from venues.models import Table
{}(Table.objects.get(venue_id=1, number="{}"), timezone.now())
"""


@pytest.fixture(scope="module")
def running(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    env = {"ALLOWED_HOSTS": f"127.0.0.1,{NAME_ON_THE_LAN}"}
    with start_up(tmp_path_factory.mktemp("installed"), env=env, like=template) as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    # 401 is how the server says that a visit is over.
    with phone(browser, expected=[*OF_A_CUT, "401 (Unauthorized)"]) as context:
        yield context


def scan(context: BrowserContext, address: str) -> Page:
    """The page behind a code, once it is kept."""
    page = context.new_page()
    page.goto(address)
    wait_until(page, "async () => Boolean(await caches.match(location.pathname, { cacheName: 'guest' }))")
    return page


def kept(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(KEPT)
    return found


def put_in(page: Page, product: str) -> None:
    page.locator("li.item").filter(has=page.get_by_role("heading", name=product)).get_by_role("button").first.click()


def order(page: Page) -> None:
    page.get_by_role("button", name="See order").click()
    page.get_by_role("button", name="Send to the bar").click()


def sent(page: Page) -> Locator:
    return page.locator("#orders").get_by_text("The bar has it.")


def test_in_flight_mode_a_reload_shows_the_menu_and_the_kept_order_which_is_sent_once(
    context: BrowserContext, running: Running
) -> None:
    page = scan(context, running.table_link(1, "1"))
    with V2Board(running.device_socket(1)) as board:
        context.set_offline(True)
        page.reload()
        put_in(page, "Carlsberg")
        order(page)
        expect(page.get_by_role("heading", name="Not sent yet")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Harvest Bitter")).to_be_visible()
        expect(page.get_by_role("heading", name="Not sent yet")).to_be_visible()
        expect(page.get_by_text("No connection.", exact=True)).to_be_visible()
        expect(page.get_by_text(re.compile(r"the menu as it was at \d\d:\d\d"))).to_be_visible()
        page.goto(f"{running.http}/here/1/")  # where an installed page starts
        expect(page.get_by_role("heading", name="Not sent yet")).to_be_visible()
        context.set_offline(False)
        expect(page.get_by_role("heading", name="Not sent yet")).to_be_hidden()
        expect(page.get_by_text("No connection.", exact=True)).to_be_hidden()
        page.reload()
        expect(sent(page)).to_have_count(1)
        assert len([one for one in board.state.orders.values() if one.table_number == "1"]) == 1


def test_only_the_guests_page_is_kept_and_nothing_of_it_is_secret(context: BrowserContext, running: Running) -> None:
    page = scan(context, running.table_link(1, "2"))
    page.evaluate("fetch('/session')")
    page.goto(f"{running.http}{running.device_socket(1).removeprefix(running.ws).partition('/Test')[0]}/")
    page.wait_for_url("**/board/1/")
    expect(page.get_by_text("This board is live", exact=True)).to_be_visible()
    page.reload()
    page.goto(f"{running.http}/admin/login/")
    page.goto(f"{running.http}/here/1/")
    everything = kept(page)
    pages = {path for path in everything if not path.startswith(("/static/", "/look/"))}
    code = running.table_link(1, "2").removeprefix(running.http)
    assert pages == {code, "/here/1/", "/api/v1/venues/1/menu", "/offline"}
    for path, (_, headers) in everything.items():
        assert "set-cookie" not in headers, path
    assert "script-src 'self'" in everything["/here/1/"][1]["content-security-policy"]
    # Whoever scans another table keeps that one alone.
    other = running.table_link(1, "3")
    page.goto(other)
    wait_until(
        page,
        "async ([now, old]) => Boolean(await caches.match(now)) && !(await caches.match(old))",
        [other.removeprefix(running.http), code],
    )


def test_a_board_without_a_connection_says_so_and_comes_by_itself(context: BrowserContext, running: Running) -> None:
    page = context.new_page()
    page.goto(f"{running.http}{running.device_socket(1).removeprefix(running.ws).partition('/Test')[0]}/")
    page.wait_for_url("**/board/1/")
    wait_until(page, "navigator.serviceWorker.controller !== null")
    page.reload()
    expect(page.get_by_role("heading", name="New")).to_be_visible()
    context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    expect(page.get_by_text("Last tried at")).to_be_visible()
    expect(page.get_by_role("heading", name="New")).to_have_count(0)
    assert "/board/1/" not in kept(page)
    context.set_offline(False)
    expect(page.get_by_role("heading", name="New")).to_be_visible()


def test_what_is_kept_goes_with_the_visit_and_after_four_hours(context: BrowserContext, running: Running) -> None:
    page = scan(context, running.table_link(1, "4"))
    put_in(page, "Carlsberg")
    order(page)
    expect(sent(page)).to_be_visible()
    running.manage("shell", "--no-imports", "--command", CHANGE.format("clear_table", "4"))
    expect(page.locator("#connection").get_by_text("This table was cleared")).to_be_visible()
    wait_until(page, "async () => !(await caches.has('guest'))")
    context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    context.set_offline(False)

    page = scan(context, running.table_link(1, "5"))
    context.set_offline(True)
    page.evaluate(AGE, 3_590_000 * 4)
    page.reload()
    expect(page.get_by_role("heading", name="Harvest Bitter")).to_be_visible()
    page.evaluate(AGE, 60_000)
    page.reload()
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    assert "/here/1/" not in kept(page)


def test_what_is_kept_goes_with_the_code(browser: Browser, running: Running) -> None:
    with phone(browser, expected=[*OF_A_CUT, "404 (Not Found)"]) as context:
        page = scan(context, running.table_link(1, "9"))
        running.manage("shell", "--no-imports", "--command", CHANGE.format("rotate_code", "9"))
        page.goto(f"{running.http}/here/1/")
        expect(page.get_by_role("heading", name="Scan the code on your table")).to_be_visible()
        wait_until(page, "async () => !(await caches.has('guest'))")


def test_the_browser_finds_nothing_wrong_with_either_manifest(context: BrowserContext, running: Running) -> None:
    page = context.new_page()
    line = context.new_cdp_session(page)
    board = f"{running.http}{running.device_socket(1).removeprefix(running.ws).partition('/Test')[0]}/"
    for address, start in ((running.table_link(1, "6"), "/here/1/"), (board, "/board/1/")):
        page.goto(address)
        found = line.send("Page.getAppManifest")
        assert found["errors"] == []
        assert json.loads(found["data"])["start_url"] == start
        errors = line.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert {error["errorId"] for error in errors} <= {"in-incognito"}  # as every page of Playwright's is


def test_on_plain_http_there_is_no_worker_and_ordering_works(browser: Browser, running: Running) -> None:
    rule = f"--host-resolver-rules=MAP {NAME_ON_THE_LAN} 127.0.0.1"
    other = browser.browser_type.launch(executable_path=find_chromium(), args=["--no-sandbox", rule])
    with closing(other), phone(other, expected=OF_A_CUT) as context:
        page = context.new_page()
        page.goto(running.table_link(1, "7").replace("127.0.0.1", NAME_ON_THE_LAN))
        assert page.evaluate("[isSecureContext, 'serviceWorker' in navigator]") == [False, False]
        put_in(page, "Carlsberg")
        order(page)
        expect(sent(page)).to_be_visible()
        # What is missing is said where it matters, and nowhere else.
        words = page.get_by_text("Leave this page open: here, a phone cannot load it again without a connection.")
        expect(words).to_have_count(0)
        running.web.terminate()
        expect(words).to_have_count(1)
        running.start()
        expect(words).to_have_count(0, timeout=40_000)


def test_a_new_release_takes_over_whole_and_breaks_no_open_page(
    context: BrowserContext, running: Running, tmp_path: Path
) -> None:
    before = scan(context, running.table_link(1, "8"))
    first = release_of(before)
    put_in(before, "Carlsberg")
    copy = copy_of_the_code(tmp_path / "next", 'gettext("See order")', 'gettext("Look it over")')
    running.web.terminate()
    new = Web(
        [str(copy / "manage.py"), *running.web.arguments[1:]], running.environ, tmp_path, "up", port=running.web.port
    )
    with new:
        new.start()
        new.wait_ready()
        after = context.new_page()
        after.goto(running.table_link(1, "8"))
        expect(after.get_by_role("button", name="Look it over")).to_be_visible()
        assert release_of(after) != first
        loaded = after.evaluate("performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)")
        assert {path.split("/")[2] for path in loaded if path.startswith("/static/")} == {release_of(after)}
        wait_until(after, NONE_OF, first)
        # The open page of before goes on with what it has.
        order(before)
        expect(sent(before)).to_be_visible()
        context.set_offline(True)
        after.reload()
        expect(after.get_by_role("heading", name="Harvest Bitter")).to_be_visible()
        assert release_of(after) != first
        context.set_offline(False)
    running.start()


def release_of(page: Page) -> str:
    address = page.locator('script[type="module"]').get_attribute("src")
    assert address is not None
    return address.split("/")[2]


def copy_of_the_code(folder: Path, words: str, others: str) -> Path:
    """What the next release might be: ours, with other words in one module."""
    for name in ("ontap", "orders", "templates", "tests", "tracker", "venues"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    shutil.copy(ROOT / "manage.py", folder)
    module = folder / "orders" / "static" / "orders" / "guest_sheet.js"
    text = module.read_text(encoding="utf-8")
    assert words in text
    module.write_text(text.replace(words, others), encoding="utf-8")
    return folder
