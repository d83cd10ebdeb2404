"""PostgreSQL is cut off, hangs, dies and comes back under load: orders wait, or are refused and surely not there."""

import random
import time
from collections.abc import Callable, Iterator

import pytest

from tests.clients.v1 import V1Board, V1Guest
from tests.clients.v2 import V2Board, V2Guest
from tests.clients.v2_state import LocalState
from tests.faults.conftest import NO_LIMITS, PACE, Pub, production_pub
from tests.faults.crowd import BIG, Crowd
from tests.faults.memory import Memory
from tests.faults.moments import Moment
from tests.faults.traps import call_before, cut_after, cut_before, hang_before, orphan_before
from tests.journeys.template import Template
from tests.stack.postgres import Postgres
from tests.stack.redis import Redis

GUESTS = 10
PATIENCE_S = 5.0
CUT_S = 6.5  # a connection that hangs is cut, and only then is known what became of those who were on it
NOISE_S = 1.5  # a busy machine of two cores
BACK_S = 2.0


@pytest.fixture(scope="module")
def pub(
    template: Template, faulty_postgres: Postgres, faulty_redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pub]:
    with production_pub(template, faulty_postgres, faulty_redis, tmp_path_factory.mktemp("postgres"), NO_LIMITS) as pub:
        yield pub


def fill(crowd: Crowd, pub: Pub) -> None:
    """Boards of both versions; guests who retry, guests who take no for an answer, and guests without keys."""
    crowd.barman("1", pub.board())
    crowd.watcher("1", pub.board())
    crowd.first_version_watcher("1", pub.board())
    for table in range(1, GUESTS + 1):
        crowd.keyed_guest("1", str(table), [pub.table(table)], pace=PACE, patient=table % 2 == 0)
    for table in (GUESTS, GUESTS + 1):
        crowd.keyless_guest("1", str(table), [pub.table(table)], pace=PACE)
    crowd.serve()
    crowd.wait_acks(GUESTS)


CUTS = {
    "before BEGIN": (Moment.BEGIN, cut_before),
    "before INSERT": (Moment.INSERT, cut_before),
    "after INSERT": (Moment.INSERT, cut_after),
    "before COMMIT": (Moment.COMMIT_SENT, cut_before),
    "after COMMIT": (Moment.COMMIT_SENT, cut_after),
    "before COMMIT is answered": (Moment.COMMIT_ANSWERED, cut_before),
}


@pytest.mark.parametrize("when", CUTS)
def test_a_connection_that_is_cut_costs_nobody_an_order(pub: Pub, when: str, trials: bool) -> None:
    moment, action = CUTS[when]
    table = "orders_order" if moment is Moment.INSERT else None
    with pub.evening() as crowd:
        fill(crowd, pub)
        for _ in range(50 if trials else 4):
            pub.wire.on(moment, action, nth=random.randint(1, 10), table=table).wait(20)
            crowd.wait_acks(3)
        crowd.settle()
        assert crowd.of("unavailable") == []
        assert crowd.breaks == 0


@pytest.mark.parametrize("arrives", [True, False], ids=["late", "never"])
def test_a_commit_without_an_answer_is_settled_under_the_lock_that_it_holds(pub: Pub, arrives: bool) -> None:
    """Whoever looked past the lock would find nothing yet, and place the orders again."""
    with pub.evening() as crowd:
        fill(crowd, pub)
        pub.wire.on(Moment.COMMIT_SENT, orphan_before, nth=random.randint(1, 10)).wait(20)
        if arrives:
            time.sleep(1)
            pub.wire.heal()
        else:
            time.sleep(4)
            pub.wire.drop()
        crowd.wait_acks(2 * GUESTS)
        crowd.settle()
        assert crowd.breaks == 0


def test_a_connection_that_hangs_at_commit_is_given_up_and_its_orders_settled(pub: Pub) -> None:
    with pub.evening() as crowd:
        fill(crowd, pub)
        hang_at = time.time()
        pub.wire.on(Moment.COMMIT_SENT, hang_before, nth=random.randint(1, 10)).wait(20)
        time.sleep(CUT_S + 1)
        pub.wire.drop()  # PostgreSQL hears at last that its client has gone
        crowd.wait_acks(GUESTS)
        worst = max(answer.seconds for answer in crowd.answers if answer.at > hang_at and answer.patient)
        print(f"the longest wait for an answer was {worst:.2f} s")
        crowd.settle()
        assert worst < CUT_S + BACK_S + NOISE_S
        assert crowd.breaks == 0


Fault = Callable[[Pub, Postgres], Callable[[], object]]


def stopped(pub: Pub, postgres: Postgres) -> Callable[[], object]:
    postgres.stop_immediately()
    return postgres.start


def paused(pub: Pub, postgres: Postgres) -> Callable[[], object]:
    postgres.pause()
    return postgres.resume


def hung_on_the_wire(pub: Pub, postgres: Postgres) -> Callable[[], object]:
    pub.wire.hang()
    return pub.wire.heal


def unreachable(pub: Pub, postgres: Postgres) -> Callable[[], object]:
    pub.wire.down()
    return pub.wire.heal


