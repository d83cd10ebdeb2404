"""The registered webhooks (API reference, section 6, "Webhook"): one try each, best effort."""

import asyncio
import re
from contextlib import suppress
from urllib.parse import urlsplit

import httpx

from tracker.gateway.codes import ReturnCode
from tracker.simulator.answers import Json
from tracker.simulator.refusals import Refused

MOST = 8
TIMEOUT = httpx.Timeout(2.0)


def read_client(value: object) -> str:
    """The address of a webhook. Raises Refused (-28 missing, -29 not an http address)."""
    if value is None:
        raise Refused(ReturnCode.HTTP_CLIENT_MISSING)
    if isinstance(value, str) and len(value) <= 500 and not re.search(r"[\s\x00-\x1f]", value):
        try:
            parts = urlsplit(value)
            _ = parts.port
        except ValueError as error:
            raise Refused(ReturnCode.INVALID_CALLBACK) from error
        if parts.scheme == "http" and parts.hostname:
            return value
    raise Refused(ReturnCode.INVALID_CALLBACK)


class Webhooks:
    """Posts changes of orders. Nobody waits for it, and nothing depends on it."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def post(self, clients: list[str], bodies: list[Json]) -> None:
        """Try each address once with each body, in the background."""
        if clients and bodies:
            task = asyncio.create_task(self._post(list(clients), bodies))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    def stop(self) -> None:
        """Give up what is still on its way."""
        for task in self._running:
            task.cancel()

    async def _post(self, clients: list[str], bodies: list[Json]) -> None:
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, follow_redirects=False) as http:
            for body in bodies:
                await asyncio.gather(*(self._post_one(http, client, body) for client in clients))

    async def _post_one(self, http: httpx.AsyncClient, client: str, body: Json) -> None:
        # One try: the reference knows of no retry.
        with suppress(httpx.HTTPError, httpx.InvalidURL):
            await http.post(client, json=body)
