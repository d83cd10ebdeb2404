"""What this process does for its open sockets every second or so: boards' lease, access, heartbeats.

A board is present while its process renews a row (15 s), and so is its device; whoever lost the right to a socket loses
the socket. Nobody says that a device has gone: another process may have its next socket already.
"""

import asyncio
import logging
import time
import uuid
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import Error as DatabaseProblem
from django.utils import timezone

from orders.feed import hub
from orders.models import BoardPresence
from orders.protocol import REVOKED, SESSION_ENDED
from orders.reading import in_reader
from venues import access
from venues.models import Device, TableSession
from venues.seen import ONLINE_FOR
from venues.sessions import note_use

if TYPE_CHECKING:
    from orders.consumers import OrderSocket

logger = logging.getLogger(__name__)

LEASE = ONLINE_FOR
RENEW_S = 5
CHECK_ACCESS_S = 3
SEEN_S = 60

PROCESS = uuid.uuid4()
_sockets: set["OrderSocket"] = set()
_boards: Counter[int] = Counter()
_started = False
_check_now = False
_renewing = False


def board_opened(venue_id: int) -> None:
    """A board socket of this venue opened here."""
    _boards[venue_id] += 1
    if _boards[venue_id] == 1:
        _renew_soon()


def board_closed(venue_id: int) -> None:
    _boards[venue_id] -= 1
    if _boards[venue_id] == 0:
        _renew_soon()


def check_access_soon() -> None:
    """Somebody's right changed: look at once rather than within three seconds."""
    global _check_now
    _check_now = True


def look_after(socket: "OrderSocket") -> None:
    """From now until `forget`: this socket is open."""
    global _started
    _sockets.add(socket)
    if not _started:
        _started = True
        hub().spawn(_care())


def forget(socket: "OrderSocket") -> None:
    _sockets.discard(socket)


async def _care() -> None:
    global _check_now
    beat = 0
    while True:
        await asyncio.sleep(1)
        beat += 1
        moment = time.monotonic()
        sockets = list(_sockets)
        try:
            for socket in sockets:
                socket.heartbeat(moment)
            if _check_now or beat % CHECK_ACCESS_S == 0:
                _check_now = False
                await _close_lost(sockets)
            if beat % RENEW_S == 0:
                await _renew()
            if beat % SEEN_S == 0:
                await in_reader(_note_seen, [socket.held for socket in sockets], timezone.now())
        except DatabaseProblem as error:
            logger.warning("Open sockets cannot be looked after now (%s)", type(error).__name__)
        except Exception:
            # Whatever it is, rights go on being taken away.
            logger.exception("Open sockets were not looked after")


async def _close_lost(sockets: list["OrderSocket"]) -> None:
    if sockets:
        gone = await in_reader(access.lost, [socket.held for socket in sockets])
        reasons = await in_reader(access.end_reasons, list(gone)) if gone else {}
        for socket in sockets:
            why = gone.get(socket.held)
            if why is not None:
                code = SESSION_ENDED if why == access.SESSION_ENDED else REVOKED
                socket.end(code, reasons.get(socket.held.session_id or 0, why) if code == SESSION_ENDED else why)


def _renew_soon() -> None:
    """Once for however many boards come and go in this turn of the loop."""
    global _renewing
    if not _renewing:
        _renewing = True
        hub().spawn(_renew())


async def _renew() -> None:
    global _renewing
    _renewing = False
    counts = {venue_id: n for venue_id, n in _boards.items() if n > 0}
    gone = [venue_id for venue_id, n in _boards.items() if n <= 0]
    devices = {socket.held.credential for socket in _sockets if socket.held.kind == "device"}
    try:
        await in_reader(_write_presence, counts, gone, devices, timezone.now())
    except DatabaseProblem as error:
        logger.warning("The presence of boards cannot be renewed now (%s)", type(error).__name__)
        return
    for venue_id in gone:
        if _boards[venue_id] <= 0:
            del _boards[venue_id]


def _write_presence(counts: dict[int, int], gone: list[int], devices: set[int], now: datetime) -> None:
    rows = [
        BoardPresence(process=PROCESS, venue_id=venue_id, boards=n, expires_at=now + LEASE)
        for venue_id, n in sorted(counts.items())
    ]
    BoardPresence.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["process", "venue"], update_fields=["boards", "expires_at"]
    )
    # Kept, and over: the row tells since when nobody looks.
    BoardPresence.objects.filter(process=PROCESS, venue_id__in=gone).update(boards=0, expires_at=now)
    Device.objects.filter(pk__in=devices).update(last_seen_at=now)


def _note_seen(passes: list[access.Pass], now: datetime) -> None:
    sessions = {held.session_id for held in passes if held.session_id is not None}
    TableSession.objects.filter(pk__in=sessions, ended_at=None).update(last_seen_at=now)
    note_use({held.login_key for held in passes if held.kind == "login"}, now)
