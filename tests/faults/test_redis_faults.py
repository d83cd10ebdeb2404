"""Redis dies, hangs, forgets everything or is replaced in mid-stream, under two web processes and a hundred sockets."""

import time
from collections.abc import Callable, Iterator
from statistics import median

import pytest

from tests.faults.conftest import NO_LIMITS, Pub, production_pub
from tests.faults.crowd import Crowd, Watcher
from tests.stack.postgres import Postgres
from tests.stack.redis import Redis

SOCKETS = 100
SWEEP_S = 2.0
NOISE_S = 2.0  # a busy machine of two cores
QUICK_S = 0.5  # that was a nudge and no sweep
OUTAGE_S = 5.0
RECOVERY_S = 15.0


@pytest.fixture(scope="module")
def pub(faulty_postgres: Postgres, faulty_redis: Redis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pub]:
    folder = tmp_path_factory.mktemp("redis")
    with production_pub(faulty_postgres, faulty_redis, folder, NO_LIMITS, n_web=2) as pub:
        yield pub


@pytest.fixture(autouse=True)
def redis(faulty_redis: Redis) -> Iterator[Redis]:
    yield faulty_redis
    faulty_redis.resume()
    faulty_redis.start()


class House:
    """A crowd over both processes. At venue 1 they both write; at venue 2 only the first, so that boards at the other
    hear of its orders by nudge or sweep and by nothing else: these are `far`."""

    def __init__(self, crowd: Crowd, pub: Pub, *, boards: int, tables: int) -> None:
        self.crowd, self.pub = crowd, pub
        self.far: list[Watcher] = []
        for venue in (1, 2):
            crowd.barman(str(venue), pub.board(venue))
            crowd.first_version_watcher(str(venue), pub.board(venue, web=1))
            for number in range(boards):
                board = crowd.watcher(str(venue), pub.board(venue, web=number % 2))
                if venue == 2 and number % 2:
                    self.far.append(board)
            for number in range(tables):
                for web in (0, 1 if venue == 1 else 0):
                    url = pub.table(1 + number % 10, venue, web)
                    crowd.keyed_guest(str(venue), str(1 + number % 10), [url], pace=4, patient=True)
        crowd.serve()

    def delays(self, since: float, until: float) -> list[float]:
        return self.crowd.delays(self.far, since, until)

    def wait_for_nudges(self) -> float:
        """Seconds until what one process writes is on the other's boards well before a sweep."""
        began = time.time()
        while time.time() - began < RECOVERY_S:
            since = time.time()
            self.crowd.wait_acks(20)
            late = self.delays(since, time.time() - QUICK_S)
            if len(late) >= 10 and median(late) < QUICK_S / 2:
                return since - began
        raise AssertionError(f"no nudges within {RECOVERY_S} s; the last delays are {late}")


def replace(redis: Redis) -> None:
    redis.kill()
    redis.start()


def nothing(redis: Redis) -> None: ...


FAULTS: dict[str, tuple[Callable[[Redis], None], Callable[[Redis], object]]] = {
    "killed": (Redis.kill, Redis.start),
    "hung": (Redis.pause, Redis.resume),
    "flushed": (Redis.flush, nothing),
    "replaced by an empty one": (replace, nothing),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_orders_reach_every_board_within_about_a_sweep_whatever_redis_does(pub: Pub, redis: Redis, fault: str) -> None:
    begin, end = FAULTS[fault]
    with pub.evening() as crowd:
        house = House(crowd, pub, boards=18, tables=15)
        assert crowd.connected == SOCKETS
        house.wait_for_nudges()
        broken_at = time.time()
        begin(redis)
        time.sleep(OUTAGE_S)
        crowd.wait_acks(20)
        back_at = time.time()
        end(redis)
        house.wait_for_nudges()
        crowd.settle(late_after=SWEEP_S + NOISE_S)  # nothing lost, doubled, out of order or unseen by anybody
        late = house.delays(broken_at, back_at)
        assert late
        assert max(late) < SWEEP_S + NOISE_S
        assert crowd.breaks == 0


@pytest.mark.parametrize("who", ["a process", "sockets"])
def test_redis_that_is_away_at_the_start_keeps_nobody_from_starting(pub: Pub, redis: Redis, who: str) -> None:
    redis.kill()
    if who == "a process":
        pub.running.webs[1].kill()
        pub.running.start()
    with pub.evening() as crowd:
        house = House(crowd, pub, boards=4, tables=4)
        since = time.time()
        time.sleep(3)
        crowd.wait_acks(20)
        late = house.delays(since, time.time() - 2.5)
        assert late
        assert max(late) < SWEEP_S + NOISE_S
        redis.start()
        house.wait_for_nudges()
        crowd.settle()
