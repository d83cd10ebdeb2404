"""One websocket of the onTap protocol: authenticate, parse, call one service, send. The rules are elsewhere."""

import asyncio
import base64
import logging
import secrets
import time
import uuid
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseProblem

from orders import presence, protocol, snapshots, wishes
from orders.catalogues import catalogue_of
from orders.changes import Change, Done, OrderMove, OrderTicked, OrderUndo, TableMove
from orders.commit import Outcome
from orders.door import Admitted, admit
from orders.errors import Refused, Unavailable
from orders.feed import BOARDS, Feed, Group, hub, session_group, waiting_group
from orders.frames import Frames
from orders.intake import placement_of
from orders.outbox import Outbox
from orders.protocol import NO_ECHO, Echo, Speaker
from orders.reading import in_reader
from orders.render import whole_order
from orders.requests import MoveOrder, MoveToTable, OpenOrders, PlaceOrder, Resume, TickOrder, TrackerWish, UndoOrder
from orders.sockets import DirectSocket, Message
from orders.writer import writer
from venues.access import Pass

logger = logging.getLogger(__name__)

HEARTBEAT_S = 15
RESUME_GRACE_S = 0.3  # a version 2 client that knows where it stopped says so within this; else it gets a snapshot

# Read once: an attribute of Django's settings costs more than the check that it is for.
MESSAGES_PER_SOCKET: int = settings.ONTAP_MESSAGES_PER_SOCKET
MESSAGES_PER_BOARD = 10 * MESSAGES_PER_SOCKET


