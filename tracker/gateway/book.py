"""The active orders of one gateway as we know them, and what each report changes. Pure.

One book lives as long as the gateway is watched, over every reconnect: a cleared order stays cleared, and an order that
a single report leaves out is not yet gone (a glitch would complete the whole pub; API reference, 12).
"""

import uuid
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from tracker.gateway.errors import TooManyOrders
from tracker.gateway.orders import ActiveOrder, ActiveOrders

ABSENT_FOR_S = 2.0  # the second report that leaves an order out must come this much later
MOST_ORDERS = 10_000  # names have one to four digits, and one active order each
_CLEARED_REMEMBERED = 20_000


class ChangeKind(StrEnum):
    CREATED = "created"
    MODIFIED = "modified"
    PAGED = "paged"
    CLEARED = "cleared"
    VANISHED = "vanished"  # one report left it out: read once more before you believe it


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to an order. `before` is how we knew it, None where we did not.

    `order` is the whole order as it is now, whatever the kind: applying it twice is harmless.
    """

    kind: ChangeKind
    order: ActiveOrder
    before: ActiveOrder | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """The moment at which a read was begun: what events said since then is newer than what the read will say."""

    count: int


class OrderBook:
    """Takes reports, gives changes. Not for two threads."""

    def __init__(self) -> None:
        self._orders: dict[uuid.UUID, ActiveOrder] = {}
        self._changed_at: dict[uuid.UUID, int] = {}  # by event, in counts of events
        self._absent_since: dict[uuid.UUID, float] = {}
        self._cleared: OrderedDict[uuid.UUID, None] = OrderedDict()
        self._events = 0
        self._replaced_at = 0

    @property
    def orders(self) -> Mapping[uuid.UUID, ActiveOrder]:
        """What is active now; an order that vanished once is still in it."""
        return MappingProxyType(self._orders)

    def mark(self) -> Mark:
        """To be taken before GET /activeorders is sent, and given to `replace` with its answer."""
        return Mark(self._events)

    def event(self, order: ActiveOrder, *, paged: bool = False) -> list[Change]:
        """What one notification changes. Unknown orders are inserted whatever the notification is called."""
        if order.uuid in self._cleared:
            return []
        self._events += 1
        self._changed_at[order.uuid] = self._events
        return self._put(order, paged=paged)

    def clear(self, key: uuid.UUID) -> list[Change]:
        """What it changes that this order was surely cleared."""
        self._remember_cleared(key)
        before = self._forget(key)
        return [] if before is None else [Change(ChangeKind.CLEARED, before, before)]

    def replace(self, report: ActiveOrders, now: float, mark: Mark | None = None) -> list[Change]:
        """What a whole report changes, at `now` (seconds of a monotonic clock).

        `mark` is where the read began, None for a report that came in line with the events. Raises TooManyOrders.
        """
        if mark is None:
            self._events += 1
            self._replaced_at = self._events
        elif mark.count < self._replaced_at:
            return []  # the socket brought a whole report since
        since = self._events if mark is None else mark.count
        changes: list[Change] = []
        for order in report.orders:
            if order.uuid not in self._cleared and self._changed_at.get(order.uuid, 0) <= since:
                changes += self._put(order)
        if not report.unreadable:
            changes += self._absences({order.uuid for order in report.orders}, since, now)
        return changes

    def _absences(self, present: Iterable[uuid.UUID], since: int, now: float) -> list[Change]:
        changes: list[Change] = []
        for key in self._orders.keys() - present:
            if self._changed_at.get(key, 0) > since:
                continue
            first = self._absent_since.get(key)
            if first is None:
                self._absent_since[key] = now
                changes.append(Change(ChangeKind.VANISHED, self._orders[key], self._orders[key]))
            elif now - first >= ABSENT_FOR_S:
                changes += self.clear(key)
        return changes

    def _put(self, order: ActiveOrder, *, paged: bool = False) -> list[Change]:
        before = self._orders.get(order.uuid)
        if order.is_cleared:
            self._remember_cleared(order.uuid)
            self._forget(order.uuid)
            return [Change(ChangeKind.CLEARED, order, before)]
        if before is None and len(self._orders) >= MOST_ORDERS:
            raise TooManyOrders(f"more than {MOST_ORDERS} active orders")
        self._orders[order.uuid] = order
        returned = self._absent_since.pop(order.uuid, None) is not None
        if before is None:
            created = Change(ChangeKind.CREATED, order)
            return [created, Change(ChangeKind.PAGED, order)] if paged else [created]
        if paged or (order.paged and not before.paged):
            return [Change(ChangeKind.PAGED, order, before)]
        if order != before or returned:
            return [Change(ChangeKind.MODIFIED, order, before)]
        return []

    def _forget(self, key: uuid.UUID) -> ActiveOrder | None:
        self._changed_at.pop(key, None)
        self._absent_since.pop(key, None)
        return self._orders.pop(key, None)

    def _remember_cleared(self, key: uuid.UUID) -> None:
        self._cleared[key] = None
        if len(self._cleared) > _CLEARED_REMEMBERED:
            self._cleared.popitem(last=False)
