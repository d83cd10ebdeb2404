"""The channel layer as we use it: a group that all processes hear, best effort, never in anybody's way."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

TELL_S = 0.25
JOIN_S = 2.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 5.0


async def tell(group: str, **words: Any) -> None:
    """Say something to a group, 0.25 s at most. A layer that does not take it is no error: a sweep is behind it."""
    layer: Any = get_channel_layer()
    try:
        async with asyncio.timeout(TELL_S):
            await layer.group_send(group, {"type": "nudge", **words})
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001  a layer may fail in its own ways
        logger.info("The channel layer did not take a nudge (%s)", type(error).__name__)


async def listen(group: str, heard: Callable[[Mapping[str, Any]], None]) -> NoReturn:
    """Have every message to a group heard. Whatever the layer does, this comes back; only a cancellation ends it."""
    wait = FIRST_WAIT_S
    while True:
        layer: Any = get_channel_layer()
        try:
            async with asyncio.timeout(JOIN_S):
                channel = await layer.new_channel()
                await layer.group_add(group, channel)
            wait = FIRST_WAIT_S
            while True:
                _end_if_cancelled()
                heard(await layer.receive(channel))
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001  a layer may fail in its own ways; none may stop who listens
            logger.warning("No nudges from the channel layer (%s); sweeping", type(error).__name__)
        _end_if_cancelled()
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT_S)


def _end_if_cancelled() -> None:
    """End where a cancellation was swallowed on the way: redis-py sends by wait_for, which before Python 3.12 lets one
    go by when its own work is done at the same moment. Without this a server's loop would wait for us for ever."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
