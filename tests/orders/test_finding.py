"""Orders of today and earlier, found by what people know of them, and one of them with its history."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from orders.changes import OrderMove, OrderTicked, TableMove, Whereabouts
from orders.models import Order, VenueEvent
from orders.requests import MoveOrder, MoveToTable, TickOrder
from orders.services import record_location, write
from orders.states import move_for
from tests.factories import make_options, make_order, make_product, make_table, make_venue, now_ms
from tests.orders.boards import follow, hidden, tablet_of, words
from venues.models import Product, Table, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def venue() -> Venue:
    return make_venue(name="The Anchor", tracker_use="pucks")


@pytest.fixture
def table(venue: Venue) -> Table:
    return make_table(venue, "7")


@pytest.fixture
def stout(venue: Venue) -> Product:
    return make_product(venue, "Stout", "4.60")


@pytest.fixture
def tablet(venue: Venue) -> Client:
    return tablet_of(venue)


def find(tablet: Client, venue: Venue, **query: str) -> list[int]:
    """The numbers of the orders on the page, as they stand there."""
    text = words(tablet.get(f"/board/{venue.pk}/find/", query))
    return [int(one.split()[0]) for one in text.split(" Order ")[1:]]


def page(order: Order) -> str:
    return f"/board/{order.venue_id}/orders/{order.pk}/"


def move(order: Order, action: str, status: str | None = None, reason: str = "") -> None:
    wanted = MoveOrder(order.pk, move_for(action, status), status is not None, action, reason=reason)
    write(OrderMove(order.venue_id, now_ms(), wanted, "SK on Bar tablet"))


def test_by_number_table_puck_and_product(venue: Venue, table: Table, stout: Product, tablet: Client) -> None:
    pie, snug = make_product(venue, "Mushroom 100% pie"), make_table(venue, "Snug")
    make_order(table, {stout: 1})
    make_order(snug, {pie: 1}, tracker_number="31")
    make_order(snug, {stout: 1})
    assert find(tablet, venue) == [3, 2, 1]
    assert find(tablet, venue, q="2") == [2]
    assert find(tablet, venue, q="7") == [1]
    assert find(tablet, venue, q="31") == [2]
    assert find(tablet, venue, q="snug") == [3, 2]
    assert find(tablet, venue, q="PIE") == [2]
    assert find(tablet, venue, q="stout") == [3, 1]
    assert find(tablet, venue, q="100%") == [2]
    assert find(tablet, venue, q="%") == [2]
    assert find(tablet, venue, q="pie (") == find(tablet, venue, q="bar") == find(tablet, venue, q="name") == []
    assert find(tablet, venue, q="9" * 80) == []


def test_a_name_with_every_sign_is_found(venue: Venue, table: Table, tablet: Client) -> None:
    odd = make_product(venue, 'Half 12" (hot) \\ crêpe')
    make_order(table, {odd: 1})
    for q in ('12" (', "(hot)", "\\ cr", "crêpe", "HALF"):
        assert find(tablet, venue, q=q) == [1], q
    assert find(tablet, venue, q="12\\") == []


def test_where_an_order_was_and_is(venue: Venue, table: Table, stout: Product, tablet: Client) -> None:
    make_table(venue, "8")
    order = make_order(table, {stout: 1})
    write(TableMove(venue.pk, now_ms(), MoveToTable(order.pk, "8"), "bar"))
    record_location(venue.pk, order.pk, Whereabouts("22", "15", "located"), actor="tracker", now=now_ms())
    assert [find(tablet, venue, q=q) for q in ("7", "8", "15", "22", "9")] == [[1], [1], [1], [1], []]


def test_by_day_and_through_pages(venue: Venue, table: Table, stout: Product, tablet: Client) -> None:
    now = now_ms()
    Venue.objects.update(max_open_per_table=100)
    for back in (2, 1, 0):
        for _ in range(12):
            make_order(table, {stout: 1}, at=now - timedelta(days=back))
    Order.objects.filter(number__lte=3).update(tracker_number="9")
    first = tablet.get(f"/board/{venue.pk}/find/")
    assert find(tablet, venue) == [*range(12, 0, -1), *range(12, 4, -1)]
    older = first.content.decode().split("before=")[1].split('"')[0]
    assert find(tablet, venue, before=older) == [4, 3, 2, 1, *range(12, 0, -1)]
    yesterday = Order.objects.order_by("-business_date").values_list("business_date", flat=True).distinct()[1]
    assert find(tablet, venue, on=str(yesterday)) == [*range(12, 0, -1)]
    assert find(tablet, venue, q="9", on=str(yesterday)) == [9, 3, 2, 1]
    assert find(tablet, venue, before="2026-13-45.7") == find(tablet, venue)


def test_a_day_that_is_none_is_said_and_kept(venue: Venue, tablet: Client) -> None:
    answer = tablet.get(f"/board/{venue.pk}/find/", {"on": "31/12", "q": "pie"})
    assert answer.status_code == 400
    assert "Give a date such as 2026-06-01." in words(answer)
    assert 'value="31/12"' in answer.content.decode()
    assert 'value="pie"' in answer.content.decode()


@pytest.mark.parametrize("q", ["\0", "a\0b", "'; --", "%_%", "²", "é"])
def test_any_words_can_be_looked_for(venue: Venue, tablet: Client, q: str) -> None:
    assert "No order" in words(tablet.get(f"/board/{venue.pk}/find/", {"q": q}))


def test_nothing_yet_and_nothing_found_are_two_things(venue: Venue, tablet: Client) -> None:
    assert "No orders yet" in words(tablet.get(f"/board/{venue.pk}/find/"))
    assert "No order fits" in words(tablet.get(f"/board/{venue.pk}/find/", {"q": "pie"}))


def test_a_page_of_orders_is_one_query(
    venue: Venue, table: Table, stout: Product, tablet: Client, django_assert_num_queries: Any
) -> None:
    for _ in range(25):
        make_order(table, {stout: 1})
    tablet.get(f"/board/{venue.pk}/find/")
    with django_assert_num_queries(3):  # device, venue, orders
        tablet.get(f"/board/{venue.pk}/find/", {"q": "stout"})


def test_an_order_tells_everything_that_happened_to_it(venue: Venue, table: Table, tablet: Client) -> None:
    make_table(venue, "8")
    burger = make_product(venue, "Burger", "12.00", age_restricted=True)
    make_options(burger, "Extras", {"Cheese": "1.50"})
    order = make_order(table, {burger: 2})
    move(order, "acceptorder")
    for tick in (TickOrder(order.pk, 0), TickOrder(order.pk, id_checked=True)):
        write(OrderTicked(venue.pk, now_ms(), tick, "Kitchen tablet"))
    write(TableMove(venue.pk, now_ms(), MoveToTable(order.pk, "8"), "bar"))
    record_location(venue.pk, order.pk, Whereabouts("22", None, "started"), actor="tracker", now=now_ms())
    record_location(venue.pk, order.pk, Whereabouts("22", "15", "located"), actor="tracker", now=now_ms())
    move(order, "completeorder")
    sent = {"seq": seq_of(tablet, order), "reason": "wrong one", "initials": "AB"}
    undone = follow(tablet, f"{page(order)}undo", sent)
    assert "Order 1: the last step is undone." in undone
    move(order, "readyorder")
    tablet.post(f"{page(order)}paid", {"paid": "yes", "initials": "SK"})
    answer = tablet.get(page(order))
    history = words(answer).split("History ")[1]
    said = [
        "Placed a guest",
        "Accepted SK on Bar tablet",
        "Burger made Kitchen tablet",
        "ID checked Kitchen tablet",
        "To be brought to table 8, no longer to 7 bar",
        "Puck 22 is with it tracker",
        "Puck 22 at table 15 tracker",
        "Brought SK on Bar tablet",
        "Undone, brought no more: wrong one AB on Bar tablet",
        "Ready SK on Bar tablet",
        "Paid SK on Bar tablet",
    ]
    found = [history.index(one) for one in said]
    assert found == sorted(found)
    assert "noted by SK on Bar tablet" in words(answer)
    assert "Ordered at table 7, brought to 8" in words(answer)


def seq_of(tablet: Client, order: Order) -> str:
    return hidden(tablet.get(page(order)), "seq")[0]


def test_after_a_week_its_own_times_remain(table: Table, stout: Product, tablet: Client) -> None:
    order = make_order(table, {stout: 1})
    for action in ("acceptorder", "completeorder"):
        move(order, action)
    VenueEvent.objects.filter(venue=table.venue, seq__lte=order.placed_seq).delete()
    text = words(tablet.get(page(order)))
    assert "Of this order the times remain." in text
    history = text.split("History ")[1]
    assert [word in history for word in ("Placed by a guest", "Accepted", "Brought")] == [True, True, True]
    assert "SK" not in history


def test_what_cannot_be_undone_has_no_undo_and_says_why(table: Table, stout: Product, tablet: Client) -> None:
    order = make_order(table, {stout: 1})
    assert "Undo" not in words(tablet.get(page(order)))
    assert "cannot be undone" in follow(tablet, f"{page(order)}undo", {"seq": "x"})
    move(order, "acceptorder", "rejected", reason="Sold <out>")
    text = words(tablet.get(page(order)))
    assert "Reason: Sold <out>" in text
    assert "Undo, back to “New”" in text
    stale = seq_of(tablet, order)
    follow(tablet, f"{page(order)}undo", {"seq": stale})
    order.refresh_from_db()
    assert (order.state, order.reason) == ("pending", "Undone on the board")
    assert "cannot be undone" in follow(tablet, f"{page(order)}undo", {"seq": stale})


def test_a_look_alike_leads_to_the_other(table: Table, stout: Product, tablet: Client) -> None:
    first, second = (make_order(table, {stout: 1}) for _ in range(2))
    assert second.possible_duplicate_of == first.pk
    text = tablet.get(page(second)).content.decode()
    assert "Possible duplicate of" in text
    assert f'href="{page(first)}"' in text
    assert "Possible duplicate" not in words(tablet.get(page(first)))


def test_a_test_order_has_nothing_to_pay(table: Table, stout: Product, tablet: Client) -> None:
    order = make_order(table, {stout: 1}, test=True)
    text = words(tablet.get(page(order)))
    assert "Test: in no report, no guest sees it" in text
    assert "Mark paid" not in text
    assert tablet.post(f"{page(order)}paid", {"paid": "yes"}).status_code == 400
    order.refresh_from_db()
    assert order.paid_at is None
