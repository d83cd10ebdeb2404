"""What is read from a gateway is asked when it is due, once, over the connection that counts, and never waited for."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django.fixtures import DjangoAssertNumQueries

from ontap.celery import app
from orders.reading import in_reader
from tests.factories import make_agent, make_gateway, make_venue, now_ms
from tests.tracker.platform.asked import DAY, HOUR, MINUTE, Asked, past
from tests.tracker.platform.driven import DrivenAgent, events, hello, run
from tracker import answers, links, questions, readings, tasks, wire
from tracker.links import LinkLost
from tracker.models import EdgeAgent, Gateway, Reading
from tracker.models.readings import SUBJECTS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at_once() -> Iterator[None]:
    """`.apply_async` runs the task here and now, as a worker would in a moment."""
    app.conf.task_always_eager = app.conf.task_eager_propagates = True
    yield
    app.conf.task_always_eager = app.conf.task_eager_propagates = False


def beat_twice(pub: Asked) -> None:
    """Two rounds of beat, of which the second must change nothing."""
    with time_machine.travel(pub.now, tick=False):
        tasks.look_for_readings_due.delay()
        first = pub.rows()
        tasks.look_for_readings_due.delay()
        tasks.want_readings_due(pub.venue.pk)
    assert pub.rows() == first


def asked(pub: Asked) -> list[str]:
    return [ask.what for ask in questions.claim_wanted(pub.link, pub.now)]


def answer_all(pub: Asked) -> None:
    for reading in Reading.objects.filter(venue=pub.venue, asked_at__isnull=False):
        pub.tell(wire.Ask(id=reading.question, what="orders"), through_ms=0)


# When


@pytest.mark.usefixtures("at_once")
def test_each_subject_is_asked_in_its_time_and_once() -> None:
    pub = Asked()
    told: dict[str, int] = dict.fromkeys(SUBJECTS, 0)
    for _ in range(65):
        beat_twice(pub)
        for subject in asked(pub):
            told[subject] += 1
        assert asked(pub) == []
        answer_all(pub)
        pub.stay(MINUTE)
    assert told == {"orders": 65, "history": 2, "settings": 1, "repeaters": 1}


@pytest.mark.usefixtures("at_once")
def test_a_reading_that_is_wanted_or_under_way_is_not_wanted_again() -> None:
    pub = Asked()
    beat_twice(pub)
    asked(pub)
    pub.stay(MINUTE)
    beat_twice(pub)
    assert asked(pub) == []


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("away", ["agent", "gateway", "revoked"])
def test_nothing_is_due_while_nobody_could_answer(away: str) -> None:
    pub = Asked()
    if away == "agent":
        links.close_link(pub.link, pub.now)
    elif away == "gateway":
        Gateway.objects.update(state="offline")
    else:
        EdgeAgent.objects.update(revoked_at=pub.now)
    assert readings.venues_due(pub.now) == []
    beat_twice(pub)
    assert not Reading.objects.filter(wanted_at__isnull=False).exists()


def test_numbers_of_questions_go_up_over_all_subjects_of_a_venue() -> None:
    pub = Asked()
    numbers = [pub.ask(subject).id for subject in ("orders", "history", "settings")]
    assert numbers == sorted(set(numbers))
    pub.now += MINUTE
    assert pub.ask("repeaters").id > numbers[-1]


def test_history_is_asked_with_overlap_from_where_it_was_read_to() -> None:
    pub = Asked()
    assert pub.ask("history").since_ms is None
    pub.stay(HOUR)
    Reading.objects.update(asked_at=None, read_until=pub.now - HOUR)
    since = pub.ask("history").since_ms
    assert since == (HOUR + timedelta(minutes=70)) // timedelta(milliseconds=1)


# Over which connection


async def asked_now(socket: DrivenAgent, what: str) -> wire.Ask:
    while True:
        ask: wire.Ask = await socket.next(wire.Ask)
        if ask.what == what:
            return ask


def test_orders_are_asked_at_once_after_each_hello_and_whenever_the_gateway_is_live_again() -> None:
    agent, token = make_agent(make_venue())

    async def story() -> list[int]:
        first = await DrivenAgent.of(token).connect()
        await first.greet()
        one = await asked_now(first, "orders")  # left without an answer
        second = await DrivenAgent.of(token).connect()
        await second.greet()
        two = await asked_now(second, "orders")
        await second.say(wire.Told(ask=two.id, outcome="done"))
        await second.say(wire.GatewayNews(state="offline"))
        await second.say(wire.GatewayNews(state="live"))
        three = await asked_now(second, "orders")
        await second.say(wire.GatewayNews(state="live"))
        await second.say(wire.Told(ask=three.id, outcome="done"))
        await second.say(wire.Result(command=1, outcome="done"))
        await second.next(wire.Kept)
        await first.drop()
        await second.drop()
        assert not [message for message in second.said if isinstance(message, wire.Ask)]
        return [one.id, two.id, three.id]

    assert run(story) == [1, 2, 3]
    assert Reading.objects.filter(venue=agent.venue).count() == len(SUBJECTS)


def test_what_a_task_wants_goes_out_over_the_socket() -> None:
    agent, token = make_agent(make_venue())
    make_gateway(agent)

    async def story() -> wire.Ask:
        socket = await DrivenAgent.of(token).connect()
        await socket.greet()
        await asked_now(socket, "orders")
        await in_reader(readings.want_due, agent.venue_id, now_ms())
        ask = await asked_now(socket, "history")
        await socket.say(wire.Told(ask=ask.id, outcome="failed", detail="The gateway\x00is away."))
        await socket.say(wire.Result(command=1, outcome="done"))
        await socket.next(wire.Kept)
        await socket.drop()
        return ask

    ask = run(story)
    reading = Reading.objects.get(venue=agent.venue, subject="history")
    assert (reading.question, reading.detail) == (ask.id, "The gateway is away.")


def test_history_waits_until_the_agents_spool_is_taken() -> None:
    agent, token = make_agent(make_venue())
    make_gateway(agent)

    async def story() -> None:
        socket = await DrivenAgent.of(token).connect()
        await socket.greet(hello(last=2))
        await asked_now(socket, "orders")
        await in_reader(readings.want_due, agent.venue_id, now_ms())
        await asked_now(socket, "settings")
        await socket.say(events(1))
        await socket.next(wire.Ack)
        await socket.say(wire.Result(command=1, outcome="done"))
        await socket.next(wire.Kept)
        assert "history" not in [message.what for message in socket.said if isinstance(message, wire.Ask)]
        await socket.say(events(2))
        await asked_now(socket, "history")
        await socket.drop()

    run(story)


def test_an_answer_that_does_not_end_ends_the_connection() -> None:
    pub = Asked()
    ask = pub.ask("repeaters")
    for _ in range(answers.MOST_COMING // wire.MOST_TOLD):
        pub.tell(ask, "part", repeaters=[{}] * wire.MOST_TOLD)
    with pytest.raises(wire.WireError):
        pub.tell(ask, "part", repeaters=[{}])


def test_a_replaced_connection_neither_asks_nor_answers() -> None:
    pub = Asked()
    older, ask = pub.link, pub.ask("settings")
    pub.connect()
    before = pub.rows()
    readings.want(pub.venue.pk, ("history",), pub.now)
    with pytest.raises(LinkLost):
        questions.claim_wanted(older, pub.now)
    for what in (ask.id, pub.ask("history").id):
        with pytest.raises(LinkLost):
            answers.keep_told(older, wire.Told(ask=what, outcome="done", through_ms=0), pub.now)
    assert pub.rows()[1] == before[1]
    assert pub.reading("settings").done_at is None


def test_a_late_answer_of_an_older_question_is_passed_over() -> None:
    pub = Asked()
    ask = pub.ask("settings")
    Reading.objects.update(asked_at=None)
    newer = pub.ask("settings")
    assert not pub.tell(ask, settings={"timezone": "Old/Zone"})
    assert pub.reading("settings").done_at is None
    assert pub.tell(newer, settings={"timezone": "Europe/London"})
    before = pub.rows()
    assert not pub.tell(newer, settings={"timezone": "Old/Zone"})
    assert pub.rows() == before


def test_an_answer_to_another_venues_question_is_passed_over() -> None:
    pub, other = Asked(), Asked()
    pub.ask("history")
    asks = [other.ask(subject) for subject in ("orders", "settings")]
    before = other.rows()
    assert not pub.tell(asks[1], settings={"timezone": "Mine"})
    assert other.rows() == before


# Failures


def test_a_failure_keeps_the_last_success_and_is_tried_again_soon() -> None:
    pub = Asked()
    pub.tell(pub.ask("settings"), settings={"timezone": "Europe/London"})
    done_at = pub.now
    pub.stay(DAY)
    pub.tell(pub.ask("settings"), "failed", detail="The gateway says 500.")
    reading = pub.reading("settings")
    assert (reading.done_at, reading.failed_at, reading.detail) == (done_at, pub.now, "The gateway says 500.")
    assert "Europe/London" in reading.content
    assert asked(pub) == []
    pub.stay(MINUTE)
    assert asked(pub) == ["settings"]


def test_the_longer_it_fails_the_rarer_it_is_asked_and_never_in_a_loop() -> None:
    now = now_ms()
    for subject, most in (("orders", 5 * MINUTE), ("history", HOUR), ("settings", HOUR)):
        waits = [readings.wait_after_failure(subject, now, now + later) for later in (MINUTE, 2 * HOUR, 3 * DAY)]
        assert waits == sorted(waits)
        assert MINUTE <= waits[0] <= waits[-1] == most
        assert MINUTE <= readings.wait_after_failure(subject, None, now) <= most


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(("is_there", "detail"), [(True, readings.NO_ANSWER), (False, readings.WENT_AWAY)])
def test_a_question_without_an_answer_is_a_failure_after_five_minutes(is_there: bool, detail: str) -> None:
    pub = Asked()
    pub.ask("history")
    pub.now += 4 * MINUTE
    beat_twice(pub)
    assert pub.reading("history").failed_at is None
    pub.now += MINUTE
    if is_there:
        pub.stay(timedelta())
    beat_twice(pub)
    reading = pub.reading("history")
    assert (reading.failed_at, reading.detail, reading.asked_at) == (pub.now, detail, None)
    assert reading.wanted_at is not None
    assert reading.wanted_at > pub.now


@pytest.mark.usefixtures("at_once")
def test_an_answer_in_many_parts_may_take_its_time() -> None:
    pub = Asked()
    ask = pub.ask("history")
    for _ in range(4):
        pub.stay(4 * MINUTE)
        assert pub.tell(ask, "part", past=[past(HOUR)])
        beat_twice(pub)
    assert pub.tell(ask, through_ms=0)


@pytest.mark.usefixtures("at_once")
def test_what_waits_behind_a_long_answer_is_no_failure() -> None:
    pub = Asked()
    history = pub.ask("history")
    orders = pub.ask("orders")
    for _ in range(4):
        pub.stay(4 * MINUTE)
        pub.tell(history, "part", past=[past(HOUR)])
        beat_twice(pub)
    assert pub.reading("orders").failed_at is None
    assert pub.tell(orders)
    pub.stay(5 * MINUTE)
    beat_twice(pub)
    assert pub.reading("history").failed_at == pub.now


# Many


def test_two_dead_venues_delay_no_other_and_fifty_cost_no_more_queries_than_two(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    pubs = [Asked() for _ in range(50)]
    now = now_ms()
    for pub in pubs:
        pub.now = now
    dead, well = pubs[:5], pubs[5:]
    for pub in dead:
        pub.ask("history")  # never answered
    with django_assert_max_num_queries(1):
        due = readings.venues_due(now)
    assert due == sorted(pub.venue.pk for pub in pubs)
    for venue_id in due:
        with django_assert_max_num_queries(4):
            readings.want_due(venue_id, now)
    with django_assert_max_num_queries(1):
        assert questions.venues_wanted(due, now) == set(due)
    for pub in well:
        with django_assert_max_num_queries(12):
            assert sorted(asked(pub)) == sorted(SUBJECTS)
    assert all(sorted(asked(pub)) == ["orders", "repeaters", "settings"] for pub in dead)


def test_a_part_of_the_history_costs_no_more_queries_the_longer_it_is(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    pub = Asked()
    ask = pub.ask("history")
    orders: list[dict[str, Any]] = [{"uuid": uuid.uuid4(), "name": "1", "started_ms": 9_000_000} for _ in range(200)]
    with django_assert_max_num_queries(18):
        pub.tell(ask, "part", past=orders)
    with django_assert_max_num_queries(10):  # once more, where nothing is new: without the venue's lock
        pub.tell(ask, "part", past=orders)


@pytest.mark.usefixtures("at_once")
def test_venues_with_an_agent_that_never_connected_have_readings_too() -> None:
    agent, _ = make_agent(make_venue())
    make_venue()
    for _ in range(2):
        tasks.look_for_histories_at_risk.delay()
        assert sorted(Reading.objects.values_list("subject", flat=True)) == sorted(SUBJECTS)
    assert set(Reading.objects.values_list("venue_id", flat=True)) == {agent.venue_id}


def test_tasks_for_what_is_gone_return_quietly() -> None:
    for task in (tasks.want_readings_due, tasks.tell_history_at_risk, tasks.look_at_unseen_pucks):
        task(2**40)
    assert not Reading.objects.exists()


def test_next_time_is_as_it_was_wanted_or_a_period_after_the_last() -> None:
    now = datetime(2026, 1, 2).astimezone()
    assert readings.next_at(Reading(subject="history")) is None
    assert readings.next_at(Reading(subject="history", done_at=now)) == now + HOUR
    assert readings.next_at(Reading(subject="history", done_at=now, wanted_at=now + MINUTE)) == now + MINUTE
