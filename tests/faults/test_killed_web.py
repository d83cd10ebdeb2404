"""The web process is killed outright while guests order: what was acknowledged is there, once, whoever retries."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import NO_LIMITS, PACE, PRODUCTION, Pub, embedded_pub, production_pub
from tests.faults.crowd import Crowd
from tests.faults.moments import Moment
from tests.faults.traps import Then, call_after, call_before
from tests.journeys.template import Template

GUESTS = 10
ANY_TIME = "any time"
# What the killed process had said to PostgreSQL is delivered, or, with CUT, is not. SQLite has no wire to watch.
MOMENTS = {
    "BEGIN": (Moment.BEGIN, call_before, Then.PASS),
    "INSERT": (Moment.INSERT, call_before, Then.PASS),
    "after INSERT": (Moment.INSERT, call_after, Then.PASS),
    "COMMIT sent and heard": (Moment.COMMIT_SENT, call_before, Then.PASS),
    "COMMIT sent and not heard": (Moment.COMMIT_SENT, call_before, Then.CUT),
    "COMMIT answered": (Moment.COMMIT_ANSWERED, call_before, Then.PASS),
    "after COMMIT answered": (Moment.COMMIT_ANSWERED, call_after, Then.PASS),
}
KILLS = [*(MOMENTS if PRODUCTION else ()), ANY_TIME]


@pytest.fixture(scope="module")
def pub(request: pytest.FixtureRequest, template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pub]:
    """In production with a second web process, which is not killed and whose wire is not watched."""
    folder: Path = tmp_path_factory.mktemp("killed")
    if not PRODUCTION:
        with embedded_pub(template, folder, NO_LIMITS) as pub:
            yield pub
        return
    servers = request.getfixturevalue("faulty_postgres"), request.getfixturevalue("faulty_redis")
    with production_pub(template, *servers, folder, NO_LIMITS) as pub:
        pub.running.environ["DATABASE_URL"] = pub.database.url
        pub.running.add_web().wait_ready()
        yield pub


def fill(crowd: Crowd, pub: Pub) -> None:
    """Boards of both versions, and guests, of whom every other one goes on at any process that there is."""
    webs = range(len(pub.running.webs))
    crowd.barman("1", pub.board())
    crowd.watcher("1", pub.board())
    crowd.watcher("1", pub.board(web=webs[-1]))
    crowd.first_version_watcher("1", pub.board())
    for table in range(1, GUESTS + 1):
        known = webs if table % 2 else webs[:1]
        crowd.keyed_guest("1", str(table), [pub.table(table, web=web) for web in known], pace=PACE)
    crowd.serve()


def kill(crowd: Crowd, pub: Pub, when: str) -> None:
    """Kill the first web process at such a moment, within the next orders."""
    web = pub.running.web
    if when == ANY_TIME:
        crowd.wait_acks(random.randint(1, 20))
        time.sleep(random.uniform(0, 0.05))  # between two events is where this wants to be
        web.kill()
        return
    moment, make, then = MOMENTS[when]
    table = "orders_order" if moment is Moment.INSERT else None
    pub.wire.on(moment, make(web.kill, then), nth=random.randint(1, 15), table=table).wait(20)


@pytest.mark.parametrize("when", KILLS)
def test_nothing_acknowledged_is_lost_and_nothing_doubled_when_the_web_process_is_killed(
    pub: Pub, when: str, trials: bool
) -> None:
    with pub.evening() as crowd:
        fill(crowd, pub)
        for _ in range(20 if trials else 3 if when == ANY_TIME else 1):
            kill(crowd, pub, when)
            pub.running.start()
            crowd.wait_connected()
            crowd.wait_acks(GUESTS)
        crowd.settle()
        assert crowd.of("unavailable") == []
        assert crowd.breaks >= GUESTS // 2
