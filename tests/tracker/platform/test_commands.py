"""Commands: planned once, claimed by one, sent in time or never, and repaired by tasks that may run twice."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, OperationalError, connection, transaction
from pytest_django.fixtures import Settings

from ontap.celery import app
from orders.models import VenueEvent
from orders.reading import in_reader
from tests.factories import make_agent, make_command, make_venue, now_ms
from tests.tracker.platform.driven import DrivenAgent, hello, run
from tracker import commands, links, repair, tasks, wire
from tracker.backoff import MOST_ATTEMPTS, MOST_S, wait_after
from tracker.commands import Wish, plan_command
from tracker.links import Link, LinkLost
from tracker.models import CommandState, EdgeAgent, GatewayCommand
from venues.models import Venue

pytestmark = pytest.mark.django_db(transaction=True)

SOON = timedelta(minutes=10)
START = Wish("start", "22")


@pytest.fixture
def venue() -> Venue:
    return make_venue()


@pytest.fixture
def link(venue: Venue) -> Link:
    return connected(make_agent(venue)[1])


@pytest.fixture
def at_once() -> Iterator[None]:
    """`.apply_async` runs the task here and now, as a worker would in a moment."""
    app.conf.task_always_eager = app.conf.task_eager_propagates = True
    yield
    app.conf.task_always_eager = app.conf.task_eager_propagates = False


def connected(token: str, first: wire.Hello | None = None) -> Link:
    link = links.open_link(token, uuid.UUID(int=1), "", now_ms())
    assert link is not None
    links.greet(link, first or hello(), now_ms())
    return link


def plan(venue: Venue, wish: Wish = START, **fields: Any) -> GatewayCommand:
    now = now_ms()
    return plan_command(venue.pk, wish, **{"now": now, "not_after": now + SOON} | fields)


def result(command: GatewayCommand, outcome: str, **fields: Any) -> wire.Result:
    return wire.Result.model_validate({"command": command.number, "outcome": outcome, **fields})


def state_of(command: GatewayCommand) -> str:
    command.refresh_from_db()
    return command.state


def rows() -> list[Any]:
    """All that the tasks may write."""
    return [list(model._default_manager.order_by("pk").values_list()) for model in (GatewayCommand, VenueEvent)]


def beat_twice(at: datetime) -> None:
    """Two rounds of the repairing tasks, of which the second must change nothing."""
    with time_machine.travel(at, tick=False):
        _beat()
        first = rows()
        _beat()
    assert rows() == first


def _beat() -> None:
    tasks.look_for_expired_commands.delay()
    tasks.look_for_commands_to_retry.delay()


# Planning


def test_one_venue_event_gives_one_command_of_a_verb(venue: Venue) -> None:
    first = plan(venue, event_seq=7)
    assert plan(venue, event_seq=7).pk == first.pk
    assert plan(venue, Wish("page", "22"), event_seq=7).pk != first.pk
    assert plan(make_venue(), event_seq=7).pk != first.pk
    assert len({plan(venue).pk for _ in range(2)}) == 2  # without an event: as often as it is asked for


@pytest.mark.parametrize(
    "wrong", [{"verb": "reboot"}, {"name": "0"}, {"name": "12345"}, {"name": "x"}, {"tag": "x"}, {"order_type": "X"}]
)
def test_what_the_wire_cannot_carry_is_never_planned(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Wish(**{"verb": "start", "name": "22"} | wrong)


@pytest.mark.parametrize("wrong", [{"verb": "reboot"}, {"state": "lost"}, {"round": 1000}])
def test_the_database_takes_no_unknown_verb_state_or_round(venue: Venue, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_command(venue, **wrong)


def test_a_command_stays_within_its_venue(venue: Venue) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_command(venue, agent=make_agent(make_venue())[0])


# Claiming and sending


def test_only_one_of_two_connections_claims(venue: Venue) -> None:
    _, token = make_agent(venue)
    older = connected(token)
    newer = connected(token)
    plan(venue)
    with pytest.raises(LinkLost):
        commands.claim_due(older, now_ms())
    assert len(commands.claim_due(newer, now_ms())) == 1
    assert commands.claim_due(newer, now_ms()) == []


def test_many_that_claim_at_once_claim_each_command_once(venue: Venue, link: Link) -> None:
    for puck in range(1, 21):
        plan(venue, Wish("start", str(puck)))

    def claim(_: int) -> list[int]:
        try:
            return [command.pk for command in commands.claim_due(link, now_ms())]
        except OperationalError:
            return []
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        claimed = [pk for found in threads.map(claim, range(4)) for pk in found]
    assert sorted(claimed) == sorted(GatewayCommand.objects.values_list("pk", flat=True))


def test_another_venues_commands_are_never_claimed(link: Link) -> None:
    plan(make_venue())
    assert commands.claim_due(link, now_ms()) == []


def test_one_puck_has_one_command_at_a_time_in_the_order_of_planning(venue: Venue, link: Link) -> None:
    start, page, other = plan(venue), plan(venue, Wish("page", "22")), plan(venue, Wish("start", "23"))
    assert commands.claim_due(link, now_ms()) == [start, other]
    commands.keep_result(link, result(start, "done"), now_ms())
    assert commands.claim_due(link, now_ms()) == [page]


def test_what_is_under_way_is_bounded(venue: Venue, link: Link) -> None:
    for puck in range(1, 60):
        plan(venue, Wish("start", str(puck)))
    assert len(commands.claim_due(link, now_ms())) == commands.MOST_UNDER_WAY
    assert commands.claim_due(link, now_ms()) == []


def test_what_is_too_late_is_neither_claimed_nor_sent(venue: Venue, link: Link) -> None:
    command = plan(venue)
    assert commands.claim_due(link, command.not_after) == []
    (claimed,) = commands.claim_due(link, now_ms())
    assert commands.message_of(claimed, command.not_after) is None
    left = commands.message_of(claimed, command.not_after - timedelta(seconds=1))
    assert left is not None
    assert (left.id, left.venue, left.verb, left.name) == (command.number, str(venue.pk), "start", "22")
    assert left.not_after_ms == 1000


def test_commands_flow_over_the_socket_without_a_broker(venue: Venue, settings: Settings) -> None:
    _, token = make_agent(venue)
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"  # nobody is there; nobody is asked

    async def story() -> list[wire.Command]:
        before = await in_reader(plan, venue)
        socket = await DrivenAgent.of(token).connect()
        await socket.greet()
        first = await socket.next(wire.Command)
        await socket.say(result(before, "done"))
        assert await socket.next(wire.Kept) == wire.Kept(command=before.number)
        await in_reader(plan, venue, Wish("page", "22"))
        second = await socket.next(wire.Command)
        await socket.drop()
        return [first, second]

    assert [command.verb for command in run(story)] == ["start", "page"]
    assert [c.state for c in GatewayCommand.objects.order_by("pk")] == [CommandState.DONE, CommandState.SENT]


def test_a_command_that_no_nudge_told_of_goes_out_with_the_next_sweep(venue: Venue) -> None:
    _, token = make_agent(venue)

    async def story() -> wire.Command:
        socket = await DrivenAgent.of(token).connect()
        await socket.greet()
        await in_reader(make_command, venue)  # a row and not a word, as if layer and broker were wiped
        command: wire.Command = await socket.next(wire.Command)
        await socket.drop()
        return command

    assert run(story).name == "22"


def test_what_has_no_result_is_sent_again_to_the_next_connection_under_its_number(venue: Venue) -> None:
    _, token = make_agent(venue)
    link = connected(token)
    plan(venue, Wish("page", "22"))
    (first,) = commands.claim_due(link, now_ms())
    commands.note_sent(link, [first.pk], now_ms())
    again = commands.claim_due(connected(token), now_ms())
    assert [command.number for command in again] == [first.number]


def test_a_page_under_way_is_not_repeated_to_an_agent_that_has_lost_its_memory(venue: Venue) -> None:
    _, token = make_agent(venue)
    link = connected(token)
    page, start = plan(venue, Wish("page", "22")), plan(venue, Wish("start", "23"))
    commands.note_sent(link, [c.pk for c in commands.claim_due(link, now_ms())], now_ms())
    again = commands.claim_due(connected(token, hello(uuid.uuid4())), now_ms())
    assert again == [start]
    assert state_of(page) == CommandState.UNKNOWN


# Results


@pytest.mark.parametrize("outcome", ["done", "unknown", "refused", "expired", "failed"])
def test_a_result_is_kept_once(venue: Venue, link: Link, outcome: str) -> None:
    command = plan(venue)
    commands.claim_due(link, now_ms())
    said = result(command, outcome, detail="tag\x0022", order_uuid="g-1")
    assert commands.keep_result(link, said, now_ms())
    before = rows()
    assert not commands.keep_result(link, said, now_ms())
    assert not commands.keep_result(link, result(command, "done"), now_ms())
    assert rows() == before
    assert (state_of(command), command.detail, command.order_uuid) == (outcome, "tag 22", "g-1")


def test_a_result_for_anothers_command_is_like_one_for_none(link: Link) -> None:
    foreign = plan(make_venue())
    before = rows()
    assert not commands.keep_result(link, result(foreign, "done"), now_ms())
    assert not commands.keep_result(link, wire.Result(command=2**53 - 1, outcome="done"), now_ms())
    assert rows() == before


def test_an_answer_that_overtakes_the_note_of_sending_stands(venue: Venue, link: Link) -> None:
    command = plan(venue)
    commands.claim_due(link, now_ms())
    commands.keep_result(link, result(command, "done"), now_ms())
    commands.note_sent(link, [command.pk], now_ms())
    assert state_of(command) == CommandState.DONE


def test_a_late_answer_is_believed(venue: Venue, link: Link) -> None:
    command = plan(venue)
    (sent,) = commands.claim_due(link, now_ms())
    assert repair.expire(sent.pk, command.not_after + repair.GRACE) == CommandState.UNKNOWN
    assert commands.keep_result(link, result(command, "done"), now_ms())
    assert state_of(command) == CommandState.DONE


# Repair, each task run twice


@pytest.mark.usefixtures("at_once")
def test_what_was_never_sent_expires(venue: Venue) -> None:
    command = plan(venue)
    beat_twice(command.not_after - timedelta(seconds=1))
    assert state_of(command) == CommandState.PLANNED
    beat_twice(command.not_after)
    assert (state_of(command), command.detail) == (CommandState.EXPIRED, repair.NEVER_SENT)


@pytest.mark.usefixtures("at_once")
def test_what_was_sent_and_never_answered_may_have_been_done(venue: Venue, link: Link) -> None:
    command = plan(venue)
    now = now_ms()
    commands.note_sent(link, [c.pk for c in commands.claim_due(link, now)], now)
    beat_twice(command.not_after + repair.GRACE - timedelta(seconds=1))
    assert state_of(command) == CommandState.SENT
    beat_twice(command.not_after + repair.GRACE)
    assert (state_of(command), command.detail) == (CommandState.UNKNOWN, repair.NO_ANSWER)


@pytest.mark.usefixtures("at_once")
def test_a_claim_whose_process_died_is_sent_again_under_its_number(venue: Venue, link: Link) -> None:
    command = plan(venue)
    now = now_ms()
    commands.claim_due(link, now)
    beat_twice(now + commands.SENT_WITHIN - timedelta(seconds=1))
    assert state_of(command) == CommandState.CLAIMED
    number = command.number
    beat_twice(now + commands.SENT_WITHIN)
    assert (state_of(command), command.number, command.attempts) == (CommandState.PLANNED, number, 1)
    assert command.next_try_at > now + commands.SENT_WITHIN  # with backoff


@pytest.mark.usefixtures("at_once")
def test_what_failed_is_tried_again_later_under_another_number(venue: Venue, link: Link) -> None:
    command = plan(venue)
    now = now_ms()
    commands.claim_due(link, now)
    commands.keep_result(link, result(command, "failed", detail="gateway offline"), now)
    beat_twice(now + timedelta(milliseconds=400))
    assert state_of(command) == CommandState.FAILED
    number = command.number
    beat_twice(now + timedelta(seconds=2))
    assert state_of(command) == CommandState.PLANNED
    assert command.number == number + 1  # the agent would answer the old one with what it has
    assert commands.claim_due(link, now + timedelta(seconds=2)) == [command]


@pytest.mark.usefixtures("at_once")
def test_what_fails_again_and_again_is_given_up_and_the_boards_hear_it_once(venue: Venue, link: Link) -> None:
    command = plan(venue, not_after=now_ms() + timedelta(hours=1), why="order 12")
    now = now_ms()
    for _ in range(MOST_ATTEMPTS):
        assert commands.claim_due(link, now) == [command]
        command.refresh_from_db()
        commands.keep_result(link, result(command, "failed", detail="gateway offline"), now)
        now += timedelta(seconds=MOST_S)
        beat_twice(now)
    assert (state_of(command), command.detail) == (CommandState.DEAD, "gateway offline")
    (notice,) = VenueEvent.objects.filter(venue=venue, kind="health")
    assert (notice.change, '"part":"command"' in notice.payload) == ("dead", True)
    beat_twice(now + timedelta(minutes=1))  # a dead one rests


def test_a_dead_command_is_tried_again_with_as_much_time_as_it_had(venue: Venue, link: Link) -> None:
    command = make_command(venue, state="dead", answered=True, attempts=MOST_ATTEMPTS)
    later = command.not_after + timedelta(hours=1)
    assert repair.try_again(command.pk, later)
    assert not repair.try_again(command.pk, later)
    assert (state_of(command), command.not_after, command.round) == (CommandState.PLANNED, later + SOON, 1)
    assert commands.claim_due(link, later) == [command]


def test_a_dead_page_that_was_never_answered_keeps_its_number(venue: Venue) -> None:
    command = make_command(venue, verb="page", state="dead")
    repair.try_again(command.pk, now_ms())
    assert (state_of(command), command.round) == (CommandState.PLANNED, 0)


def test_an_answer_between_look_and_repair_wins(venue: Venue, link: Link) -> None:
    command = plan(venue)
    now = now_ms()
    commands.claim_due(link, now)
    late = now + commands.SENT_WITHIN
    assert repair.to_retry(late) == [command.pk]
    commands.keep_result(link, result(command, "done"), now)
    with time_machine.travel(late, tick=False):
        tasks.retry_command(command.pk)
        tasks.expire_command(command.pk)
    assert state_of(command) == CommandState.DONE


def test_tasks_for_what_is_gone_return_quietly() -> None:
    tasks.retry_command(2**40)
    tasks.expire_command(2**40)
    tasks.tell_agent_missed(2**40)
    tasks.prune_enrolments()
    assert EdgeAgent.objects.count() == 0


def test_waits_grow_are_random_and_end_at_a_minute() -> None:
    waits = [wait_after(attempts).total_seconds() for attempts in range(100)]
    assert all(0.5 <= wait <= MOST_S for wait in waits)
    assert len(set(waits)) == 100
    assert min(waits[10:]) >= MOST_S / 2
