"""A pub with pucks for tests of the join: guests order, staff move orders, and the gateway tells of its pucks."""

import json
import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from orders.changes import OrderMove, OrderUndo, TableMove
from orders.commit import Outcome
from orders.models import Order
from orders.requests import MoveOrder, MoveToTable, UndoOrder
from orders.services import write
from orders.states import move_for
from tests.factories import make_agent, make_order, make_product, make_table, make_venue
from tracker import stepping
from tracker.models import CommandState, GatewayCommand, InboundEvent, TrackedOrder


class Evening:
    """Tables 7 and 8 with tags 70 and 80. What the gateway tells is taken at once, as after an agent's message."""

    def __init__(self, *, puck_returned: str = "complete", tracker_use: str = "pucks") -> None:
        self.venue = make_venue(tracker_use=tracker_use, puck_returned=puck_returned, takes_to_go=True)
        self.tables = {number: make_table(self.venue, number, tag_number=f"{number}0") for number in ("7", "8")}
        self.product = make_product(self.venue)
        self.agent, _ = make_agent(self.venue)
        self.now = timezone.now()
        self._told = 0
        self.step()

    def step(self) -> None:
        self.now += timedelta(seconds=1)
        stepping.catch_up(self.venue.pk, self.now)

    def order(self, puck: str | None = "22", table: str = "7", **wanted: Any) -> Order:
        """Placed by a guest, and taken note of."""
        order = make_order(self.tables[table], {self.product: 1}, tracker_number=puck, **wanted)
        self.step()
        return order

    def move(self, order: Order, action: str, status: str | None = None, *, step: bool = True) -> Outcome:
        """By staff."""
        wanted = MoveOrder(order.pk, move_for(action, status), worded=False, action=action)
        outcome = write(OrderMove(self.venue.pk, timezone.now(), wanted, "Sam"))
        if step:
            self.step()
        return outcome

    def bring(self, order: Order, table: str, *, step: bool = True) -> None:
        """To another table, by staff."""
        write(TableMove(self.venue.pk, timezone.now(), MoveToTable(order.pk, table), "Sam"))
        if step:
            self.step()

    def undo(self, order: Order) -> Outcome:
        """The order's last move, by staff."""
        seq = Order.objects.get(pk=order.pk).undo_seq
        assert seq is not None
        outcome = write(OrderUndo(self.venue.pk, timezone.now(), UndoOrder(order.pk, seq, "Undone."), "Sam"))
        self.step()
        return outcome

    def tell(
        self,
        kind: str,
        name: str = "22",
        tag: str = "",
        key: uuid.UUID | None = None,
        *,
        step: bool = True,
        **more: Any,
    ) -> uuid.UUID:
        """One event of the gateway's about a puck; the uuid of its order."""
        key = key or uuid.uuid4()
        self._keep(kind, self.words(key, name, tag, **more))
        if step:
            self.step()
        return key

    def snapshot(self, *orders: dict[str, Any]) -> None:
        self._keep("snapshot", list(orders))
        self.step()

    @staticmethod
    def words(key: uuid.UUID, name: str = "22", tag: str = "", **more: Any) -> dict[str, Any]:
        """An order as the gateway writes it."""
        state = "located" if tag else "started"
        return {"uuid": str(key), "name": name, "orderType": "ON_PREMISE", "locationName": tag, "state": state} | more

    def answer(self, verb: str, key: uuid.UUID) -> None:
        """As if the agent had said that such a command made this order."""
        commands = GatewayCommand.objects.filter(venue=self.venue, verb=verb, state=CommandState.PLANNED)
        commands.update(state=CommandState.DONE, order_uuid=str(key), finished_at=self.now)

    def commands(self) -> list[tuple[str, str, str]]:
        """Verb, puck and state of all that was planned."""
        rows = GatewayCommand.objects.filter(venue=self.venue).order_by("pk")
        return list(rows.values_list("verb", "name", "state"))

    def where(self, order: Order) -> tuple[str, str | None, str | None, bool, str]:
        """State, puck, table, mismatch and the tracker's word of an order now."""
        now = Order.objects.get(pk=order.pk)
        return now.state, now.tracker_number, now.located_table, now.location_mismatch, now.tracker_state

    def tracked(self, key: uuid.UUID) -> TrackedOrder:
        return TrackedOrder.objects.get(venue=self.venue, uuid=key)

    def _keep(self, kind: str, content: object) -> None:
        self._told += 1
        InboundEvent.objects.create(
            venue=self.venue,
            agent=self.agent,
            spool=uuid.UUID(int=1),
            number=self._told,
            type=kind,
            payload=json.dumps(content),
            at=self.now,
            received_at=self.now,
        )
