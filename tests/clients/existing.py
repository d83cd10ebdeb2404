"""What must be in the database, once, and what must not: lost, doubled, stray."""

from collections import Counter
from collections.abc import Iterator

from tests.clients.case import Case, Finding


def lost(case: Case) -> Iterator[Finding]:
    """Whatever somebody was told of must be there."""
    told: dict[str, str] = {}
    for seat in case.ledger.seats:
        for key, acks in seat.acks.items():
            told.update((order_id, f"was acknowledged to {seat.name} for {key}") for order_id, _ in acks)
    for view, connection in case.views():
        told.update((shown.order_id, f"was shown on {view.name}") for shown in connection.shown)
    for seat, guest in case.seats():
        told.update((heard.order_id, f"was {heard.status} to {seat.name}") for heard in guest.heard_statuses)
    return (Finding("lost", order_id, says) for order_id, says in told.items() if order_id not in case.by_id)


def lost_in_silence(case: Case) -> Iterator[Finding]:
    """What an open connection sent without an error must be there; errors without a key excuse as many."""
    for seat, connection in case.seats():
        if connection.until is not None:
            continue
        keys = {attempt.key for attempt in connection.attempts if attempt.key and attempt.key not in seat.refusals}
        missing = sorted(key for key in keys if (seat.venue, key) not in case.by_key and key not in seat.acks)
        if len(missing) > connection.nameless_refusals:
            says = f"was sent by {seat.name}, not refused, and is not there"
            yield from (Finding("lost", key, says) for key in missing)


def doubled(case: Case) -> Iterator[Finding]:
    for order_id, count in Counter(order.order_id for order in case.stored).items():
        if count > 1:
            yield Finding("doubled", order_id, f"is stored {count} times")
    keys = Counter((order.venue, order.client_order_id) for order in case.stored if order.client_order_id)
    for (venue, key), count in keys.items():
        if count > 1:
            yield Finding("doubled", str(key), f"is {count} orders at venue {venue}")
    for seat in case.ledger.seats:
        for key, acks in seat.acks.items():
            answers = {order_id for order_id, _ in acks}
            kept = case.by_key.get((seat.venue, key))
            if len(answers) > 1 or (kept and answers != {kept.order_id}):
                yield Finding("doubled", key, f"was acknowledged to {seat.name} as {', '.join(sorted(answers))}")


def keyless(case: Case) -> Iterator[Finding]:
    """Orders without a key have no name before they are stored: at each table they can only be counted."""
    sent: Counter[tuple[str, str]] = Counter()
    refused: Counter[tuple[str, str]] = Counter()
    unsure: Counter[tuple[str, str]] = Counter()
    for seat, connection in case.seats():
        place = seat.venue, seat.table
        count = sum(attempt.key is None for attempt in connection.attempts)
        sent[place] += count
        refused[place] += min(connection.nameless_refusals, count)
        unsure[place] += count if connection.until is not None else 0
    kept = Counter((order.venue, order.table) for order in case.stored if not order.client_order_id)
    for place, count in sent.items():
        about = "table {1} of venue {0}".format(*place)
        most, least = count - refused[place], count - refused[place] - unsure[place]
        if kept[place] > most:
            yield Finding("doubled", about, f"has {kept[place]} orders without a key, of {most} sent and not refused")
        if kept[place] < least:
            yield Finding("lost", about, f"has {kept[place]} orders without a key, of at least {least} that were taken")


def stray(case: Case) -> Iterator[Finding]:
    """What nobody asked for, or what the guest was told would not be."""
    attempts: Counter[tuple[str, str]] = Counter()
    refusals: Counter[tuple[str, str]] = Counter()
    acked: set[tuple[str, str]] = set()
    for seat, connection in case.seats():
        attempts.update((seat.venue, attempt.key) for attempt in connection.attempts if attempt.key)
    for seat in case.ledger.seats:
        refusals.update({(seat.venue, key): count for key, count in seat.refusals.items()})
        acked.update((seat.venue, key) for key in seat.acks)
    places = {(seat.venue, seat.table) for seat in case.ledger.seats}
    for (venue, key), order in case.by_key.items():
        name = venue, str(key)
        if not attempts[name]:
            if (venue, order.table) in places:
                yield Finding("stray", str(key), f"is at table {order.table} of venue {venue} and nobody sent it")
        elif refusals[name] >= attempts[name] and name not in acked:
            yield Finding("stray", str(key), f"is {order.state}, but each attempt was answered by an error")
