"""What the board makes heard: nothing before a tap, then each new order until somebody has heard of it."""

from playwright.sync_api import Page, expect

from tests.browser.boards import (
    CHICKEN,
    LIME,
    OF_A_CUT,
    Bar,
    Boards,
    assert_no_barrier,
    bar,
    boards,
    column,
    ticket,
    tones,
)
from tests.journeys.fixtures import own_postgres, own_redis, running, template, with_worker
from tests.journeys.room import in_office
from tests.journeys.running import Running
from tests.stack.chromium import browser

__all__ = ["bar", "boards", "browser", "own_postgres", "own_redis", "running", "template", "with_worker"]

RING = 2  # tones
# A browser on plain http to another machine.
INSECURE = "delete Navigator.prototype.wakeLock; Object.defineProperty(window, 'isSecureContext', { value: false });"


def wait_arrived(page: Page, count: int) -> None:
    expect(column(page, "New")).to_have_count(count)


def rung_within(page: Page, seconds: int) -> int:
    """How often it rings while the page's clock goes on by so much."""
    before = tones(page)
    page.clock.run_for(seconds * 1000)
    return (tones(page) - before) // RING


def test_a_tablet_says_that_it_is_silent_until_its_first_tap(boards: Boards, bar: Bar) -> None:
    page = boards.open()
    said = page.get_by_text("This tablet makes no sound until you tap once.")
    sound = page.locator("#sound")
    bar.place(LIME)
    wait_arrived(page, 1)
    expect(said).to_be_visible()
    expect(sound).to_have_attribute("aria-pressed", "false")
    assert_no_barrier(page, "start of shift")
    assert tones(page) == 0
    page.get_by_role("button", name="Sound on, keep the screen awake").click()
    expect(sound).to_have_text("Sound on")
    expect(said).to_have_count(0)
    sound.click()
    expect(sound).to_have_text("Sound off")
    expect(said).to_have_count(0)  # somebody wants it so
    boards.shut(page)
    # Any tap will do.
    page = boards.open()
    page.locator("#health-board").click()
    expect(page.locator("#sound")).to_have_text("Sound on")


def test_a_new_order_rings_again_until_somebody_has_heard_of_it(boards: Boards, bar: Bar) -> None:
    page = boards.open(clock=True)
    boards.noise = OF_A_CUT  # minutes without a frame are a lost connection
    page.locator("#health-board").click()
    expect(page.locator("#sound")).to_have_text("Sound on")
    first = bar.place(LIME)
    wait_arrived(page, 1)
    assert tones(page) == RING
    assert 2 <= rung_within(page, 25) <= 4  # every 8 s
    rung_within(page, 30)
    assert rung_within(page, 21) >= 8  # after a minute every 4 s, twice each
    heard = page.get_by_role("button", name="Heard")
    expect(heard).to_be_visible()
    heard.click()
    expect(heard).to_be_hidden()
    assert rung_within(page, 20) == 0
    # The next one is news, and the first stays heard of.
    second = bar.place(CHICKEN)
    wait_arrived(page, 2)
    assert rung_within(page, 10) == 1
    bar.board.accept(second)
    expect(column(page, "New")).to_have_count(1)
    assert rung_within(page, 20) == 0
    # Hands on a ticket are as good as the button.
    third = bar.place(LIME)
    wait_arrived(page, 2)
    ticket(page, third).get_by_role("button", name="Reject…").click()
    assert rung_within(page, 20) == 0
    bar.board.accept(third)
    bar.board.reject(first, "Sold out.")
    expect(column(page, "New")).to_have_count(0)
    assert rung_within(page, 20) == 0


def test_a_station_hears_only_of_what_it_makes(boards: Boards, bar: Bar) -> None:
    page = boards.open(query="?station=kitchen", clock=True)
    expect(page.get_by_role("link", name="Kitchen")).to_have_attribute("aria-current", "page")
    page.locator("#health-board").click()
    expect(page.locator("#sound")).to_have_text("Sound on")
    bar.place(LIME)
    expect(page.get_by_role("link", name="Bar 1")).to_be_visible()
    assert rung_within(page, 20) == 0
    bar.place(LIME, CHICKEN)
    wait_arrived(page, 1)
    assert rung_within(page, 20) > 0


def test_an_order_that_nobody_answers_rings_at_once_though_it_was_heard_of(
    boards: Boards, bar: Bar, running: Running
) -> None:
    page = boards.open(clock=True)
    page.locator("#health-board").click()
    expect(page.locator("#sound")).to_have_text("Sound on")
    order = bar.place(LIME)
    wait_arrived(page, 1)
    page.get_by_role("button", name="Heard").click()
    before = tones(page)
    in_office(
        running,
        "from orders.changes import Notice",
        f"told = {{'order_id': '{order.order_id}', 'order_number': {order.order_number}, 'table_number': '1'}}",
        "services.publish(Notice(1, now, 'unanswered', '', told))",
    )
    alert = page.get_by_text(f"Order {order.order_number} (table 1): not answered yet.")
    expect(alert).to_be_visible()
    assert tones(page) - before >= 3 * RING
    assert rung_within(page, 9) >= 2
    assert_no_barrier(page, "an order that nobody answers")
    bar.board.accept(order)
    expect(alert).to_have_count(0)
    assert rung_within(page, 20) == 0


def test_the_screen_is_kept_on_or_the_tablet_says_once_why_not(boards: Boards, bar: Bar) -> None:
    page = boards.open()
    assert page.evaluate("spied.locks") == 1
    expect(page.get_by_text("The screen may go dark.")).to_have_count(0)
    plain = boards.open(script=INSECURE)
    said = plain.get_by_text("Browsers keep a screen on over https only.")
    expect(said).to_be_visible()
    assert_no_barrier(plain, "no wake lock")
    plain.get_by_role("button", name="Understood").click()
    expect(said).to_have_count(0)
    plain.reload()
    expect(plain.get_by_text("This board is live", exact=True)).to_be_visible()
    expect(said).to_have_count(0)
