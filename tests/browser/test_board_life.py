"""An order's life on the live board, in a real browser on the real server: every step by hand, several boards at once,
lines and IDs ticked, whose hand it was, and a board that comes back."""

import re

from playwright.sync_api import Page, expect

from tests.browser.boards import (
    CHICKEN,
    CHILLI,
    LAGER,
    LIME,
    OF_A_CUT,
    WALL,
    Bar,
    Boards,
    assert_no_barrier,
    bar,
    boards,
    column,
    cut,
    mend,
    ticket,
)
from tests.clients.v2_frames import Order
from tests.journeys.fixtures import own_postgres, own_redis, running, template, with_worker
from tests.journeys.room import in_office
from tests.journeys.running import Running
from tests.stack.chromium import PHONE, browser

__all__ = ["bar", "boards", "browser", "own_postgres", "own_redis", "running", "template", "with_worker"]

INJECTED = "<img src=x onerror=alert(1)>\u202e</p>"


def press(page: Page, order: Order, name: str) -> None:
    ticket(page, order).get_by_role("button", name=name, exact=True).click()


def sign(page: Page, letters: str) -> None:
    """Say whose hands the tablet is in."""
    page.locator("#initials-now").click()
    page.get_by_label("Initials").fill(letters)
    page.get_by_role("button", name="Use", exact=True).click()


def test_an_order_goes_from_the_guests_phone_over_the_board_and_back(
    boards: Boards, bar: Bar, running: Running
) -> None:
    board = boards.open()
    phone = board.context.browser
    assert phone is not None
    guest = phone.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}).new_page()
    guest.goto(running.table_link(1, "9"))
    guest.get_by_role("button", name="Add").first.click()
    guest.get_by_role("button", name="See order").click()
    guest.get_by_role("button", name="Send to the bar").click()
    expect(column(board, "New")).to_have_count(1)
    board.get_by_role("button", name="Accept").click()
    expect(guest.get_by_role("heading", name="Being made")).to_be_visible()
    expect(column(board, "Accepted")).to_have_count(1)
    board.get_by_role("button", name="Ready", exact=True).click()
    expect(guest.get_by_role("heading", name="On its way")).to_be_visible()
    board.get_by_role("button", name="Brought", exact=True).click()
    expect(guest.get_by_role("heading", name="Brought to table 9")).to_be_visible()
    expect(board.get_by_role("heading", name="No open orders")).to_be_visible()
    board.locator("#last").get_by_role("button", name="Undo").click()
    expect(column(board, "Ready")).to_have_count(1)
    guest.context.close()


def test_a_kitchen_reads_what_is_in_it_and_what_the_guest_said(boards: Boards, bar: Bar) -> None:
    note = {"product_id": CHICKEN, "quantity": 2, "note": "allergic to walnuts"}
    plain = {"product_id": LIME, "quantity": 1, "note": INJECTED.replace("\u202e", "")}
    first = bar.place(note, plain, table="21")
    twin = bar.place(note, plain, table="21")
    trial = bar.place_by_staff(LAGER, table="22", test=True)
    page = boards.open()
    expect(ticket(page, first)).to_contain_text("Contains gluten, milk. May contain nuts.")
    expect(ticket(page, first).locator(".allergy")).to_have_text("“allergic to walnuts”")
    expect(ticket(page, first)).to_contain_text("First order of this table")
    expect(ticket(page, first)).to_contain_text("No code scanned")
    expect(ticket(page, first)).to_contain_text("<img src=x onerror=alert(1)></p>")
    expect(ticket(page, first).get_by_label("Check ID")).to_have_count(0)
    expect(ticket(page, twin)).to_contain_text(f"Possible duplicate of {first.order_number}")
    expect(ticket(page, twin)).not_to_contain_text("First order of this table")
    expect(ticket(page, trial)).to_contain_text("TEST")
    expect(ticket(page, trial)).to_contain_text("by staff")
    expect(ticket(page, trial).get_by_label("Check ID")).not_to_be_checked()
    assert_no_barrier(page, "new orders")


