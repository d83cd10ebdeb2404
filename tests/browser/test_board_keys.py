"""The board by keys alone, and a board that stands at one station."""

from playwright.sync_api import Page, expect

from tests.browser.boards import (
    BOARD,
    CHICKEN,
    CHILLI,
    LAGER,
    LIME,
    Bar,
    Boards,
    assert_no_barrier,
    bar,
    boards,
    column,
    ticket,
)
from tests.journeys.fixtures import own_postgres, own_redis, running, template, with_worker
from tests.journeys.room import menu_of
from tests.stack.chromium import browser

__all__ = ["bar", "boards", "browser", "own_postgres", "own_redis", "running", "template", "with_worker"]


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def test_a_bump_bar_takes_orders_through_their_whole_life(boards: Boards, bar: Bar) -> None:
    first, second, third = bar.place(LAGER, LIME), bar.place(CHICKEN), bar.place(CHILLI)
    page = boards.open()
    keys(page, "2")
    expect(ticket(page, second)).to_be_focused()
    keys(page, "ArrowUp", "Enter")
    expect(column(page, "Accepted")).to_have_count(1)
    expect(ticket(page, second)).to_be_focused()  # the next one: a bar need not look
    keys(page, "Enter")
    expect(column(page, "Accepted")).to_have_count(2)
    expect(ticket(page, third)).to_be_focused()
    keys(page, "x")
    question = ticket(page, third).get_by_role("group", name="Reject it?")
    expect(question).to_be_visible()
    keys(page, "Escape")
    expect(question).to_have_count(0)
    keys(page, "x", "2")
    expect(ticket(page, third).get_by_role("button", name="The kitchen is closed.")).to_be_focused()
    keys(page, "ArrowDown", "ArrowUp", "Enter")
    expect(column(page, "New")).to_have_count(0)
    assert bar.board.wait_state(third.order_id, "rejected").body["reason"] == "The kitchen is closed."
    # Into the second column: nothing is left in the first.
    keys(page, "1")
    expect(ticket(page, first)).to_be_focused()
    keys(page, "i", "t")
    expect(ticket(page, first).get_by_label("ID checked")).to_be_checked()
    expect(ticket(page, first).get_by_label("Carlsberg")).to_be_checked()
    keys(page, "t")
    expect(ticket(page, first)).to_contain_text("All made.")
    keys(page, "r")
    expect(column(page, "Ready")).to_have_count(1)
    expect(ticket(page, second)).to_be_focused()
    keys(page, "ArrowRight")
    expect(ticket(page, first)).to_be_focused()
    keys(page, "Enter")
    expect(column(page, "Ready")).to_have_count(0)
    keys(page, "u")  # of no ticket: what was done last
    expect(column(page, "Ready")).to_have_count(1)
    keys(page, "s")
    expect(page.locator("#sound")).to_have_text("Sound off")
    bar.place(LIME)
    keys(page, "s")
    expect(page.locator("#sound")).to_have_text("Sound on")
    expect(page.get_by_role("button", name="Heard")).to_be_visible()
    keys(page, "h")
    expect(page.get_by_role("button", name="Heard")).to_be_hidden()


