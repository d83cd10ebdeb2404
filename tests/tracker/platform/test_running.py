"""The real thing: an agent's first run and its socket, on the processes of this column."""

import http.client
import json
import re
import time
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.journeys.fixtures import own_postgres, own_redis, running, template, with_worker
from tests.journeys.running import Running
from tests.stack.ports import LOOPBACK
from tests.tracker.platform.driven import events, hello
from tracker import wire

__all__ = ["own_postgres", "own_redis", "running", "template", "with_worker"]

PLAN = """
from django.utils import timezone
from datetime import timedelta
from tracker.commands import Wish, plan_command
from tracker.enrolment import revoke
from tracker.models import EdgeAgent
from venues.models import User
"""


def manage(running: Running, code: str) -> str:
    """What a line of Python in another process prints."""
    return running.manage("shell", "--verbosity", "0", "--command", PLAN + code)


def post(running: Running, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    with closing(http.client.HTTPConnection(LOOPBACK, running.web.port, timeout=10)) as line:
        line.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())


def confirm(running: Running, code: str) -> None:
    """What the admin's page does, as a superuser."""
    manage(
        running,
        "from tracker import enrolment\n"
        "from venues.models import Venue\n"
        "by, now = User.objects.create_superuser('root'), timezone.now()\n"
        f"enrolment.confirm(enrolment.find({code!r}, by, now), Venue.objects.get(pk=1), by, now)",
    )


def linked(running: Running, token: str) -> ClientConnection:
    return connect(f"{running.web.ws}{wire.PATH}", additional_headers={"Authorization": f"Bearer {token}"}, proxy=None)


def hear(socket: ClientConnection, kind: type[Any], seconds: float = 10) -> Any:
    while True:
        message = wire.from_platform(str(socket.recv(timeout=seconds)))
        if isinstance(message, kind):
            return message


def close_code(socket: ClientConnection, seconds: float = 5) -> int | None:
    with suppress(ConnectionClosed):
        while True:  # it may be asked something first
            socket.recv(timeout=seconds)
    return socket.close_code


def test_from_the_first_run_to_a_revoked_token(running: Running) -> None:
    status, new = post(running, wire.ENROL_PATH, {"host": "bar-pi", "version": "1.0"})
    assert status == 200
    assert post(running, f"{wire.ENROL_PATH}/wait", {"secret": new["secret"]})[0] == 202
    confirm(running, new["code"])
    status, granted = post(running, f"{wire.ENROL_PATH}/wait", {"secret": new["secret"]})
    assert status == 200
    with pytest.raises(InvalidStatus) as refused:
        linked(running, "wrong")
    assert refused.value.response.status_code == 403

    with linked(running, granted["token"]) as older:
        older.send(wire.to_text(hello(last=3)))
        assert hear(older, wire.Welcome).acked == 0
        older.send(wire.to_text(events(1, 2, 3)))
        assert hear(older, wire.Ack).number == 3
        with linked(running, granted["token"]) as newer:
            assert close_code(older) == wire.REPLACED
            newer.send(wire.to_text(hello(first=4, last=3)))
            assert hear(newer, wire.Welcome).acked == 3
            manage(
                running,
                "now = timezone.now()\n"
                "plan_command(1, Wish('start', '22'), now=now, not_after=now + timedelta(minutes=5), why='a test')",
            )
            command = hear(newer, wire.Command)
            assert (command.verb, command.name) == ("start", "22")
            newer.send(wire.to_text(wire.Result(command=command.id, outcome="done")))
            assert hear(newer, wire.Kept).command == command.id
            manage(running, "revoke(EdgeAgent.objects.get(), timezone.now())")
            began = time.monotonic()
            assert close_code(newer) == wire.REVOKED
            assert time.monotonic() - began < 5
    with pytest.raises(InvalidStatus):
        linked(running, granted["token"])
    printed = running.web.output
    for secret in (granted["token"], new["secret"], new["code"], new["code"].replace("-", "")):
        assert secret not in printed
    assert not re.search(r"Traceback|1011", printed)


def test_a_message_that_is_none_gets_1008_and_a_flood_of_bytes_1009(running: Running) -> None:
    token = manage(
        running,
        "from venues.codes import new_token, token_hash\n"
        "token = new_token()\n"
        "EdgeAgent.objects.create(venue_id=2, token_hash=token_hash(token), enrolled_at=timezone.now())\n"
        "print(token)",
    ).split()[-1]
    for text, code in (("{}", 1008), ("x" * (wire.MOST_BYTES + 1), 1009)):
        with linked(running, token) as socket:
            socket.send(text)
            assert close_code(socket) == code


def test_the_door_of_agents_is_no_door_for_others(running: Running) -> None:
    for query in ("", "?" + urlencode({"venue_id": 1, "table_number": 1})):
        with pytest.raises(InvalidStatus) as refused:
            connect(f"{running.web.ws}{wire.PATH}{query}", proxy=None)
        assert refused.value.response.status_code == 403
