"""The page in a real browser: by mouse, by finger, by keyboard, on a phone and on a tablet."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has none
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from tests.stack.chromium import PHONE, TABLET, browser
from tests.tracker.simulator.running import Json, Simulator

__all__ = ["browser"]

MARKUP = "<img src=x onerror=alert(1)>"
SMALLEST = 44  # CSS pixels of a target; WCAG 2.2 wants 24, our look 48 for buttons


both_screens = pytest.mark.parametrize("page", [PHONE, TABLET], ids=["phone", "tablet"], indirect=True)
on_the_phone = pytest.mark.parametrize("page", [PHONE], ids=["phone"], indirect=True)


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Browser, simulator: Simulator) -> Iterator[Page]:
    """The room on a tablet, or as parametrized; a mistake in its scripts, or a breach of its policy, fails the test."""
    width, height = getattr(request, "param", TABLET)
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=width == PHONE[0], reduced_motion="reduce"
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None)
    page.goto(simulator.control_base)
    expect(table(page, "7")).to_be_visible()
    yield page
    context.close()
    assert wrong == []


def puck(page: Page, number: str) -> Locator:
    return page.locator(f".disc[data-puck='{number}']:not(.ghost)")


def table(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=f"Table {name}, ", exact=False).first


def pad(page: Page, words: str) -> Locator:
    return page.get_by_role("button", name=words, exact=True)


def place(page: Page, thing: Locator) -> FloatRect:
    """Where it is once nothing moves any more: what the page is told first makes room for itself."""
    before, now = None, thing.bounding_box()
    while now is None or now != before:
        page.wait_for_timeout(100)
        before, now = now, thing.bounding_box()
    return now


def drag(page: Page, start: Locator, end: Locator) -> None:
    """As a hand does: press, move in steps, let go once it is above the thing, wherever that is by then."""
    start.scroll_into_view_if_needed()
    source = place(page, start)
    page.mouse.move(source["x"] + source["width"] / 2, source["y"] + source["height"] / 2)
    page.mouse.down()
    above, target = None, place(page, end)
    while above != target:
        above = target
        page.mouse.move(above["x"] + 20, above["y"] + 20, steps=8)
        target = place(page, end)
    page.mouse.up()


def orders(simulator: Simulator) -> list[tuple[str, str, str]]:
    return [(order["name"], order["orderType"], order["locationName"]) for order in simulator.state()["orders"]]


@both_screens
def test_puck_is_dragged_from_the_bar_to_a_table(page: Page, simulator: Simulator) -> None:
    drag(page, puck(page, "3"), table(page, "7"))
    expect(page.locator(".spot", has=puck(page, "3"))).to_contain_text("7")
    assert orders(simulator) == [("3", "ON_PREMISE", "7")]
    expect(page.get_by_role("status")).to_have_text("Puck 3 started, dine in, and is on table 7.")
    expect(page.locator("#log")).to_contain_text("ORDER_MODIFIED")
    expect(table(page, "7")).to_have_accessible_name("Table 7, tag 7, puck 3")


def test_puck_goes_round_the_room_by_dragging(page: Page, simulator: Simulator) -> None:
    drag(page, puck(page, "3"), pad(page, "Starter to go"))
    expect(page.locator("#waiting").get_by_role("button")).to_have_accessible_name("Puck 3, to go, not on a table")
    drag(page, puck(page, "3"), table(page, "4"))
    expect(page.locator(".spot", has=puck(page, "3"))).to_contain_text("4")
    drag(page, puck(page, "3"), table(page, "5"))
    expect(page.locator(".spot", has=puck(page, "3"))).to_contain_text("5")
    assert orders(simulator) == [("3", "TO_GO", "5")]
    drag(page, puck(page, "3"), pad(page, "Clearer ends the order"))
    expect(page.locator("#resting", has=puck(page, "3"))).to_be_visible()
    assert orders(simulator) == []


def test_puck_dropped_on_nothing_goes_back(page: Page, simulator: Simulator) -> None:
    drag(page, puck(page, "3"), page.get_by_role("heading", level=1))
    expect(page.get_by_role("status")).to_have_text("Puck 3 put back.")
    expect(page.locator(".ghost")).to_have_count(0)
    assert orders(simulator) == []


def test_puck_is_moved_by_keyboard_alone(page: Page, simulator: Simulator) -> None:
    puck(page, "2").focus()
    page.keyboard.press("Enter")
    expect(puck(page, "2")).to_have_attribute("aria-pressed", "true")
    table(page, "6").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".spot", has=puck(page, "2"))).to_contain_text("6")
    expect(puck(page, "2")).to_be_focused()
    page.keyboard.press("Space")
    pad(page, "Clearer ends the order").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).to_have_text("Puck 2 cleared, its order has ended.")
    assert orders(simulator) == []


def test_escape_puts_the_puck_back(page: Page, simulator: Simulator) -> None:
    puck(page, "2").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(puck(page, "2")).to_have_attribute("aria-pressed", "false")
    table(page, "6").click()
    expect(page.get_by_role("status")).to_have_text("Pick up a puck first.")
    assert orders(simulator) == []


@on_the_phone
def test_puck_is_dragged_by_finger(page: Page, simulator: Simulator) -> None:
    source, target = place(page, puck(page, "2")), place(page, table(page, "6"))
    x, y = source["x"] + 20, source["y"] + 20
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", (x, y))
    for step in range(1, 9):
        touch("touchMove", (x + (target["x"] + 20 - x) * step / 8, y + (target["y"] + 20 - y) * step / 8))
    touch("touchEnd")
    expect(page.locator(".spot", has=puck(page, "2"))).to_contain_text("6")
    assert orders(simulator) == [("2", "ON_PREMISE", "6")]


@on_the_phone
def test_puck_is_moved_by_tap_and_tap(page: Page, simulator: Simulator) -> None:
    puck(page, "2").tap()
    table(page, "6").tap(position={"x": 10, "y": 10})
    expect(page.locator(".spot", has=puck(page, "2"))).to_contain_text("6")
    assert orders(simulator) == [("2", "ON_PREMISE", "6")]


def test_button_opens_the_window_and_counts_down(page: Page, simulator: Simulator) -> None:
    page.get_by_role("button", name="Press the button").click()
    expect(page.locator("#window")).to_contain_text("left to fetch a token")
    assert simulator.http.get(f"{simulator.api_base}/accesstoken/generate").status_code == 201
    expect(page.get_by_role("status")).to_have_text("A token was fetched; the window is closed.")
    expect(page.locator("#window")).to_have_text("The window is closed. 1 token given out.")


def test_what_the_gateway_does_is_seen_at_once(page: Page, simulator: Simulator) -> None:
    simulator.pair()
    simulator.call("POST", "/activeorders", {"name": "8", "orderType": "TO_GO", "locationName": "6"})
    expect(table(page, "6")).to_have_accessible_name("Table 6, tag 6, puck 8")
    simulator.call("POST", "/activeorders/8/page", {})
    expect(puck(page, "8")).to_have_accessible_name("Puck 8, to go, on tag 6, shakes")
    with simulator.socket() as socket:
        socket.next()
        expect(page.locator("#clients")).to_have_text("On, 1 client")


def test_fault_is_switched_on_and_off(page: Page, simulator: Simulator) -> None:
    page.get_by_text("Faults, none on").click()
    page.get_by_label("Refuse every token, 401").check()
    expect(page.locator("#faults-on")).to_have_text(", 1 on")
    assert simulator.state()["faults_on"] == ["refuse_tokens"]
    page.get_by_role("button", name="Switch all off").click()
    expect(page.get_by_label("Refuse every token, 401")).not_to_be_checked()
    assert simulator.state()["faults_on"] == []


def test_power_is_cut_and_comes_back(page: Page, simulator: Simulator) -> None:
    page.locator("#device summary").click()
    page.get_by_role("button", name="Cut the power").click()
    expect(page.locator("#clients")).to_have_text("No power")
    expect(page.get_by_role("button", name="Press the button")).to_be_disabled()
    page.get_by_role("button", name="Switch it on").click()
    expect(page.locator("#clients")).to_have_text("On, 0 clients")
    assert simulator.state()["power"] is True


def test_names_are_text_and_never_markup(page: Page, simulator: Simulator) -> None:
    room: Json = {"areas": [{"name": MARKUP, "tables": [{"name": MARKUP, "tag": "1"}]}], "pucks": ["1"]}
    simulator.control("/room", room)
    expect(page.get_by_role("heading", name=MARKUP)).to_be_visible()
    expect(page.get_by_role("button", name=f"Table {MARKUP}")).to_be_visible()
    assert page.locator("img").count() == 0


def test_lost_simulator_is_told_with_its_time(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    with Simulator(tmp_path_factory.mktemp("lost")).start() as simulator:
        page = browser.new_page()
        page.goto(simulator.control_base)
        expect(table(page, "7")).to_be_visible()
        simulator.kill()
        expect(page.get_by_role("alert")).to_contain_text("No connection to the simulator since")
        page.get_by_role("button", name="Press the button").click()
        expect(page.get_by_role("status")).to_have_text("The simulator does not answer. Is it still running?")
        page.close()


@both_screens
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_accessible_and_fits(page: Page, simulator: Simulator, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    simulator.pair()
    for number, tag in (("1", "2"), ("2", "2")):
        simulator.control(f"/trackers/{number}/start")
        simulator.control(f"/trackers/{number}/locate", {"tag": tag})
    simulator.control("/trackers/4/start")
    simulator.call("POST", "/activeorders/4/page", {})
    expect(puck(page, "4")).to_have_accessible_name("Puck 4, dine in, not on a table, shakes")
    for summary in page.locator("summary").all():
        summary.click()
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    assert found.response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = [
        button.get_attribute("aria-label") or button.inner_text()
        for button in page.get_by_role("button").all()
        if (box := button.bounding_box()) and min(box["width"], box["height"]) < SMALLEST
    ]
    assert small == []
