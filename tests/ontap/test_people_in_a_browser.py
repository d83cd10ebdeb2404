"""From an invitation to a shift, and a change taken back, in a real browser from a real server."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has none
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.journeys.fixtures import own_postgres, own_redis, template
from tests.journeys.running import Running, start_up
from tests.journeys.template import Template
from tests.stack.chromium import PHONE, TABLET, browser

__all__ = ["browser", "own_postgres", "own_redis", "template"]

WHO = "lamplighter-operator"
PASSWORD = "a long evening at the pub"
OURS = "#content-main"  # the rest of the admin's pages is unfold's
CALLED_OFF = ("422", "Failed to load resource")


@pytest.fixture(scope="module")
def running(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with start_up(tmp_path_factory.mktemp("people"), like=template) as running:
        yield running


def opened(browser: Browser, size: tuple[int, int], scheme: str, wrong: list[str]) -> Page:
    """A breach of the content policy, or a file that is not there, is in `wrong` afterwards."""
    width, height = size
    context = browser.new_context(
        viewport=ViewportSize(width=width, height=height),
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    return page


def no_barrier(page: Page, part: str | None = None) -> None:
    found = Axe().run(page, context=part)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_from_an_invitation_to_a_shift_and_a_change_taken_back(browser: Browser, running: Running) -> None:
    wrong: list[str] = []
    operator, sam = opened(browser, TABLET, "dark", wrong), opened(browser, PHONE, "light", wrong)
    operator.goto(f"{running.http}/login/?next=/admin/venues/invitation/add/")
    operator.locator("[name=username]").fill(WHO)
    operator.locator("[name=password]").fill(running.logins[WHO]["password"])
    operator.locator("[type=submit]").click()
    operator.locator("[name=name]").fill("Sam Baker")
    operator.locator("[name=role]").select_option("staff")
    operator.locator("[name=venue]").select_option("1")
    operator.locator("[name=_save]").first.click()
    no_barrier(operator, OURS)
    operator.get_by_role("button", name="Copy").click()
    expect(operator.get_by_role("status").filter(has_text="opied")).to_be_visible()
    expect(operator.get_by_alt_text("The link as a code to scan")).to_be_visible()

    sam.goto(operator.get_by_label("The link, to send").input_value())
    assert sam.url == f"{running.http}/invitation/"
    no_barrier(sam)
    sam.get_by_label("Your name here").fill(WHO)
    sam.get_by_label("Password", exact=True).fill("12345")
    sam.get_by_label("The password again").fill("12345")
    sam.get_by_role("button", name="Accept").click()
    expect(sam.get_by_text("Somebody has this name already.")).to_be_visible()
    expect(sam.get_by_text("This password is too short.")).to_be_visible()
    no_barrier(sam)
    sam.get_by_label("Your name here").fill("sam")
    sam.get_by_label("Password", exact=True).fill(PASSWORD)
    sam.get_by_label("The password again").fill(PASSWORD)
    sam.get_by_role("button", name="Accept").click()
    sam.wait_for_url("**/board/1/")

    operator.goto(f"{running.http}/admin/venues/product/13/change/")
    price = operator.locator("[name=price]")
    before = price.input_value()
    price.fill("9.90")
    operator.locator("[name=_save]").first.click()
    operator.goto(f"{running.http}/admin/venues/product/13/history/")
    no_barrier(operator, OURS)
    operator.get_by_role("link", name="Restore this").last.click()
    no_barrier(operator, OURS)
    operator.get_by_role("button", name="Restore it").click()
    expect(operator.get_by_text("Restored as of").first).to_be_visible()
    operator.goto(f"{running.http}/admin/venues/product/13/change/")
    expect(operator.locator("[name=price]")).to_have_value(before)
    operator.goto(f"{running.http}/admin/venues/auditentry/")
    for words in ("accepted an invitation", "invited somebody", "restored a version"):
        expect(operator.get_by_role("cell", name=words)).to_be_visible()
    assert [words for words in wrong if not all(part in words for part in CALLED_OFF)] == []
