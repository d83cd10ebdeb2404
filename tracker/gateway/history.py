"""The gateway's history, page by page, so that nothing is missed while it moves. Pure (API reference, 9).

The gateway keeps up to two weeks. Its order of sorting is not known, and rows move while we read: old ones are purged,
orders are cleared. So the window has a fixed end, pages overlap, windows overlap, and everything is keyed by uuid.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tracker.gateway.calibration import Calibration, Source
from tracker.gateway.errors import BadAnswer
from tracker.gateway.orders import OrderType, PastOrder
from tracker.gateway.parameters import digits, local_time, within

LONGEST_PAGE = 100  # the gateway's own default is 25
KEPT = timedelta(days=14)
# A sync looks back by this much more than it must: clocks change by an hour, and a gateway's is a few minutes wrong.
OVERLAP = timedelta(minutes=70)
PAGE_OVERLAP = 10  # orders
MOST_PAGES = 1_000
ALARM_AFTER = timedelta(days=10)  # without a reading
_ROUNDED = timedelta(seconds=3)  # what a measured clock may be wrong all the same: see `calibration`
_UNSURE = timedelta(hours=14)  # the farthest that a zone is from UTC: a gateway may write either


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """What to list. Times are naive, by the gateway's clock; whether the bounds are included is not documented."""

    offset: int = 0
    limit: int = LONGEST_PAGE
    created_after: datetime | None = None
    created_before: datetime | None = None
    order_type: OrderType | None = None
    location: str | None = None

    def parameters(self) -> dict[str, str | int | bool | None]:
        """The query of GET /orders. Raises InvalidRequest."""
        return {
            "offset": within(self.offset, 0, 2**31 - 1, "an offset"),
            "limit": within(self.limit, 1, LONGEST_PAGE, "a limit"),
            "created_after": local_time(self.created_after),
            "created_before": local_time(self.created_before),
            "order_type": None if self.order_type is None else self.order_type.value,
            "location_name": None if self.location is None else digits(self.location),
        }


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page. `listed` counts what was on it, readable or not: it decides whether there is another."""

    orders: tuple[PastOrder, ...]
    listed: int


def window_start(last_read: datetime | None, oldest_open: datetime | None, now: datetime) -> datetime:
    """From where on to read. All are of one clock.

    The filter is by creation, and what is still active is not history yet: so a read starts before whatever was open
    at the last read (`oldest_open`, its creation), or that order would never be seen.
    """
    earliest = now - KEPT
    if last_read is None:
        return earliest
    start = last_read if oldest_open is None else min(last_read, oldest_open)
    return max(start - OVERLAP, earliest)


def is_loss_near(last_read: datetime | None, now: datetime) -> bool:
    """Whether somebody must be told, days before the gateway purges what was not read."""
    return last_read is None or now - last_read > ALARM_AFTER


def local_window(start: datetime, end: datetime, calibration: Calibration) -> tuple[datetime, datetime]:
    """The window from `start` to `end` (aware) by the gateway's clock: naive, and rather too wide than too narrow.

    When the clocks are put back an hour comes twice, and which of the two a gateway takes a naive time for is not
    known. So near a change of the clocks it is wider by that change, and while the clock was never measured by the most
    that it can be off.
    """
    unsure = _ROUNDED if calibration.source is Source.MEASURED else _UNSURE
    earlier, later = calibration.change_near(start) + unsure, calibration.change_near(end) + unsure
    return calibration.to_local(start) - earlier, calibration.to_local(end) + later


class HistoryWalk:
    """All cleared orders of a window: ask what `query` says, give the page to `take`, until `query` is None.

    A walk that failed is begun anew; what it had read may be kept.
    """

    def __init__(self, created_after: datetime, created_before: datetime) -> None:
        """The window, naive, by the gateway's clock; it is widened by a second on both sides."""
        second = timedelta(seconds=1)
        self.query: HistoryQuery | None = HistoryQuery(
            created_after=created_after - second, created_before=created_before + second
        )
        self._seen: set[uuid.UUID] = set()
        self._pages = 0

    def take(self, page: HistoryPage) -> tuple[PastOrder, ...]:
        """The orders of a page that are new in this walk and cleared.

        The walk ends with a page that brings nothing new. Raises BadAnswer where a full one does.
        """
        assert self.query is not None
        self._pages += 1
        fresh = tuple({order.uuid: order for order in page.orders if order.uuid not in self._seen}.values())
        self._seen.update(order.uuid for order in fresh)
        if fresh and self._pages < MOST_PAGES:
            # Also after a short page: it may come from a gateway that gives fewer than it is asked for.
            step = max(page.listed - PAGE_OVERLAP, 1)
            self.query = replace(self.query, offset=self.query.offset + step)
        elif page.listed < self.query.limit:
            self.query = None
        else:
            raise BadAnswer("the gateway's history does not end, or cannot be read")
        return tuple(order for order in fresh if order.cleared is not None)
