"""What works and what does not, from the server's name to the token, in plain words."""

import asyncio
import shutil
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from websockets.exceptions import InvalidStatus, WebSocketException

from tracker.agent import ledger
from tracker.agent.pairing_side import Network
from tracker.agent.platform_socket import open_socket
from tracker.agent.server_address import Server
from tracker.agent.state_files import Enrolment, KnownGateway, StateFolder, StateUnusable
from tracker.gateway.client import GatewayClient
from tracker.gateway.errors import GatewayError, TokenUnusable, Unreachable
from tracker.gateway.tolerant import text_of
from tracker.gateway.transport import GatewayHttp

_TIMEOUT_S = 10.0
_LISTEN_S = 4.0
_ROOM = 50 * 1024 * 1024
_MOST_WRONG_S = 120.0


class Findings:
    """Says each thing as it is found, and remembers whether all was well."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self.well = True

    def good(self, words: str) -> None:
        self._say(f"  ok   {text_of(words, 300)}")

    def note(self, words: str) -> None:
        self._say(f"  --   {text_of(words, 300)}")

    def bad(self, words: str, advice: str) -> None:
        self.well = False
        self._say(f"  NO   {text_of(words, 300)}\n       {advice}")


async def examine(server: Server, state: StateFolder, network: Network, say: Callable[[str], None]) -> int:
    """0 where everything works, else 1. Changes nothing and shows no secret."""
    found = Findings(say)
    is_running = not state.try_hold()
    try:
        say("This box")
        _state(state, found, is_running=is_running)
        say(f"The platform, {server.url}")
        if await _platform(server, found):
            await _link(server, state, found, is_running=is_running)
        say("The gateway")
        await _gateway(state, network, found)
    finally:
        state.release()
    say("Everything works." if found.well else "Something is to be done: see the lines with NO.")
    return 0 if found.well else 1


def _state(state: StateFolder, found: Findings, *, is_running: bool) -> None:
    free = shutil.disk_usage(state.path).free
    if free < _ROOM:
        found.bad(f"The disk has {free // 1024 // 1024} MB left.", "Make room: events are kept on it.")
    else:
        found.good(f"The disk has room ({free // 1024 // 1024} MB).")
    path = state.path / ledger.NAME
    if not path.exists():
        found.note("There is no spool yet.")
    elif wrong := ledger.check(path):
        found.bad(f"The spool is damaged: {wrong}.", "Restart the agent: it sets the file aside and begins a new one.")
    else:
        found.good("The spool is sound.")
    if is_running:
        said = state.status()
        found.good("The agent runs.")
        found.note(f"It says: platform: {said.get('platform', '?')}; gateway: {said.get('gateway', '?')}.")
    else:
        found.note("The agent does not run now.")


async def _platform(server: Server, found: Findings) -> bool:
    loop = asyncio.get_running_loop()
    try:
        await loop.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except OSError:
        found.bad(f"The name {server.host} is not known.", "Check the address given, the network cable, and DNS.")
        return False
    found.good(f"The name {server.host} is known.")
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            answer = await client.get(f"{server.url}/healthz")
    except httpx.ConnectError as error:
        tls = "certificate" in str(error).lower() or "ssl" in str(error).lower()
        what = "Its certificate is not accepted." if tls else "Nothing answers there."
        found.bad(what, "Check this box's date and the address." if tls else "Check the internet and the firewall.")
        return False
    except httpx.HTTPError as error:
        found.bad(f"It does not answer as it should ({type(error).__name__}).", "Check the internet and the firewall.")
        return False
    found.good(f"It answers (HTTP {answer.status_code}).")
    _clock(answer.headers.get("date", ""), found)
    return True


def _clock(date: str, found: Findings) -> None:
    try:
        wrong = abs((datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds())
    except (ValueError, TypeError):
        return
    if wrong > _MOST_WRONG_S:
        found.bad(f"This box's clock is wrong by {round(wrong)} seconds.", "Let it fetch the time (timedatectl).")
    else:
        found.good("This box's clock is right.")


async def _link(server: Server, state: StateFolder, found: Findings, *, is_running: bool) -> None:
    try:
        enrolment = state.enrolment()
    except StateUnusable as error:
        found.bad(str(error), "Restart the agent: it asks for a new pairing.")
        return
    if enrolment is None:
        found.bad("This agent was never confirmed.", "Start it and confirm the code that it shows.")
    elif enrolment.server != server.url:
        found.bad(f"This agent belongs to {enrolment.server}.", "Give that address to --server.")
    elif is_running:
        found.note("The token is in use by the running agent, and not tried here: it would lose its place.")
    else:
        await _try_token(server, enrolment, found)


async def _try_token(server: Server, enrolment: Enrolment, found: Findings) -> None:
    try:
        async with open_socket(server, enrolment):
            found.good(f"The token of venue {enrolment.venue} is accepted.")
    except InvalidStatus as refusal:
        code = refusal.response.status_code
        if code in (401, 403):
            found.bad("The platform refuses the token.", "Start the agent and confirm the new code that it shows.")
        else:
            found.bad(f"The platform takes no agents now (HTTP {code}).", "Try again later.")
    except (OSError, TimeoutError, WebSocketException) as error:
        found.bad(f"No websocket can be opened ({type(error).__name__}).", "Does a proxy or firewall cut websockets?")


async def _gateway(state: StateFolder, network: Network, found: Findings) -> None:
    try:
        async with network.listen() as discovery:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LISTEN_S):
                    while True:
                        await discovery.next_news()
            for one in discovery.gateways:
                found.note(f"Announced: {one.device.instance} at {one.address}.")
            if not discovery.gateways:
                found.note("No gateway announces itself on this network.")
    except Unreachable as error:
        found.note(f"{error}.")
    try:
        known = state.gateway()
    except StateUnusable as error:
        found.bad(str(error), "Restart the agent, and press the gateway's button.")
        return
    if known is None:
        found.bad("No gateway is paired.", "Start the agent and press the gateway's button.")
    else:
        await _paired(known, found)


async def _paired(known: KnownGateway, found: Findings) -> None:
    address = known.paired.address
    async with GatewayHttp(address, known.paired) as http:
        client = GatewayClient(http)
        try:
            if not await client.is_online():
                found.bad(f"Nothing answers at {address}.", "Is it on power, and its cable in? The agent looks for it.")
                return
            found.good(f"The gateway answers at {address}.")
            await client.token_details()
            orders = await client.active_orders()
        except TokenUnusable:
            found.bad("The gateway refuses our token.", "Choose “pair again” on the platform and press its button.")
        except GatewayError as error:
            found.bad(f"{error}.", "Restart the gateway; if it stays so, call its maker.")
        else:
            found.good(f"It accepts our token; {len(orders.orders)} orders are active.")
