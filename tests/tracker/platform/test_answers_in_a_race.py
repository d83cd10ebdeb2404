"""An agent's answer is kept, whoever else writes to its command at that moment."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection, transaction

from tests.factories import make_agent, make_command, make_venue, now_ms
from tracker import commands, repair, wire
from tracker.links import Link
from tracker.models import CommandState, GatewayCommand

pytestmark = pytest.mark.django_db(transaction=True)

WAITING_FOR_US = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def note_sent(link: Link, command: GatewayCommand, now: datetime) -> None:
    commands.note_sent(link, [command.pk], now)


def send_again(_: Link, command: GatewayCommand, now: datetime) -> None:
    assert repair.retry(command.pk, now + commands.SENT_WITHIN) == CommandState.PLANNED


def expire(_: Link, command: GatewayCommand, __: datetime) -> None:
    assert repair.expire(command.pk, command.not_after + repair.GRACE) == CommandState.UNKNOWN


def until_one_waits_for_us(seconds: float = 10) -> None:
    """Return when another connection has come as far as our transaction lets it. SQLite lets none begin."""
    deadline = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while connection.vendor == "postgresql":
            cursor.execute(WAITING_FOR_US)
            if cursor.fetchone() != (0,):
                return
            assert time.monotonic() < deadline, "Nobody waits for us"
            time.sleep(0.01)


@pytest.mark.parametrize("meanwhile", [note_sent, send_again, expire])
def test_an_answer_is_kept_that_comes_while_its_command_moves(
    meanwhile: Callable[[Link, GatewayCommand, datetime], None],
) -> None:
    agent, now = make_agent(make_venue())[0], now_ms()
    link = Link(agent.pk, agent.venue_id, agent.fence)
    lease_until = now + commands.SENT_WITHIN
    command = make_command(agent.venue, agent=agent, state="claimed", fence=link.fence, lease_until=lease_until)

    def answer() -> bool:
        try:
            return commands.keep_result(link, wire.Result(command=command.number, outcome="done"), now)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            meanwhile(link, command, now)
            kept = thread.submit(answer)
            until_one_waits_for_us()
        assert kept.result()
    command.refresh_from_db()
    assert command.state == CommandState.DONE
