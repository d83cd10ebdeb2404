"""Any interleaving of what can happen to sockets and orders: snapshot plus events equals a fresh read.

The real consumer, feed, writer and database of this process; "another process" commits past them, and its nudge is
lost, doubled or late. One venue per example, so that nothing has to be cleaned between examples.
"""

import asyncio
import itertools
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from orders import feed, protocol, snapshots
from orders.changes import Event, OrderMove
from orders.commit import commit
from orders.reading import in_reader
from orders.render import whole_order
from orders.requests import MoveOrder
from orders.states import OPEN, move_for
from orders.writer import writer
from tests.orders.driven import Driven
from tests.orders.pub import Pub, make_pub
from venues.models import VenueFeed

_keys = (f"key-{n}" for n in itertools.count())
runner: asyncio.Runner


@pytest.fixture(autouse=True, scope="module")
def loop() -> Iterator[None]:
    """One loop, and so one hub and one writer, for all examples of this module."""
    global runner
    with asyncio.Runner() as runner:
        yield
        runner.run(end_writer())


async def end_writer() -> None:
    writer().stop()


class Watcher:
    """A client of version 2 as a page is one: a snapshot, then events, kept over lost connections."""

    def __init__(self, pub: Pub, table: int | None) -> None:
        self.pub, self.table = pub, table
        self.orders: dict[str, dict[str, Any]] = {}
        self.epoch, self.seq = "", -1
        self.acks: dict[str, dict[str, Any]] = {}
        self.socket: Driven | None = None
        self.secret = pub.device_key if table is None else pub.member_token(table)
        self._read = 0

    async def connect(self) -> None:
        if self.socket is not None:
            return
        number = "dashboard" if self.table is None else self.pub.tables[self.table].number
        self.socket = await Driven(self.pub.venue.pk, number, self.secret).connect()
        assert self.socket.accepted
        self._read = 0
        socket = self.socket
        await socket.until(lambda: socket.frames)
        if self.seq >= 0:
            await self.socket.say({"action": "resume", "epoch": self.epoch, "seq": self.seq})
        else:
            await self.socket.say({"action": "openorders"})
            await socket.until(lambda: any(f["type"] == "snapshot" for f in socket.frames))
        self.hear()

    async def drop(self) -> None:
        if self.socket is not None:
            self.hear()
            await self.socket.drop()
            self.socket = None

    async def say(self, frame: dict[str, Any]) -> None:
        if self.socket is not None:
            await self.socket.say(frame)

    def hear(self) -> None:
        """Apply every frame that came since the last time."""
        assert self.socket is not None
        frames, self._read = self.socket.frames[self._read :], len(self.socket.frames)
        for frame in frames:
            if frame["type"] == "snapshot":
                self.epoch, self.seq = frame["epoch"], frame["seq"]
                self.orders = {order["order_id"]: order for order in frame["orders"]}
            elif frame["type"] == "order":
                assert frame["seq"] > self.seq, "an event came twice or out of order"
                self.seq = frame["seq"]
                order = frame["order"]
                self.orders[order["order_id"]] = order
                if self.table is None and order["state"] not in OPEN:
                    del self.orders[order["order_id"]]
            elif frame["type"] == "ack" and frame["client_order_id"] is not None:
                first = self.acks.setdefault(frame["client_order_id"], frame)
                assert first["order_id"] == frame["order_id"], "one key became two orders"


