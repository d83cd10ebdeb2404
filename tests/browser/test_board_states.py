"""What the board says of itself: its connection, its server, the venue's agent and gateway, and what managers write."""

import json
from typing import Any

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
    cut,
    mend,
    ticket,
)
from tests.journeys.fixtures import own_postgres, own_redis, running, template, with_worker
from tests.journeys.room import in_office
from tests.journeys.running import Running
from tests.stack.chromium import PHONE, browser

__all__ = ["bar", "boards", "browser", "own_postgres", "own_redis", "running", "template", "with_worker"]

SCRIPT = "<img src=x onerror=injected=1><script>injected=1</script>"


def say(page: Page, frame: dict[str, Any]) -> None:
    """As if the server had said it."""
    page.evaluate(
        "(data) => spied.sockets.at(-1).dispatchEvent(new MessageEvent('message', { data }))", json.dumps(frame)
    )


def health(page: Page, part: str, state: str, what_to_do: str) -> None:
    told = {"part": part, "state": state, "since": 1794078013360, "what_to_do": what_to_do}
    say(page, {"type": "notice", "kind": "health", "seq": 0, **told})


def test_agent_and_gateway_are_parts_of_their_own_and_only_where_there_are_some(boards: Boards, bar: Bar) -> None:
    page = boards.open()
    narrow = boards.open(PHONE)  # where the foot is out of sight
    foot = page.get_by_role("contentinfo", name="Health")
    agent, gateway = page.locator("#health-agent"), page.locator("#health-gateway")
    expect(foot.get_by_role("listitem")).to_have_count(1)  # this venue has none
    health(page, "gateway", "offline", "Is it switched on?")
    expect(gateway).to_contain_text("Gateway silent since")
    expect(gateway).to_contain_text("Is it switched on?")
    expect(agent).to_contain_text("Agent is live")
    health(narrow, "gateway", "offline", "Is it switched on?")
    for one, shown in ((page, False), (narrow, True)):
        expect(one.get_by_text("Pucks are not seen since")).to_be_visible(visible=shown)
    assert_no_barrier(page, "gateway silent")
    health(page, "agent", "offline", "Is the computer on?")
    expect(agent).to_contain_text("Agent silent since")
    expect(gateway).to_contain_text("Gateway: not known")
    health(page, "token", "token_refused", "Press its button.")
    expect(agent).to_contain_text("Agent is live")
    expect(gateway).to_contain_text("Gateway refuses us since")
    health(page, "gateway", "live", "")
    expect(gateway).to_contain_text("Gateway is live")
    health(narrow, "gateway", "live", "")
    expect(narrow.locator("#alerts")).not_to_contain_text("Pucks")
    health(page, "command", "dead", "“start” did not reach the gateway.")
    expect(page.locator("#alerts")).to_contain_text("did not reach the gateway")


def test_a_database_that_is_away_is_said_and_so_is_its_return(boards: Boards, bar: Bar) -> None:
    page = boards.open(PHONE)
    say(page, {"type": "notice", "kind": "database", "away": True})
    expect(page.get_by_text("The server cannot reach its database.")).to_be_visible()
    expect(page.locator("#health-board")).to_contain_text("lost its database")
    assert_no_barrier(page, "database away")
    say(page, {"type": "notice", "kind": "database", "away": False})
    expect(page.get_by_text("The server cannot reach its database.")).to_have_count(0)
    expect(page.locator("#health-board")).to_contain_text("This board is live")


