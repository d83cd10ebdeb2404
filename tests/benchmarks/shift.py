"""A shift on an open board: guests order and another board takes each order through its whole life, at a bounded rate.

Some thirty orders are open at a time, as on a busy evening: each is accepted, ready and brought a few orders after it
was placed. What the board does meanwhile is measured in its page.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.benchmarks.stage import WIDE_OPEN
from tests.clients.v2 import V2Board, V2Guest
from tests.journeys.room import in_office
from tests.journeys.running import Running, start_up
from tests.needs import find_chromium

TABLES = 24
BEHIND = 10  # each step of an order comes so many orders later
LINES = (
    [{"product_id": "39", "quantity": 2, "note": "no nuts please"}, {"product_id": "13", "quantity": 1}],
    [{"product_id": "26", "quantity": 1}, {"product_id": "38", "quantity": 1}, {"product_id": "40", "quantity": 1}],
    [{"product_id": "1", "quantity": 4}],
)
STEPS = ("acceptorder", "readyorder", "completeorder")

# When the frame of a new order came, and when its card was there: one number for each order, and nothing that grows.
CLOCKS = """
window.clocks = { frames: new Map(), delays: new Float32Array(8192), count: 0, cards: null };
window.WebSocket = class extends WebSocket {
  constructor(...named) {
    super(...named);
    this.addEventListener("message", ({ data }) => {
      if (!data.includes('"change":"placed"')) return;
      clocks.frames.set(/"order_id":"([^"]+)"/.exec(data)[1], performance.now());
    });
  }
};
addEventListener("DOMContentLoaded", () => {
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const { dataset } of addedNodes) {
        const at = clocks.frames.get(dataset?.order);
        if (at === undefined) continue;
        clocks.frames.delete(dataset.order);
        clocks.delays[clocks.count++ % clocks.delays.length] = performance.now() - at;
        clocks.cards?.set(dataset.order, performance.timeOrigin + performance.now());
      }
    }
  }).observe(document.querySelector("[data-state=pending]"), { childList: true });
});
"""


@dataclass(frozen=True)
class Weight:
    """What a page holds after its garbage was collected."""

    heap: int  # bytes
    nodes: int
    listeners: int


class Shift:
    """Sockets of the guests of venue 1, and of a board that works."""

    def __init__(self, running: Running) -> None:
        in_office(running, "Venue.objects.filter(pk=1).update(max_per_minute=10**6, max_open_per_table=1000)")
        self._stack = ExitStack()
        self._board = self._stack.enter_context(V2Board(running.device_socket(1)))
        self._guests = [
            self._stack.enter_context(V2Guest(running.table_socket(1, str(table)))) for table in range(1, TABLES + 1)
        ]
        self._placed = 0
        self.sent: dict[str, float] = {}  # order id to when its guest sent it, seconds since the epoch

    def close(self) -> None:
        self._stack.close()

    def run(self, orders: int, rate: float) -> None:
        """So many orders, each brought at the end. `rate`: orders a second, at most."""
        keys: list[tuple[V2Guest, str, float]] = []
        ids: list[str] = []
        begun = time.monotonic()
        for number in range(orders + BEHIND * len(STEPS)):
            if number < orders:
                keys.append(self._place())
            if BEHIND <= number < orders + BEHIND:
                ids.append(self._known(*keys[number - BEHIND]))
            for step, action in enumerate(STEPS, start=1):
                if 0 <= number - BEHIND * step < orders:
                    self._board.act(action, order_id=ids[number - BEHIND * step])
            time.sleep(max(0.0, begun + (number + 1) / rate - time.monotonic()))
        self._board.wait_state(ids[-1], "completed")

    def _place(self) -> tuple[V2Guest, str, float]:
        guest = self._guests[self._placed % TABLES]
        lines = LINES[self._placed % len(LINES)]
        self._placed += 1
        at = time.time()
        return guest, guest.order(lines=lines), at

    def _known(self, guest: V2Guest, key: str, at: float) -> str:
        order_id = guest.ack(key, timeout=30).order_id
        self.sent[order_id] = at
        return order_id


@contextmanager
def open_board(browser: Browser, running: Running) -> Iterator[Page]:
    """A board on a tablet, live, with clocks in its page."""
    page = browser.new_context(viewport=ViewportSize(width=1180, height=820)).new_page()
    page.add_init_script(CLOCKS)
    address = running.device_socket(1).replace("ws", "http", 1).partition("Test?")[0]
    page.goto(address)
    page.get_by_text("This board is live", exact=True).wait_for()
    yield page
    page.context.close()


@contextmanager
def own_server(folder: Path, more: Mapping[str, str] | None = None) -> Iterator[tuple[Running, Browser]]:
    """The demo in one process, wide open, and a Chromium."""
    program = find_chromium()
    assert program is not None, "no Chromium on this machine"
    with start_up(folder, env=WIDE_OPEN | dict(more or {})) as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running, browser
        browser.close()


def weigh(page: Page) -> Weight:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    found: dict[str, Any] = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return Weight(int(found["JSHeapUsedSize"]), int(found["Nodes"]), int(found["JSEventListeners"]))


def wait_empty(page: Page) -> None:
    """Return once no ticket is left."""
    expect(page.locator("article")).to_have_count(0, timeout=60_000)


def delays(page: Page, start: int, end: int) -> list[float]:
    """Milliseconds from frame to card of these orders, counted as they came; sorted."""
    return sorted(page.evaluate("([start, end]) => [...clocks.delays.slice(start, end)]", [start, end]))


def part(values: list[float], share: float) -> float:
    """The value below which this share of sorted ones lies."""
    return values[min(len(values) - 1, int(len(values) * share))]
