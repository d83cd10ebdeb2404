"""The whole application: pages by Django, sockets by Channels; every unknown socket path is refused alike."""

import gc
import os
import sys

from django.core.asgi import get_asgi_application

from ontap.checks import stop_on_wrong_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontap.settings")
stop_on_wrong_settings()  # whichever server starts us
pages = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402  the apps are ready only now

from orders.consumers import OrderSocket  # noqa: E402

application = ProtocolTypeRouter({"http": pages, "websocket": OrderSocket.as_asgi()})

# What is loaded by now stays: the collector need not walk it again, nor so often (p99 by a third to a half, design 10).
gc.collect()
gc.freeze()
gc.set_threshold(100_000, 50, 100)
# The writer waits for the database many times a second; a busy loop would keep it waiting 5 ms for Python each time.
sys.setswitchinterval(0.0005)