def test_lines_and_ids_are_ticked_and_history_says_whose_hand_it_was(
    boards: Boards, bar: Bar, running: Running
) -> None:
    order = bar.accepted(LAGER, LIME)
    page, other = boards.open(), boards.open()
    sign(page, "sk")
    expect(page.locator("#initials-now")).to_have_text("In hand of SK")
    card = ticket(page, order)
    card.get_by_label("Check ID").check()
    expect(card.get_by_label("ID checked")).to_be_checked()
    expect(card.get_by_role("button", name="Ready", exact=True)).to_have_class(re.compile("main"))
    card.get_by_label("Carlsberg").check()
    expect(card.get_by_role("button", name="Ready", exact=True)).not_to_have_class(re.compile("main"))
    expect(ticket(other, order).get_by_label("Carlsberg")).to_be_checked()
    card.get_by_label("Lime and soda").check()
    expect(ticket(other, order)).to_contain_text("All made.")
    ticket(other, order).get_by_label("Lime and soda").uncheck()
    expect(card.get_by_label("Lime and soda")).not_to_be_checked()
    expect(card).not_to_contain_text("All made.")
    press(page, order, "Ready")
    expect(other.locator("#last")).to_contain_text(f"SK has ready {order.order_number} on Test board")
    assert bar.board.wait_state(order.order_id, "ready").body["changed_by"] == "SK on Test board"
    # Kept on the tablet, and one of those used lately once it is another's.
    page.reload()
    sign(page, "Ö")
    page.locator("#initials-now").click()
    expect(page.get_by_role("group", name="Used lately").get_by_role("button")).to_have_text(["Ö", "SK"])
    page.get_by_label("Initials").fill("S.K")
    page.get_by_role("button", name="Use", exact=True).click()
    expect(page.get_by_text("One to four letters")).to_be_visible()
    page.get_by_role("button", name="Nobody").click()
    expect(page.locator("#initials-now")).to_contain_text("Who?")
    press(page, order, "Brought")
    expect(column(page, "Ready")).to_have_count(0)
    actors = "print(list(VenueEvent.objects.filter(kind='order').order_by('-seq').values_list('actor', flat=True)[:6]))"
    printed = running.manage("shell", "--no-imports", "-c", f"from orders.models import VenueEvent; {actors}")
    assert printed.split("'")[1::2] == [
        "Test board",
        *["SK on Test board"] * 1,
        "Test board",
        *["SK on Test board"] * 3,
    ]


def test_of_two_boards_at_once_one_wins_and_the_other_says_so(boards: Boards, bar: Bar) -> None:
    kept, taken = bar.place(CHICKEN), bar.place(CHILLI)
    page = boards.open()
    # This board's finger is on its way while another board has done it: the press meets what was there.
    page.evaluate(
        """([kept, taken]) => {
          const press = (id, name) => [...document.querySelectorAll(`[data-order='${id}'] button`)]
            .find((one) => one.textContent === name).click();
          window.press = press;
          dispatchEvent(new PointerEvent("pointerdown"));
          document.body.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
        }""",
        [kept.order_id, taken.order_id],
    )
    bar.board.accept(kept, initials="SAM")
    bar.board.wait_state(kept.order_id, "accepted")
    bar.board.reject(taken, "Sold out.", initials="SAM")
    bar.board.wait_state(taken.order_id, "rejected")
    page.evaluate("(id) => press(id, 'Accept')", taken.order_id)
    page.evaluate("(id) => press(id, 'Reject…')", kept.order_id)
    page.evaluate("(id) => press(id, 'We are too busy now.')", kept.order_id)
    expect(ticket(page, kept).get_by_role("alert")).to_have_text(
        f"Not done: SAM accepted {kept.order_number} on Test board first."
    )
    expect(column(page, "Accepted")).to_have_count(1)
    expect(ticket(page, taken)).to_have_count(0)
    expect(page.locator("#last")).to_contain_text(
        f"Not done here: SAM rejected {taken.order_number} on Test board first"
    )
    assert bar.board.wait_state(kept.order_id, "accepted").state == "accepted"


def test_nothing_that_somebody_types_is_lost_by_what_happens_elsewhere(boards: Boards, bar: Bar) -> None:
    order, other = bar.accepted(LIME), bar.place(LAGER)
    page = boards.open()
    card = ticket(page, order)
    press(page, order, "Puck…")
    card.get_by_label("Number on the puck").press_sequentially("4")
    bar.board.act("tickorder", order_id=order.order_id, line=0)
    bar.board.ready(order)
    expect(column(page, "Ready")).to_have_count(1)
    cut(page)
    boards.noise = OF_A_CUT
    expect(page.get_by_text("You see the board of")).to_be_visible()
    expect(card.get_by_role("button", name="This one")).to_be_disabled()
    expect(ticket(page, other).get_by_role("button", name="Accept")).to_be_disabled()
    assert_no_barrier(page, "connection lost")
    bar.board.accept(other)
    mend(page)
    expect(column(page, "Accepted")).to_have_count(1)
    expect(card.get_by_label("Number on the puck")).to_be_focused()
    card.get_by_label("Number on the puck").press_sequentially("2")
    card.get_by_label("Number on the puck").press("Enter")
    expect(card.get_by_role("button", name="Puck 42…")).to_be_visible()
    # Own words of a rejection stay too, while the order is still new.
    third = bar.place(CHICKEN)
    press(page, third, "Reject…")
    ticket(page, third).get_by_label("Your own words").fill("The oven is")
    bar.board.act("moveorder", order_id=third.order_id, table_number="9")
    expect(ticket(page, third)).to_contain_text("goes to 9")
    ticket(page, third).get_by_label("Your own words").press_sequentially(" cold.")
    ticket(page, third).get_by_role("button", name="Send").click()
    expect(ticket(page, third)).to_have_count(0)
    assert bar.board.wait_state(third.order_id, "rejected").body["reason"] == "The oven is cold."


