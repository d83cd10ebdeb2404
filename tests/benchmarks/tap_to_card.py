"""How long from a guest's order to its card? `python -m tests.benchmarks.tap_to_card [--rate 50] [--seconds 20]`

From the moment at which the guest's socket sends to the moment at which the card stands in the page of an open board,
while a second board takes every order through its whole life. One process on SQLite; all on this machine, Chromium and
the guests too.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.shift import Shift, delays, open_board, own_server, part, wait_empty

WARM_UP = 100  # orders that do not count


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.tap_to_card", description=__doc__)
    parser.add_argument("--rate", type=float, default=50, help="orders a second")
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="ontap-cards-") as folder,
        own_server(Path(folder)) as (running, browser),
        open_board(browser, running) as page,
    ):
        shift = Shift(running)
        shift.run(WARM_UP, options.rate)
        wait_empty(page)
        shift.sent.clear()
        page.evaluate("clocks.cards = new Map()")
        shift.run(int(options.rate * options.seconds), options.rate)
        wait_empty(page)
        shown: dict[str, float] = dict(page.evaluate("[...clocks.cards]"))
        in_page = delays(page, WARM_UP, WARM_UP + len(shown))
        shift.close()
        took = sorted(shown[order_id] - at * 1000 for order_id, at in shift.sent.items())
    print(f"{len(took)} orders at {options.rate:g} a second: from guest to card, ms")
    print(f"p50 {part(took, 0.5):.1f}  p90 {part(took, 0.9):.1f}  p99 {part(took, 0.99):.1f}  most {took[-1]:.1f}")
    print(f"of that from frame to card in the page: p50 {part(in_page, 0.5):.1f}  p99 {part(in_page, 0.99):.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
