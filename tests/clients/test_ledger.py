"""The verdict says exactly what went wrong between what was told and what is stored, and nothing else."""

import pytest

from tests.clients.ledger import BoardConnection, GuestConnection, Ledger, Seat, Stored, View
from tests.clients.verdict import Verdict, check

NOON = 1_600_000_000.0


def stored(order_id: str = "o1", key: str | None = "k1", state: str = "pending", **more: object) -> Stored:
    return Stored(order_id, key, state, **{"venue": "1", "table": "7", "placed_at": NOON + 1, **more})  # type: ignore[arg-type]


class Evening:
    """One guest and one board, connected at noon."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.seat: Seat = self.ledger.guest("g1", venue="1", table="7")
        self.view: View = self.ledger.board("b1", venue="1")
        self.guest: GuestConnection = self.seat.connected(NOON)
        self.board: BoardConnection = self.view.connected(NOON)

    def all_is_well(self, key: str | None = "k1", order_id: str = "o1") -> None:
        self.seat.sent(key, NOON + 1)
        if key:
            self.guest.acked(key, order_id, NOON + 1.1)
        self.board.saw(order_id, NOON + 1.2, seq=1)

    def verdict(self, *orders: Stored) -> Verdict:
        return check(self.ledger, orders, late_after=3.0)


@pytest.fixture
def evening() -> Evening:
    return Evening()


def test_an_evening_without_faults_is_clean(evening: Evening) -> None:
    evening.all_is_well()
    evening.guest.heard("o1", "accepted", NOON + 2)
    evening.guest.heard("o1", "completed", NOON + 3)
    verdict = evening.verdict(stored(state="completed"))
    verdict.assert_clean()
    assert verdict.worst_delay == pytest.approx(0.1, abs=0.001)


def test_the_verdict_reads_as_a_report(evening: Evening) -> None:
    evening.all_is_well()
    with pytest.raises(AssertionError, match="lost: o1 was shown on b1"):
        evening.verdict().assert_clean()


def test_what_was_acknowledged_and_is_not_there_is_lost(evening: Evening) -> None:
    evening.seat.sent("k1")
    evening.guest.acked("k1", "o1")
    assert evening.verdict().of("lost") == ["o1"]


def test_what_a_board_showed_and_is_not_there_is_lost(evening: Evening) -> None:
    evening.board.saw("o1")
    assert evening.verdict().of("lost") == ["o1"]


def test_a_status_of_nothing_is_lost(evening: Evening) -> None:
    evening.guest.heard("o1", "accepted")
    assert evening.verdict().of("lost") == ["o1"]


def test_a_keyed_order_that_an_open_socket_left_unanswered_is_lost(evening: Evening) -> None:
    evening.seat.sent("k1")
    assert evening.verdict().of("lost") == ["k1"]


def test_an_order_cut_off_with_its_socket_may_be_there_or_not(evening: Evening) -> None:
    evening.seat.sent("k1", NOON + 1)
    evening.guest.closed(NOON + 2)
    evening.verdict().assert_clean()
    evening.board.saw("o1", NOON + 1.5)
    evening.verdict(stored()).assert_clean()


def test_a_refused_order_need_not_be_there(evening: Evening) -> None:
    evening.seat.sent("k1")
    evening.guest.refused("k1")
    evening.verdict().assert_clean()


def test_a_nameless_error_of_version_1_excuses_one_order(evening: Evening) -> None:
    evening.seat.sent("k1")
    evening.guest.refused()
    evening.verdict().assert_clean()
    evening.seat.sent("k2")
    assert evening.verdict().of("lost") == ["k1", "k2"]


def test_one_key_is_one_order(evening: Evening) -> None:
    evening.all_is_well()
    evening.board.saw("o2", NOON + 1.2, seq=2)
    assert evening.verdict(stored(), stored("o2")).of("doubled")[0] == "k1"


def test_the_same_key_at_two_venues_is_two_orders(evening: Evening) -> None:
    evening.all_is_well()
    evening.verdict(stored(), stored("o2", venue="2")).assert_clean()


def test_two_acks_of_one_key_name_one_order(evening: Evening) -> None:
    evening.all_is_well()
    evening.guest.acked("k1", "o2")
    verdict = evening.verdict(stored())
    assert (verdict.of("doubled"), verdict.of("lost")) == (["k1"], ["o2"])


def test_a_repeated_ack_is_harmless(evening: Evening) -> None:
    evening.all_is_well()
    evening.seat.sent("k1", NOON + 2)
    evening.guest.acked("k1", "o1", NOON + 2.1)
    evening.verdict(stored()).assert_clean()


def test_a_board_is_shown_a_new_order_once_in_a_connection(evening: Evening) -> None:
    evening.all_is_well()
    evening.board.listed(["o1"], NOON + 2)
    evening.verdict(stored()).assert_clean()
    evening.board.saw("o1", NOON + 3, seq=1)
    assert evening.verdict(stored()).of("doubled") == ["o1"]


def test_a_new_connection_may_show_it_again(evening: Evening) -> None:
    evening.all_is_well()
    evening.board.closed(NOON + 2)
    evening.view.connected(NOON + 3).saw("o1", NOON + 3.1, seq=1)
    evening.verdict(stored()).assert_clean()


def test_the_same_status_twice_running_is_doubled(evening: Evening) -> None:
    evening.all_is_well()
    evening.guest.heard("o1", "accepted")
    evening.guest.heard("o1", "accepted", listed=True)
    evening.verdict(stored(state="accepted")).assert_clean()
    evening.guest.heard("o1", "accepted")
    assert evening.verdict(stored(state="accepted")).of("doubled") == ["o1"]


def test_orders_without_a_key_are_counted_at_their_table(evening: Evening) -> None:
    for order_id in ("o1", "o2"):
        evening.all_is_well(None, order_id)
    one, two, three = (stored(f"o{number}", None) for number in (1, 2, 3))
    evening.verdict(one, two).assert_clean()
    evening.board.saw("o3", NOON + 1.3)
    assert evening.verdict(one, two, three).of("doubled") == ["table 7 of venue 1"]


def test_orders_without_a_key_may_be_missing_only_where_refused_or_cut_off(evening: Evening) -> None:
    for _ in range(2):
        evening.seat.sent(None, NOON + 1)
    evening.board.saw("o1", NOON + 1)
    one = stored("o1", None)
    assert evening.verdict(one).of("lost") == ["table 7 of venue 1"]
    evening.guest.refused()
    evening.verdict(one).assert_clean()


def test_a_cut_socket_owes_no_order_without_a_key(evening: Evening) -> None:
    evening.seat.sent(None, NOON + 1)
    evening.guest.closed(NOON + 2)
    evening.verdict().assert_clean()


def test_an_order_that_nobody_sent_is_stray(evening: Evening) -> None:
    evening.board.saw("o1", NOON + 1)
    assert evening.verdict(stored()).of("stray") == ["k1"]


def test_an_order_that_each_attempt_was_refused_is_stray(evening: Evening) -> None:
    evening.seat.sent("k1", NOON + 1)
    evening.guest.refused("k1")
    evening.board.saw("o1", NOON + 1)
    assert evening.verdict(stored()).of("stray") == ["k1"]


def test_an_order_refused_at_the_second_attempt_may_be_of_the_first(evening: Evening) -> None:
    for _ in range(2):
        evening.seat.sent("k1", NOON + 1)
    evening.guest.refused("k1")
    evening.board.saw("o1", NOON + 1)
    evening.verdict(stored()).assert_clean()


def test_orders_of_tables_that_nobody_watches_are_not_ours(evening: Evening) -> None:
    evening.verdict(stored(table="8", venue="2")).assert_clean()


def test_an_order_of_another_venue_or_table_is_misplaced(evening: Evening) -> None:
    evening.board.saw("o1", NOON + 2)
    evening.guest.heard("o1", "pending")
    assert evening.verdict(stored(venue="2")).of("misplaced") == ["o1", "o1"]


def test_boards_see_orders_in_the_order_of_seq(evening: Evening) -> None:
    for key, order_id in (("k2", "o2"), ("k1", "o1")):
        evening.seat.sent(key, NOON + 1)
        evening.board.saw(order_id, NOON + 1)
    first, second = stored(seq=1), stored("o2", "k2", seq=2)
    assert evening.verdict(first, second).of("out of order") == ["o1"]


def test_a_status_does_not_go_back_unless_undone(evening: Evening) -> None:
    evening.all_is_well()
    evening.guest.heard("o1", "completed")
    evening.guest.heard("o1", "accepted")
    assert evening.verdict(stored(state="accepted")).of("out of order") == ["o1"]
    evening.ledger.undone("o1")
    evening.verdict(stored(state="accepted")).assert_clean()


def test_a_deaf_board_is_told(evening: Evening) -> None:
    evening.all_is_well()
    evening.ledger.board("deaf", venue="1").connected(NOON)
    verdict = evening.verdict(stored(state="completed"))
    assert [str(one) for one in verdict.findings if one.kind == "unseen"] == [
        "unseen: o1 (completed) never came to deaf"
    ]


def test_a_board_that_came_later_needs_what_is_open_only(evening: Evening) -> None:
    evening.all_is_well()
    evening.guest.heard("o1", "completed")
    late = evening.ledger.board("late", venue="1").connected(NOON + 60)
    evening.verdict(stored(state="completed")).assert_clean()
    assert evening.verdict(stored(state="accepted")).of("unseen") == ["o1"]
    late.listed(["o1"], NOON + 61)
    assert evening.verdict(stored(state="accepted")).of("unseen") == []


def test_a_board_that_is_gone_owes_nothing(evening: Evening) -> None:
    evening.seat.sent("k1", NOON + 1)
    evening.board.closed(NOON)
    evening.verdict(stored()).assert_clean()


def test_a_guest_who_was_not_told_of_the_last_change_is_stale(evening: Evening) -> None:
    evening.all_is_well()
    assert evening.verdict(stored(state="ready")).of("stale") == ["o1"]
    evening.guest.heard("o1", "ready")
    assert evening.verdict(stored(state="ready")).of("stale") == []


def test_version_1_hears_rejected_for_what_was_cancelled(evening: Evening) -> None:
    evening.all_is_well()
    evening.guest.heard("o1", "rejected")
    evening.verdict(stored(state="cancelled")).assert_clean()


def test_words_of_the_staff_are_no_state_and_never_stale(evening: Evening) -> None:
    evening.all_is_well()
    evening.guest.heard("o1", "on its way")
    evening.verdict(stored(state="accepted")).assert_clean()


def test_a_board_is_late_from_the_ack_on(evening: Evening) -> None:
    evening.seat.sent("k1", NOON + 1)
    evening.guest.acked("k1", "o1", NOON + 10)
    evening.board.saw("o1", NOON + 12.5)
    evening.verdict(stored()).assert_clean()
    evening.ledger.board("slow", venue="1").connected(NOON).saw("o1", NOON + 14)
    verdict = evening.verdict(stored())
    assert (verdict.of("late"), verdict.worst_delay) == (["o1"], 4.0)


def test_without_an_ack_a_board_is_late_from_the_order_s_time_on(evening: Evening) -> None:
    evening.seat.sent(None, NOON + 1)
    evening.board.saw("o1", NOON + 4.5)
    assert evening.verdict(stored(key=None)).worst_delay == 3.5


def test_a_board_is_not_late_for_the_time_it_was_away(evening: Evening) -> None:
    evening.all_is_well()
    evening.ledger.board("late", venue="1").connected(NOON + 60).listed(["o1"], NOON + 61)
    assert evening.verdict(stored()).worst_delay == 1.0
