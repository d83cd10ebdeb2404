"""The ASGI application of the control port: the verbs, their errors, the page and its stream."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from tracker.simulator.control import Action, Control
from tracker.simulator.control_guard import Guarded
from tracker.simulator.device import Device
from tracker.simulator.front import Front
from tracker.simulator.gateway import Impossible, Unknown
from tracker.simulator.serving import PortTaken
from tracker.simulator.state import state

PAGE = Path(__file__).with_name("page")
KINDS = {".html": "text/html", ".css": "text/css", ".mjs": "text/javascript", ".svg": "image/svg+xml"}
Serve = Callable[[Request], Awaitable[Response]]
SECONDS_BETWEEN_LOOKS = 0.05
SECONDS_OF_SILENCE = 10.0


def control_app(device: Device, front: Front, port: int) -> ASGIApp:
    """Serves the control API and the page on `port`, to this machine only."""
    changes = Changes(device)

    async def stream(request: Request) -> Response:
        return StreamingResponse(changes.stream(front), media_type="text/event-stream")

    routes: list[BaseRoute] = [Route("/events", stream), *_page_routes()]
    paths: dict[str, dict[str, Action]] = {}
    for method, path, action in Control(device, front).verbs:
        paths.setdefault(path, {})[method] = action
    routes += [Route(path, _endpoint(actions), methods=list(actions)) for path, actions in paths.items()]
    app = Starlette(routes=routes, exception_handlers={HTTPException: unknown, Exception: unknown})
    app.router.redirect_slashes = False
    return Guarded(app, port)


class Changes:
    """Tells every open page the whole state whenever something changed, 20 times a second at most."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._version = 0
        device.frames.changed = self._count

    def _count(self) -> None:
        self._version += 1

    async def stream(self, front: Front) -> AsyncIterator[str]:
        """Server-sent events, each with the state; one at least every ten seconds, so that a page notices an end."""
        seen, silence = -1, 0.0
        while True:
            if seen != self._version or silence >= SECONDS_OF_SILENCE:
                seen, silence = self._version, 0.0
                yield f"data: {json.dumps(state(self._device, front))}\n\n"
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            silence += SECONDS_BETWEEN_LOOKS


async def answer(action: Action, request: Request) -> Response:
    """What the action gives, or its error by name."""
    try:
        return JSONResponse(await action(request))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        return _error(400, "bad_field", f"{field or 'the body'}: {first['msg']}", field=field)
    except Unknown as error:
        return _error(404, error.name, str(error))
    except Impossible as error:
        return _error(409, error.name, str(error))
    except PortTaken as error:
        return _error(409, "port_taken", str(error))
    except HTTPException as error:
        return _error(error.status_code, "bad_body", error.detail)


async def unknown(request: Request, error: Exception) -> Response:
    """For a path or a method that is none."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    name = {404: "unknown_path", 405: "unknown_method"}.get(status, "internal_error")
    message = f"{request.method} {request.url.path} is no verb of the control API."
    if name == "internal_error":
        message = "The simulator has a fault of its own; what it was stands in its output."
    return _error(status, name, message)


def _error(status: int, name: str, message: str, **more: str) -> JSONResponse:
    return JSONResponse({"error": name, "message": message, **more}, status_code=status)


def _endpoint(actions: dict[str, Action]) -> Serve:
    async def serve(request: Request) -> Response:
        return await answer(actions[request.method], request)

    return serve


def _page_routes() -> list[BaseRoute]:
    """The files of the page, each at its own path: there is no folder to walk out of."""
    files = [path for path in sorted(PAGE.iterdir()) if path.suffix in KINDS]
    return [Route("/", _file(PAGE / "index.html")), *(Route(f"/page/{path.name}", _file(path)) for path in files)]


def _file(path: Path) -> Serve:
    content, kind = path.read_bytes(), KINDS[path.suffix]

    async def serve(request: Request) -> Response:
        return Response(content, media_type=kind)

    return serve
