"""The ASGI application of the gateway's own port."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from tracker.simulator import rest_device, rest_orders
from tracker.simulator.device import Device
from tracker.simulator.feed import serve_socket
from tracker.simulator.rest import Endpoint, answer, html_error

BASE = "/api/v2"


def device_app(device: Device) -> Starlette:
    """Serves sections 3 to 9 of the API reference; what it does not know is an HTML page, as on the device."""
    paths: dict[str, dict[str, Endpoint]] = {}
    for endpoint in (*rest_device.ENDPOINTS, *rest_orders.ENDPOINTS):
        paths.setdefault(endpoint.path, {})[endpoint.method] = endpoint

    async def feed(socket: WebSocket) -> None:
        await serve_socket(device, socket)

    async def upgrade_missing(request: Request) -> Response:
        return html_error(400, "Bad Request", request.url.path)

    async def unknown(request: Request, error: Exception) -> Response:
        status, words = (
            (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "Internal Error")
        )
        device.frames.add("in", f"{request.method} {request.url.path}", words, status=status)
        return html_error(status, words, request.url.path)

    routes: list[BaseRoute] = [
        WebSocketRoute(f"{BASE}/websocket", feed),
        Route(f"{BASE}/websocket", upgrade_missing),
        *(Route(BASE + path, _Resource(device, endpoints)) for path, endpoints in paths.items()),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: unknown, Exception: unknown})
    # CherryPy may redirect a GET; a redirect of a POST would be a trap that nobody has seen (section 1).
    app.router.redirect_slashes = False
    return app


class _Resource:
    """A path with all its methods: an ASGI application, so that Starlette leaves unknown methods to us."""

    def __init__(self, device: Device, endpoints: dict[str, Endpoint]) -> None:
        self._device = device
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await answer(self._device, self._endpoints, Request(scope, receive, send))
        await response(scope, receive, send)
