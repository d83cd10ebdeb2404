"""The guard of the control port: only this machine's own pages and programs come in."""

import json
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAMES = ("127.0.0.1", "localhost", "[::1]")
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def reason_to_refuse(headers: Mapping[str, str], port: int) -> str | None:
    """The name of the error, or None. A foreign page can reach loopback, by its own name (rebinding) or by ours."""
    hosts = {f"{name}:{port}" for name in NAMES}
    host = headers.get("host", "").lower()
    if host not in hosts:
        return "foreign_host"
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host}":
        return "foreign_origin"
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return "foreign_origin"
    return None


class Guarded:
    """The application behind the guard, with the strict headers on every answer."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # there is no websocket here
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refused = reason_to_refuse(headers, self._port)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                strict = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *strict]}
            await send(message)

        if refused is None:
            await self._app(scope, receive, send_with_headers)
            return
        body = json.dumps({"error": refused, "message": "The control port serves this machine only."}).encode()
        kind = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send_with_headers({"type": "http.response.start", "status": 403, "headers": kind})
        await send({"type": "http.response.body", "body": body})
