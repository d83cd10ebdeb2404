"""The agents' sockets of this process, and what is done for them all: every two seconds, and at each nudge, a look at
who still has the right to be here and for whom there is something to send."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from django.db import Error as DatabaseProblem
from django.utils import timezone

from orders import layer
from orders.presence import PROCESS
from orders.reading import in_reader
from tracker import links, nudges, questions, stepping
from tracker.models import CommandState, Gateway, GatewayCommand

if TYPE_CHECKING:
    from tracker.consumers import AgentSocket

logger = logging.getLogger(__name__)

SWEEP_S = 2.0


class Switchboard:
    """One a process, on the loop that serves its sockets."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.sockets: dict[int, AgentSocket] = {}  # by agent: the newest of each
        self._tasks: set[asyncio.Task[None]] = set()
        self._nudged: set[int] = set()
        self._to_tell: set[int] = set()
        self._telling = self._looking = False
        nudges.announce_on(self.loop, self._announce)
        self.spawn(self._sweep())
        self.spawn(layer.listen(nudges.GROUP, lambda message: self.nudged(message["venue"])))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def join(self, socket: "AgentSocket") -> None:
        """Take in a connection; of two of one agent the one with the higher fence stays, whoever comes first here."""
        other = self.sockets.get(socket.link.agent_id)
        if other is not None and other.link.fence > socket.link.fence:
            socket.replaced()
            return
        self.sockets[socket.link.agent_id] = socket
        if other is not None:
            other.replaced()

    def leave(self, socket: "AgentSocket") -> None:
        if self.sockets.get(socket.link.agent_id) is socket:
            del self.sockets[socket.link.agent_id]

    def nudged(self, venue_id: int) -> None:
        """Somebody says that there is news for a venue's agent."""
        if any(socket.link.venue_id == venue_id for socket in self.sockets.values()):
            self._nudged.add(venue_id)
            if not self._looking:
                self._looking = True
                self.spawn(self._look_at_nudged())

    def _announce(self, venue_id: int) -> None:
        self.nudged(venue_id)
        self._to_tell.add(venue_id)
        if not self._telling:
            self._telling = True
            self.spawn(self._tell())

    async def _tell(self) -> None:
        """One send at a time; what comes meanwhile is in the next."""
        try:
            while self._to_tell:
                await nudges.send(self._to_tell.pop())
        finally:
            self._telling = False

    async def _look_at_nudged(self) -> None:
        try:
            while self._nudged:
                venues, self._nudged = self._nudged, set()
                await self._look([s for s in self.sockets.values() if s.link.venue_id in venues])
        finally:
            self._looking = False

    async def _sweep(self) -> None:
        """The truth. A database that is away costs the sweeps until it is back."""
        while True:
            await asyncio.sleep(SWEEP_S)
            await self._look(list(self.sockets.values()))

    async def _look(self, sockets: "list[AgentSocket]") -> None:
        if not sockets:
            return
        try:
            await in_reader(stepping.catch_up_all, {socket.link.venue_id for socket in sockets}, timezone.now())
        except DatabaseProblem as error:  # what is planned already goes out all the same
            logger.warning("Venues and their gateways are not in step now (%s)", type(error).__name__)
        try:
            gone, wanted = await in_reader(_read, [socket.link for socket in sockets])
        except DatabaseProblem as error:
            logger.warning("Agents cannot be looked after now (%s)", type(error).__name__)
            return
        for socket in sockets:
            if socket.link in gone:
                socket.lose(gone[socket.link])
            elif socket.link.venue_id in wanted:
                socket.send_due()


_switchboard: Switchboard | None = None


def switchboard() -> Switchboard:
    """That of the running loop, of which a server has one; made with its first agent."""
    global _switchboard
    if _switchboard is None or _switchboard.loop is not asyncio.get_running_loop():
        _switchboard = Switchboard()
    return _switchboard


def _read(held: list[links.Link]) -> tuple[dict[links.Link, int], set[int]]:
    """The links that are lost, with the close code, and the venues with something to send. The others are renewed."""
    now = timezone.now()
    gone = links.lost(held)
    kept = [link for link in held if link not in gone]
    links.renew(kept, PROCESS, now)
    venues = {link.venue_id for link in kept}
    due = GatewayCommand.objects.filter(venue_id__in=venues, state=CommandState.PLANNED)
    wanted = set(due.filter(next_try_at__lte=now, not_after__gt=now).values_list("venue_id", flat=True).distinct())
    chosen = Gateway.objects.filter(venue_id__in=venues).exclude(choice="").values_list("venue_id", flat=True)
    return gone, wanted | set(chosen) | questions.venues_wanted(venues, now)
