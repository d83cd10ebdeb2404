"""The book: what each report changes, whatever the order in which reports come."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracker.gateway.reports import ONE, TWO, number, order, report
from tracker.gateway.book import ABSENT_FOR_S, MOST_ORDERS, Change, ChangeKind, OrderBook
from tracker.gateway.errors import TooManyOrders
from tracker.gateway.orders import ActiveOrder, ActiveOrders, State, read_active_orders


def listed(*orders: ActiveOrder) -> ActiveOrders:
    return ActiveOrders(orders)


def kinds(changes: list[Change]) -> list[ChangeKind]:
    return [change.kind for change in changes]


def test_a_report_replaces_what_was_known() -> None:
    book = OrderBook()
    assert kinds(book.replace(listed(order(ONE), order(TWO)), 0)) == [ChangeKind.CREATED] * 2
    assert book.replace(listed(order(ONE), order(TWO)), 1) == []
    moved = order(TWO, locationName="9")
    assert book.replace(listed(order(ONE), moved), 2) == [Change(ChangeKind.MODIFIED, moved, order(TWO))]
    assert book.orders[uuid.UUID(TWO)].location == "9"


def test_one_report_that_leaves_an_order_out_completes_nothing() -> None:
    book = OrderBook()
    book.event(order())
    assert kinds(book.replace(listed(), 10)) == [ChangeKind.VANISHED]
    assert book.orders
    assert kinds(book.replace(listed(order()), 20)) == [ChangeKind.MODIFIED]
    assert kinds(book.replace(listed(), 30)) == [ChangeKind.VANISHED]


def test_two_reports_that_leave_an_order_out_have_cleared_it() -> None:
    book = OrderBook()
    book.event(order())
    book.replace(listed(), 10)
    assert book.replace(listed(), 10 + ABSENT_FOR_S / 2) == []  # the same glitch, most likely
    assert kinds(book.replace(listed(), 10 + ABSENT_FOR_S)) == [ChangeKind.CLEARED]
    assert not book.orders


def test_a_report_that_could_not_be_read_whole_proves_no_absence() -> None:
    book = OrderBook()
    book.event(order())
    for now in (10, 20, 30):
        assert book.replace(read_active_orders([report(TWO), {"name": "23"}]), now) in ([], [*book_created()])
    assert len(book.orders) == 2


def book_created() -> list[Change]:
    return [Change(ChangeKind.CREATED, order(TWO))]


def test_cleared_is_final() -> None:
    book = OrderBook()
    book.event(order())
    cleared = order(state="cleared")
    assert book.event(cleared) == [Change(ChangeKind.CLEARED, cleared, order())]
    assert book.event(cleared) == []
    assert book.event(order()) == []
    assert book.replace(listed(order()), 5) == []
    assert not book.orders


def test_paging_is_told_each_time() -> None:
    book = OrderBook()
    paged = order(paged=True)
    assert kinds(book.event(paged, paged=True)) == [ChangeKind.CREATED, ChangeKind.PAGED]
    assert kinds(book.event(paged, paged=True)) == [ChangeKind.PAGED]
    assert book.event(paged) == []


def test_a_read_that_was_overtaken_by_an_event_does_not_turn_it_back() -> None:
    book = OrderBook()
    book.event(order(state="started"))
    mark = book.mark()
    book.event(order(state="located"))
    book.event(order(TWO))
    assert book.replace(listed(order(state="started")), 1, mark) == []  # neither moved back nor missed the new one
    assert {one.state for one in book.orders.values()} == {State.LOCATED}


def test_a_read_that_was_overtaken_by_a_whole_report_says_nothing() -> None:
    book = OrderBook()
    mark = book.mark()
    book.replace(listed(order(state="located")), 1)
    assert book.replace(listed(order(state="started")), 2, mark) == []
    assert book.replace(listed(order(state="started")), 3, book.mark()) != []


def test_a_flood_of_orders_is_refused_by_name() -> None:
    book = OrderBook()
    book.replace(listed(*(order(number(n)) for n in range(MOST_ORDERS))), 0)
    with pytest.raises(TooManyOrders):
        book.event(order(number(MOST_ORDERS)))
    assert len(book.orders) == MOST_ORDERS


EVENTS = st.lists(
    st.tuples(st.sampled_from([ONE, TWO]), st.sampled_from(["started", "located", "cleared"]), st.booleans()),
    max_size=12,
)


@given(EVENTS)
def test_changes_tell_what_the_book_holds(events: list[tuple[str, str, bool]]) -> None:
    book = OrderBook()
    told: dict[uuid.UUID, ActiveOrder] = {}
    for key, state, paged in events:
        for change in book.event(order(key, state=state, paged=paged), paged=paged):
            if change.kind is ChangeKind.CLEARED:
                told.pop(change.order.uuid, None)
            else:
                told[change.order.uuid] = change.order
    assert told == dict(book.orders)


@given(EVENTS)
def test_every_event_twice_changes_nothing_more(events: list[tuple[str, str, bool]]) -> None:
    once, twice = OrderBook(), OrderBook()
    for key, state, _ in events:
        once.event(order(key, state=state))
        twice.event(order(key, state=state))
        assert twice.event(order(key, state=state)) == []
    assert dict(once.orders) == dict(twice.orders)


@given(EVENTS)
def test_no_order_comes_back_after_it_was_cleared(events: list[tuple[str, str, bool]]) -> None:
    book = OrderBook()
    gone: set[uuid.UUID] = set()
    for now, (key, state, whole) in enumerate(events):
        one = order(key, state=state)
        changes = book.replace(listed(one), now * 10) if whole else book.event(one)
        assert not gone & {change.order.uuid for change in changes}
        gone |= {change.order.uuid for change in changes if change.kind is ChangeKind.CLEARED}
