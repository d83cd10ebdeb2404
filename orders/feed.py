"""The only path from a committed change to a socket.

Each process keeps one feed per venue with open sockets. The database is the truth; a nudge through the channel layer,
or a sweep every two seconds, makes a feed read what is above its `last`, in order. The writer of this process hands
its own events over directly. So the layer may die, restart empty or hang: orders still flow, at most a sweep late.

All processes are in one group of the layer, and a nudge names every venue that changed since the last one: a message
for each venue cost a twentieth of our time, and what a process does not serve costs it one look.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from asgiref.sync import async_to_sync
from django.db import Error as DatabaseProblem

from orders import layer
from orders.changes import Event
from orders.frames import Frames
from orders.models import VenueEvent
from orders.reading import in_reader
from venues.models import VenueFeed

logger = logging.getLogger(__name__)

Group = tuple[str, int]

SWEEP_S = 2.0
NUDGE_PAUSE_S = 0.1  # between nudges: the first goes at once, under load they are few
NUDGES = "feeds"  # the layer's group
MOST_AT_ONCE = 500


BOARDS: Group = ("boards", 0)


def session_group(session_id: int) -> Group:
    return ("session", session_id)


def waiting_group(table_id: int) -> Group:
    """Guests at a table that staff have not opened yet."""
    return ("waiting", table_id)


class Socket(Protocol):
    """What a feed needs of a connection."""

    venue_id: int
    group: Group

    def deliver(self, frames: Frames) -> None: ...

    def restart(self) -> None: ...

    def database_is(self, *, away: bool) -> None: ...


class Feed:
    """One venue's events in this process: `last` is the seq that every socket of it has been offered."""

    def __init__(self, venue_id: int, epoch: str, last: int) -> None:
        self.venue_id, self.epoch, self.last = venue_id, epoch, last
        self.groups: dict[Group, set[Socket]] = {}
        self._reading = False
        self._wanted = last

    @property
    def sockets(self) -> list[Socket]:
        return [socket for group in self.groups.values() for socket in group]

    def add(self, socket: Socket) -> None:
        self.groups.setdefault(socket.group, set()).add(socket)

    def discard(self, socket: Socket) -> None:
        group = self.groups.get(socket.group)
        if group is not None:
            group.discard(socket)
            if not group:
                del self.groups[socket.group]

    def hand_over(self, events: Sequence[Event]) -> None:
        """Deliver events of our own writer where they are the next ones; else read what lies between."""
        for event in events:
            if event.seq == self.last + 1:
                self._deliver(event)
            elif event.seq > self.last:
                self.nudged(event.seq)

    def nudged(self, seq: int) -> None:
        """Somebody says that events up to `seq` are committed."""
        self._wanted = max(self._wanted, seq)
        if self._wanted > self.last and not self._reading:
            self._reading = True
            hub().spawn(self._read())

    async def _read(self) -> None:
        try:
            while self.last < self._wanted:
                events = await in_reader(_events_above, self.venue_id, self.last)
                before = self.last
                for event in events:
                    if event.seq == self.last + 1:
                        self._deliver(event)
                if self.last == before:
                    return  # a gap, or not visible yet: the sweep comes back
        except DatabaseProblem as error:
            logger.warning("Venue %s: events cannot be read now (%s)", self.venue_id, type(error).__name__)
        finally:
            self._reading = False

    def _deliver(self, event: Event) -> None:
        self.last = event.seq
        for listener in _listeners:
            listener(event)
        frames = Frames(event, self.epoch)
        for socket in self._hearers(event):
            try:
                socket.deliver(frames)
            except Exception:
                logger.exception("A socket failed at event %s of venue %s; it starts again", event.seq, event.venue_id)
                socket.restart()

    def _hearers(self, event: Event) -> list[Socket]:
        if event.kind == "order":
            groups = [BOARDS] if event.session_id is None else [BOARDS, session_group(event.session_id)]
            return [socket for group in groups for socket in self.groups.get(group, ())]
        return self.sockets