def test_orders_wait_for_a_database_that_is_back_within_their_patience(pub: Pub, faulty_postgres: Postgres) -> None:
    with pub.evening() as crowd:
        fill(crowd, pub)
        faulty_postgres.stop_immediately()
        crowd.wait_until(lambda: len(crowd.of("ack")) > 0, 1, "")
        time.sleep(1)
        faulty_postgres.start()
        crowd.wait_acks(2 * GUESTS)
        crowd.settle()
        assert crowd.of("unavailable") == []
        assert crowd.breaks == 0


@pytest.mark.parametrize("fault", [stopped, paused, hung_on_the_wire, unreachable])
def test_an_order_is_refused_after_five_seconds_and_then_surely_not_there(
    pub: Pub, faulty_postgres: Postgres, fault: Fault, trials: bool
) -> None:
    """All but those whose COMMIT had no answer: only the database can tell what became of them, once it is back."""
    with pub.evening() as crowd:
        fill(crowd, pub)
        broken_at = time.time()
        end = fault(pub, faulty_postgres)
        time.sleep(60 if trials else 8)
        end()
        back_at = time.time()
        with V2Board(pub.board()) as board:
            board.snapshot()
        let_in = time.time() - back_at
        crowd.wait_acks(2 * GUESTS)
        served = crowd.of("ack", since=back_at)[0].at - back_at
        crowd.settle()
        refused = [answer for answer in crowd.of("unavailable", since=broken_at) if answer.patient]
        waited = [answer.seconds for answer in refused if answer.at < back_at]
        settled = [answer.at - back_at for answer in refused if answer.at >= back_at]
        print(f"refused {min(waited):.2f} to {max(waited):.2f} s, let in {let_in:.2f} s, served {served:.2f} s after")
        assert min(waited) > PATIENCE_S - 0.5
        assert max(waited) < CUT_S + NOISE_S
        assert max(let_in, served, *settled) < BACK_S + NOISE_S
        assert crowd.breaks == 0


def test_an_order_is_refused_in_time_too_where_the_menu_must_be_read_first(pub: Pub) -> None:
    with pub.evening(), V1Guest(pub.table(1, 2)) as guest:
        guest.send({"action": "nothing"})
        guest.next_error()  # so it is not only let in, but has been told how things stand
        pub.wire.hang()
        guest.order({"13": 1})
        assert guest.next_error(PATIENCE_S + NOISE_S).message == "Internal server error"
        pub.wire.heal()
        with V2Board(pub.board(2)) as board:
            assert board.open_orders().orders == ()
            guest.order({"13": 1})
            board.next_event(change="placed")


def test_orders_that_were_refused_are_forgotten_while_a_commit_is_not_settled(pub: Pub, trials: bool) -> None:
    """They lie in the queue of a writer that waits: were they kept, a long outage would fill the memory."""
    with pub.evening(), V2Guest(pub.table(1)) as guest:
        guest.snapshot()
        trap = pub.wire.on(Moment.COMMIT_SENT, call_before(pub.wire.hang))
        guest.order({"13": 1})
        trap.wait()
        memory, grown = Memory(pub), []
        for _ in range(2):
            end = time.monotonic() + (60 if trials else 12)  # the writer looks at them every 3.5 s
            while time.monotonic() < end:
                guest.order(lines=BIG)
                time.sleep(0.015)
            grown.append(memory.growth)
        pub.wire.heal()
        guest.place({"13": 1}, timeout=PATIENCE_S + NOISE_S)
        print(f"{grown[0]:.1f} MB, and after as long again {grown[1]:.1f} MB")
        assert grown[1] - grown[0] < grown[0] / 2


def test_a_board_that_asks_while_the_database_is_away_gets_an_error_and_hears_on(
    pub: Pub, faulty_postgres: Postgres
) -> None:
    with pub.evening(), V1Board(pub.board()) as board, V2Guest(pub.table(1)) as guest:
        guest.snapshot()
        faulty_postgres.stop_immediately()
        board.send({"action": "openorders", "venue_id": "1"})
        assert board.next_error().message == "Internal server error"
        assert guest.next_notice("database", PATIENCE_S + NOISE_S).body["away"] is True
        faulty_postgres.start()
        assert guest.next_notice("database", PATIENCE_S + BACK_S + NOISE_S).body["away"] is False
        ack = guest.place({"13": 1})
        assert board.next_order().order_id == ack.order_id
        assert [order.order_id for order in board.open_orders().orders] == [ack.order_id]


def test_a_resume_that_overtakes_the_snapshot_shows_nothing_old_after_it(pub: Pub) -> None:
    """A slow database, and a client that asks just after it has been answered for not asking."""
    with pub.evening(), V2Guest(pub.table(1)) as guest:
        with V2Board(pub.board()) as board:
            board.snapshot()
        known = LocalState(board.state.epoch, board.state.seq)
        for _ in range(3):
            guest.place({"13": 1})
        for wait in (0.4, 0.55, 0.7):
            pub.wire.latency(0.1)
            with V2Board(pub.board(), state=LocalState(known.epoch, known.seq)) as late:
                time.sleep(wait)  # the snapshot is on its way after 0.3 s
                late.resume()
                late.snapshot()
                pub.wire.heal()
                ack = guest.place({"18": 1})
                late.wait_state(ack.order_id, "pending")
                assert late.state.differences(late.open_orders()) == []
