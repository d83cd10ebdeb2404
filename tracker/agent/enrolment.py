"""The first run: a short code that a manager confirms on the platform, and a token for it."""

import asyncio
import json
from collections.abc import Callable
from typing import Annotated, TypeVar

import httpx
from pydantic import BaseModel, Field, ValidationError

from tracker.agent import VERSION
from tracker.agent.server_address import Server
from tracker.agent.state_files import Enrolment
from tracker.gateway.token import Token
from tracker.gateway.tolerant import text_of

_MOST_BYTES = 65_536
_TIMEOUT_S = 15.0
Model = TypeVar("Model", bound=BaseModel)


class _Begun(BaseModel):
    code: Annotated[str, Field(min_length=4, max_length=20, pattern=r"^[A-Za-z0-9-]+$")]
    secret: Annotated[str, Field(min_length=8, max_length=200)]
    expires_s: Annotated[float, Field(gt=0, le=3600)]
    every_s: Annotated[float, Field(ge=0.05, le=60)]


class _Granted(BaseModel):
    token: str
    venue: Annotated[str | int, Field(union_mode="left_to_right")]


class NotEnrolled(Exception):
    """It did not work this time; the message says why. Try again later."""


class CodeOver(NotEnrolled):
    """Nobody confirmed the code in time, or somebody said no."""


async def enrol(server: Server, host: str, show: Callable[[str, float], None]) -> Enrolment:
    """The enrolment, once a manager has confirmed the code that `show` was given with its seconds.

    The token is on nobody's disk yet. Raises NotEnrolled.
    """
    async with httpx.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
        status, body = await _post(client, server.enrolment, {"host": host[:200], "version": VERSION})
        if status != 200:
            raise NotEnrolled(_refusal(status))
        begun = _read(_Begun, body)
        show(begun.code, begun.expires_s)
        ends_at = asyncio.get_running_loop().time() + begun.expires_s
        while asyncio.get_running_loop().time() < ends_at:
            await asyncio.sleep(begun.every_s)
            try:
                status, body = await _post(client, f"{server.enrolment}/wait", {"secret": begun.secret})
            except NotEnrolled:
                continue  # the code still holds; the platform may be restarting
            if status == 200:
                granted = _read(_Granted, body)
                try:
                    return Enrolment(server.url, text_of(granted.venue), Token(granted.token))
                except ValueError:
                    raise NotEnrolled("The platform gave a token that can be none.") from None
            if status == 410:
                break
            if status != 202 and status != 429 and status < 500:
                raise NotEnrolled(_refusal(status))
    raise CodeOver("The code was not confirmed in time.")


async def _post(client: httpx.AsyncClient, url: str, content: dict[str, str]) -> tuple[int, bytes]:
    try:
        async with client.stream("POST", url, json=content) as response:
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > _MOST_BYTES:
                    raise NotEnrolled("The platform answered with more than it has to say.")
            return response.status_code, body
    except httpx.HTTPError as error:
        # Its words may hold the address, never the content.
        raise NotEnrolled(f"The platform cannot be reached ({type(error).__name__}).") from None


def _read(model: type[Model], body: bytes) -> Model:
    try:
        return model.model_validate(json.loads(body))
    except (ValueError, ValidationError, RecursionError):
        raise NotEnrolled("What answered does not speak as the platform does.") from None


def _refusal(status: int) -> str:
    return f"The platform does not enrol agents now (HTTP {status})."
