"""How long ago it was, by what the gateway's clock wrote. Pure."""

from datetime import datetime, timedelta

from tracker import wire
from tracker.gateway.calibration import Calibration
from tracker.gateway.orders import PastOrder

_MS = timedelta(milliseconds=1)


def age_ms(at: datetime | None, calibration: Calibration, now: datetime) -> int | None:
    """Milliseconds since then, never below 0; None where the time is missing or was unreadable."""
    return None if at is None else elapsed_ms(calibration.to_utc(at), now)


def elapsed_ms(since: datetime, now: datetime) -> int:
    return max((now - since) // _MS, 0)


def aged(order: PastOrder, calibration: Calibration, now: datetime) -> wire.PastOrder:
    """A past order with ages instead of times."""
    started = None if order.started is None else calibration.to_utc(order.started)

    def age(at: datetime | None) -> int | None:
        if at is None:
            return None
        moment = calibration.to_utc(at)
        if started is not None and moment < started:
            # Nothing happens to an order before it begins: of the hour that comes twice this is the second.
            moment = max(moment, calibration.to_utc(at.replace(fold=1)))
        return elapsed_ms(moment, now)

    return wire.PastOrder(
        uuid=order.uuid,
        name=order.name,
        order_type=order.order_type,
        tag=order.location,
        started_ms=None if started is None else elapsed_ms(started, now),
        located_ms=age(order.located),
        paged_ms=age(order.paged),
        cleared_ms=age(order.cleared),
    )