def test_what_happened_while_a_board_was_cut_off_is_there_when_it_is_back(boards: Boards, bar: Bar) -> None:
    boards.noise = OF_A_CUT
    new, made, ready = bar.place(LIME), bar.accepted(CHICKEN), bar.accepted(LIME)
    bar.board.ready(ready)
    bar.board.wait_state(ready.order_id, "ready")
    page = boards.open()
    expect(column(page, "Ready")).to_have_count(1)
    cut(page)
    expect(page.get_by_text("You see the board of")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-live", "no")
    for button in page.locator("main").get_by_role("button").all():
        expect(button).to_be_disabled()
    bar.board.accept(new)
    bar.board.ready(made)
    bar.board.complete(ready)
    late = bar.place(CHICKEN)
    mend(page)
    expect(page.get_by_text("You see the board of")).to_have_count(0)
    shown = {name: column(page, name) for name in ("New", "Accepted", "Ready")}
    for name, order in (("New", late), ("Accepted", new), ("Ready", made)):
        expect(shown[name]).to_have_count(1)
        expect(shown[name]).to_have_attribute("data-order", order.order_id)
    expect(ticket(page, late).get_by_role("button", name="Accept")).to_be_enabled()


def test_what_others_write_is_text_on_the_board(boards: Boards, bar: Bar, running: Running) -> None:
    hostile = [
        f"script = {SCRIPT!r}",
        "Venue.objects.filter(pk=1).update(name=script)",
        "Product.objects.filter(pk=26).update(name=script)",
        "services.pause(1, now + timezone.timedelta(minutes=15), script, now)",
        "services.pause(1, None, '', now)",
    ]
    order = bar.place({"product_id": CHICKEN, "quantity": 1, "note": SCRIPT})
    in_office(running, *hostile)
    try:
        page = boards.open()
        expect(page.get_by_role("heading", level=1)).to_contain_text(SCRIPT)
        expect(ticket(page, order)).to_contain_text(SCRIPT)
        pause = {"type": "notice", "kind": "pause", "seq": 0, "until": 4_000_000_000_000, "reason": SCRIPT}
        say(page, pause)
        expect(page.locator("#alerts")).to_contain_text(SCRIPT)
        health(page, "gateway", "offline", SCRIPT)
        expect(page.locator("#health-gateway")).to_contain_text(SCRIPT)
        whole = page.evaluate(
            """(id) => new Promise((resolve) => {
              const socket = spied.sockets.at(-1);
              socket.addEventListener("message", ({ data }) => resolve(data), { once: true });
              socket.send(JSON.stringify({ action: "openorders" }));
            })"""
        )
        [told] = json.loads(whole)["orders"]
        told |= {"changed_by": SCRIPT, "table_number": SCRIPT, "located_table": SCRIPT, "location_mismatch": True}
        told["lines"][0] |= {"name": SCRIPT, "options": [{"name": SCRIPT}], "station": SCRIPT}
        told["lines"][0]["allergens"] = [{"allergen": SCRIPT, "state": "contains"}]
        say(page, {"type": "order", "seq": 0, "change": "accepted", "order": told | {"state": "accepted"}})
        expect(page.locator("#last")).to_contain_text(SCRIPT)
        expect(ticket(page, order).locator(".made")).to_contain_text(f"Contains {SCRIPT}")
        assert page.evaluate("window.injected") is None
    finally:
        in_office(running, "Venue.objects.filter(pk=1).update(name='The Lamplighter')")


def test_a_server_that_starts_again_is_found_again(boards: Boards, bar: Bar, running: Running) -> None:
    boards.noise = (*OF_A_CUT, "Failed to load resource")
    order = bar.place(LIME)
    page = boards.open()
    expect(column(page, "New")).to_have_count(1)
    bar.board.drop()
    running.web.kill()
    expect(page.get_by_text("You see the board of")).to_be_visible()
    running.start()
    expect(page.get_by_text("This board is live", exact=True)).to_be_visible(timeout=40_000)
    ticket(page, order).get_by_role("button", name="Accept").click()
    expect(column(page, "Accepted")).to_have_count(1)


def test_a_device_that_is_revoked_says_so_and_where_to_log_in(boards: Boards, bar: Bar, running: Running) -> None:
    boards.noise = (*OF_A_CUT, "401")
    page = boards.open()
    in_office(running, "Device.objects.filter(name='Test board', venue_id=1).update(revoked_at=now)")
    expect(page.get_by_role("alert").filter(has=page.get_by_role("link", name="Log in"))).to_be_visible(timeout=15_000)
    assert_no_barrier(page, "revoked")