def test_keys_are_never_taken_from_a_field_a_sheet_or_the_browser_and_can_be_switched_off(
    boards: Boards, bar: Bar
) -> None:
    order = bar.place(LIME)
    page = boards.open()
    keys(page, "1", "x")
    own = ticket(page, order).get_by_label("Your own words")
    own.press_sequentially("rush?1")
    expect(own).to_have_value("rush?1")
    expect(page.get_by_role("dialog")).to_have_count(0)
    keys(page, "Tab", "?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_visible()
    assert_no_barrier(page, "the keys")
    keys(page, "Enter", "1", "Escape")
    expect(column(page, "New")).to_have_count(1)
    page.get_by_role("link", name="Tables").click()
    tables = page.get_by_role("dialog", name="Tables of The Lamplighter")
    expect(tables).to_be_visible()
    keys(page, "1", "Escape")
    expect(tables).to_have_count(0)
    expect(ticket(page, order)).not_to_be_focused()
    keys(page, "?")
    sheet.get_by_role("button", name="Keys are on").click()
    keys(page, "Escape", "1")
    expect(ticket(page, order)).not_to_be_focused()
    page.reload()
    expect(ticket(page, order)).to_be_visible()
    keys(page, "?")
    sheet.get_by_role("button", name="Keys are off").click()
    keys(page, "Escape", "1")
    expect(ticket(page, order)).to_be_focused()
    keys(page, "Control+r", "Enter")
    expect(column(page, "Accepted")).to_have_count(1)


def test_a_kitchen_sees_what_it_makes_and_says_when_that_is_made(boards: Boards, bar: Bar) -> None:
    drinks, mixed, food = bar.accepted(LIME), bar.accepted(LAGER, CHICKEN, BOARD), bar.accepted(CHILLI)
    page = boards.open()
    expect(page.get_by_role("link", name="All 3")).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("link", name="Bar 2")).to_be_visible()
    page.get_by_role("link", name="Kitchen 2").click()
    expect(column(page, "Accepted")).to_have_count(2)
    expect(ticket(page, drinks)).to_be_hidden()
    card = ticket(page, mixed)
    expect(card.get_by_role("checkbox")).to_have_count(2)  # its two lines; the ID is the bar's
    expect(card).to_contain_text("Also: 1 Carlsberg (bar)")
    assert_no_barrier(page, "a station")
    # Kept on this tablet, and in the address.
    page.goto(page.url.partition("?")[0])
    expect(column(page, "Accepted")).to_have_count(2)
    assert page.url.endswith("?station=kitchen")
    card.get_by_role("button", name="Made").click()
    expect(card).to_contain_text("Made here.")
    assert bar.board.next_event(order_id=mixed.order_id, change="ticked").order.body["lines_done"] == [1]
    bar.board.act("tickorder", order_id=mixed.order_id, line=0)
    expect(card).to_contain_text("All made.")
    expect(ticket(page, food).get_by_role("button", name="Made")).to_have_count(0)  # all of it is this station's
    page.get_by_role("link", name="Bar").click()
    expect(ticket(page, food)).to_be_hidden()
    expect(card.get_by_label("Carlsberg")).to_be_checked()
    bar.place(CHILLI)
    expect(page.get_by_role("link", name="Kitchen 3")).to_be_visible()
    expect(column(page, "New")).to_have_count(0)
    page.get_by_role("link", name="All").click()
    expect(column(page, "New")).to_have_count(1)
    assert "station" not in page.url


def supper(bar: Bar, *parts: str) -> dict[str, object]:
    """A line of the demo's combo with these products, in the order of its choices."""
    products = (one for section in menu_of(bar.running)["categories"] for one in section["products"])
    groups = next(one for one in products if one["name"] == "Lamplighter supper")["option_groups"]
    options = [
        next(option["id"] for option in group["options"] if option["product"]["id"] == part)
        for group, part in zip(groups, parts, strict=True)
    ]
    return {"product_id": "33", "quantity": 2, "options": options}


def test_the_bar_sees_the_pint_of_a_meal_that_the_kitchen_ticks(boards: Boards, bar: Bar) -> None:
    order = bar.accepted(supper(bar, CHICKEN, "46", LAGER))
    page = boards.open(query="?station=bar")
    card = ticket(page, order)
    expect(page.get_by_role("link", name="Bar 1")).to_be_visible()
    expect(page.get_by_role("link", name="Kitchen 1")).to_be_visible()
    expect(card.get_by_role("listitem")).to_have_text("2 Carlsbergfor Lamplighter supper (kitchen)Contains gluten.")
    expect(card.get_by_role("checkbox")).to_have_count(1)  # the ID; the line's is the kitchen's
    expect(card).to_contain_text("Check ID")
    expect(card).not_to_contain_text("Made here.")  # the bar has no tick to say so
    assert_no_barrier(page, "a part of a meal")
    page.get_by_role("link", name="Kitchen").click()
    expect(card).to_contain_text("Butter chicken, Garden leaves, Carlsberg (bar)")
    expect(card).not_to_contain_text("Check ID")
    card.get_by_role("checkbox", name="Lamplighter supper").check()
    expect(card).to_contain_text("All made.")
