"""From an invitation to a shift, from another to a printed code and its first order, in real browsers."""

import re
from collections.abc import Iterator

import pytest
import segno
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has none
from playwright.sync_api import Browser, Page, Route, StorageState, expect

from tests.browser.pages import login_of, watched
from tests.journeys.fixtures import own_postgres, own_redis, template
from tests.journeys.running import Running, start_up
from tests.journeys.template import Template
from tests.stack.chromium import PHONE, TABLET, browser
from tests.venues.test_sheets import matrix_in, squares_drawn
from venues.sheets.card import square_of

__all__ = ["browser", "own_postgres", "own_redis", "template"]

WHO = "lamplighter-operator"
PASSWORD = "a long evening at the pub"
OURS = "#content-main"  # the rest of the admin's pages is unfold's
REFUSED = "status of 422"
THREE_MINUTES_LATER = """
from datetime import timedelta
from django.utils import timezone
from orders.models import BoardPresence
BoardPresence.objects.filter(venue=1).update(boards=0, expires_at=timezone.now() - timedelta(minutes=3))
"""


@pytest.fixture(scope="module")
def running(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with start_up(tmp_path_factory.mktemp("people"), like=template) as running:
        yield running


@pytest.fixture(scope="module")
def login(browser: Browser, running: Running) -> StorageState:
    return login_of(browser, running, WHO)


def no_barrier(page: Page, part: str | None = None) -> None:
    found = Axe().run(page, context=part)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def invite(operator: Page, running: Running, name: str, role: str) -> str:
    """To venue 1; the link, as the operator's page shows it."""
    operator.goto(f"{running.http}/admin/venues/invitation/add/")
    operator.locator("[name=name]").fill(name)
    operator.locator("[name=role]").select_option(role)
    operator.locator("[name=venue]").select_option("1")
    operator.locator("[name=_save]").first.click()
    return operator.get_by_label("The link, to send").input_value()


def accept(page: Page, name: str, password: str) -> None:
    page.get_by_label("Your name here").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_label("The password again").fill(password)
    page.get_by_role("button", name="Accept").click()


def test_from_an_invitation_to_a_shift_and_a_change_taken_back(
    browser: Browser, running: Running, login: StorageState
) -> None:
    with (
        watched(browser, size=TABLET, scheme="dark", login=login) as operator,
        watched(browser, size=PHONE, expected=[REFUSED]) as sam,
    ):
        link = invite(operator, running, "Sam Baker", "staff")
        no_barrier(operator, OURS)
        operator.get_by_role("button", name="Copy").click()
        expect(operator.get_by_role("status").filter(has_text="opied")).to_be_visible()
        expect(operator.get_by_alt_text("The link as a code to scan")).to_be_visible()

        sam.goto(link)
        assert sam.url == f"{running.http}/invitation/"
        no_barrier(sam)
        accept(sam, WHO, "12345")
        expect(sam.get_by_text("Somebody has this name already.")).to_be_visible()
        expect(sam.get_by_text("This password is too short.")).to_be_visible()
        no_barrier(sam)
        accept(sam, "sam", PASSWORD)
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


def printed(page: Page) -> bytes:
    """The sheet that the page prints once it was asked about its address."""
    found: list[bytes] = []

    def keep(route: Route) -> None:
        answer = route.fetch()
        if answer.headers["content-type"] == "application/pdf":
            found.append(answer.body())
        route.fulfill(response=answer)

    page.route("**/codes/**", keep)
    page.get_by_role("button", name="Print sheet").click()
    expect(page.get_by_role("heading", name="Where these codes lead")).to_be_visible()
    with page.expect_response(lambda answer: answer.headers.get("content-type") == "application/pdf"):
        page.get_by_role("button", name="Print anyway").click()
    assert len(found) == 1
    return found[0]


def test_a_new_manager_prints_a_code_which_brings_the_first_order_and_trouble_is_seen_from_afar(
    browser: Browser, running: Running, login: StorageState
) -> None:
    with watched(browser, size=TABLET, login=login) as operator:
        with watched(browser, size=TABLET, expected=["/favicon.ico"]) as ana:
            ana.goto(invite(operator, running, "Ana Silva", "manager"))
            accept(ana, "ana", PASSWORD)
            ana.wait_for_url("**/admin/")
            ana.goto(f"{running.http}/admin/venues/venue/1/codes/")
            sheet = printed(ana)
            # Whose camera it is does not matter: the ink is the link that the phone opens.
            link = running.table_link(1, "1")
            wanted = tuple(tuple(map(bool, row)) for row in segno.make_qr(link, error="m").matrix)
            assert wanted in [matrix_in(path, square_of(len(wanted))) for path in squares_drawn(sheet)]

            ana.goto(f"{running.http}/board/1/")
            expect(ana.get_by_text("This board is live", exact=True)).to_be_visible()
            with watched(browser, link, PHONE) as guest:
                guest.locator('[data-product="13"]').get_by_role("button", name=re.compile("^Add ")).click()
                guest.get_by_role("button", name="See order").click()
                guest.get_by_role("button", name="Send to the bar").click()
                ana.get_by_role("button", name="Accept").first.click()
                expect(guest.locator("#orders").get_by_role("heading", name="Being made")).to_be_visible()
                guest.locator('[data-product="13"]').get_by_role("button", name=re.compile("^Add ")).click()
                guest.get_by_role("button", name="See order").click()
                guest.get_by_role("button", name="Send to the bar").click()
                expect(ana.get_by_role("button", name="Accept").first).to_be_visible()
        # Her tablet is off, and the second order waits.
        running.manage("shell", "--no-imports", "--command", THREE_MINUTES_LATER)
        operator.goto(f"{running.http}/sites/")
        troubled = operator.get_by_role("article", name="The Lamplighter")
        expect(troubled.get_by_text("Orders at risk")).to_be_visible()
        expect(troubled.get_by_text("1 order waits")).to_be_visible()
        troubled.get_by_role("link", name="Board of The Lamplighter").click()
        expect(operator.get_by_role("button", name="Accept").first).to_be_visible()
