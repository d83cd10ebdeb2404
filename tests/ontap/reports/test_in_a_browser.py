"""The pages in a real browser, from a real server: on a phone and on a tablet, by day and by night."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has none
from playwright.sync_api import Browser, Page, StorageState, expect

from ontap.reports.kinds import KINDS
from tests.browser.pages import login_of, watched
from tests.journeys.fixtures import own_postgres, own_redis, template
from tests.journeys.running import Running, start_up
from tests.journeys.template import Template
from tests.stack.chromium import PHONE, TABLET, browser

__all__ = ["browser", "own_postgres", "own_redis", "template"]

NARROWEST = (320, 640)
WHO = "lamplighter-operator"
# Some evenings at venue 1, of which each report has something to show.
FILL = """
import random, uuid
from datetime import timedelta
from django.utils import timezone
from tests.factories import make_order
from tracker.models import TrackedOrder
from venues.models import Product, Table
chance, now = random.Random(4), timezone.now()
table = Table.objects.filter(venue=1).first()
products = list(Product.objects.filter(category__menu__venues=1, option_groups=None)[:5])
for number in reversed(range(12)):
    make_order(table, {product: 1 for product in products[: 1 + number % 5]}, now - timedelta(hours=7 * number))
for number in range(60):
    start = now - timedelta(hours=5 * number)
    after = lambda seconds: start + timedelta(seconds=seconds)
    TrackedOrder.objects.create(
        venue_id=1, uuid=uuid.uuid4(), name=str(chance.randrange(20)), state="cleared",
        type=chance.choice(("ON_PREMISE", "TO_GO")), started_at=start,
        located_at=chance.choice((None, after(60), after(90))), cleared_at=after(chance.randrange(300, 1500)),
        table_number=str(chance.randrange(1, 13)), order_table=str(chance.randrange(1, 13)),
        order_placed_at=after(-30), order_accepted_at=start, order_completed_at=after(chance.randrange(200, 900)),
    )
"""


@pytest.fixture(scope="module")
def running(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with start_up(tmp_path_factory.mktemp("reports"), like=template) as running:
        running.manage("shell", "--no-imports", "--command", FILL)
        yield running


@pytest.fixture(scope="module")
def login(browser: Browser, running: Running) -> StorageState:
    """The cookies of somebody who manages venue 1."""
    return login_of(browser, running, WHO)


@pytest.fixture(params=[(PHONE, "light"), (TABLET, "dark")], ids=str)
def page(request: pytest.FixtureRequest, browser: Browser, login: StorageState) -> Iterator[Page]:
    size, scheme = request.param
    with watched(browser, size=size, scheme=scheme, login=login, expected=["400 (Bad Request)"]) as page:
        yield page


def test_no_barrier_in_any_report(page: Page, running: Running) -> None:
    for name in KINDS:
        page.goto(f"{running.http}/reports/{name}/?venue=1")
        expect(page.get_by_role("heading", level=1)).to_have_text("Reports")
        orders = "60 orders of the gateway." if KINDS[name].of_gateway else "12 orders."
        expect(page.get_by_text(orders)).to_be_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}\n{found.generate_report()}"


@pytest.mark.parametrize("page", [(NARROWEST, "light")], ids=str, indirect=True)
def test_nothing_is_wider_than_the_narrowest_phone(page: Page, running: Running) -> None:
    for name in KINDS:
        page.goto(f"{running.http}/reports/{name}/?venue=1")
        assert page.evaluate("document.documentElement.scrollWidth") == NARROWEST[0], name


def test_a_question_is_asked_and_corrected_by_hand(page: Page, running: Running) -> None:
    page.goto(f"{running.http}/reports/tables/?venue=1")
    page.get_by_text("Type, place, target, charts").click()
    page.get_by_label("The room shows").select_option("Other table than the code's")
    page.get_by_label("Target, minutes").fill("5")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="The room: Other table than the code's")).to_be_visible()
    expect(page.get_by_label("Target, minutes")).to_have_value("5")
    page.get_by_label("To", exact=True).fill("2020-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("This is before the first day.")).to_be_visible()
    expect(page.get_by_label("Target, minutes")).to_have_value("5")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_every_order_comes_as_a_file(page: Page, running: Running) -> None:
    page.goto(f"{running.http}/reports/times/?venue=1")
    with page.expect_download() as download:
        page.get_by_role("link", name="All 60 orders as CSV").click()
    assert len(download.value.path().read_text(encoding="utf-8-sig").splitlines()) == 61
