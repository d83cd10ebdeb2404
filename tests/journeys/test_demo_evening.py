"""What `make run` shows: a guest's phone, a board and the room of the gateway, and one order that goes through all."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has none
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.running import Running, start_up
from tests.journeys.test_demo_venue import at_gateway, wait_live
from tests.stack.chromium import PHONE, TABLET, browser

__all__ = ["browser"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with start_up(tmp_path_factory.mktemp("evening"), gateway=True) as running:
        wait_live(running)
        yield running


# Between its first word and the first snapshot a connection is no lost one.
SAYS_IT_IS_LOST = """
new MutationObserver(() => {
  if (document.body?.innerText.includes("No connection since")) sessionStorage.setItem("said lost", "yes");
}).observe(document, { childList: true, subtree: true });
"""


@pytest.fixture
def pages(browser: Browser, demo: Running) -> Iterator[dict[str, Page]]:
    """The three pages that are open in the pub; a mistake in a script of theirs fails the test."""
    wrong: list[str] = []
    found = {}
    for name, address, (width, height) in (
        ("guest", demo.addresses["guest"], PHONE),
        ("board", demo.addresses["board"], TABLET),
        ("gateway", demo.addresses["simulator_control"], TABLET),
    ):
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        page = found[name] = context.new_page()
        page.add_init_script(SAYS_IT_IS_LOST)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address)
    yield found
    said_lost = [name for name, page in found.items() if page.evaluate("sessionStorage.getItem('said lost')")]
    for page in found.values():
        page.context.close()
    assert (wrong, said_lost) == ([], [])


def order_with_puck(guest: Page, number: str) -> None:
    guest.get_by_role("button", name="Add").first.click()
    guest.get_by_role("button", name="See order").click()
    guest.get_by_label("Number on your puck, if you have one").fill(number)
    guest.get_by_role("button", name="Send to the bar").click()


def puck(gateway: Page, number: str) -> Locator:
    return gateway.locator(f".disc[data-puck='{number}']:not(.ghost)")


def test_a_guests_order_follows_the_puck_to_the_table_ends_with_it_and_is_in_the_report(
    pages: dict[str, Page], demo: Running
) -> None:
    guest, board, gateway = pages["guest"], pages["board"], pages["gateway"]
    order_with_puck(guest, "22")
    expect(guest.get_by_role("heading", name="Sent")).to_be_visible()
    board.get_by_role("button", name="Accept").click()
    expect(guest.get_by_role("heading", name="Being made")).to_be_visible()
    expect(puck(gateway, "22")).to_be_visible()
    puck(gateway, "22").drag_to(gateway.get_by_role("button", name="Table 9, ").first)
    expect(guest.get_by_text("coming to table 9")).to_be_visible()
    expect(board.get_by_text("ordered at 1, sits at 9")).to_be_visible()
    puck(gateway, "22").drag_to(gateway.get_by_role("button", name="Clearer").first)
    expect(guest.get_by_role("heading", name="Brought to table 9")).to_be_visible()
    expect(board.get_by_text("Table Tracker brought 1")).to_be_visible()
    board.goto(f"{demo.http}/login/?next=/reports/tables/")
    board.get_by_label("Name", exact=True).fill("lamplighter-manager")
    board.get_by_label("Password").fill(demo.logins["lamplighter-manager"]["password"])
    board.get_by_role("button", name="Log in").click()
    expect(board.get_by_text("The Lamplighter: 1 order of the gateway.")).to_be_visible()


def test_staff_call_a_puck_and_say_whose_it_is(pages: dict[str, Page]) -> None:
    guest, board, gateway = pages["guest"], pages["board"], pages["gateway"]
    order_with_puck(guest, "31")
    first = board.get_by_role("article", name="Order 2")
    first.get_by_role("button", name="Accept").click()
    call = first.get_by_role("button", name="Hold to call")
    call.hover()
    board.mouse.down()
    expect(first.get_by_text("Called: puck 31 shakes.")).to_be_visible()
    board.mouse.up()
    expect(puck(gateway, "31")).to_have_accessible_name(re.compile("shakes"))
    order_with_puck(guest, "")
    second = board.get_by_role("article", name="Order 3")
    second.get_by_role("button", name="Puck…").click()
    second.get_by_label("Number on the puck").fill("31")
    second.get_by_role("button", name="This one").click()
    expect(second.get_by_role("alert")).to_contain_text("Puck 31 is with order 2 already.")
    second.get_by_role("button", name="Move it here").click()
    expect(second.get_by_role("button", name="Puck 31…")).to_be_visible()
    expect(first.get_by_role("button", name="Puck…")).to_be_visible()


def test_an_order_to_go_is_collected_and_one_for_here_goes_where_its_guest_sits(pages: dict[str, Page]) -> None:
    guest, board, gateway = pages["guest"], pages["board"], pages["gateway"]
    guest.get_by_role("button", name="Add").first.click()
    guest.get_by_role("button", name="See order").click()
    expect(guest.get_by_label("Eat here")).to_be_checked()
    guest.get_by_label("Eat here").press("ArrowRight")
    expect(guest.get_by_label("Take away")).to_be_checked()
    assert Axe().run(guest).violations_count == 0
    guest.get_by_role("button", name="Send to the bar").click()
    to_go = board.get_by_role("article", name="Order 4")
    expect(to_go.get_by_text("TO GO", exact=True)).to_be_visible()
    to_go.get_by_role("button", name="Accept").click()
    to_go.get_by_role("button", name="Ready").click()
    expect(guest.get_by_text("Please come to the bar.")).to_be_visible()
    to_go.get_by_role("button", name="Collected").click()
    expect(guest.get_by_role("heading", name="Collected")).to_be_visible()
    guest.get_by_role("button", name="Add").first.click()
    guest.get_by_role("button", name="See order").click()
    expect(guest.get_by_label("Take away")).to_be_checked()
    guest.get_by_label("Eat here").check()
    guest.get_by_label("Number on your puck, if you have one").fill("12")
    guest.get_by_role("button", name="Send to the bar").click()
    for_here = board.get_by_role("article", name="Order 5")
    for_here.get_by_role("button", name="Accept").click()
    puck(gateway, "12").drag_to(gateway.get_by_role("button", name="Table 9, ").first)
    for_here.get_by_role("button", name="Move to table 9").click()
    expect(for_here.get_by_text("ordered at 1, goes to 9")).to_be_visible()
    assert Axe().run(board).violations_count == 0
    for_here.get_by_role("button", name="Back to table 1").click()
    expect(for_here.get_by_role("button", name="Move to table 9")).to_be_visible()


def test_while_the_gateway_is_away_the_board_says_so_and_no_guest_is_asked_for_a_puck(
    demo: Running, pages: dict[str, Page]
) -> None:
    guest, board = pages["guest"], pages["board"]
    at_gateway(demo, "/faults", html_500=True, drop_sockets=True, refuse_sockets=True)
    away = board.get_by_text("Gateway silent since")
    expect(away).to_be_visible(timeout=30_000)
    board.reload()
    expect(away).to_be_visible()
    guest.reload()
    guest.get_by_role("button", name="Add").first.click()
    guest.get_by_role("button", name="See order").click()
    expect(guest.get_by_text("staff will find you at table 1")).to_be_visible()
    expect(guest.get_by_label("Number on your puck, if you have one")).to_have_count(0)
    at_gateway(demo, "/faults", html_500=False, drop_sockets=False, refuse_sockets=False)
    expect(away).to_have_count(0, timeout=60_000)


def test_a_manager_learns_the_tags_with_a_puck_in_the_hand(browser: Browser, demo: Running) -> None:
    name, login = next((name, login) for name, login in demo.logins.items() if login["role"] == "superuser")
    page = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}).new_page()
    page.goto(f"{demo.http}/login/?next=/walk/1/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Again for table 5").click()
    expect(page.get_by_role("heading", name="Now put a puck on table 5")).to_be_visible()
    at_gateway(demo, "/trackers/60/start", type="ON_PREMISE")
    at_gateway(demo, "/trackers/60/locate", tag="5")
    expect(page.get_by_text("Table 5 has tag 5.")).to_be_visible()
    at_gateway(demo, "/trackers/60/clear")
    page.context.close()