def clock() -> datetime:
    """Now, in whole milliseconds: what the protocol can say."""
    return protocol.from_ms(time.time_ns() // 1_000_000)


class OrderSocket(DirectSocket):
    """A guest's or a board's connection, in version 1 or 2."""

    held: Pass
    speaker: Speaker
    group: Group
    venue_id: int

    def __init__(self) -> None:
        self._holding: list[Frames] | None = []
        self._after = -1
        self._live = False
        self._unasked: asyncio.Task[None] | None = None
        self.last_sent = time.monotonic()

    async def websocket_connect(self) -> None:
        try:
            admitted = await admit(self.scope, clock())
            feed = await self._join(admitted) if admitted is not None else None
        except DatabaseProblem as error:
            logger.warning("A socket was refused: the database is away (%s)", type(error).__name__)
            feed = None
        if feed is None:
            await self.refuse()
        accept: dict[str, Any] = {"type": "websocket.accept"}
        if protocol.SUBPROTOCOL_V2 in self.scope.get("subprotocols", ()):
            accept["subprotocol"] = protocol.SUBPROTOCOL_V2
        await self.base_send(accept)
        try:
            await self._begin(feed.epoch)
        except DatabaseProblem as error:
            logger.warning("A socket got no snapshot: the database is away (%s)", type(error).__name__)
            self.close(1013)

    async def _join(self, admitted: Admitted) -> Feed:
        """Become who this is, and be on the feed before anything is read: whatever commits from now on is heard."""
        held = self.held = admitted.held
        self.venue_id = held.venue_id
        self.speaker = Speaker(held.venue_id, held.role == "board", admitted.version, held.table_number)
        self.connection_id = base64.b64encode(secrets.token_bytes(12)).decode()
        self.outbox = Outbox(self.base_send, self._cut_off)
        self.group = BOARDS if self.speaker.board else _group_of(held)
        feed = await hub().join(self)
        self._open = True
        presence.look_after(self)
        if self.speaker.board:
            presence.board_opened(self.venue_id)
        elif held.session_id is None and held.table_id is not None:
            # Staff may have opened it between our looking and our joining.
            self._enter_session(await in_reader(snapshots.read_open_session, held.table_id))
        return feed

    async def _begin(self, epoch: str) -> None:
        if self.speaker.version == 2:
            now = await in_reader(snapshots.read_position, self.venue_id)
            self._push(protocol.hello_frame(now.epoch, now.seq, self.venue_id, self.held.role, HEARTBEAT_S))
            hub().loop.call_later(RESUME_GRACE_S, self._snapshot_soon)
            return
        if self.speaker.board:
            found = await in_reader(snapshots.read_position, self.venue_id)
        else:
            found = await in_reader(snapshots.read_recent_statuses, self.venue_id, self.held.session_id, clock())
        for row in (row for row in found.orders if not row["test"]):
            self._push(protocol.status_frame(whole_order(row)))
        self._release(found.seq)

    def _snapshot_soon(self) -> None:
        if self._open and not self._live:
            self._unasked = hub().loop.create_task(self._send_snapshot())

    async def _after_unasked(self) -> None:
        """Wait for the snapshot that is on its way because nobody asked in time: what is asked for now comes after."""
        if self._unasked is not None:
            await asyncio.wait([self._unasked])
            self._unasked = None

    async def websocket_receive(self, message: Message) -> None:
        text = message.get("text")
        if text is None:
            self.close(protocol.UNSUPPORTED_DATA)
            return
        if len(text) > protocol.MOST_BYTES:
            self.close(1009)
            return
        if self.too_many(MESSAGES_PER_BOARD if self.speaker.board else MESSAGES_PER_SOCKET):
            self.close(protocol.TOO_MANY)
            return
        echo = NO_ECHO
        try:
            frame = protocol.read_frame(text)
            if self.speaker.version == 2:
                echo = protocol.echo_of(frame)
            request = protocol.parse_request(frame, self.speaker)
            held = self._held_by(protocol.initials_of(frame, self.speaker))
            if isinstance(request, PlaceOrder):
                self._submit(await placement_of(request, self.speaker, held, self.connection_id, clock()), echo)
            elif isinstance(request, MoveOrder):
                by = "board" if self.speaker.board else "guest"
                change = OrderMove(self.venue_id, clock(), request, held.actor, by, held.session_id)
                self._submit(change, echo)
            elif isinstance(request, UndoOrder):
                self._submit(OrderUndo(self.venue_id, clock(), request, held.actor), echo)
            elif isinstance(request, MoveToTable):
                self._submit(TableMove(self.venue_id, clock(), request, held.actor), echo)
            elif isinstance(request, TickOrder):
                self._submit(OrderTicked(self.venue_id, clock(), request, held.actor), echo)
            elif not self._open:
                return  # cut off: a read would be for nobody
            elif isinstance(request, OpenOrders):
                await self._after_unasked()
                await (self._send_snapshot() if self.speaker.version == 2 else self._send_open_orders())
            elif isinstance(request, Resume):
                await self._resume(request)
            elif isinstance(request, TrackerWish):
                self._answer(await in_reader(wishes.carry_out, self.venue_id, request, held.actor, clock()), echo)
        except Refused as refusal:
            self._refuse(refusal, echo)
        except DatabaseProblem as error:
            logger.warning("A request had no answer from the database (%s)", type(error).__name__)
            self._refuse(Unavailable(), echo)

    def _held_by(self, initials: str) -> Pass:
        """The pass with the hand that taps: several people share a tablet."""
        return replace(self.held, actor=f"{initials} on {self.held.actor}") if initials else self.held

    def _submit(self, change: Change, echo: Echo) -> None:
        if self._open:  # closed while its change was made ready, it may have lost the right to it
            writer().submit(change, lambda outcome: self._answer(outcome, echo))

    def _answer(self, outcome: Outcome, echo: Echo) -> None:
        """On the loop, before the event itself is delivered. Version 1 knows no answer but an error."""
        if isinstance(outcome, Refused):
            self._refuse(outcome, echo)
        elif self.speaker.version == 2:
            self._acknowledge(outcome, echo)

    def _acknowledge(self, done: Done, echo: Echo) -> None:
        assert done.order_id is not None
        self._push(protocol.ack_frame(echo.client_order_id, done.order_id, done.order_number, done.seq))

    def _refuse(self, refusal: Refused, echo: Echo) -> None:
        request_id = str(uuid.uuid4())
        self._push(protocol.error_frame(self.speaker.version, refusal, self.connection_id, request_id, echo))

    async def _send_open_orders(self) -> None:
        """Version 1: what is not finished, newest first; the socket then hears only what came after."""
        self._hold()
        try:
            found = await in_reader(snapshots.read_board, self.venue_id)
        except DatabaseProblem:
            self._release(self._after)  # no list this time, but the socket hears on
            raise
        real = [row for row in reversed(found.orders) if not row["test"]]  # version 1 has no word for the others
        self._push(protocol.open_orders_frame([whole_order(row) for row in real]))
        self._release(found.seq)

    async def _send_snapshot(self) -> None:
        self._hold()
        self._live = True
        board = self.speaker.board
        try:
            if board:
                found = await in_reader(snapshots.read_board, self.venue_id)
            else:
                found = await in_reader(snapshots.read_session, self.venue_id, self.held.session_id)
            online = await in_reader(snapshots.boards_online, self.venue_id, clock())
            catalogue = await catalogue_of(self.venue_id)
        except DatabaseProblem:
            self.close(1013)  # try again later: the client keeps what it has
            return
        paused = None
        if catalogue is not None and catalogue.paused(clock()) and catalogue.venue.paused_until is not None:
            paused = {
                "until": protocol.to_ms(catalogue.venue.paused_until),
                "reason": catalogue.venue.pause_reason,
            }
        orders = [
            whole_order(row) if board else protocol.for_guest(whole_order(row))
            for row in found.orders
            if board or not row["test"]
        ]
        self._push(protocol.snapshot_frame(found.epoch, found.seq, orders, found.menu_version, paused, online))
        self._release(found.seq)

    async def _resume(self, wanted: Resume) -> None:
        await self._after_unasked()
        self._hold()
        self._live = True
        try:
            missed = await in_reader(
                snapshots.read_events,
                self.venue_id,
                wanted.epoch,
                wanted.seq,
                self.held.session_id,
                self.speaker.board,
            )
        except DatabaseProblem:
            self.close(1013)  # as for a snapshot: going on from here would leave a gap
            return
        if missed is None:
            await self._send_snapshot()
            return
        seq = wanted.seq
        for event in missed:
            if event.seq > self._after:  # not again what a snapshot or the feed has shown since it connected
                self._show(Frames(event, wanted.epoch))
            seq = event.seq
        self._release(seq)

    def deliver(self, frames: Frames) -> None:
        """An event of the feed, in order. Kept while this socket reads where it stands."""
        if frames.event.kind in ("session", "access"):
            self._obey(frames)  # at once: what becomes of the socket itself is in no snapshot
        if self._holding is not None:
            self._holding.append(frames)
        elif frames.event.seq > self._after:
            self._after = frames.event.seq
            self._show(frames)

    def _obey(self, frames: Frames) -> None:
        event = frames.event
        if event.kind == "session":
            self._hear_of_session(event.change, event.session_id, frames)
        else:
            presence.check_access_soon()

    def _show(self, frames: Frames) -> None:
        board = self.speaker.board
        if self.speaker.version == 1:
            text = frames.v1_board if board else frames.v1_guest
        else:
            text = frames.v2_board if board else frames.v2_guest
        if text is not None:
            self._push(text)

    def _hear_of_session(self, change: str, session_id: int | None, frames: Frames) -> None:
        if self.speaker.board:
            return
        if change == "ended" and session_id == self.held.session_id:
            self.end(protocol.SESSION_ENDED, str(frames.payload.get("reason", "")))
        elif change == "opened" and self.group == waiting_group(int(frames.payload["table_id"])):
            self._enter_session(session_id)

    def _enter_session(self, session_id: int | None) -> None:
        """The table where this guest waits is open."""
        feed = hub().feeds.get(self.venue_id)
        if feed is not None:
            feed.discard(self)
            self.held = replace(self.held, session_id=session_id)
            self.group = _group_of(self.held)
            feed.add(self)

    def end(self, code: int, reason: str) -> None:
        """This socket's right to be here has ended: say so where the version can, then close."""
        if self._open and self.speaker.version == 2:
            self._push(protocol.session_ended_frame(reason))
        self.close(code)

    def database_is(self, *, away: bool) -> None:
        """Version 2 hears at once that nothing can be ordered for now, not with the first order that fails."""
        if self._live and self.speaker.version == 2:
            self._push(protocol.database_frame(away))

    def restart(self) -> None:
        """The database is another one than this socket was served from; its client connects again."""
        self.close(1012)

    def heartbeat(self, moment: float) -> None:
        """Version 2: say that we are here after 15 seconds of silence (`moment`: monotonic seconds)."""
        if self._live and self.speaker.version == 2 and moment - self.last_sent >= HEARTBEAT_S:
            self._push(protocol.heartbeat_frame(max(self._after, 0)))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        hub().spawn(work)

    def _cut_off(self) -> None:
        logger.info("A reader too slow for its buffer is cut off")
        self.close(1013)

    def _hold(self) -> None:
        if self._holding is None:
            self._holding = []

    def _release(self, seq: int) -> None:
        """Everything up to `seq` is shown; deliver what came after it meanwhile, and from now on at once."""
        self._after = max(self._after, seq)
        held, self._holding = self._holding or [], None
        for frames in held:
            self.deliver(frames)

    def _push(self, text: str) -> None:
        if self._open:
            self.last_sent = time.monotonic()
            self.outbox.push(text)

    def leave(self) -> None:
        hub().leave(self)
        presence.forget(self)
        if self.speaker.board:
            presence.board_closed(self.venue_id)


def _group_of(held: Pass) -> Group:
    if held.session_id is not None:
        return session_group(held.session_id)
    return waiting_group(held.table_id or 0)
