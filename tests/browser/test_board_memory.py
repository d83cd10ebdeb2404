"""A board through a shift: as light and as quick at its end as at its beginning (`make trials`: 1,500 orders)."""

from playwright.sync_api import Browser

from tests.benchmarks.shift import Shift, delays, open_board, part, wait_empty, weigh
from tests.journeys.fixtures import own_postgres, own_redis, running, template, with_worker
from tests.journeys.running import Running
from tests.stack.chromium import browser

__all__ = ["browser", "own_postgres", "own_redis", "running", "template", "with_worker"]

WARM_UP = 40
RATE = 10  # of guests that keep within the limits


def test_a_shift_leaves_nothing_behind(browser: Browser, running: Running, trials: bool) -> None:
    orders = 1460 if trials else 60
    with open_board(browser, running) as page:
        shift = Shift(running)
        shift.run(WARM_UP, RATE)
        wait_empty(page)
        before = weigh(page)
        shift.run(orders, RATE)
        wait_empty(page)
        after = weigh(page)
        shift.close()
        assert after.heap - before.heap < 400_000, (before, after)
        assert after.nodes - before.nodes < 400, (before, after)
        assert after.listeners - before.listeners < 40, (before, after)
        first, last = delays(page, 0, WARM_UP), delays(page, WARM_UP + orders - WARM_UP, WARM_UP + orders)
        assert len(last) == WARM_UP
        assert part(last, 0.5) < 3 * part(first, 0.5) + 2, (first, last)
