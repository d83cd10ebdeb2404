"""Redis dies, hangs, forgets everything or is replaced in mid-stream, under two web processes and a hundred sockets."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from urllib.parse import urlsplit

import pytest

from tests.clients.v2 import V2Board, V2Guest
from tests.faults.conftest import NO_LIMITS, Pub, production_pub
from tests.faults.crowd import Crowd, Watcher
from tests.journeys.template import Template
from tests.ontap.raw_socket import RawSocket
from tests.stack.postgres import Postgres
from tests.stack.redis import Redis

SOCKETS = 100
SWEEP_S = 2.0
NOISE_S = 2.0  # a busy machine of two cores
QUICK_S = 0.5  # that was a nudge and no sweep
OUTAGE_S = 5.0
RECOVERY_S = 15.0


@pytest.fixture(scope="module")
def pub(
    template: Template, faulty_postgres: Postgres, faulty_redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pub]:
    folder = tmp_path_factory.mktemp("redis")
    with production_pub(template, faulty_postgres, faulty_redis, folder, NO_LIMITS, n_web=2) as pub:
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
                    crowd.keyed_guest(str(venue), str(1 + number % 10), [url], pace=3, patient=True)
        crowd.serve()

    def delays(self, since: float, until: float) -> list[float]:
        return self.crowd.delays(self.far, since, until)

    def wait_for_nudges(self) -> float:
        """Seconds until what one process writes is on the other's boards well before a sweep."""
        began = time.time()
        while time.time() - began < RECOVERY_S:
            since = time.time()
            self.crowd.wait_acks(15)
            until = time.time() - QUICK_S
            late = self.delays(since, until)
            orders = [o for o in self.pub.database.orders(since) if o.venue == "2" and (o.placed_at or 0) < until]
            if len(late) == len(orders) * len(self.far) > 0 and median(late) < QUICK_S / 2:
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
def test_of_a_hundred_sockets_none_is_deaf_or_more_than_a_sweep_late(
    pub: Pub, redis: Redis, fault: str, trials: bool
) -> None:
    begin, end = FAULTS[fault]
    with pub.evening() as crowd:
        house = House(crowd, pub, boards=18, tables=15)
        assert crowd.connected == SOCKETS
        house.wait_for_nudges()
        broken_at = time.time()
        begin(redis)
        time.sleep(60 if trials else OUTAGE_S)
        crowd.wait_acks(10)
        back_at = time.time()
        end(redis)
        nudged_after = house.wait_for_nudges()
        verdict = crowd.settle(late_after=SWEEP_S + NOISE_S)
        late = house.delays(broken_at, back_at)
        print(f"{fault}: {verdict}; nudged again after {nudged_after:.1f} s")
        print(f"far boards {median(late):.2f} s, at worst {max(late):.2f} s late meanwhile")
        assert crowd.breaks == 0


@pytest.mark.parametrize("who", ["a process", "the first socket of a venue"])
def test_who_comes_while_redis_is_away_is_swept_and_nudged_when_it_is_back(pub: Pub, redis: Redis, who: str) -> None:
    redis.kill()
    if who == "a process":
        pub.running.webs[1].kill()
        pub.running.start()
    with pub.evening() as crowd:
        house = House(crowd, pub, boards=4, tables=4)
        crowd.wait_acks(20)
        back_at = time.time()
        redis.start()
        nudged_after = house.wait_for_nudges()
        verdict = crowd.settle(late_after=SWEEP_S + NOISE_S)
        late = house.delays(crowd.began, back_at)
        print(f"{who}: {verdict}; far boards at worst {max(late):.2f} s late, nudged after {nudged_after:.1f} s")
        assert crowd.breaks == 0


def test_a_board_that_comes_while_the_last_other_one_goes_is_not_left_without_a_feed(pub: Pub, redis: Redis) -> None:
    """To join the layer takes a while where Redis takes connections and says nothing."""
    address = urlsplit(pub.board(2))
    assert address.port is not None

    def come_and_go(number: int) -> None:
        time.sleep(0.03 * number)  # some meet the feed that the first has just begun
        with RawSocket(address.port or 0) as socket:
            socket.open(f"{address.path}?{address.query}")

    with pub.evening(), ThreadPoolExecutor(16) as pool, V2Guest(pub.table(1, venue=2, web=1)) as guest:
        replace(redis)
        redis.pause()
        coming = pool.submit(V2Board, pub.board(2))
        list(pool.map(come_and_go, range(15)))
        with coming.result() as board:
            board.snapshot()
            ack = guest.place({"13": 1})
            board.wait_state(ack.order_id, "pending", SWEEP_S + NOISE_S)
