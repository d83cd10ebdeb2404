"""Tokens, settings, repeaters, activation, webhooks, and what is not documented (API reference, sections 4 and 6)."""

from typing import Any

from tracker.gateway.codes import ReturnCode
from tracker.simulator.answers import Json, said, settings, success
from tracker.simulator.radio import check_device_code
from tracker.simulator.reading import check_timeout, read_boolean, read_pairing_timeout
from tracker.simulator.refusals import Refused
from tracker.simulator.rest import Call, Endpoint, endpoint, online
from tracker.simulator.webhooks import MOST, read_client

ENDPOINTS: list[Endpoint] = []


@endpoint(ENDPOINTS, "GET", "", secured=False)
@endpoint(ENDPOINTS, "GET", "/", secured=False)
async def show_online(call: Call) -> Json:
    return online()


@endpoint(ENDPOINTS, "GET", "/accesstoken/generate", secured=False)
async def generate_token(call: Call) -> Json:
    """A token for whoever asks first after the button was pressed."""
    if call.device.faults.window_closed:
        raise Refused(ReturnCode.WINDOW_CLOSED)
    token, value = call.gateway.access.generate(call.query.get("name"), call.now)
    await call.device.publish()
    return success(ReturnCode.GENERATE_TOKEN, 201, token=call.writer.token(token, value))


@endpoint(ENDPOINTS, "POST", "/accesstoken/generate")
async def issue_token(call: Call) -> Json:
    """A token without the button. The body {"name"} is [inferred]."""
    name = call.body.get("name", call.query.get("name"))
    if name is not None and not isinstance(name, str):
        raise Refused(ReturnCode.INVALID_TOKEN_NAME)
    token, value = call.gateway.access.issue(name, call.now)
    await call.device.publish()
    return success(ReturnCode.GENERATE_TOKEN, 201, token=call.writer.token(token, value))


@endpoint(ENDPOINTS, "GET", "/accesstoken")
async def show_token(call: Call) -> Json:
    assert call.token is not None
    return success(ReturnCode.ACCESS_TOKEN, token=call.writer.token(call.token))


@endpoint(ENDPOINTS, "DELETE", "/accesstoken")
async def revoke_token(call: Call) -> Json:
    """Revokes the calling token only."""
    assert call.token is not None
    call.gateway.access.revoke(call.token)
    await call.device.publish()
    return said(ReturnCode.TOKEN_DELETED)


@endpoint(ENDPOINTS, "GET", "/accesstoken/all")
async def list_tokens(call: Call) -> Json:
    items = [call.writer.token(token) for token in call.gateway.access.tokens]
    return success(ReturnCode.ALL_TOKENS, count=len(items), items=items)


@endpoint(ENDPOINTS, "GET", "/gateway/settings")
async def show_settings(call: Call) -> Json:
    return success(ReturnCode.SETTINGS, settings=settings(call.gateway.settings))


@endpoint(ENDPOINTS, "POST", "/gateway/settings")
async def change_settings(call: Call) -> Json:
    call.gateway.settings = call.gateway.settings.changed(call.body)
    await call.device.publish()
    return said(ReturnCode.SETTINGS_CHANGED)


@endpoint(ENDPOINTS, "GET", "/gateway/activate", secured=False)
async def show_activation(call: Call) -> Json:
    """Of the states only NOT_CONFIGURED is documented."""
    return success(ReturnCode.ACTIVATION, state="ACTIVATED" if call.gateway.activated else "NOT_CONFIGURED")


@endpoint(ENDPOINTS, "POST", "/gateway/activate", secured=False)
async def activate(call: Call) -> Json:
    check_device_code(call.body.get("deviceCode"))
    if call.gateway.activated:
        return said(ReturnCode.ALREADY_ACTIVATED)
    call.gateway.activated = True
    await call.device.publish()
    return said(ReturnCode.ACTIVATED)


@endpoint(ENDPOINTS, "GET", "/repeaters")
async def list_repeaters(call: Call) -> Json:
    read_boolean(call.query.get("refresh"), default=False)  # what is shown is always fresh here
    items = [call.writer.repeater(repeater) for repeater in call.gateway.radio.repeaters]
    return success(ReturnCode.REPEATERS, count=len(items), repeaters=items)


@endpoint(ENDPOINTS, "DELETE", "/repeaters")
async def clear_repeaters(call: Call) -> Json:
    call.gateway.radio.repeaters.clear()
    await call.device.publish()
    return said(ReturnCode.REPEATERS_CLEARED)


@endpoint(ENDPOINTS, "POST", "/repeaters/beginPairing")
async def begin_pairing(call: Call) -> Json:
    wanted: Any = call.body.get("timeout", call.query.get("timeout"))
    return said(call.gateway.radio.begin_pairing(read_pairing_timeout(wanted), call.now))


@endpoint(ENDPOINTS, "POST", "/repeaters/endPairing")
async def end_pairing(call: Call) -> Json:
    return said(call.gateway.radio.end_pairing())


@endpoint(ENDPOINTS, "POST", "/register")
async def register_webhook(call: Call) -> Json:
    client = read_client(call.body.get("http_client"))
    if client not in call.gateway.webhooks:
        # The real bound is not known; without one, a loop in a client would fill the file.
        call.gateway.webhooks = [*call.gateway.webhooks, client][-MOST:]
        await call.device.publish()
    return said(ReturnCode.CLIENT_REGISTERED)


# What follows is undocumented: the paths or their codes are known, the bodies are not. They answer with their code and
# as little as can be; no client should depend on it (API reference, sections 6, 14.3 and 15.11).


@endpoint(ENDPOINTS, "DELETE", "/register")
async def unregister_webhook(call: Call) -> Json:
    """Undocumented: only the name of -30 speaks of it."""
    client = read_client(call.body.get("http_client", call.query.get("http_client")))
    if client not in call.gateway.webhooks:
        raise Refused(ReturnCode.UNKNOWN_CLIENT)
    call.gateway.webhooks = [known for known in call.gateway.webhooks if known != client]
    await call.device.publish()
    return success(ReturnCode.REGISTER, message="Webhook client removed.")


@endpoint(ENDPOINTS, "GET", "/capabilities", secured=False)
async def show_capabilities(call: Call) -> Json:
    """Undocumented; -5 is perhaps its own."""
    if call.device.faults.capabilities_unavailable:
        raise Refused(ReturnCode.ENDPOINT_UNAVAILABLE)
    return success(ReturnCode.CAPABILITIES, capabilities=[])


@endpoint(ENDPOINTS, "GET", "/gateway", secured=False)
async def show_gateway(call: Call) -> Json:
    """Undocumented."""
    return success(ReturnCode.GATEWAY, gateway={"name": call.device.name})


@endpoint(ENDPOINTS, "GET", "/gateway/check", secured=False)
async def check_gateway(call: Call) -> Json:
    """Undocumented; -33 and -34 are perhaps its own."""
    check_timeout(call.query.get("timeout"))
    return success(ReturnCode.CHECK, message="OK")


@endpoint(ENDPOINTS, "GET", "/trackers", secured=False)
async def list_trackers(call: Call) -> Json:
    """Undocumented."""
    items = [{"name": puck} for puck in sorted(call.gateway.inventory, key=int)]
    return success(ReturnCode.TRACKERS, count=len(items), items=items)


@endpoint(ENDPOINTS, "DELETE", "/trackers", secured=False)
async def clear_trackers(call: Call) -> Json:
    """Undocumented, like whether it wants a token."""
    call.gateway.inventory.clear()
    await call.device.publish()
    return said(ReturnCode.INVENTORY_CLEARED)
