"""An agent's websocket: token before accept, parse, call one service, send. The rules are elsewhere."""

import logging
import time
from collections.abc import Coroutine
from typing import Any

from channels.exceptions import StopConsumer
from django.conf import settings
from django.db import Error as DatabaseProblem
from django.utils import timezone
from pydantic import BaseModel

from orders.changes import TRACKED
from orders.door import client_address
from orders.feed import BOARDS, hub
from orders.frames import Frames
from orders.limits import Limit
from orders.outbox import Outbox
from orders.presence import PROCESS
from orders.reading import in_reader
from orders.sockets import DirectSocket, Message
from tracker import answers, choices, commands, health, ingestion, links, nudges, questions, readings, stepping, wire
from tracker.links import Link, LinkLost
from tracker.models import GatewayCommand
from tracker.switchboard import switchboard

logger = logging.getLogger(__name__)

HELLO_WITHIN_S = 20.0
MOST_MESSAGES = 400  # in ten seconds

# Of one address, and apart from those of guests: a pub's guests and its agent come from the same one, and an agent that
# is refused for their wrong codes would take its token for dead.
handshakes = Limit(settings.ONTAP_HANDSHAKES_PER_MINUTE, 60)
failures = Limit(settings.ONTAP_FAILURES_PER_MINUTE, 60)

UNSUPPORTED_DATA, POLICY, RESTART, TRY_LATER, TOO_MANY = 1003, 1008, 1012, 1013, 4008


