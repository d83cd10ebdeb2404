"""The gateway's HTTP: one table of endpoints, and what is common to all of them (API reference, sections 4 to 6)."""

import asyncio
import html
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response

from tracker.gateway.codes import ReturnCode
from tracker.simulator.access import Token, read_authorization
from tracker.simulator.answers import Json, Writer, refusal
from tracker.simulator.device import Device
from tracker.simulator.gateway import Gateway
from tracker.simulator.reading import read_body
from tracker.simulator.refusals import Refused

LONGEST_BODY = 65_536


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was let in; `token` is the caller's on secured endpoints."""

    device: Device
    now: datetime
    path: dict[str, str]
    query: dict[str, str]
    body: Json
    token: Token | None

    @property
    def gateway(self) -> Gateway:
        return self.device.gateway

    @property
    def writer(self) -> Writer:
        return self.device.writer()


Verb = Callable[[Call], Awaitable[Json]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method on a path below /api/v2, what it does, and whether it wants a token."""

    method: str
    path: str
    verb: Verb
    secured: bool = True


def html_error(status: int, words: str, path: str) -> HTMLResponse:
    """The kind of page that the device's web server makes of what is no endpoint (API reference, section 1)."""
    title = f"{status} {words}"
    text = f"The path {html.escape(path)!r} was not found." if status == 404 else html.escape(words)
    page = (
        f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h2>{title}</h2><p>{text}</p></body></html>\n"
    )
    return HTMLResponse(page, status_code=status)


async def answer(device: Device, endpoints: dict[str, Endpoint], request: Request) -> Response:
    """The answer to a request on a known path, as the faults have it."""
    if device.faults.latency_ms:
        await asyncio.sleep(device.faults.latency_ms / 1000)
    response, detail = await _respond(device, endpoints, request)
    path = request.url.path.removeprefix("/api/v2") or "/"
    device.frames.add("in", f"{request.method} {path}", detail, status=response.status_code)
    return response


async def _respond(device: Device, endpoints: dict[str, Endpoint], request: Request) -> tuple[Response, str]:
    """The response, and what else there is to note of it."""
    path = request.url.path
    broken = _broken(device, path)
    if broken is not None:
        return broken, ""
    endpoint = endpoints.get("GET" if request.method == "HEAD" else request.method)
    if endpoint is None:
        return html_error(405, "Method Not Allowed", path), ""
    try:
        body = await _call(device, endpoint, request)
    except Refused as refused:
        body = refusal(refused)
    except ClientDisconnect:
        return Response(status_code=400), "gone before it had said all"
    except HTTPException as error:
        return html_error(error.status_code, error.detail, path), ""
    # ASCII only: names may be any text, and a lone surrogate has no UTF-8.
    text = json.dumps(device.writer().disguise(body))
    code = f"returnCode {body['returnCode']}" if "returnCode" in body else ""
    return Response(text, status_code=body["status"], media_type="application/json"), code


def check_token(device: Device, value: object, address: str | None) -> Token:
    """The token of this value. Raises Refused (-2), for every value where that fault is on."""
    if device.faults.refuse_tokens:
        raise Refused(ReturnCode.INVALID_TOKEN)
    return device.gateway.access.check(value, device.now(), address)


async def _call(device: Device, endpoint: Endpoint, request: Request) -> Json:
    token = None
    if endpoint.secured:
        token = _authorize(device, request)
    body = read_body(await _read(request)) if endpoint.method != "GET" else {}
    call = Call(device, device.now(), dict(request.path_params), dict(request.query_params), body, token)
    return await endpoint.verb(call)


def _authorize(device: Device, request: Request) -> Token:
    header = request.headers.get("authorization")
    if header is None:
        missing = ReturnCode.MALFORMED_AUTHORIZATION if device.faults.missing_token_is_400 else ReturnCode.INVALID_TOKEN
        raise Refused(missing)
    return check_token(device, read_authorization(header), request.client.host if request.client else None)


async def _read(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_BODY:
            raise HTTPException(413, "Request Entity Too Large")
    return body


def _broken(device: Device, path: str) -> HTMLResponse | None:
    if not device.powered:  # it was cut while the answer was slow: nothing may happen any more
        return html_error(503, "Service Unavailable", path)
    if device.faults.rate_limited:
        return html_error(429, "Too Many Requests", path)
    if device.faults.html_404:
        return html_error(404, "Not Found", path)
    return html_error(500, "Internal Server Error", path) if device.faults.html_500 else None


def endpoint(table: list[Endpoint], method: str, path: str, *, secured: bool = True) -> Callable[[Verb], Verb]:
    """Put the verb below into the table."""

    def add(verb: Verb) -> Verb:
        table.append(Endpoint(method, path, verb, secured))
        return verb

    return add


def online(**content: Any) -> Json:
    """Any JSON means online (API reference, section 3); its fields are nobody's business."""
    return {"status": 200, "message": "Table Tracker Gateway API", "version": "2", **content}