class Interleavings(RuleBasedStateMachine):
    @initialize()
    def open_the_pub(self) -> None:
        self.pub = make_pub(max_open_per_table=500, max_per_minute=10_000)
        self.watchers = {
            "board": Watcher(self.pub, None),
            "second board": Watcher(self.pub, None),
            "table 1": Watcher(self.pub, 0),
            "table 2": Watcher(self.pub, 1),
        }
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.run(self._everybody(Watcher.connect))

    def run(self, work: Any) -> None:
        runner.run(work)

    async def _everybody(self, what: Any) -> None:
        for watcher in self.watchers.values():
            await what(watcher)

    who = st.sampled_from(["board", "second board", "table 1", "table 2"])
    guest = st.sampled_from(["table 1", "table 2"])
    board = st.sampled_from(["board", "second board"])
    nth = st.integers(0, 7)

    def known(self, nth: int) -> dict[str, Any] | None:
        """One of the orders that anybody has seen."""
        ids = sorted({order_id for watcher in self.watchers.values() for order_id in watcher.orders})
        return {"order_id": ids[nth % len(ids)]} if ids else None

    @rule(who=who)
    def connect(self, who: str) -> None:
        self.run(self.watchers[who].connect())

    @rule(who=who)
    def drop(self, who: str) -> None:
        self.run(self.watchers[who].drop())

    @rule(guest=guest, product=st.integers(0, 2), quantity=st.integers(1, 3), keyed=st.booleans())
    def order(self, guest: str, product: int, quantity: int, keyed: bool) -> None:
        frame: dict[str, Any] = {"action": "order", "order_items": {str(self.pub.products[product].pk): quantity}}
        if keyed:
            frame["client_order_id"] = next(_keys)
            self.asked.append((guest, frame))
        self.run(self.watchers[guest].say(frame))

    @precondition(lambda self: self.asked)
    @rule(nth=nth)
    def retry(self, nth: int) -> None:
        guest, frame = self.asked[nth % len(self.asked)]
        self.run(self.watchers[guest].say(frame))

    @rule(board=board, nth=nth, action=st.sampled_from(["acceptorder", "readyorder", "completeorder", "cancelorder"]))
    def move(self, board: str, nth: int, action: str) -> None:
        if order := self.known(nth):
            self.run(self.watchers[board].say({"action": action, "reason": "so", **order}))

    @rule(nth=nth)
    def both_boards_answer(self, nth: int) -> None:
        if order := self.known(nth):
            accept = {"action": "acceptorder", **order}
            reject = accept | {"order_status": "rejected", "reason": "busy"}
            self.run(self.watchers["board"].say(accept))
            self.run(self.watchers["second board"].say(reject))

    @rule(board=board, nth=nth)
    def undo(self, board: str, nth: int) -> None:
        seen = [o for o in self.watchers[board].orders.values() if o["undo"] is not None]
        if seen:
            order = seen[nth % len(seen)]
            frame = {
                "action": "undoorder",
                "order_id": order["order_id"],
                "seq": order["undo"]["seq"],
                "reason": "slip",
            }
            self.run(self.watchers[board].say(frame))

    @rule(board=board, nth=nth, table=st.sampled_from(["1", "2", "3", "none"]))
    def move_to_table(self, board: str, nth: int, table: str) -> None:
        if order := self.known(nth):
            self.run(self.watchers[board].say({"action": "moveorder", "table_number": table, **order}))

    @rule(guest=guest, nth=nth)
    def guest_cancels(self, guest: str, nth: int) -> None:
        if order := self.known(nth):
            self.run(self.watchers[guest].say({"action": "cancelorder", **order}))

    @rule(nudges=st.integers(0, 2), table=st.integers(0, 1))
    def another_process_places(self, nudges: int, table: int) -> None:
        self.pub.now = protocol.from_ms(1_800_000_000_000)
        placement = self.pub.placement(table=table)
        self.run(self._elsewhere([placement], nudges))

    @rule(who=who, table=st.integers(0, 1), resumes=st.booleans())
    def comes_back_in_the_middle_of_it(self, who: str, table: int, resumes: bool) -> None:
        watcher = self.watchers[who]
        self.run(watcher.drop())
        if not resumes:
            watcher.seq = -1
        self.pub.now = protocol.from_ms(1_800_000_000_000)
        placements = [self.pub.placement(table=table) for _ in range(3)]
        self.run(self._both(watcher, placements))

    async def _both(self, watcher: Watcher, placements: list[Any]) -> None:
        async def elsewhere() -> None:
            for placement in placements:
                await self._elsewhere([placement], 1)

        await asyncio.gather(watcher.connect(), elsewhere())

    @rule(nudges=st.integers(0, 2), nth=nth)
    def another_process_accepts(self, nudges: int, nth: int) -> None:
        if order := self.known(nth):
            wanted = MoveOrder(
                uuid.UUID(order["order_id"]), move_for("acceptorder", None), worded=False, action="acceptorder"
            )
            change = OrderMove(self.pub.venue.pk, protocol.from_ms(1_800_000_000_000), wanted, "elsewhere")
            self.run(self._elsewhere([change], nudges))

    async def _elsewhere(self, changes: list[Any], nudges: int) -> None:
        events: list[Event] = (await in_reader(commit, changes))[1]
        own = feed.hub().feeds.get(self.pub.venue.pk)
        for _ in range(nudges if own is not None and events else 0):
            assert own is not None
            own.nudged(events[-1].seq)

    @invariant()
    def hears_what_came(self) -> None:
        for watcher in getattr(self, "watchers", {}).values():
            if watcher.socket is not None:
                watcher.hear()

    def teardown(self) -> None:
        if hasattr(self, "watchers"):
            self.run(self._settle())
            self.run(self._everybody(Watcher.drop))
            self.run(asyncio.sleep(0.1))  # what follows a board's leaving

    async def _settle(self) -> None:
        """When everybody is back and one sweep has been: what each client holds is what a fresh read gives."""
        await self._everybody(Watcher.connect)
        seq = -1
        wrong: dict[str, Any] = {}
        # What a client asked for may commit while we look: then we look again.
        while wrong or seq != await in_reader(_seq_of, self.pub.venue.pk):
            last, seq = seq, await in_reader(_seq_of, self.pub.venue.pk)
            assert not wrong or last != seq, wrong
            own = feed.hub().feeds[self.pub.venue.pk]
            own.nudged(seq)
            async with asyncio.timeout(10):
                while own.last < seq or any(w.socket.waiting for w in self.watchers.values() if w.socket):  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
            await asyncio.sleep(0.05)
            wrong = {}
            for name, watcher in self.watchers.items():
                watcher.hear()
                fresh = await in_reader(_fresh, self.pub, watcher.table)
                if watcher.orders != fresh:
                    wrong[name] = watcher.orders, fresh


def _seq_of(venue_id: int) -> int:
    return VenueFeed.objects.get(venue_id=venue_id).seq


def _fresh(pub: Pub, table: int | None) -> dict[str, dict[str, Any]]:
    import json

    import orjson

    found = (
        snapshots.read_board(pub.venue.pk)
        if table is None
        else snapshots.read_session(pub.venue.pk, pub.session(table).pk)
    )
    orders = [whole_order(row) for row in found.orders]
    shown = orders if table is None else [protocol.for_guest(order) for order in orders]
    return {order["order_id"]: json.loads(orjson.dumps(order)) for order in shown}


@pytest.mark.django_db(transaction=True)
def test_any_interleaving_ends_where_a_fresh_read_ends(trials: bool) -> None:
    run_state_machine_as_test(
        Interleavings,
        settings=settings(
            max_examples=1000 if trials else 25,
            stateful_step_count=40 if trials else 25,
            suppress_health_check=list(HealthCheck),
        ),
    )