def test_nothing_moves_under_a_finger(boards: Boards, bar: Bar) -> None:
    first, second = bar.place(CHICKEN, table="2"), bar.place(CHILLI, table="3")
    page = boards.open()
    target = ticket(page, second).get_by_role("button", name="Accept")
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    bar.board.accept(first)
    bar.board.wait_state(first.order_id, "accepted")
    third = bar.place(LIME)  # what arrives later is here: so the one that left would be gone
    expect(page).to_have_title(re.compile(r"^\(2\)"))
    assert target.bounding_box() == box
    page.mouse.up()
    expect(column(page, "Accepted")).to_have_count(2)
    assert bar.board.wait_state(second.order_id, "accepted").order_id == second.order_id
    expect(column(page, "New")).to_have_count(1)
    assert bar.order(third).state == "pending"
    # What comes stands at the end of its column, in every column.
    assert [one.get_attribute("data-order") for one in column(page, "Accepted").all()] == [
        first.order_id,
        second.order_id,
    ]


def test_a_puck_is_called_by_holding_and_never_by_a_slip(boards: Boards, bar: Bar, running: Running) -> None:
    order = bar.accepted(LIME, tracker_number="77")
    in_office(
        running,
        "import uuid; from django.db import transaction; from orders.changes import Whereabouts",
        "where = Whereabouts('77', None, 'started')",
        "with transaction.atomic():",
        f"    services.record_location(1, uuid.UUID('{order.order_id}'), where, actor='Test', now=now)",
    )
    page = boards.open()
    call = ticket(page, order).locator(".hold")
    expect(call).to_have_accessible_name("Hold to call")
    asked = ticket(page, order).get_by_text("no Table Tracker gateway")
    call.click()
    expect(call).to_have_text("Hold for a second")
    call.focus()
    page.keyboard.press("Enter")
    expect(call).to_have_text("Again to call")
    expect(asked).to_have_count(0)
    call.hover()
    page.mouse.down()
    expect(asked).to_be_visible()
    page.mouse.up()
    page.reload()
    call.focus()
    expect(asked).to_have_count(0)
    page.keyboard.down(" ")
    expect(asked).to_be_visible()
    page.keyboard.up(" ")
    page.reload()
    call.focus()
    expect(asked).to_have_count(0)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(asked).to_be_visible()


def test_a_tablet_a_phone_and_a_page_of_twice_the_size_show_all_of_it(boards: Boards, bar: Bar) -> None:
    note = {"product_id": CHICKEN, "quantity": 50, "note": "W" * 140}
    order = bar.place(note, LAGER, table="24")
    bar.accepted(CHICKEN, LAGER, LIME, table="24", tracker_number="9876")
    last = bar.accepted(CHILLI, table="24")
    bar.board.ready(last)
    for size, scale in ((WALL, 1.0), (PHONE, 1.0), (WALL, 2.0), ((320, 640), 1.0)):
        page = boards.open(size, scale=scale)
        expect(column(page, "Ready")).to_have_count(1)
        for theme in ("dark", "light"):
            expect(page.locator("html")).to_have_attribute("data-theme", theme)
            assert_no_barrier(page, f"{size} {scale} {theme}")
            page.locator("#theme").click()
        press(page, order, "Reject…")
        assert_no_barrier(page, f"{size} {scale}, a question")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{size} {scale}: {wide} pixels wider than the screen"
        small = page.evaluate(
            """() => [...document.querySelectorAll("main button, main .id, .top .btn, footer button")]
              .filter((one) => one.offsetParent && (one.offsetHeight < 48 || one.offsetWidth < 44))
              .map((one) => `${one.textContent} ${one.offsetWidth}x${one.offsetHeight}`)"""
        )
        assert small == []
        boards.shut(page)
