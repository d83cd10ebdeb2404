"""Orders being placed, inside the writer's transaction and under its locks."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Max, Q

from orders.batch import Batch
from orders.changes import Done, Placement
from orders.errors import Refused, TooMany
from orders.models import BoardPresence, Order
from orders.pricing import PricedLine, PricedOrder
from orders.rows import among, as_uuid, listed, moment
from orders.states import State
from venues.catalogue import Catalogue, ProductItem, load_catalogue

LOOK_ALIKE = timedelta(seconds=10)
NO_BOARD_FOR = timedelta(minutes=2)

# A FILTER, because a WHERE on finished_at sends PostgreSQL through the open orders of all venues.
_SESSIONS = """
SELECT s.id, s.table_id, s.ended_at IS NULL, t.stopped_at IS NOT NULL,
       EXISTS (SELECT 1 FROM orders_order o WHERE o.session_id = s.id AND NOT o.test),
       (SELECT count(*) FILTER (WHERE o.finished_at IS NULL AND NOT o.test)
          FROM orders_order o WHERE o.session_id = s.id)
  FROM venues_tablesession s JOIN venues_table t ON t.id = s.table_id
 WHERE {among}
"""
_TWINS = """
SELECT session_id, content_hash, id FROM orders_order
 WHERE {among} AND {alike} AND placed_at >= %s AND NOT test ORDER BY placed_at
"""


@dataclass(slots=True)
class Session:
    """What a placement is judged by of its table's session; counted on as the batch places orders."""

    session_id: int
    table_id: int
    open: bool
    stopped: bool
    has_orders: bool
    open_orders: int


