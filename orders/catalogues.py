"""The catalogues of this process: one per venue with open sockets, read again when the venue's events say so."""

from orders.changes import Event
from orders.feed import hub, listen
from orders.reading import in_reader
from venues.catalogue import Catalogue, load_catalogue

_kept: dict[int, Catalogue] = {}
_CHANGES = frozenset({"menu", "availability", "pause"})


def kept(venue_id: int) -> Catalogue | None:
    """The venue's catalogue where it is in memory and current, for handlers that must not wait."""
    return _kept.get(venue_id)


async def catalogue_of(venue_id: int) -> Catalogue | None:
    """The venue's catalogue; None where there is no such venue. Kept only while a feed tells of changes."""
    found = _kept.get(venue_id)
    if found is not None and venue_id in hub().feeds:
        return found
    fresh = await in_reader(load_catalogue, venue_id)
    if fresh is not None and venue_id in hub().feeds:
        _kept[venue_id] = fresh
    return fresh


def _forget(event: Event) -> None:
    if event.kind in _CHANGES:
        _kept.pop(event.venue_id, None)


listen(_forget)


def forget_all() -> None:
    """For an event loop that begins."""
    _kept.clear()
