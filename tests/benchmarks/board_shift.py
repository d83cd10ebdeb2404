"""Does a board stay light through a shift? `python -m tests.benchmarks.board_shift [--orders 1500] [--rate 20]`

Prints what the page holds, and how long a new order's frame takes to its card, at the beginning and at the end.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.shift import Shift, delays, open_board, own_server, part, wait_empty, weigh

WINDOW = 100  # orders


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.board_shift", description=__doc__)
    parser.add_argument("--orders", type=int, default=1500)
    parser.add_argument("--rate", type=float, default=20, help="orders a second")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="ontap-shift-") as folder,
        own_server(Path(folder)) as (running, browser),
        open_board(browser, running) as page,
    ):
        shift = Shift(running)
        print("orders  heap, kB  nodes  listeners  frame to card, ms: p50  p99")
        done = 0
        for orders in (WINDOW, options.orders - 2 * WINDOW, WINDOW):
            shift.run(orders, options.rate)
            wait_empty(page)
            weight = weigh(page)
            last = delays(page, done + orders - WINDOW, done + orders)
            done += orders
            print(
                f"{done:6}  {weight.heap / 1024:8.0f}  {weight.nodes:5}  {weight.listeners:9}"
                f"  {part(last, 0.5):22.2f}  {part(last, 0.99):4.2f}",
                flush=True,
            )
        shift.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
