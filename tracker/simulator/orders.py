"""An order of the gateway, and the news of its changes (API reference, section 9)."""

from dataclasses import dataclass
from datetime import datetime

ON_PREMISE = "ON_PREMISE"
TO_GO = "TO_GO"
ORDER_TYPES = (ON_PREMISE, TO_GO)

STARTED = "started"
LOCATED = "located"
CLEARED = "cleared"

CREATED = "ORDER_CREATED"
MODIFIED = "ORDER_MODIFIED"
PAGED = "ORDER_PAGED"


@dataclass(frozen=True, slots=True)
class Order:
    """One order. Times are aware, UTC; `location` is "" while nobody knows where the puck is."""

    name: str
    uuid: str
    order_type: str
    state: str
    created: datetime
    changed: datetime
    location: str = ""
    paged: bool = False
    paged_until: datetime | None = None
    located: datetime | None = None
    cleared: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A change that every websocket client is told: its kind, and the order after it (API reference, section 8)."""

    kind: str
    order: Order


@dataclass(frozen=True, slots=True)
class Wish:
    """What POST /activeorders asks for (API reference, section 6, "Create / locate")."""

    name: str
    order_type: str
    location: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """What GET /orders asks for; `after` is inclusive, `before` is not (API reference, section 9)."""

    offset: int = 0
    limit: int = 25
    after: datetime | None = None
    before: datetime | None = None
    order_type: str | None = None
    location: str | None = None

    def takes(self, order: Order) -> bool:
        """Whether the order is one of those asked for, paging apart."""
        return (
            (self.after is None or order.created >= self.after)
            and (self.before is None or order.created < self.before)
            and self.order_type in (None, order.order_type)
            and self.location in (None, order.location)
        )
