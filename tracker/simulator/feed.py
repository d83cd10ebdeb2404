"""The gateway's websocket (API reference, section 8)."""

import asyncio
import json

from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from tracker.gateway.codes import ReturnCode
from tracker.simulator.access import read_authorization
from tracker.simulator.answers import refusal
from tracker.simulator.device import Device
from tracker.simulator.hub import Client
from tracker.simulator.refusals import Refused
from tracker.simulator.rest import check_token, html_error


async def serve_socket(device: Device, socket: WebSocket) -> None:
    """One client, from the handshake until it goes or is given up."""
    faults = device.faults
    if faults.latency_ms:
        await asyncio.sleep(faults.latency_ms / 1000)
    if faults.refuse_sockets:
        await socket.send_denial_response(html_error(503, "Service Unavailable", socket.url.path))
        return
    address = socket.client.host if socket.client else None
    header = None if faults.header_unsupported else socket.headers.get("authorization")
    try:
        if header is not None:
            check_token(device, read_authorization(header), address)
    except Refused as refused:
        # Instead of 101: [inferred].
        device.frames.add("in", "websocket", "refused by its header", status=refused.status)
        await socket.send_denial_response(JSONResponse(refusal(refused), status_code=refused.status))
        return
    await socket.accept()
    try:
        if header is None:
            await _read_token(device, socket, address)
    except Refused as refused:
        await _turn_away(device, socket, refused)
    except WebSocketDisconnect:
        return
    else:
        await _listen(device, socket)


async def _read_token(device: Device, socket: WebSocket, address: str | None) -> None:
    """The first message holds the token. Raises Refused (-2, -31, -32)."""
    try:
        async with asyncio.timeout(device.faults.token_timeout_s):
            message = await socket.receive()
    except TimeoutError as error:
        raise Refused(ReturnCode.TOKEN_TIMEOUT) from error
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    try:
        first = json.loads(message.get("text") or message.get("bytes") or "")
    except (ValueError, RecursionError) as error:
        raise Refused(ReturnCode.INVALID_JSON) from error
    check_token(device, first.get("accesstoken") if isinstance(first, dict) else None, address)


async def _turn_away(device: Device, socket: WebSocket, refused: Refused) -> None:
    """The error frame, then the close; "closed immediately" is all that is documented."""
    device.frames.add("in", "websocket", f"turned away: {refused.message}", status=refused.status)
    try:
        if device.faults.refusal_frame:
            await socket.send_text(json.dumps(refusal(refused)))
        await socket.close(device.faults.refusal_close_code)
    except (RuntimeError, WebSocketDisconnect):
        pass  # it went first


async def _listen(device: Device, socket: WebSocket) -> None:
    client = Client(socket.send_text, asyncio.Event())
    device.frames.add("in", "websocket", "connected", status=101)
    reading = asyncio.create_task(_read_to_the_end(socket))
    losing = asyncio.create_task(client.lost.wait())
    try:
        await device.hub.join(client, device.snapshot)
        device.frames.changed()
        if device.faults.drop_sockets:
            device.drop_sockets()
        await asyncio.wait({reading, losing}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        device.hub.leave(client)
        for task in (reading, losing):
            task.cancel()
        await asyncio.gather(reading, losing, return_exceptions=True)
        device.frames.add("in", "websocket", "gone")


async def _read_to_the_end(socket: WebSocket) -> None:
    """What a client says after its token means nothing to the gateway."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
