"""The ledger and the database side by side, and what a comparison finds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.clients.ledger import BoardConnection, GuestConnection, Ledger, Seat, Stored, View


@dataclass(frozen=True, slots=True)
class Finding:
    kind: str
    about: str
    says: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.about} {self.says}"


class Case:
    """Both sides, indexed."""

    def __init__(self, ledger: Ledger, stored: Sequence[Stored]) -> None:
        self.ledger = ledger
        self.stored = stored
        self.by_id = {order.order_id: order for order in stored}
        self.by_key = {(order.venue, order.client_order_id): order for order in stored if order.client_order_id}

    def seats(self) -> Iterator[tuple[Seat, GuestConnection]]:
        return ((seat, connection) for seat in self.ledger.seats for connection in seat.connections)

    def views(self) -> Iterator[tuple[View, BoardConnection]]:
        return ((view, connection) for view in self.ledger.views for connection in view.connections)

    def first_sent(self) -> dict[tuple[str, str | None], float]:
        """When each (venue, key) was first sent."""
        first: dict[tuple[str, str | None], float] = {}
        for seat, connection in self.seats():
            for attempt in connection.attempts:
                if attempt.key:
                    name = seat.venue, attempt.key
                    first[name] = min(attempt.at, first.get(name, attempt.at))
        return first
