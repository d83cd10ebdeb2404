"""Small applications with which the server's promises are tried, and the process that serves them.

`python -m tests.ontap.small_applications '{"port": 0, ...limits}'` is that process.
"""

import asyncio
import json
import logging
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from asgiref.sync import async_to_sync, sync_to_async

from ontap.scrub import ScrubFilter

CANARY = "cAnArY.0123456789abcdefghijkl"
KB, MB = 1024, 1024 * 1024

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

seen: dict[str, list[Any]] = {}
taps: dict[str, asyncio.Event] = {}


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Whichever is named by the last segment of the path; the query says how."""
    name = scope["path"].rsplit("/", 1)[-1]
    query = {key: values[0] for key, values in parse_qs(scope["query_string"].decode()).items()}
    if scope["type"] == "http":
        await answer(name, query, scope, receive, send)
    elif name in SOCKETS:
        await receive()
        await SOCKETS[name](query, receive, send)
    else:
        await send({"type": "websocket.close"})


async def answer(name: str, query: dict[str, str], scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if name == "crash":
        raise ValueError(f"cannot serve {scope['path']}")
    if name == "silent":
        return
    if name == "tap":
        taps[query["key"]].set()
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message["body"]), message["more_body"]
    body = json.dumps({"seen": seen.get(query.get("key", ""), []), "size": size, "root": scope["root_path"]}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    if name == "crash-late":
        raise ValueError("in the middle of it")
    await send({"type": "http.response.body", "body": body})


def say(text: str) -> dict[str, Any]:
    return {"type": "websocket.send", "text": text}


async def messages(query: dict[str, str], receive: Receive) -> list[str]:
    """The texts until the end, noted under the query's `key` one by one, the code of the end last."""
    noted = seen.setdefault(query.get("key", ""), [])
    while (message := await receive())["type"] == "websocket.receive":
        noted.append(message["text"] if len(message["text"]) < 100 else len(message["text"]))
    noted.append(message["code"])
    return noted


async def echo(query: dict[str, str], receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept", "subprotocol": query.get("subprotocol")})
    while (message := await receive())["type"] == "websocket.receive":
        if "text" not in message:
            await send({"type": "websocket.close", "code": 1003, "reason": "text only"})
            return
        await send(say(message["text"]))
    seen.setdefault(query.get("key", ""), []).append(message["code"])


async def listen(query: dict[str, str], receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
    await messages(query, receive)


async def listen_later(query: dict[str, str], receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
    taps[query["key"]] = asyncio.Event()
    await taps[query["key"]].wait()
    await messages(query, receive)


async def close(query: dict[str, str], receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": int(query["with"]), "reason": "as you wish"})
    await send(say("after the end"))


async def pour(query: dict[str, str], receive: Receive, send: Send) -> None:
    """Send as many as asked for, of that size, in one turn of the loop where the reader allows it."""
    await send({"type": "websocket.accept"})
    count, size = int(query["count"]), int(query["size"])
    for number in range(count):
        sent = send(say(f"{number:08}".ljust(size, ".")))
        if query.get("wait") != "no":
            await sent
        seen.setdefault(query["key"], [0])[0] = number + 1
    await messages(query, receive)


async def crash(query: dict[str, str], receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
    await receive()
    raise ValueError(f"cannot serve /k/{CANARY}/Test")


async def crash_early(query: dict[str, str], receive: Receive, send: Send) -> None:
    raise ValueError("cannot accept")


async def accept_another(query: dict[str, str], receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept", "subprotocol": "never offered"})


async def leave(query: dict[str, str], receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})


async def nothing(query: dict[str, str], receive: Receive, send: Send) -> None:
    return


async def stay(query: dict[str, str], receive: Receive, send: Send) -> None:
    """Deaf to its client and to the end."""
    await send({"type": "websocket.accept"})
    await asyncio.sleep(3600)


async def never_accept(query: dict[str, str], receive: Receive, send: Send) -> None:
    await asyncio.sleep(3600)


async def twice(query: dict[str, str], receive: Receive, send: Send) -> None:
    """Two frames in two turns of the loop."""
    await send({"type": "websocket.accept"})
    while (await receive())["type"] == "websocket.receive":
        await send(say("one"))
        await asyncio.sleep(0.001)
        await send(say("two"))


async def from_a_thread(query: dict[str, str], receive: Receive, send: Send) -> None:
    """As synchronous consumers send."""
    await send({"type": "websocket.accept"})
    await sync_to_async(lambda: async_to_sync(send)(say("hello from below")))()


SOCKETS: dict[str, Callable[[dict[str, str], Receive, Send], Awaitable[None]]] = {
    "echo": echo,
    "link": echo,  # where agents connect
    "listen": listen,
    "listen-later": listen_later,
    "close": close,
    "pour": pour,
    "crash": crash,
    "crash-early": crash_early,
    "accept-another": accept_another,
    "leave": leave,
    "nothing": nothing,
    "stay": stay,
    "never-accept": never_accept,
    "twice": twice,
    "from-a-thread": from_a_thread,
}


def run_server(options: dict[str, Any]) -> None:
    """Until somebody says stop: a signal, or the word on standard input, which a thread of its own reads."""
    from ontap.server import build_server
    from ontap.server_limits import Limits

    handler = logging.StreamHandler()
    handler.addFilter(ScrubFilter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    port, fd = options.pop("port", 0), options.pop("fd", None)

    def ready() -> None:
        print("ready", running.port, flush=True)

    def stop_when_told() -> None:
        if sys.stdin.readline().strip() == "stop":
            running.stop()

    running = build_server(application, "127.0.0.1", port, fd=fd, limits=Limits(**options), on_ready=ready)
    threading.Thread(target=stop_when_told, daemon=True).start()
    running.run()
    print("ended", flush=True)


if __name__ == "__main__":
    run_server(json.loads(sys.argv[1]))