class Hub:
    """All feeds of this process, on one event loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.feeds: dict[int, Feed] = {}
        self._joining: dict[int, asyncio.Future[None]] = {}
        self._nudges: dict[int, int] = {}
        self._nudging = False
        self._away = False  # the database, as the last sweep found it
        self._tasks: set[asyncio.Task[None]] = set()
        self.spawn(self._sweep())
        self.spawn(layer.listen(NUDGES, self._heard))

    def spawn(self, work: Any) -> None:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def join(self, socket: Socket) -> Feed:
        """Put a socket on its venue's feed: whatever commits after this reaches it."""
        venue_id = socket.venue_id
        # Looked up again after the wait: the last other socket may have left meanwhile, and taken the feed with it.
        while (feed := self.feeds.get(venue_id)) is None:
            started = self._joining.get(venue_id)
            if started is None:
                started = self._joining[venue_id] = self.loop.create_task(self._start(venue_id))
            await asyncio.shield(started)
        feed.add(socket)
        return feed

    def leave(self, socket: Socket) -> None:
        feed = self.feeds.get(socket.venue_id)
        if feed is not None:
            feed.discard(socket)
            if not feed.groups:
                del self.feeds[socket.venue_id]

    def committed(self, events: Sequence[Event]) -> None:
        """Events that this process committed. On the loop; elsewhere use `announce`."""
        by_venue: dict[int, list[Event]] = defaultdict(list)
        for event in events:
            by_venue[event.venue_id].append(event)
        for venue_id, own in by_venue.items():
            if (feed := self.feeds.get(venue_id)) is not None:
                feed.hand_over(own)
            self._nudges[venue_id] = own[-1].seq
        if self._nudges and not self._nudging:
            self._nudging = True
            self.spawn(self._send_nudges())

    async def _start(self, venue_id: int) -> None:
        try:
            epoch, last = await in_reader(_position, venue_id)
            self.feeds[venue_id] = Feed(venue_id, epoch, last)
        finally:
            del self._joining[venue_id]

    async def _sweep(self) -> None:
        """The truth, every two seconds: one query for all venues of this process."""
        while True:
            await asyncio.sleep(SWEEP_S)
            if not self.feeds:
                continue
            shown = {venue_id: feed.last for venue_id, feed in self.feeds.items()}
            try:
                positions = await in_reader(_positions, list(shown))
            except DatabaseProblem as error:
                logger.warning("The sweep has no answer from the database (%s)", type(error).__name__)
                self._tell_whether(away=True)
                continue
            self._tell_whether(away=False)
            for venue_id, epoch, seq in positions:
                feed = self.feeds.get(venue_id)
                if feed is None:
                    continue
                # Against what was shown before we asked: our own writer may have gone on meanwhile.
                if epoch != feed.epoch or seq < shown[venue_id]:
                    logger.warning("Venue %s: the database is another one; its sockets start again", venue_id)
                    del self.feeds[venue_id]
                    for socket in feed.sockets:
                        socket.restart()
                else:
                    feed.nudged(seq)

    def _tell_whether(self, *, away: bool) -> None:
        """Tell every socket when the database goes, and when it is back."""
        if away == self._away:
            return
        self._away = away
        for feed in self.feeds.values():
            for socket in feed.sockets:
                socket.database_is(away=away)

    def _heard(self, message: Mapping[str, Any]) -> None:
        """Nudges from other processes."""
        for venue_id, seq in message["seqs"]:
            if (feed := self.feeds.get(venue_id)) is not None:
                feed.nudged(seq)

    async def _send_nudges(self) -> None:
        """One send at a time, whatever was committed meanwhile in the next: never more than one connection."""
        try:
            while self._nudges:
                seqs, self._nudges = self._nudges, {}
                await _nudge(seqs)
                await asyncio.sleep(NUDGE_PAUSE_S)
        finally:
            self._nudging = False


_hub: Hub | None = None
_listeners: list[Callable[[Event], None]] = []


def listen(listener: Callable[[Event], None]) -> None:
    """Have a function called on the loop for every event of every feed of this process, before its sockets."""
    _listeners.append(listener)


def hub() -> Hub:
    """This process's hub; made on first use, on the loop that serves its sockets."""
    global _hub
    if _hub is None or _hub.loop.is_closed():
        _hub = Hub()
    return _hub


def announce(events: Sequence[Event]) -> None:
    """Tell everybody of committed events, from any thread of any process. Best effort, 0.25 s at most."""
    if not events:
        return
    if _hub is not None and not _hub.loop.is_closed():
        _hub.loop.call_soon_threadsafe(_hub.committed, events)
        return
    async_to_sync(_nudge)({event.venue_id: event.seq for event in events})


async def _nudge(seqs: Mapping[int, int]) -> None:
    """Tell all processes how far these venues are."""
    await layer.tell(NUDGES, seqs=list(seqs.items()))


def _position(venue_id: int) -> tuple[str, int]:
    epoch, seq = VenueFeed.objects.values_list("epoch", "seq").get(venue_id=venue_id)
    return str(epoch), seq


def _positions(venue_ids: list[int]) -> list[tuple[int, str, int]]:
    rows = VenueFeed.objects.filter(venue_id__in=venue_ids).values_list("venue_id", "epoch", "seq")
    return [(venue_id, str(epoch), seq) for venue_id, epoch, seq in rows]


def _events_above(venue_id: int, seq: int) -> list[Event]:
    return list(events_of(VenueEvent.objects.filter(venue_id=venue_id, seq__gt=seq).order_by("seq")[:MOST_AT_ONCE]))


def events_of(rows: Iterable[VenueEvent]) -> Iterable[Event]:
    """Rows as the feed carries them."""
    for row in rows:
        yield Event(
            row.venue_id, row.seq, row.at, row.kind, row.change, row.order_id, row.session_id, row.actor, row.payload
        )
