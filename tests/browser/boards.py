"""Boards of the demo's venue 1 in Chromium: opened, watched, cut off, and the sockets of those who order there.

A file that wants them imports the fixtures `bar` and `boards`, and what those stand on.
"""

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has none
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.clients.strict_json import JsonObject
from tests.clients.v2 import V2Board, V2Guest
from tests.clients.v2_frames import Ack, Order
from tests.journeys.running import Running

WALL = (1180, 820)  # a tablet on the wall
CHICKEN, BOARD, CHILLI, LIME, LAGER = "39", "38", "40", "26", "13"  # three of the kitchen, two of the bar
# What Chromium itself says of a network or a server that is away.
OF_A_CUT = ("WebSocket connection to", "net::ERR_", "error occurred when fetching the script")

# Sockets that a test can cut, and how often the board rang: each tone is one oscillator.
SPIES = """
window.spied = { sockets: [], cut: false, tones: 0, locks: 0 };
window.WebSocket = class extends WebSocket {
  constructor(...named) {
    super(...named);
    spied.sockets.push(this);
    if (spied.cut) this.close();
  }
};
if (navigator.wakeLock) {
  const request = navigator.wakeLock.request.bind(navigator.wakeLock);
  navigator.wakeLock.request = (kind) => ((spied.locks += 1), request(kind));
}
const { createOscillator } = AudioContext.prototype;
AudioContext.prototype.createOscillator = function () {
  spied.tones += 1;
  return createOscillator.call(this);
};
"""


class Boards:
    """Each board is a context of its own; a mistake of a script, or a breach of the policy, fails the test."""

    def __init__(self, browser: Browser, running: Running) -> None:
        self._browser, self._running = browser, running
        self._pages: list[Page] = []
        self.wrong: list[str] = []
        self.noise: tuple[str, ...] = ()  # what a test brings about on purpose

    def open(
        self,
        size: tuple[int, int] = WALL,
        *,
        query: str = "",
        calm: bool = True,
        clock: bool = False,
        scale: float = 1,
        script: str = "",
    ) -> Page:
        """A live board. `calm`: nothing is animated. `clock`: the test moves the page's time. `query`: of its link.
        `script`: what its browser is like."""
        width, height = size
        motion: Literal["reduce", "no-preference"] = "reduce" if calm else "no-preference"
        viewport = ViewportSize(width=int(width / scale), height=int(height / scale))
        context = self._browser.new_context(viewport=viewport, reduced_motion=motion, device_scale_factor=scale)
        page = context.new_page()
        self._pages.append(page)
        page.set_default_timeout(10_000)
        page.add_init_script(script + SPIES)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None)
        if clock:
            page.clock.install()
        path = urlsplit(self._running.device_socket(1)).path.removesuffix("Test")
        page.goto(f"{self._running.http}{path}{query}")
        expect(page.get_by_text("This board is live", exact=True)).to_be_visible()
        return page

    def shut(self, page: Page) -> None:
        """One of them, before the end."""
        self._pages.remove(page)
        page.context.close()

    def close(self) -> None:
        for page in self._pages:
            page.context.close()
        left = [words for words in self.wrong if not any(noise in words for noise in self.noise)]
        assert left == [], left


class Bar:
    """Who orders at venue 1, and a board without a page that does what another tablet would."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.board = V2Board(running.device_socket(1))
        for order in self.board.snapshot().orders:
            self.board.act("cancelorder", order_id=order.order_id, reason="Of another test.")
        for order_id in list(self.board.state.orders):
            self.board.wait_state(order_id, "cancelled")

    def place(self, *lines: JsonObject | str, table: str = "1", **keys: Any) -> Order:
        """A guest's order, once this board has it. A text is a product."""
        with V2Guest(self.running.table_socket(1, table)) as guest:
            return self.known(guest.place(lines=[line_of(line) for line in lines], **keys))

    def place_by_staff(self, *lines: JsonObject | str, table: str = "1", **keys: Any) -> Order:
        wanted = [line_of(line) for line in lines]
        return self.known(self.board.place(lines=wanted, table_number=table, **keys))

    def accepted(self, *lines: JsonObject | str, table: str = "1", **keys: Any) -> Order:
        order = self.place(*lines, table=table, **keys)
        self.board.accept(order)
        return self.board.wait_state(order.order_id, "accepted")

    def known(self, ack: Ack) -> Order:
        return self.board.wait_state(ack.order_id, "pending")

    def order(self, order: Order) -> Order:
        """As this board has it now."""
        return self.board.state.orders[order.order_id]

    def close(self) -> None:
        self.board.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def line_of(line: JsonObject | str) -> JsonObject:
    return {"product_id": line, "quantity": 1} if isinstance(line, str) else line


def ticket(page: Page, order: Order) -> Locator:
    return page.locator(f"article[data-order='{order.order_id}']")


def column(page: Page, name: str) -> Locator:
    """The tickets of New, Accepted or Ready that are to be seen, from the top."""
    return page.get_by_role("region", name=name).locator("article:visible")


def cut(page: Page) -> None:
    """The network is gone, and with it the board's socket."""
    page.context.set_offline(True)
    page.evaluate("spied.cut = true; spied.sockets.at(-1).close()")


def mend(page: Page) -> None:
    page.evaluate("spied.cut = false")
    page.context.set_offline(False)


def tones(page: Page) -> int:
    return int(page.evaluate("spied.tones"))


def assert_no_barrier(page: Page, what: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{what}\n{found.generate_report()}"


@pytest.fixture
def boards(browser: Browser, running: Running) -> Iterator[Boards]:
    boards = Boards(browser, running)
    yield boards
    boards.close()


@pytest.fixture
def bar(running: Running) -> Iterator[Bar]:
    with Bar(running) as bar:
        yield bar
