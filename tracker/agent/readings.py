"""What the platform asks about the gateway, read there and put into the words of the wire."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from datetime import datetime, timedelta

from tracker import wire
from tracker.agent.ages import age_ms, aged, elapsed_ms
from tracker.agent.asking import Access
from tracker.agent.parts import in_parts
from tracker.agent.spool import Held
from tracker.agent.timings import Timings
from tracker.gateway.device import Repeater
from tracker.gateway.errors import GatewayError, Unreachable
from tracker.gateway.history import KEPT, HistoryQuery, HistoryWalk, local_window
from tracker.gateway.orders import ActiveOrder, PastOrder

_KEPT_MS = KEPT // timedelta(milliseconds=1)

Reading = AsyncGenerator[wire.Told, None]


class NotSpooled(Exception):
    """Events wait in memory because the disk takes none: no number says what came before."""


class Readings:
    """Of the gateway that `reached` gives; `now` is UTC by this machine's date.

    `spooled` is the spool while it holds everything that happened, else None. `idle` is set while no command is in
    hand.
    """

    def __init__(
        self,
        reached: Callable[[], Access | GatewayError],
        spooled: Callable[[], Held | None],
        want_snapshot: Callable[[], None],
        idle: asyncio.Event,
        now: Callable[[], datetime],
        timings: Timings,
    ) -> None:
        self._reached, self._spooled, self._want_snapshot = reached, spooled, want_snapshot
        self._idle, self._now, self._timings = idle, now, timings

    def within(self, ask: wire.Ask) -> float:
        """Seconds that an answer may take."""
        return self._timings.history_within if ask.what == "history" else self._timings.told_within

    def begin(self, ask: wire.Ask) -> None:
        """What is to be done at once, whether the ask is answered or replaced by the next."""
        if ask.snapshot:
            self._want_snapshot()

    def of(self, ask: wire.Ask) -> Reading:
        """The answer, part by part. Raises GatewayError, NotSpooled, LedgerFull or LedgerBroken."""
        match ask.what:
            case "orders":
                return self._orders(ask)
            case "history":
                return self._history(ask)
            case "settings":
                return self._settings(ask)
            case "repeaters":
                return self._repeaters(ask)

    async def _orders(self, ask: wire.Ask) -> Reading:
        active = await self._access().look()
        held = self._spooled()  # at once after the look: between the two nothing can happen
        if held is None:
            raise NotSpooled("the agent's disk takes nothing: events wait in memory")
        *parts, last = in_parts(map(_told, active))
        for part in parts:
            yield wire.Told(ask=ask.id, outcome="part", orders=part, spool=held.spool, number=held.last)
        yield wire.Told(ask=ask.id, outcome="done", orders=last, spool=held.spool, number=held.last)

    async def _history(self, ask: wire.Ask) -> Reading:
        access, end = self._access(), self._now()
        clock = access.time.latest
        start = end - timedelta(milliseconds=_KEPT_MS if ask.since_ms is None else min(ask.since_ms, _KEPT_MS))
        walk = HistoryWalk(*local_window(start, end, clock))
        while (query := walk.query) is not None:
            fresh = await self._page(access, walk, query)
            now = self._now()
            for part in in_parts(aged(order, clock, now) for order in fresh):
                if part:
                    yield wire.Told(ask=ask.id, outcome="part", past=part)
        now = self._now()
        yield wire.Told(ask=ask.id, outcome="done", from_ms=elapsed_ms(start, now), through_ms=elapsed_ms(end, now))

    async def _page(self, access: Access, walk: HistoryWalk, query: HistoryQuery) -> tuple[PastOrder, ...]:
        await asyncio.sleep(self._timings.history_pause)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timings.commands_first):
                await self._idle.wait()
        async with access.turn:
            if self._access().client is not access.client:
                raise Unreachable("the gateway was left while its history was read")
            return walk.take(await access.client.history(query))

    async def _settings(self, ask: wire.Ask) -> Reading:
        access = self._access()
        async with access.turn:
            found = await access.admin.settings()
        settings = wire.GatewaySettings(
            timezone=found.timezone, target_time_s=found.target_time_s, zigbee_preset=found.zigbee_preset
        )
        yield wire.Told(ask=ask.id, outcome="done", settings=settings)

    async def _repeaters(self, ask: wire.Ask) -> Reading:
        access = self._access()
        async with access.turn:
            found = await access.admin.repeaters()
        now = self._now()

        def told(one: Repeater) -> wire.Repeater:
            seen_ms = age_ms(one.last_seen, access.time.latest, now)
            return wire.Repeater(label=one.label, address=one.address, status=one.status, seen_ms=seen_ms)

        *parts, last = in_parts(map(told, found))
        for part in parts:
            yield wire.Told(ask=ask.id, outcome="part", repeaters=part)
        yield wire.Told(ask=ask.id, outcome="done", repeaters=last)

    def _access(self) -> Access:
        access = self._reached()
        if isinstance(access, GatewayError):
            raise access
        return access


def _told(order: ActiveOrder) -> wire.ToldOrder:
    return wire.ToldOrder(
        uuid=order.uuid,
        name=order.name,
        order_type=order.order_type,
        tag=order.location,
        state=order.state,
        paged=order.paged,
    )
