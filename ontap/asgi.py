"""The whole application: pages by Django, sockets by Channels; every unknown socket path is refused alike."""

import gc
import os
import sys
from collections.abc import Awaitable
from typing import Any

from django.core.asgi import get_asgi_application

from ontap.checks import stop_on_wrong_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontap.settings")
stop_on_wrong_settings()  # whichever server starts us
pages = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402  the apps are ready only now

from orders.consumers import OrderSocket  # noqa: E402
from tracker import wire  # noqa: E402
from tracker.consumers import AgentSocket  # noqa: E402

_orders, _agent = OrderSocket.as_asgi(), AgentSocket.as_asgi()


def sockets(scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[None]:
    """The agents' one path; all others are guests' and boards', who refuse what they do not know."""
    served: Awaitable[None] = (_agent if scope["path"] == wire.PATH else _orders)(scope, receive, send)
    return served


application = ProtocolTypeRouter({"http": pages, "websocket": sockets})

# What is loaded by now stays: the collector need not walk it again, nor so often (p99 by a third to a half, design 10).
gc.collect()
gc.freeze()
gc.set_threshold(100_000, 50, 100)
# The writer waits for the database many times a second; a busy loop would keep it waiting 5 ms for Python each time.
sys.setswitchinterval(0.0005)
