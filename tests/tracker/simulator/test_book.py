"""The life of an order in the gateway (API reference, sections 6, 8 and 9), by hand and by chance."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tracker.simulator.book import KEPT, OrderBook
from tracker.simulator.orders import (
    CLEARED,
    CREATED,
    LOCATED,
    MODIFIED,
    ON_PREMISE,
    PAGED,
    STARTED,
    TO_GO,
    HistoryQuery,
    Notice,
    Order,
    Wish,
)
from tracker.simulator.refusals import Refused

NOW = datetime(2026, 5, 1, 18, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def started(book: OrderBook, name: str = "7") -> Order:
    return book.place(Wish(name, ON_PREMISE), NOW).order


def test_order_without_a_place_is_started() -> None:
    placed = OrderBook().place(Wish("7", ON_PREMISE), NOW)
    assert (placed.order.state, placed.order.location, placed.neutral) == (STARTED, "", None)
    assert [notice.kind for notice in placed.notices] == [CREATED]


def test_order_with_a_place_is_located_at_once() -> None:
    order = OrderBook().place(Wish("7", TO_GO, "8"), NOW).order
    assert (order.state, order.location, order.located) == (LOCATED, "8", NOW)


def test_started_again_is_1009_and_no_news() -> None:
    book = OrderBook()
    started(book)
    again = book.place(Wish("7", ON_PREMISE), LATER)
    assert (again.neutral, again.notices) == (1009, ())


def test_located_again_is_1010_and_no_news() -> None:
    book = OrderBook()
    book.place(Wish("7", ON_PREMISE, "8"), NOW)
    again = book.place(Wish("7", ON_PREMISE, "8"), LATER)
    assert (again.neutral, again.notices) == (1010, ())


def test_last_starter_touched_wins() -> None:
    book = OrderBook()
    before = started(book)
    after = book.place(Wish("7", TO_GO), LATER)
    assert (after.order.order_type, after.order.uuid, after.order.changed) == (TO_GO, before.uuid, NOW)
    assert [notice.kind for notice in after.notices] == [MODIFIED]


def test_puck_that_moves_keeps_when_it_was_first_located() -> None:
    book = OrderBook()
    order = started(book)
    book.locate(order, "8", NOW)
    book.locate(book.find("7"), "9", LATER)
    moved = book.find("7")
    assert (moved.location, moved.changed, moved.located) == ("9", LATER, NOW)


def test_name_is_used_again_and_the_uuid_is_not() -> None:
    book = OrderBook()
    first = started(book)
    book.clear(first, LATER)
    assert started(book).uuid != first.uuid


def test_clear_is_the_last_news_of_an_order() -> None:
    book = OrderBook()
    order = started(book)
    book.page(order, NOW, tracking=True)
    (notice,) = book.clear(book.find("7"), LATER)
    assert (notice.kind, notice.order.state, notice.order.paged) == (MODIFIED, CLEARED, False)
    assert not book.active


def test_page_that_is_not_tracked_ends_after_a_minute() -> None:
    book = OrderBook()
    (paged,) = book.page(started(book), NOW, tracking=False)
    assert paged.kind == PAGED
    assert book.pass_time(NOW + timedelta(seconds=59)) == ()
    (ended,) = book.pass_time(NOW + timedelta(seconds=60))
    assert (ended.kind, ended.order.paged) == (MODIFIED, False)


def test_page_that_is_tracked_goes_on() -> None:
    book = OrderBook()
    book.page(started(book), NOW, tracking=True)
    assert book.pass_time(NOW + timedelta(days=1)) == ()
    assert book.find("7").paged


def test_orders_clear_themselves_only_where_that_is_on() -> None:
    book = OrderBook()
    started(book)
    assert book.pass_time(NOW + timedelta(hours=2)) == ()
    (notice,) = book.pass_time(NOW + timedelta(hours=2), timedelta(hours=1))
    assert notice.order.state == CLEARED


def test_history_forgets_after_two_weeks() -> None:
    book = OrderBook()
    book.clear(started(book), NOW)
    book.pass_time(NOW + KEPT - timedelta(seconds=1))
    assert len(book.past) == 1
    book.pass_time(NOW + KEPT)
    assert book.past == []


def test_history_is_found_by_time_type_and_place() -> None:
    book = OrderBook()
    for minute in range(4):
        when = NOW + timedelta(minutes=minute)
        order = book.place(Wish(str(minute), TO_GO if minute % 2 else ON_PREMISE, "8"), when).order
        book.clear(order, LATER)

    def names(**query: object) -> list[str]:
        return [order.name for order in book.history(HistoryQuery(**query))[0]]  # type: ignore[arg-type]

    assert names() == ["0", "1", "2", "3"]
    assert names(after=NOW + timedelta(minutes=1), before=NOW + timedelta(minutes=3)) == ["1", "2"]
    assert names(order_type=TO_GO) == ["1", "3"]
    assert names(location="9") == []
    assert names(offset=1, limit=2) == ["1", "2"]


@pytest.mark.parametrize(
    ("key", "code"), [("8", -6), ("x", -7), ("7 ", -7), ("6f2e31f4-98ce-4f3b-9a3b-0f5c0ec2f1a0", -6), ("6f2e31f4", -7)]
)
def test_what_is_no_active_order_is_refused_by_name(key: str, code: int) -> None:
    book = OrderBook()
    started(book)
    with pytest.raises(Refused) as caught:
        book.find(key)
    assert caught.value.code == code


def test_order_is_found_by_its_uuid_in_any_case() -> None:
    book = OrderBook()
    order = started(book)
    assert book.find(order.uuid.upper()) == order


class AnyEvening(RuleBasedStateMachine):
    """Whatever is done, the news alone lead to what the gateway holds: that is all that a client has."""

    def __init__(self) -> None:
        super().__init__()
        self.book = OrderBook()
        self.now = NOW
        self.client: dict[str, Order] = {}
        self.ended: set[str] = set()

    def hear(self, notices: tuple[Notice, ...]) -> None:
        for notice in notices:
            assert notice.order.uuid not in self.ended
            if notice.kind == CREATED:
                assert notice.order.uuid not in self.client
            if notice.order.state == CLEARED:
                self.ended.add(notice.order.uuid)
                self.client.pop(notice.order.uuid)
            else:
                self.client[notice.order.uuid] = notice.order

    @rule(
        name=st.sampled_from("123"), kind=st.sampled_from((ON_PREMISE, TO_GO)), place=st.sampled_from((None, "8", "9"))
    )
    def place(self, name: str, kind: str, place: str | None) -> None:
        placed = self.book.place(Wish(name, kind, place), self.now)
        assert bool(placed.notices) is (placed.neutral is None)
        self.hear(placed.notices)

    @rule(name=st.sampled_from("123"))
    def clear(self, name: str) -> None:
        if name in self.book.active:
            self.hear(self.book.clear(self.book.find(name), self.now))

    @rule(name=st.sampled_from("123"), tracking=st.booleans(), stop=st.booleans())
    def page(self, name: str, tracking: bool, stop: bool) -> None:
        if name in self.book.active:
            order = self.book.find(name)
            self.hear(self.book.stop_page(order) if stop else self.book.page(order, self.now, tracking=tracking))

    @rule()
    def clear_all(self) -> None:
        self.hear(self.book.clear_all(self.now))

    @rule(seconds=st.sampled_from((1, 60, 86_400, 15 * 86_400)))
    def pass_time(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.hear(self.book.pass_time(self.now))

    @invariant()
    def news_lead_to_the_truth(self) -> None:
        assert self.client == {order.uuid: order for order in self.book.active.values()}

    @invariant()
    def history_holds_cleared_orders_only(self) -> None:
        assert {order.uuid for order in self.book.past} <= self.ended


AnyEvening.TestCase.settings = settings(max_examples=40, stateful_step_count=25)
TestAnyEvening = AnyEvening.TestCase
