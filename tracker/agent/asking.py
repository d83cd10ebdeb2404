"""One step of a command as requests to the gateway."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tracker.agent.commands import Intent
from tracker.agent.gateway_time import GatewayTime
from tracker.agent.steps import ClearOrder, FindPast, PageOrder, Pause, PutOrder, ReadOrder, Step, StopPage, Value
from tracker.gateway.admin import GatewayAdmin
from tracker.gateway.calibration import measure
from tracker.gateway.client import GatewayClient
from tracker.gateway.errors import ClockIsWrong, EndpointUnavailable, GatewayError, OrderNotFound
from tracker.gateway.history import HistoryQuery
from tracker.gateway.orders import ActiveOrder

_EARLIER = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Access:
    """The paired gateway as it is reached now.

    What can wait takes its `turn` for each request, so that commands find a connection free. `look` gives what is
    active, read anew; it takes its turn itself.
    """

    client: GatewayClient
    admin: GatewayAdmin
    time: GatewayTime
    turn: asyncio.Lock
    look: Callable[[], Awaitable[tuple[ActiveOrder, ...]]]


async def ask(access: Access, step: Step, intent: Intent) -> Value:
    """What the gateway answers: a value or an error of its own kinds. Never raises GatewayError."""
    try:
        return await _ask(access, step, intent)
    except GatewayError as error:
        return error


async def _ask(access: Access, step: Step, intent: Intent) -> Value:
    client = access.client
    match step:
        case ReadOrder(order):
            try:
                return await client.active_order(order)
            except OrderNotFound:
                return None
        case FindPast(name):
            return await _find_past(access, name, intent)
        case PutOrder():
            return await _put(access, step)
        case ClearOrder(order):
            await client.clear_order(order)
        case PageOrder(order):
            await client.page_order(order)
        case StopPage(order):
            await client.stop_paging(order)
        case Pause():
            pass
    return None


async def _put(access: Access, step: PutOrder) -> ActiveOrder:
    sent = datetime.now(UTC)
    order = await access.client.put_order(step.name, step.order_type, step.tag)
    answered = datetime.now(UTC)
    if order.created is not None and order.is_new:
        # A clock that is wrong leaves the old calibration, which is no worse: only whose order it is hangs on it.
        with suppress(ClockIsWrong):
            access.time.calibrate(measure(order.created, sent, answered, access.time.timezone))
    return order


async def _find_past(access: Access, name: str, intent: Intent) -> Value:
    calibration = access.time.calibration
    since = calibration.to_local(intent.begun - _EARLIER)
    try:
        page = await access.client.history(HistoryQuery(created_after=since))
    except EndpointUnavailable:
        return None
    begun = intent.begun.replace(microsecond=0)
    ours = (
        order.uuid
        for order in page.orders
        if order.name == name
        and order.cleared is not None
        and order.started is not None
        and calibration.to_utc(order.started) >= begun
    )
    return next(ours, None)
