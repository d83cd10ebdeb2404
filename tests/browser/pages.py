"""A page in Chromium that may not make a mistake: opened, watched, judged and photographed.

with watched(browser, address, PHONE, scheme="dark") as page:
    assert_no_barrier(page, "the menu")

Leaving the block fails for an error of a script, a breach of the content policy or a file that is not there; what a
test brings about on purpose is named in `expected`.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has none
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState, ViewportSize, expect

from tests.journeys.running import Running
from tests.stack.chromium import PHONE

SECONDS_TO_APPEAR = 10
expect.set_options(timeout=SECONDS_TO_APPEAR * 1000)  # a test machine may be busy
# What Chromium itself says of a network that the test has cut, or of a door that it has shut.
OF_A_CUT = (
    "net::ERR_INTERNET_DISCONNECTED",
    "net::ERR_CONNECTION_REFUSED",
    "WebSocket connection to",
    "An unknown error occurred when fetching the script.",  # the worker that keeps pages
)


@contextmanager
def watched(
    browser: Browser,
    address: str = "",
    size: tuple[int, int] = PHONE,
    *,
    scheme: Literal["light", "dark"] = "light",
    locale: str = "en-GB",
    expected: Sequence[str] = (),
    javascript: bool = True,
    login: StorageState | None = None,
) -> Iterator[Page]:
    """A page of a browser of its own (its own cookies and storage, or those of a login), at this address where one is
    given."""
    context = browser.new_context(
        viewport=ViewportSize(width=size[0], height=size[1]),
        color_scheme=scheme,
        locale=locale,
        reduced_motion="reduce",
        java_script_enabled=javascript,
        storage_state=login,
    )
    context.set_default_timeout(SECONDS_TO_APPEAR * 1000)
    wrong = watch(context)
    try:
        page = context.new_page()
        if address:
            page.goto(address)
        yield page
    finally:
        context.close()
    unexpected = [words for words in wrong if not any(one in words for one in expected)]
    assert not unexpected, unexpected


def log_in(page: Page, running: Running, who: str) -> None:
    """By the login's form, as one of the demo's people, who arrives in admin."""
    page.goto(f"{running.http}/login/")
    page.locator("[name=username]").fill(who)
    page.locator("[name=password]").fill(running.logins[who]["password"])
    page.locator("[type=submit]").click()
    page.wait_for_url("**/admin/")


def login_of(browser: Browser, running: Running, who: str) -> StorageState:
    """The cookies of one of the demo's people."""
    with watched(browser) as page:
        log_in(page, running, who)
        return page.context.storage_state()


def watch(context: BrowserContext) -> list[str]:
    """What goes wrong in this browser's pages from now on, as it comes, with the address of the file where it does."""
    wrong: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            wrong.append(f"{said.text} {said.location['url']}")

    context.on("console", hear)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    return wrong


def assert_no_barrier(page: Page, state: str) -> None:
    """axe finds nothing, and nothing is wider than the screen."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{state}\n{found.generate_report()}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{state}: {wide} pixels wider than the screen"


def photograph(page: Page, name: str, *, whole: bool = False) -> None:
    """A picture of the page for its makers' eyes, in the folder that ONTAP_SHOTS names; nothing where it names none."""
    folder = os.environ.get("ONTAP_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)
