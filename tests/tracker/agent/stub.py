"""A platform that speaks tracker/wire.py over real HTTP and websockets on loopback, and does what a test says."""

import asyncio
import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import uvicorn

from tests.stack.ports import free_port
from tracker import wire

CODE = "WDJB-MJHT"
Json = dict[str, Any]


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Not in a thread."""


@dataclass
class Spooled:
    """What came of one spool, in the order in which it was committed."""

    events: list[wire.SpooledEvent] = field(default_factory=list)
    acked: int = 0
    missing: int = 0  # numbers that were dropped, as the hello said


@dataclass
class Platform:
    """`venue` is what it welcomes with; the switches may be changed at any time."""

    port: int = field(default_factory=free_port)
    venue: str = "venue-1"
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    refuses: bool = False
    close_with: int | None = None
    holds_acks: bool = False
    holds_kept: bool = False
    hellos: list[wire.Hello] = field(default_factory=list)
    spools: dict[uuid.UUID, Spooled] = field(default_factory=dict)
    news: list[wire.GatewayNews] = field(default_factory=list)
    results: dict[int, list[wire.Result]] = field(default_factory=dict)
    told: dict[int, list[wire.Told]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    tokens_given: list[str] = field(default_factory=list)
    handshakes: int = 0

    def __post_init__(self) -> None:
        self._commands: dict[int, tuple[wire.Command, float]] = {}
        self._asks = 0
        self._confirmed = False
        self._secrets: set[str] = set()
        self._queues: set[asyncio.Queue[str | int]] = set()
        config = uvicorn.Config(
            self._app, port=self.port, interface="asgi3", lifespan="off", log_level="critical", ws="websockets-sansio",
            access_log=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def events(self) -> list[wire.SpooledEvent]:
        """Of all spools, as they were committed."""
        return [event for spooled in self.spools.values() for event in spooled.events]

    @property
    def state(self) -> str:
        """Where agent and gateway stand, as the last news has it."""
        return self.news[-1].state if self.news else ""

    def confirm(self) -> None:
        """A manager confirms the code."""
        self._confirmed = True

    def command(self, **fields: Any) -> int:
        """Send a command, and again until there is a result: its id."""
        fields.setdefault("not_after_ms", 30_000)
        number = len(self._commands) + 1
        command = wire.Command(id=number, **fields)
        self._commands[number] = (command, time.monotonic() + command.not_after_ms / 1000)
        self.send(wire.to_text(command))
        return number

    def ask(self, what: wire.Subject, **fields: Any) -> int:
        """Ask once: its id."""
        self._asks += 1
        self.send(wire.to_text(wire.Ask(id=self._asks, what=what, **fields)))
        return self._asks

    def answer(self, ask: int) -> list[wire.Told]:
        """All parts of an answer, once the last one has come."""
        wait_until(lambda: ask in self.told and self.told[ask][-1].outcome != "part", f"an answer to ask {ask}")
        return self.told[ask]

    def outcome(self, number: int) -> str:
        """Of a command; "" while there is none."""
        return self.results[number][0].outcome if number in self.results else ""

    def send(self, text: str) -> None:
        """As it is, to whoever is connected."""
        for queue in tuple(self._queues):
            self._loop.call_soon_threadsafe(queue.put_nowait, text)

    def cut(self, code: int = 1001) -> None:
        """Close what is open."""
        for queue in tuple(self._queues):
            self._loop.call_soon_threadsafe(queue.put_nowait, code)

    def choose(self, choice: str, gateway: wire.SeenGateway | None = None) -> None:
        self.send(wire.to_text(wire.Choose(choice=choice, gateway=gateway)))  # type: ignore[arg-type]

    def __enter__(self) -> Self:
        self._thread.start()
        wait_until(lambda: self._server.started, "the stub serves")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        self._server.should_exit = True
        self._thread.join(10)

    def _serve(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self._server.serve())
        self._loop.close()

    async def _app(self, scope: Json, receive: Callable[[], Any], send: Callable[[Json], Any]) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            body = b""
            while (message := await receive())["type"] == "http.request":
                body += message.get("body", b"")
                if not message.get("more_body"):
                    break
            status, answer = self._answer(scope["path"], body)
            await send({"type": "http.response.start", "status": status, "headers": []})
            await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    def _answer(self, path: str, body: bytes) -> tuple[int, Json]:
        if path == wire.ENROL_PATH:
            assert set(json.loads(body)) == {"host", "version"}
            secret = secrets.token_urlsafe(24)
            self._secrets.add(secret)
            return 200, {"code": CODE, "secret": secret, "expires_s": 60, "every_s": 0.1}
        if path == f"{wire.ENROL_PATH}/wait":
            secret = json.loads(body)["secret"]
            if secret not in self._secrets:
                return 410, {}
            if not self._confirmed:
                return 202, {}
            self._confirmed = False
            self._secrets.discard(secret)
            self.tokens_given.append(self.token)
            return 200, {"token": self.token, "venue": self.venue}
        return (200, {"ok": True}) if path == "/healthz" else (404, {})

    async def _socket(self, scope: Json, receive: Callable[[], Any], send: Callable[[Json], Any]) -> None:
        await receive()
        self.handshakes += 1
        given = dict(scope["headers"]).get(b"authorization", b"").decode()
        if self.refuses or scope["path"] != wire.PATH or given != f"Bearer {self.token}":
            await send({"type": "websocket.close", "code": 4403})
            return
        await send({"type": "websocket.accept"})
        if self.close_with is not None:
            await send({"type": "websocket.close", "code": self.close_with})
            return
        queue: asyncio.Queue[str | int] = asyncio.Queue()
        sending = asyncio.create_task(self._send_all(queue, send))
        try:
            while (message := await receive())["type"] == "websocket.receive":
                try:
                    self._take(wire.from_agent(message["text"]), queue)
                except (wire.WireError, AssertionError) as error:
                    self.faults.append(str(error))
        finally:
            self._queues.discard(queue)
            sending.cancel()

    async def _send_all(self, queue: asyncio.Queue[str | int], send: Callable[[Json], Any]) -> None:
        while True:
            try:
                async with asyncio.timeout(0.5):
                    text = await queue.get()
            except TimeoutError:
                if queue in self._queues:
                    self._send_commands(queue)
                continue
            if isinstance(text, int):
                await send({"type": "websocket.close", "code": text})
                return
            await send({"type": "websocket.send", "text": text})

    def _send_commands(self, queue: asyncio.Queue[str | int]) -> None:
        for number, (command, ends_at) in self._commands.items():
            if number not in self.results:
                left = max(round((ends_at - time.monotonic()) * 1000), 0)
                queue.put_nowait(wire.to_text(command.model_copy(update={"not_after_ms": left})))

    def _take(self, message: Any, queue: asyncio.Queue[str | int]) -> None:
        match message:
            case wire.Hello():
                self.hellos.append(message)
                spooled = self.spools.setdefault(message.spool, Spooled())
                queue.put_nowait(wire.to_text(wire.Welcome(venue=self.venue, acked=spooled.acked)))
                self._send_commands(queue)
                self._queues.add(queue)
            case wire.GatewayNews():
                self.news.append(message)
            case wire.Events():
                self._commit(message)
                if not self.holds_acks:
                    acked = self.spools[message.spool].acked
                    queue.put_nowait(wire.to_text(wire.Ack(spool=message.spool, number=acked)))
            case wire.Told():
                self.told.setdefault(message.ask, []).append(message)
            case wire.Result():
                self.results.setdefault(message.command, []).append(message)
                if not self.holds_kept:
                    queue.put_nowait(wire.to_text(wire.Kept(command=message.command)))

    def _commit(self, message: wire.Events) -> None:
        spooled = self.spools[message.spool]
        numbers = [event.number for event in message.events]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "a gap within a message"
        first = self.hellos[-1].first
        if numbers[0] > spooled.acked + 1:
            assert numbers[0] == first, f"a gap: {spooled.acked} then {numbers[0]}"
            spooled.missing += numbers[0] - spooled.acked - 1
        spooled.events += [event for event in message.events if event.number > spooled.acked]
        spooled.acked = max(spooled.acked, numbers[-1])


def wait_until(is_so: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Return once it is so; fails with what was waited for."""
    ends_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends_at, f"never: {what}"
        time.sleep(0.02)
