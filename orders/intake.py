"""An order that somebody asks for, as a change for the writer: priced, counted against the limits, at a table."""

import os
import time
import uuid
from datetime import datetime

from django.conf import settings

from orders.catalogues import catalogue_of, kept
from orders.changes import Placement
from orders.errors import Refused, TooMany
from orders.limits import Limit
from orders.pricing import PricedOrder, price_or_refuse
from orders.protocol import Speaker
from orders.reading import in_reader
from orders.requests import PlaceOrder
from orders.tables import TableInUse, guests_wait, table_for_staff
from orders.writer import writer
from venues.access import Pass
from venues.catalogue import Catalogue

_socket_orders = Limit(settings.ONTAP_ORDERS_PER_SOCKET, 60)
_session_orders = Limit(settings.ONTAP_ORDERS_PER_SESSION, 60)
_venue_orders = Limit(1, 60)
_asked_tables = Limit(1, 60)
_random = b""


async def placement_of(
    wanted: PlaceOrder, speaker: Speaker, held: Pass, connection_id: str, now: datetime
) -> Placement:
    """The change for the writer, which has the last word. Raises Refused for what need not even be tried."""
    venue_id, moment = speaker.venue_id, time.monotonic()
    catalogue = kept(venue_id) or await catalogue_of(venue_id)
    if catalogue is None:
        raise Refused("There is no such venue any more.", "closed")
    if speaker.board:
        return await in_reader(placement_by_staff, wanted, held, catalogue, now)
    too_many = _too_many(connection_id, held.session_id, catalogue, moment)
    priced = too_many or price_or_refuse(catalogue, wanted, now)
    if not isinstance(priced, Refused):  # what was refused is no order
        _count(connection_id, held.session_id, venue_id, moment)
    _refuse_at_the_door(priced, wanted)
    return _placement(new_order_id(), wanted, priced, catalogue, _own_table(venue_id, held, now, moment), held, now)


def placement_by_staff(wanted: PlaceOrder, held: Pass, catalogue: Catalogue, now: datetime) -> Placement:
    """The same for staff, whom no limit of guests holds up, at any table of theirs; for pages too. Reads the database.
    Raises Refused."""
    assert wanted.table_number is not None
    priced = price_or_refuse(catalogue, wanted, now)
    _refuse_at_the_door(priced, wanted)
    refusal = priced if isinstance(priced, Refused) else None
    table = table_for_staff(held.venue_id, wanted.table_number, now, refusal)
    # Not new_order_id: its random bytes are the loop's.
    return _placement(uuid.uuid4(), wanted, priced, catalogue, table, held, now)


def _refuse_at_the_door(priced: PricedOrder | Refused, wanted: PlaceOrder) -> None:
    """Raises the refusal, but for an order with a client_order_id: that may be a repeat, whose answer is the first
    ack."""
    if isinstance(priced, Refused) and wanted.client_order_id is None:
        raise priced


def _placement(
    order_id: uuid.UUID,
    wanted: PlaceOrder,
    priced: PricedOrder | Refused,
    catalogue: Catalogue,
    table: TableInUse,
    held: Pass,
    now: datetime,
) -> Placement:
    return Placement(
        held.venue_id,
        now,
        order_id,
        wanted,
        priced,
        wanted.content,
        catalogue,
        table.table_id,
        table.number,
        table.session_id,
        held.verified,
        held.actor,
        held.user_id,
        by_staff=held.role == "board",
    )


def new_order_id() -> uuid.UUID:
    """A random UUID; 256 of them for one call of the system. For the loop alone."""
    global _random
    if not _random:
        _random = os.urandom(4096)
    head, _random = _random[:16], _random[16:]
    return uuid.UUID(bytes=head, version=4)


def _too_many(connection_id: str, session_id: int | None, catalogue: Catalogue, moment: float) -> TooMany | None:
    """Why one more order of a guest is too many in this minute, where it is."""
    if _socket_orders.full(connection_id, moment) or _session_orders.full(session_id, moment):
        return TooMany("That is a lot of orders in a minute. Wait a moment, or ask staff.", "too_many_orders")
    if _venue_orders.full(catalogue.venue.id, moment, catalogue.venue.max_per_minute):
        return TooMany("The venue has more orders than it can take this minute.", "too_many_orders")
    return None


def _count(connection_id: str, session_id: int | None, venue_id: int, moment: float) -> None:
    _socket_orders.count(connection_id, moment)
    _session_orders.count(session_id, moment)
    _venue_orders.count(venue_id, moment)


def _own_table(venue_id: int, held: Pass, now: datetime, moment: float) -> TableInUse:
    """The table where a guest sits. Where staff have to open it, they are asked, at most once a minute."""
    if held.session_id is None:
        if _asked_tables.take(held.table_id, moment):
            writer().submit(guests_wait(venue_id, held.table_number or "", now), lambda outcome: None)
        raise Refused("Staff have not opened this table yet. They have been asked.", "table_not_open")
    assert held.table_id is not None
    assert held.table_number is not None
    return TableInUse(held.table_id, held.table_number, held.session_id)
