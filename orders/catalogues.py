"""The catalogues of this process: one per venue with open sockets, read again when the venue's events say so."""

from orders.changes import Event
from orders.feed import Feed, hub, listen
from orders.reading import in_reader
from venues.catalogue import Catalogue, load_catalogue

_CHANGES = frozenset({"menu", "availability", "pause"})
# With the feed that tells of changes: a catalogue outlives no feed, for nobody would say that it is old.
_kept: dict[int, tuple[Feed, Catalogue]] = {}
_changed_at: dict[int, int] = {}


def kept(venue_id: int) -> Catalogue | None:
    """The venue's catalogue where it is in memory and current, for handlers that must not wait."""
    found = _kept.get(venue_id)
    return found[1] if found is not None and hub().feeds.get(venue_id) is found[0] else None


async def catalogue_of(venue_id: int) -> Catalogue | None:
    """The venue's catalogue; None where there is no such venue."""
    if (found := kept(venue_id)) is not None:
        return found
    feed = hub().feeds.get(venue_id)
    heard = feed.last if feed is not None else 0
    fresh = await in_reader(load_catalogue, venue_id)
    # A change that was heard of while we read may be missing in what we read.
    if fresh is not None and feed is not None and _changed_at.get(venue_id, 0) <= heard:
        _kept[venue_id] = feed, fresh
    return fresh


def _forget(event: Event) -> None:
    if event.kind in _CHANGES:
        _kept.pop(event.venue_id, None)
        _changed_at[event.venue_id] = event.seq


listen(_forget)
