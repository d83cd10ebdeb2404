"""How soon a guest can read and order, far from the mast: `python -m tests.benchmarks.guest_page [--runs 5]`.

A real server, a menu of 300 products, Debian's Chromium with its network throttled. Each round takes, one after the
other: a bare page with the menu's text and nothing else, a first visit, and a return. Service workers are blocked: what
they fetch Chromium does not throttle.
"""

import argparse
import gzip
import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.benchmarks.long_card import WRITE
from tests.benchmarks.report import Result, Round, column, number, ratio, table
from tests.browser.phones import wait_until
from tests.browser.traffic import Traffic
from tests.journeys.running import start_up
from tests.needs import find_chromium
from tests.stack.chromium import PHONE

NETWORKS = {"3G, 1.6 Mbit/s, 150 ms": (1600, 150), "slow 3G, 400 kbit/s, 400 ms": (400, 400)}
BARE, COLD, WARM = "bare text", "first visit", "return"
KINDS = ("Document", "Stylesheet", "Script", "Menu", "Image", "Other")
# Looked at in each frame that is drawn: what is there then, is seen.
WATCH = """
window.seen = {};
requestAnimationFrame(function look() {
  const now = performance.now();
  if (document.querySelector("h3")?.getClientRects().length) seen.readable ??= now;
  if (document.querySelector("#menu button")?.getClientRects().length) seen.order ??= now;
  if (!seen.order) requestAnimationFrame(look);
});
"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one table for each network."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.guest_page", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="ontap-guest-page-") as folder,
        start_up(Path(folder)) as running,
        sync_playwright() as playwright,
    ):
        venue = int(running.manage("shell", "--no-imports", "--command", WRITE).split()[-1])
        address = running.table_link(venue, "1")
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        with served(text_of(browser, address)) as bare:
            for network, bounds in NETWORKS.items():
                rounds = [one_round(browser, bare, address, bounds) for _ in range(options.runs)]
                print(f"{network}. Milliseconds, medians of {options.runs} runs (least to most).\n")
                print(times(rounds), "\n", weights(rounds), "\n", sep="\n", flush=True)
        browser.close()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}.")


def one_round(browser: Browser, bare: str, address: str, bounds: tuple[int, int]) -> Round:
    """What a new phone sees of the bare page, and another one of a first visit and a return."""
    with phone(browser) as context:
        text = visit(context, bare, bounds, orders=False)
    with phone(browser) as context:
        return {BARE: text, COLD: visit(context, address, bounds), WARM: visit(context, address, bounds)}


def visit(context: BrowserContext, address: str, bounds: tuple[int, int], *, orders: bool = True) -> Result:
    page = context.new_page()
    traffic = Traffic(page)
    traffic.slow_down(*bounds)
    page.goto(address)
    if orders:
        page.locator("#menu button").first.wait_for()
    traffic.settle()
    wait_until(page, PAINTED)
    seen: dict[str, Any] = page.evaluate("seen") | {"painted": page.evaluate(PAINTED)}
    page.close()
    # A frame is looked at before it is drawn.
    readable = max(seen["painted"], seen.get("readable", 0))
    return seen | {"readable": readable, "bytes": traffic.bytes, "requests": len(traffic.done)} | traffic.by_kind


def times(rounds: Sequence[Round]) -> str:
    head = ["", "first paint", "menu readable", "can order", f"readable x {BARE}"]
    rows = []
    for name in (BARE, COLD, WARM):
        cells = [column(rounds, name, _figure(what)) for what in ("painted", "readable", "order")]
        rows.append([name, *cells, ratio(rounds, name, BARE, _figure("readable"))])
    return table(head, rows)


def weights(rounds: Sequence[Round]) -> str:
    rows = []
    for name in (BARE, COLD, WARM):
        cells = [number(rounds[0][name].get(kind, 0)) for kind in KINDS]
        rows.append([name, column(rounds, name, _figure("bytes")), number(rounds[0][name]["requests"]), *cells])
    return table(["bytes", "all", "requests", *map(str.lower, KINDS)], rows)


def _figure(what: str) -> Any:
    return lambda result: result.get(what)


def text_of(browser: Browser, address: str) -> bytes:
    """A page with the words of the menu alone: what no guest's page could be quicker than."""
    with phone(browser) as context:
        context.route("**/*.js", lambda route: route.abort())  # no words of buttons
        page: Page = context.new_page()
        page.goto(address)
        words = page.locator("#menu").inner_text()
    lines = "\n".join(f"<h3>{line}</h3>" for line in words.splitlines() if line)
    head = '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Menu</title>'
    return gzip.compress(f'{head}<link rel="icon" href="data:,">{lines}'.encode())


@contextmanager
def phone(browser: Browser) -> Iterator[BrowserContext]:
    size = ViewportSize(width=PHONE[0], height=PHONE[1])
    context = browser.new_context(viewport=size, service_workers="block")
    context.set_default_timeout(60_000)
    context.add_init_script(WATCH)
    yield context
    context.close()


@contextmanager
def served(page: bytes) -> Iterator[str]:
    """Where the page is."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_OnePage, page))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


class _OnePage(BaseHTTPRequestHandler):
    def __init__(self, page: bytes, *arguments: Any) -> None:
        self.page = page
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self.send_response(200)
        for name, value in (("Type", "text/html"), ("Encoding", "gzip"), ("Length", str(len(self.page)))):
            self.send_header(f"Content-{name}", value)
        self.end_headers()
        self.wfile.write(self.page)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return


if __name__ == "__main__":
    main()
