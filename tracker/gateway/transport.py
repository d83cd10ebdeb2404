"""Requests to one gateway with every bound there is: time, size, connections; no redirects, no proxies, no cookies."""

import asyncio
import http.cookiejar
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import httpx

from tracker.gateway.address import Address
from tracker.gateway.answers import Answer, read_answer
from tracker.gateway.echoes import scrub_echoes_of
from tracker.gateway.errors import AnswerTooLarge, BadAnswer, InvalidRequest, NoAnswer, TokenMissing, Unreachable
from tracker.gateway.paired import Paired
from tracker.gateway.token import BearerAuth
from tracker.gateway.tolerant import MOST_BYTES

CONNECT_S = 3.0
READ_S = 5.0
WHOLE_S = 15.0  # a gateway that drips its answer never runs into the read timeout
POOL_S = 10.0  # to wait for one of the connections
CONNECTIONS = 2  # a small box with few threads (API reference, 1 and 13)

Value = str | int | bool | None


class GatewayHttp:
    """The address of one gateway and, once paired, its token, which goes nowhere else."""

    def __init__(
        self, address: Address, paired: Paired | None = None, *, read_s: float = READ_S, whole_s: float = WHOLE_S
    ) -> None:
        """Raises InvalidRequest where the token belongs to another address."""
        if paired is not None and paired.address != address:
            raise InvalidRequest("a token is sent only to the address that it was paired with")
        self.address = address
        self._token = None if paired is None else paired.token
        if self._token is not None:
            scrub_echoes_of(self._token)
        self._whole_s = whole_s
        self._client = httpx.AsyncClient(
            base_url=address.http,
            # Identity, and whatever comes is read raw: 1 MiB of gzip is a gigabyte.
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "onTap"},
            timeout=httpx.Timeout(read_s, connect=CONNECT_S, pool=POOL_S),
            # None is kept open: one that the gateway closes as we send leaves a page in doubt.
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=0),
            cookies=http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._client.aclose()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Value] | None = None,
        body: Mapping[str, Value] | None = None,
        secured: bool = True,
    ) -> Answer:
        """The success that the gateway answers to `path` below /api/v2. None in `query` and `body` is left out.

        Raises Unreachable, NoAnswer, BadAnswer and its kinds, Refused and its kinds; TokenMissing before it is sent.
        """
        if secured and self._token is None:
            raise TokenMissing(f"there is no token for {self.address}")
        auth = BearerAuth(self._token) if secured and self._token is not None else None
        request = self._client.build_request(
            method,
            f"/api/v2{path}",
            params=_present(query),
            content=json.dumps(_present(body)) if method == "POST" else None,
            headers={"Content-Type": "application/json"},
        )
        try:
            async with asyncio.timeout(self._whole_s):
                status, answer = await self._exchange(request, auth)
                return read_answer(status, answer, self._token, may_be_empty=method != "GET")
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise Unreachable(f"nothing answers at {self.address}") from None
        except httpx.PoolTimeout:
            raise Unreachable(f"{self.address} is still busy with our other requests") from None
        except (TimeoutError, httpx.TimeoutException, httpx.NetworkError):
            raise NoAnswer(f"the answer of {self.address} did not come, or broke off") from None
        except httpx.RemoteProtocolError:
            raise BadAnswer(f"the answer of {self.address} is broken off or no proper HTTP") from None

    async def _exchange(self, request: httpx.Request, auth: BearerAuth | None) -> tuple[int, bytes]:
        response = await self._client.send(request, auth=auth, stream=True)
        try:
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) > MOST_BYTES:
                    raise AnswerTooLarge(f"an answer of more than {MOST_BYTES} bytes", response.status_code)
            return response.status_code, bytes(body)
        finally:
            await response.aclose()


def _present(values: Mapping[str, Value] | None) -> dict[str, str | int | bool]:
    return {key: value for key, value in (values or {}).items() if value is not None}