class PlacingRules:
    """What placements of one batch are judged by, read once for all of them."""

    def __init__(self, batch: Batch, placements: Sequence[Placement]) -> None:
        self._batch = batch
        self._kept: dict[tuple[int, str], dict[str, Any]] = {}
        self._sessions: dict[int, Session] = {}
        self._alike: dict[tuple[int, str], uuid.UUID] = {}
        self._unwatched: set[int] = set()
        self._pucks: dict[tuple[int, str], int] = {}  # the number of the open order that has it
        self._placements = placements
        self._ask_for_sessions(placements)

    def place(self, placement: Placement) -> Done | Refused:
        """The order written into the batch, or the one that its client_order_id already is, or why not."""
        kept = self._kept.get((placement.venue_id, placement.wanted.client_order_id or ""))
        if kept is not None:
            return _repeat(kept, placement)
        try:
            if isinstance(priced := placement.priced, Refused):
                raise priced
            first = self._refuse_by_session(placement)
            self._refuse_taken_puck(placement)
            # The look-alike of the last ten seconds. Nothing is dropped: staff are told.
            twin = self._alike.get((placement.session_id, placement.content))
            if not placement.wanted.test:
                self._take_stock(placement, priced)
        except Refused as refusal:
            return refusal
        return self._write(placement, priced, first, twin)

    def _reprice_stale(self, placements: Sequence[Placement]) -> None:
        """Prices are those of this moment: under the lock the menu cannot change any more."""
        fresh: dict[int, Catalogue | None] = {}
        for placement in placements:
            venue_id = placement.venue_id
            if placement.catalogue.version != self._batch.feeds[venue_id].row["menu_version"]:
                if venue_id not in fresh:
                    fresh[venue_id] = load_catalogue(venue_id)
                if (catalogue := fresh[venue_id]) is not None:
                    placement.reprice(catalogue)

    def read(self) -> None:
        """Wait for what was asked, and read what only some orders need."""
        placements = self._placements
        self._reprice_stale(placements)
        counted = [
            product.difference_id
            for placement in placements
            if isinstance(placement.priced, PricedOrder)
            for line in placement.priced.lines
            for product in line.made_of
            if product.counted and product.difference_id is not None
        ]
        if counted:
            self._batch.lock_stock(counted)
        keyed = [p for p in placements if p.wanted.client_order_id is not None]
        if keyed:
            wanted = Q()
            for p in keyed:
                wanted |= Q(venue_id=p.venue_id, client_order_id=p.wanted.client_order_id)
            columns = ("id", "venue_id", "session_id", "client_order_id", "content_hash", "number", "placed_seq")
            self._kept = {
                (row["venue_id"], row["client_order_id"]): row for row in Order.objects.filter(wanted).values(*columns)
            }
        self._read_sessions()
        self._read_pucks()
        self._unwatched = self._without_board(
            {p.venue_id for p in placements if p.catalogue.venue.refuse_without_board}
        )

    def _ask_for_sessions(self, placements: Sequence[Placement]) -> None:
        """What the sessions are now, and the look-alikes of the last ten seconds: two statements a batch."""
        ask = self._batch.statements.ask
        session_ids = listed({p.session_id for p in placements})
        contents = listed({p.content for p in placements})
        alike = _TWINS.format(among=among("session_id"), alike=among("content_hash"))
        self._asked = (
            ask(_SESSIONS.format(among=among("s.id")), [session_ids]),
            ask(alike, [session_ids, contents, moment(self._batch.at - LOOK_ALIKE)]),
        )

    def _read_sessions(self) -> None:
        sessions, alike = self._asked
        self._sessions = {row[0]: Session(*row) for row in sessions.tuples()}
        self._alike = {(session_id, content): as_uuid(pk) for session_id, content, pk in alike.tuples()}

    def _without_board(self, venue_ids: set[int]) -> set[int]:
        if not venue_ids:
            return set()
        seen = dict(
            BoardPresence.objects.filter(venue_id__in=venue_ids)
            .values_list("venue_id")
            .annotate(until=Max("expires_at"))
        )
        return {pk for pk in venue_ids if pk not in seen or seen[pk] < self._batch.at - NO_BOARD_FOR}

    def _refuse_by_session(self, placement: Placement) -> bool:
        """Whether this is the session's first order. Raises Refused where the session takes none."""
        session = self._sessions.get(placement.session_id)
        if session is None or not session.open or session.table_id != placement.table_id:
            raise Refused("This table was cleared. Scan the code on the table again.", "session_ended")
        if session.stopped and not placement.by_staff:
            raise Refused("Staff have stopped orders from this table.", "table_stopped")
        if placement.venue_id in self._unwatched and not placement.by_staff:
            raise Refused("Nobody at the bar would see your order at the moment. Please order at the bar.", "no_board")
        most = placement.catalogue.venue.max_open_per_table
        if session.open_orders >= most:
            raise TooMany(f"This table has {most} open orders; more when some are done.", "too_many_orders")
        return not session.has_orders

    def _read_pucks(self) -> None:
        numbered = [p for p in self._placements if p.wanted.tracker_number and p.catalogue.venue.tracker_use == "pucks"]
        if not numbered:
            return
        wanted = Q()
        for p in numbered:
            wanted |= Q(venue_id=p.venue_id, tracker_number=p.wanted.tracker_number)
        found = Order.objects.filter(wanted, finished_at=None).values_list("venue_id", "tracker_number", "number")
        self._pucks = {(venue_id, puck or ""): number for venue_id, puck, number in found}

    def _refuse_taken_puck(self, placement: Placement) -> None:
        puck = placement.wanted.tracker_number or ""
        other = self._pucks.get((placement.venue_id, puck))
        if other is not None:
            raise Refused(
                f"Puck {puck} is with order {other} already. Look at its number again, or ask staff.",
                "puck_taken",
                "tracker_number",
            )

    def _take_stock(self, placement: Placement, priced: PricedOrder) -> None:
        wanted: dict[int, int] = defaultdict(int)
        names: dict[int, str] = {}
        for line in priced.lines:
            for product in line.made_of:
                if product.difference_id is not None:
                    wanted[product.difference_id] += line.quantity
                    names[product.difference_id] = product.name
        counted = {pk: n for pk, n in wanted.items() if self._batch.left(pk) is not None}
        for pk, quantity in counted.items():
            if (left := self._batch.left(pk)) is not None and quantity > left:
                left_over = f"only {left} left" if left else "sold out at the moment"
                raise Refused(f"{names[pk]}: {left_over}.", "sold_out", placement.wanted.field)
        for pk, quantity in counted.items():
            self._batch.take_stock(pk, quantity)

    def _write(self, placement: Placement, priced: PricedOrder, first: bool, twin: uuid.UUID | None) -> Done:
        batch, use, test = self._batch, placement.catalogue.venue.tracker_use, placement.wanted.test
        seq = batch.next_seq(placement.venue_id)
        business_date, number = batch.next_number(placement.venue_id, placement.catalogue.business_date(placement.at))
        order = {
            **_FRESH,
            "id": placement.order_id,
            "venue_id": placement.venue_id,
            "table_id": placement.table_id,
            "session_id": placement.session_id,
            "table_number": placement.table_number,
            "business_date": business_date,
            "number": number,
            "placed_at": placement.at,
            "placed_seq": seq,
            "placed_by_id": placement.placed_by_id,
            "order_items": priced.order_items,
            "lines_json": priced.lines_json,
            "content_hash": placement.content,
            "client_order_id": placement.wanted.client_order_id,
            "total": priced.total,
            "by_staff": placement.by_staff,
            "verified": placement.verified,
            "first_of_session": first and not test,
            "possible_duplicate_of": twin,
            "to_go": placement.wanted.to_go,
            "test": test,
            "changed_by": placement.actor[:80],
            "seq": seq,
            # Without pucks the number is ours to give: a guest's would be another order's.
            "tracker_number": None if test or use == "tables" else placement.wanted.tracker_number,
        }
        batch.placed(order, [self._line(order["id"], i, line, test) for i, line in enumerate(priced.lines)])
        batch.order_event(order, placement.at, "placed")
        session = self._sessions[placement.session_id]
        session.has_orders |= not test
        session.open_orders += not test
        if not test:
            self._alike[placement.session_id, placement.content] = placement.order_id
        if order["tracker_number"] and use == "pucks":
            self._pucks[placement.venue_id, order["tracker_number"]] = number
        return Done(seq, placement.order_id, number)

    def _line(self, order_id: uuid.UUID, position: int, line: PricedLine, test: bool) -> dict[str, Any]:
        product, *parts = line.made_of
        return {
            "order_id": order_id,
            "position": position,
            "product_id": product.id,
            "name": product.name,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "tax_rate": product.tax_rate,
            "options": "\n".join(option.name for option in line.options),
            "note": line.note,
            "allergens": " ".join(f"{a.allergen}:{a.state}" for a in line.allergens),
            "station": product.station,
            "counted": not test and self._counted(product),
            "counted_parts": "" if test else " ".join(str(part.id) for part in parts if self._counted(part)),
        }

    def _counted(self, product: ProductItem) -> bool:
        return product.difference_id is not None and self._batch.left(product.difference_id) is not None


_FRESH: dict[str, Any] = {
    "state": State.PENDING,
    "order_status": State.PENDING,
    "reason": "",
    "accepted_at": None,
    "ready_at": None,
    "finished_at": None,
    "undo_seq": None,
    "undo_until": None,
    "undo_state": "",
    "undo_status": "",
    "alerted_at": None,
    "escalated_at": None,
    "paid_at": None,
    "paid_by_id": None,
    "moved_from": None,
    "located_table": None,
    "location_mismatch": False,
    "tracker_state": "",
    "tracker_type": "",
    "id_checked": False,
    "lines_done": "[]",
}


def _repeat(kept: dict[str, Any], placement: Placement) -> Done | Refused:
    """The answer to a client_order_id that was used: the first ack, or why it is not for this request."""
    if kept["session_id"] != placement.session_id:
        return Refused("This client_order_id is in use.", "key_in_use", "client_order_id")
    if kept["content_hash"] != placement.content:
        return Refused(
            "This client_order_id was used for an order with other contents.", "key_reused", "client_order_id"
        )
    return Done(kept["placed_seq"], kept["id"], kept["number"], repeat=True)
