"""Logging in with a second factor, in a real browser and from a real server."""

import base64
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has none
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.journeys.fixtures import own_postgres, own_redis, template
from tests.journeys.running import Running, start_up
from tests.journeys.template import Template
from tests.orders.logins import App
from tests.stack.chromium import PHONE, browser

__all__ = ["browser", "own_postgres", "own_redis", "template"]

WHO = "lamplighter-manager"
LATER = """
from django.contrib.sessions.models import Session
for row in Session.objects.all():
    held = row.get_decoded() | {"login_given": 0}
    row.session_data = Session.objects.encode(held)
    row.save()
"""


@pytest.fixture(scope="module")
def running(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("logins")
    with start_up(folder, like=template, env={"ONTAP_SECOND_FACTOR": "on"}) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=ViewportSize(width=PHONE[0], height=PHONE[1]))
    page = context.new_page()
    page.set_default_timeout(10_000)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    yield page
    context.close()
    assert [words for words in wrong if "403 (Forbidden)" not in words] == []


def look_at(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    found = Axe().run(page)
    assert found.violations_count == 0, f"{heading}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), heading


def test_from_a_password_to_a_new_code_of_a_table(page: Page, running: Running) -> None:
    password = running.logins[WHO]["password"]
    page.goto(f"{running.http}/login/?next=/sites/")
    page.get_by_label("Name").fill(WHO)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    look_at(page, "Set up your app")
    expect(page.get_by_role("img", name="A code for your app")).to_be_visible()
    app = App(base64.b32decode(page.locator(".key").inner_text().replace(" ", "")).hex())
    page.goto(f"{running.http}/board/1/")
    expect(page).to_have_url(f"{running.http}/login/set-up/")  # nothing else opens
    page.get_by_label("The six digits").fill(app.wrong())
    page.get_by_role("button", name="Use this app").click()
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    page.get_by_label("The six digits").fill(app.code())
    page.get_by_role("button", name="Use this app").click()
    look_at(page, "Your recovery codes")
    recovery = page.locator(".codes li").first.inner_text()
    page.goto(f"{running.http}/login/own/")
    look_at(page, "Your login")

    page.get_by_role("button", name="Log out everywhere").click()
    page.get_by_label("Name").fill(WHO)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    look_at(page, "Your code")
    page.get_by_text("Without your phone").click()
    page.get_by_label("One of your recovery codes").fill(recovery)
    page.get_by_role("button", name="Use it up").click()
    expect(page).to_have_url(f"{running.http}/admin/")

    running.manage("shell", "--no-imports", "--command", LATER)
    page.goto(f"{running.http}/board/1/")
    page.get_by_role("link", name="Tables").first.click()
    page.get_by_role("dialog").get_by_role("link", name="1", exact=False).first.click()
    page.get_by_role("button", name="New code").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("heading", level=1)).to_have_text("Your password again")
    sheet.get_by_label("Password").fill(password)
    sheet.get_by_label("The six digits").fill(app.code(1))
    sheet.get_by_role("button", name="Go on").click()
    expect(sheet).to_contain_text("the printed code is dead")
    page.goto(f"{running.http}/admin/venues/device/add/?venue=1")
    expect(page.get_by_role("textbox", name="Name")).to_be_visible()  # not asked twice
