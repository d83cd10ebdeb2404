"""`/healthz`: this process answers. `/readyz`: all that an order needs is there. For probes: small, without secrets."""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor

from channels.layers import get_channel_layer
from django.db import Error as DatabaseProblem
from django.db import close_old_connections, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ontap.embedded import background_state
from orders.writer import writer_trouble

DATABASE_S = 1.0
LAYER_S = 0.25
OK = "ok"


@require_safe
@never_cache
async def healthz(request: HttpRequest) -> JsonResponse:
    """200, as long as anything is answered."""
    return JsonResponse({"ok": True})


@require_safe
@never_cache
async def readyz(request: HttpRequest) -> JsonResponse:
    """200 where orders can be taken, else 503; a word on each part. The channel layer is told of, but orders flow
    without it."""
    database, layer = await asyncio.gather(_look_at_database(), _look_at_layer())
    parts = database | {"writer": writer_trouble() or OK} | background_state()
    ready = all(word == OK for word in parts.values())
    answer = JsonResponse({"ready": ready, **parts, "layer": layer}, status=200 if ready else 503)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # or Django logs each no as an error of ours
    return answer


_thread = ThreadPoolExecutor(1, thread_name_prefix="health")
_look: Future[dict[str, str]] | None = None
_leaves: set[tuple[str, str]] = set()


async def _look_at_database() -> dict[str, str]:
    """One look at a time, however many ask: with a database that hangs, probes must not pile up threads."""
    global _look
    if _look is None or _look.done():
        _look = _thread.submit(_read_migrations)
    try:
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(_look)), DATABASE_S)
    except TimeoutError:
        return {"database": f"no answer within {DATABASE_S:.0f} s", "migrations": "unknown"}


def _read_migrations() -> dict[str, str]:
    """The database's answer and the migrations in one query. Newer ones than ours are fine: they are made to be."""
    close_old_connections()
    try:
        if not _leaves:
            _leaves.update(MigrationLoader(None).graph.leaf_nodes())
        missing = _leaves - set(MigrationRecorder(connection).applied_migrations())
    except DatabaseProblem as error:
        return {"database": type(error).__name__, "migrations": "unknown"}
    finally:
        close_old_connections()
    apps = ", ".join(sorted({app for app, _ in missing}))
    return {"database": OK, "migrations": f"missing in {apps}" if apps else OK}


async def _look_at_layer() -> str:
    try:
        async with asyncio.timeout(LAYER_S):
            await get_channel_layer().group_send("readyz", {"type": "nudge"})
    except Exception as error:  # noqa: BLE001  a layer may fail in its own ways
        return type(error).__name__
    return OK
