"""The figures of GET /statistics (API reference, section 9, "Statistics")."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from tracker.simulator.orders import Order


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the orders that were cleared today; times in seconds, the goal in percent."""

    average: float
    orders: int
    target: int
    goal: float


def figures(past: Iterable[Order], now: datetime, zone: tzinfo, target: int) -> Figures:
    """The figures of the gateway's own day. An order is served when it is cleared."""
    today = now.astimezone(zone).date()
    served = [
        (order.cleared - order.created).total_seconds()
        for order in past
        if order.cleared is not None and order.cleared.astimezone(zone).date() == today
    ]
    if not served:
        return Figures(0.0, 0, target, 0.0)
    in_time = sum(seconds <= target for seconds in served)
    return Figures(sum(served) / len(served), len(served), target, 100 * in_time / len(served))
