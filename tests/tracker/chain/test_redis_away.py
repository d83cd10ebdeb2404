"""Redis is killed and comes back empty, or hangs: agents, their events and their commands go on without it."""

import secrets
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.journeys.running import start_production
from tests.journeys.template import DATABASE, Template
from tests.stack.postgres import Postgres
from tests.stack.redis import Redis
from tests.tracker.chain.venue import PubVenue, wait_until

SWEEP_S = 2.0
NOISE_S = 2.0  # a busy machine of two cores
QUICK_S = 1.0  # that was a nudge and no sweep
RECOVERY_S = 20.0
REVOKED_WITHIN_S = 5.0

carried, commanded = map(str, count(1)), map(str, count(1000))  # pucks; a gateway starts one that it has not, too


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    """That of this one installation."""
    with Redis() as redis:
        yield redis


@pytest.fixture(scope="module")
def venue(
    own_postgres: Postgres, redis: Redis, template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PubVenue]:
    """Without a worker: what is tested needs none."""
    database, folder = f"away_{secrets.token_hex(4)}", tmp_path_factory.mktemp("away")
    address = own_postgres.create_database(database, like=DATABASE)
    with (
        start_production(address, redis.url, data_folder=folder / "data", like=template) as running,
        PubVenue(running, folder) as venue,
    ):
        yield venue
    own_postgres.drop_database(database)


@pytest.fixture(autouse=True)
def _redis_is_there(redis: Redis) -> Iterator[None]:
    yield
    redis.resume()
    redis.start()


def assert_chain_works(venue: PubVenue) -> None:
    """A puck's move reaches the platform, and a command the gateway, by the next sweep at the latest."""
    after = venue.last_event
    moved = venue.move(next(carried), "start", type="ON_PREMISE")
    assert venue.wait_told(1, after) == [moved]
    assert effect_s(venue) < SWEEP_S + NOISE_S


def effect_s(venue: PubVenue) -> float:
    """Seconds until a command that another process planned is in effect at the gateway; it is answered, too."""
    puck = next(commanded)
    command = venue.plan("start", puck, order_type="TO_GO")
    seconds = wait_until("it is in effect", lambda: venue.order_of(puck) is not None)
    assert venue.outcome(command)["state"] == "done"
    return seconds


def wait_for_nudges(venue: PubVenue) -> None:
    """Several in a row are quick, as none is that waits for the sweep after the one before."""
    wait_until("nudges", lambda: all(effect_s(venue) < QUICK_S for _ in range(3)), RECOVERY_S)


FAULTS: dict[str, tuple[Callable[[Redis], None], Callable[[Redis], object]]] = {
    "killed, and back empty": (Redis.kill, Redis.start),
    "hung": (Redis.pause, Redis.resume),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_agents_events_and_commands_go_on_without_redis(venue: PubVenue, redis: Redis, fault: str) -> None:
    begin, end = FAULTS[fault]
    wait_for_nudges(venue)
    fence = venue.fence
    begin(redis)
    assert_chain_works(venue)
    assert_chain_works(venue)
    end(redis)
    assert_chain_works(venue)
    wait_for_nudges(venue)
    assert venue.fence == fence
    assert venue.agent.output.count("Connected to the platform.") == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_an_agent_that_comes_while_redis_is_away_is_served(venue: PubVenue, redis: Redis, fault: str) -> None:
    begin, end = FAULTS[fault]
    fence, after = venue.fence, venue.last_event
    begin(redis)
    venue.agent.terminate()
    venue.agent.start()
    venue.agent.wait_for("Connected to the platform.", SWEEP_S + NOISE_S)
    venue.wait_snapshot(after)
    assert_chain_works(venue)
    assert venue.fence == fence + 1
    end(redis)


def test_a_revoked_agent_is_sent_away_without_redis(venue: PubVenue, redis: Redis) -> None:
    """The last one: there is no agent after it."""
    redis.pause()
    assert venue.ask("enrolment.revoke(EdgeAgent.objects.get(venue_id=1, revoked_at=None), now)") is True
    venue.agent.wait_for("has revoked this agent", REVOKED_WITHIN_S)
