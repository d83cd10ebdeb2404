"""What boards and guests must have been shown, in which order and how soon."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.clients.case import Case, Finding
from tests.clients.ledger import Stored

RANK = {"pending": 0, "accepted": 1, "ready": 2, "completed": 3, "rejected": 3, "cancelled": 3}
FINISHED = ("completed", "rejected", "cancelled")


def misplaced(case: Case) -> Iterator[Finding]:
    """Nobody is shown an order of another venue, or of another table."""
    for view, connection in case.views():
        for order_id in {shown.order_id for shown in connection.shown}:
            order = case.by_id.get(order_id)
            if order and order.venue != view.venue:
                yield Finding("misplaced", order_id, f"of venue {order.venue} was shown on {view.name}")
    for seat, guest in case.seats():
        for order_id in {heard.order_id for heard in guest.heard_statuses}:
            order = case.by_id.get(order_id)
            if order and (order.venue, order.table) != (seat.venue, seat.table):
                yield Finding("misplaced", order_id, f"of table {order.table} was told to {seat.name}")


def shown_twice(case: Case) -> Iterator[Finding]:
    for view, connection in case.views():
        for order_id, count in Counter(shown.order_id for shown in connection.shown if not shown.listed).items():
            if count > 1:
                yield Finding("doubled", order_id, f"came {count} times as new to {view.name} in one connection")
    for seat, guest in case.seats():
        last: dict[str, tuple[str, int | None]] = {}
        for heard in guest.heard_statuses:
            if not heard.listed and last.get(heard.order_id) == (heard.status, heard.seq):
                yield Finding("doubled", heard.order_id, f"was {heard.status} twice running to {seat.name}")
            last[heard.order_id] = heard.status, heard.seq


def out_of_order(case: Case) -> Iterator[Finding]:
    for view, connection in case.views():
        last = -1
        for shown in connection.shown:
            order = case.by_id.get(shown.order_id)
            seq = shown.seq if shown.seq is not None else order.seq if order else None
            if shown.listed or seq is None:
                continue
            if seq < last:
                yield Finding("out of order", shown.order_id, f"(seq {seq}) came to {view.name} after seq {last}")
            last = max(last, seq)
    for seat, guest in case.seats():
        rank: dict[str, int] = defaultdict(int)
        for heard in guest.heard_statuses:
            now = RANK.get(heard.status)
            if now is None or heard.order_id in case.ledger.undone_orders:
                continue
            if now < rank[heard.order_id]:
                yield Finding("out of order", heard.order_id, f"went back to {heard.status} for {seat.name}")
            rank[heard.order_id] = now


def unseen(case: Case) -> Iterator[Finding]:
    """A board that listens at the end knows every order that is open, or came while it listened."""
    by_venue: dict[str, list[Stored]] = defaultdict(list)
    for order in case.stored:
        by_venue[order.venue].append(order)
    first_sent = case.first_sent()
    for view in case.ledger.views:
        if not view.connections or view.connections[-1].until is not None:
            continue
        known = {shown.order_id for connection in view.connections for shown in connection.shown}
        since = view.connections[-1].since
        for order in by_venue[view.venue]:
            born = order.placed_at or first_sent.get((order.venue, order.client_order_id))
            missed = born is not None and born >= since
            if order.order_id not in known and (missed or order.state not in FINISHED):
                yield Finding("unseen", order.order_id, f"({order.state}) never came to {view.name}")


def stale(case: Case) -> Iterator[Finding]:
    """A guest that listens at the end was told last what the order is now."""
    by_table: dict[tuple[str, str], list[Stored]] = defaultdict(list)
    for order in case.stored:
        by_table[order.venue, order.table].append(order)
    for seat in case.ledger.seats:
        if not seat.connections or seat.connections[-1].until is not None:
            continue
        last = {heard.order_id: heard.status for connection in seat.connections for heard in connection.heard_statuses}
        for order in by_table[seat.venue, seat.table]:
            heard = last.get(order.order_id, "pending")
            same = {order.state, "rejected"} if order.state == "cancelled" else {order.state}
            if heard in RANK and heard not in same:
                yield Finding("stale", order.order_id, f"is {order.state}, and {seat.name} last heard {heard}")


def delays(case: Case) -> Iterator[tuple[str, str, float]]:
    """Board, order, and how long the board, while it listened, did not show what was surely there."""
    acked: dict[str, float] = {}
    for seat in case.ledger.seats:
        for acks in seat.acks.values():
            for order_id, at in acks:
                acked[order_id] = min(at, acked.get(order_id, at))
    first_shown: dict[str, float] = {}
    for _, connection in case.views():
        for shown in connection.shown:
            first_shown[shown.order_id] = min(shown.at, first_shown.get(shown.order_id, shown.at))
    first_sent = case.first_sent()
    for view in case.ledger.views:
        told: set[str] = set()
        for connection in view.connections:
            for shown in connection.shown:
                order = case.by_id.get(shown.order_id)
                if order is None or shown.order_id in told:
                    continue
                told.add(shown.order_id)
                born = order.placed_at or first_sent.get((order.venue, order.client_order_id))
                known = acked.get(shown.order_id, born if born is not None else shown.at)
                start = max(connection.since, min(known, first_shown[shown.order_id]))
                yield view.name, shown.order_id, shown.at - start