class AgentSocket(DirectSocket):
    """One connection of an agent, from its token to whatever ends it."""

    link: Link
    venue_id: int
    group = BOARDS  # of the venue's events; it is no board, and nobody counts it as one

    def __init__(self) -> None:
        self._greeted = self._sending = self._more = False
        self._acked = self._had_at_first = 0  # numbers of events

    async def websocket_connect(self) -> None:
        """Refusals are alike: no token, a wrong one, a revoked one, too many of them.

        Not so while the database is away: an agent that is refused several times takes its token for dead and wants to
        be enrolled anew. So it is told to come back, by a socket on which nothing is said and nothing heard.
        """
        try:
            link = await self._admit()
        except DatabaseProblem as error:
            logger.warning("An agent is to come back: the database is away (%s)", type(error).__name__)
            await self.base_send({"type": "websocket.accept"})
            await self.base_send({"type": "websocket.close", "code": TRY_LATER})
            raise StopConsumer from None
        if link is None:
            await self.refuse()
        self.link, self.venue_id = link, link.venue_id
        self.outbox = Outbox(self.base_send, self._cut_off)
        self._open = True
        await self.base_send({"type": "websocket.accept"})
        await self._join()
        switchboard().loop.call_later(HELLO_WITHIN_S, self._missing_hello)

    async def _join(self) -> None:
        """Hear what is wanted here, and what happens to the venue's orders."""
        switchboard().join(self)
        try:
            await hub().join(self)
        except DatabaseProblem as error:
            logger.warning("Agent %s is to come back (%s)", self.link.agent_id, type(error).__name__)
            self.close(TRY_LATER)
        if not self._open:
            hub().leave(self)

    async def _admit(self) -> Link | None:
        address, moment = client_address(self.scope), time.monotonic()
        if failures.full(address, moment) or not handshakes.take(address, moment):
            return None
        token = _bearer_token(self.scope)
        link = await in_reader(_open_link, token, address) if token else None
        if link is None:
            failures.count(address, moment)
        return link

    async def websocket_receive(self, message: Message) -> None:
        if not self._open:
            return
        text = message.get("text")
        if text is None:
            self.close(UNSUPPORTED_DATA)
        elif self.too_many(MOST_MESSAGES):
            logger.warning("Agent %s says too much at once", self.link.agent_id)
            self.close(TOO_MANY)
        else:
            try:
                await self._hear(wire.from_agent(text))
            except wire.WireError as error:
                logger.warning("Agent %s of venue %s: %s", self.link.agent_id, self.link.venue_id, error)
                self.close(POLICY)
            except LinkLost as lost:
                self.lose(lost.code)
            except DatabaseProblem as error:
                logger.warning(
                    "Agent %s: not kept, it will say it again (%s)", self.link.agent_id, type(error).__name__
                )
                self.close(TRY_LATER)

    async def _hear(self, message: BaseModel) -> None:
        if isinstance(message, wire.Hello):
            await self._greet(message)
        elif not self._greeted:
            raise wire.WireError("kind: hello comes first")
        elif isinstance(message, wire.Events):
            acked = await in_reader(ingestion.keep_events, self.link, message.spool, message.events, timezone.now())
            self._push(wire.Ack(spool=message.spool, number=acked))
            await self._step()
            self._acked = acked
        elif isinstance(message, wire.Result):
            await in_reader(commands.keep_result, self.link, message, timezone.now())
            self._push(wire.Kept(command=message.command))
        elif isinstance(message, wire.GatewayNews):
            now = timezone.now()
            if await in_reader(health.keep_news, self.link, message, now) and message.state == "live":
                await in_reader(readings.want, self.link.venue_id, ("orders",), now)
        elif isinstance(message, wire.Told):
            await in_reader(answers.keep_told, self.link, message, timezone.now())

    async def _greet(self, hello: wire.Hello) -> None:
        if self._greeted:
            raise wire.WireError("kind: hello comes once")
        if hello.version != wire.VERSION:
            logger.warning("Agent %s speaks another version than ours", self.link.agent_id)
            self.close(wire.WRONG_VERSION)
            return
        now = timezone.now()
        greeted = await in_reader(links.greet, self.link, hello, now)
        if greeted.lost:
            logger.warning("Agent %s no longer has %s events that we never got", self.link.agent_id, greeted.lost)
        if greeted.contested:
            logger.warning("Agent %s: another agent uses its token", self.link.agent_id)
        self._greeted = True
        self._acked, self._had_at_first = max(greeted.acked, hello.first - 1), hello.last
        self._push(wire.Welcome(venue=str(self.link.venue_id), acked=greeted.acked))
        await in_reader(questions.begin, self.link, now)
        self.send_due()
        await in_reader(health.tell_agent_returned, self.link, now)

    async def _step(self) -> None:
        """Our orders learn of it at once; should that fail, the sweep comes back to it."""
        try:
            await in_reader(stepping.catch_up_all, [self.link.venue_id], timezone.now())
        except DatabaseProblem as error:
            logger.warning("Venue %s is not in step now (%s)", self.link.venue_id, type(error).__name__)

    def deliver(self, frames: Frames) -> None:
        """An event of the venue's own: one of an order may be something for the gateway."""
        if frames.event.kind == "order" and frames.event.change != TRACKED:
            switchboard().nudged(self.link.venue_id)

    def restart(self) -> None:
        """The database is another one than before; the agent connects again."""
        self.close(RESTART)

    def send_due(self) -> None:
        """Claim and send what is due, once at a time; again where it is asked for meanwhile."""
        self._more = True
        if self._greeted and self._open and not self._sending:
            self._sending = True
            switchboard().spawn(self._send_due())

    async def _send_due(self) -> None:
        try:
            while self._more and self._open:
                self._more = False
                await self._send_choice()
                claimed = await in_reader(commands.claim_due, self.link, timezone.now())
                sent = [command.pk for command in claimed if self._send_command(command)]
                if sent:
                    await in_reader(commands.note_sent, self.link, sent, timezone.now())
                await self._ask_wanted()
        except LinkLost as lost:
            self.lose(lost.code)
        except DatabaseProblem as error:
            logger.warning("Agent %s gets no commands now (%s)", self.link.agent_id, type(error).__name__)
        finally:
            self._sending = False

    async def _ask_wanted(self) -> None:
        """History would tell of orders as over whose beginning is still in the agent's spool: that comes first."""
        up_to_date = self._acked >= self._had_at_first
        for question in await in_reader(questions.claim_wanted, self.link, timezone.now(), history=up_to_date):
            self._push(question)

    async def _send_choice(self) -> None:
        choice = await in_reader(choices.take_choice, self.link)
        if choice is not None:
            self._push(choice)

    def _send_command(self, command: GatewayCommand) -> bool:
        message = commands.message_of(command, timezone.now())
        if message is None or not self._open:
            return False  # its time went by while we claimed it, or the agent went
        self._push(message)
        return True

    def replaced(self) -> None:
        """A newer connection of this agent is here."""
        self.lose(wire.REPLACED)

    def lose(self, code: int) -> None:
        """This connection does not count any more."""
        if self._open:
            logger.info("Agent %s: connection %s is closed with %s", self.link.agent_id, self.link.fence, code)
            self.close(code)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        switchboard().spawn(work)

    def leave(self) -> None:
        switchboard().leave(self)
        hub().leave(self)

    async def ended(self) -> None:
        """However it ended: nobody is connected here any more."""
        await super().ended()
        if hasattr(self, "link"):
            try:
                await in_reader(links.close_link, self.link, timezone.now())
            except DatabaseProblem as error:
                logger.info("An agent's leave is noted by its lease only (%s)", type(error).__name__)

    def _missing_hello(self) -> None:
        if self._open and not self._greeted:
            logger.warning("Agent %s said no hello", self.link.agent_id)
            self.close(POLICY)

    def _cut_off(self) -> None:
        logger.info("Agent %s reads too slowly and is cut off", self.link.agent_id)
        self.close(TRY_LATER)

    def _push(self, message: BaseModel) -> None:
        if self._open:
            self.outbox.push(wire.to_text(message))


def _open_link(token: str, address: str) -> Link | None:
    link = links.open_link(token, PROCESS, address, timezone.now())
    if link is not None:
        nudges.look_soon(link.venue_id)  # whoever holds the older connection closes it
    return link


def _bearer_token(scope: dict[str, Any]) -> str | None:
    """The token of the one Authorization header; None where there is none, several, or something else in it."""
    values = [value for name, value in scope["headers"] if name == b"authorization"]
    scheme, _, token = (values[0] if len(values) == 1 else b"").decode("latin-1").partition(" ")
    return token.strip() or None if scheme.casefold() == "bearer" else None
