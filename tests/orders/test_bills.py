"""A table's bill: what is on it, what is paid, by whose hand, and clearing a table that owes something."""

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.bills import Unsettled, clear_if_settled, mark_paid, sums_of
from orders.changes import OrderMove
from orders.models import Order, VenueEvent
from orders.requests import MoveOrder
from orders.services import write
from orders.states import move_for
from tests.factories import make_order, make_person, make_product, make_table, make_venue, now_ms
from tests.orders.boards import follow, hidden, tablet_of, words
from venues.models import Product, Role, Table, TableSession, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def venue() -> Venue:
    return make_venue(name="The Anchor")


@pytest.fixture
def table(venue: Venue) -> Table:
    return make_table(venue, "7", zone="Garden")


@pytest.fixture
def stout(venue: Venue) -> Product:
    return make_product(venue, "Stout", "4.10")


@pytest.fixture
def tablet(venue: Venue) -> Client:
    return tablet_of(venue)


def move(order: Order, action: str, status: str | None = None) -> None:
    wanted = MoveOrder(order.pk, move_for(action, status), status is not None, action, reason="No more.")
    write(OrderMove(order.venue_id, now_ms(), wanted, "bar"))


def page(table: Table) -> str:
    return f"/board/{table.venue_id}/tables/{table.pk}/"


def test_a_bill_counts_what_is_made_and_nothing_else(table: Table, stout: Product, tablet: Client) -> None:
    make_order(table, {stout: 3})
    accepted, rejected, cancelled = (make_order(table, {stout: n}) for n in (1, 5, 6))
    make_order(table, {stout: 7}, test=True)
    move(accepted, "acceptorder")
    move(rejected, "acceptorder", "rejected")
    move(cancelled, "cancelorder")
    session = TableSession.objects.get(table=table)
    sums = sums_of([session.pk])[session.pk]
    assert (sums.total, sums.unpaid, sums.orders, sums.open) == (Decimal("16.40"), Decimal("16.40"), 2, 2)
    text = words(tablet.get(page(table)))
    assert "Total £16.40" in text
    assert "Not on the bill: No more." in text
    assert "Test" in text


def test_sums_are_exact(venue: Venue, table: Table) -> None:
    penny = make_product(venue, "Crisps", "0.10")
    for quantity in (1, 2, 7):
        make_order(table, {penny: quantity})
    session = TableSession.objects.get(table=table)
    assert str(sums_of([session.pk])[session.pk].total) == "1.00"


def test_a_whole_table_pays_what_its_page_showed(table: Table, stout: Product, tablet: Client) -> None:
    shown = [make_order(table, {stout: 1}), make_order(table, {stout: 2})]
    ids = hidden(tablet.get(page(table)), "order")[:2]
    assert set(ids) == {str(order.pk) for order in shown}
    late = make_order(table, {stout: 4})
    text = follow(tablet, f"{page(table)}paid", {"order": ids, "paid": "yes", "initials": "SK"})
    assert "Orders 1 and 2 are paid: £12.30." in text
    assert "Still to pay £16.40" in text
    assert "noted by SK on Bar tablet" in text
    late.refresh_from_db()
    assert late.paid_at is None


def test_one_order_is_paid_and_taken_back(table: Table, stout: Product, tablet: Client) -> None:
    order = make_order(table, {stout: 2})
    paid = follow(tablet, f"{page(table)}paid", {"order": str(order.pk), "paid": "yes"})
    assert "Order 1 is paid: £8.20." in paid
    assert "Still to pay £0.00" in paid
    back = follow(tablet, f"{page(table)}paid", {"order": str(order.pk), "paid": "no"})
    assert "Order 1 is not paid after all" in back
    changes = VenueEvent.objects.filter(order_id=order.pk).order_by("seq").values_list("change", "actor")
    assert list(changes) == [("placed", "guest"), ("paid", "Bar tablet"), ("unpaid", "Bar tablet")]


def test_a_person_who_notes_it_is_kept_with_the_order(venue: Venue, table: Table, stout: Product) -> None:
    order, ben = make_order(table, {stout: 1}), make_person("ben", Role.STAFF, venue)
    client = Client()
    client.force_login(ben)
    client.post(f"{page(table)}paid", {"order": str(order.pk), "paid": "yes"})
    order.refresh_from_db()
    assert order.paid_by == ben
    VenueEvent.objects.filter(venue=venue).delete()
    assert "noted by ben" in words(client.get(page(table)))


def test_what_is_not_made_is_not_paid_and_says_so(table: Table, stout: Product, tablet: Client) -> None:
    good, bad = make_order(table, {stout: 1}), make_order(table, {stout: 2})
    move(bad, "acceptorder", "rejected")
    text = follow(tablet, f"{page(table)}paid", {"order": [str(good.pk), str(bad.pk)], "paid": "yes"})
    assert f"Order {bad.number} is rejected: there is nothing to pay." in text
    assert f"Order {good.number} is paid" in text


def test_marking_twice_writes_once(table: Table, stout: Product, tablet: Client) -> None:
    order = make_order(table, {stout: 1})
    for _ in range(2):
        mark_paid(table.venue_id, [order.pk, order.pk], paid=True, actor="bar", user_id=None, now=now_ms())
    assert VenueEvent.objects.filter(order_id=order.pk, change="paid").count() == 1
    assert mark_paid(table.venue_id, [], paid=True, actor="bar", user_id=None, now=now_ms()) == []


@pytest.mark.parametrize("given", ["x", "", str(uuid.UUID(int=1)), ["0"] * 300])
def test_what_is_no_order_of_the_table_is_not_there(table: Table, tablet: Client, given: str | list[str]) -> None:
    assert tablet.post(f"{page(table)}paid", {"order": given}).status_code == 404


def test_another_tables_order_is_not_paid_here(venue: Venue, table: Table, stout: Product, tablet: Client) -> None:
    order = make_order(make_table(venue, "8"), {stout: 1})
    assert tablet.post(f"{page(table)}paid", {"order": str(order.pk)}).status_code == 404


def test_a_table_that_owes_something_is_cleared_after_a_yes(table: Table, stout: Product, tablet: Client) -> None:
    for quantity in (1, 2):
        make_order(table, {stout: quantity})
    move(Order.objects.get(number=1), "acceptorder")
    asked = tablet.post(f"{page(table)}clear")
    assert "£12.30 is not paid, order 2 is not accepted yet, order 1 is being made. Clear all the same?" in words(asked)
    assert TableSession.objects.get(table=table).ended_at is None
    text = follow(tablet, f"{page(table)}clear", {"agreed": hidden(asked, "agreed")[0]})
    assert "Table 7 is cleared." in text
    assert TableSession.objects.get(table=table).ended_at is not None


def test_a_yes_is_to_what_was_shown(table: Table, stout: Product, tablet: Client) -> None:
    make_order(table, {stout: 1})
    agreed = hidden(tablet.post(f"{page(table)}clear"), "agreed")[0]
    make_order(table, {stout: 2})
    assert "£12.30 is not paid" in words(tablet.post(f"{page(table)}clear", {"agreed": agreed}))
    assert TableSession.objects.get(table=table).ended_at is None


def test_a_table_that_is_settled_is_cleared_at_once(table: Table, stout: Product, tablet: Client) -> None:
    order = make_order(table, {stout: 1})
    make_order(table, {stout: 1}, test=True)
    for action in ("acceptorder", "completeorder"):
        move(order, action)
    mark_paid(table.venue_id, [order.pk], paid=True, actor="bar", user_id=None, now=now_ms())
    assert clear_if_settled(table, now_ms(), "") is True
    assert clear_if_settled(table, now_ms(), "") is False


def test_what_is_only_open_is_asked_too(table: Table, stout: Product) -> None:
    order = make_order(table, {stout: 1})
    mark_paid(table.venue_id, [order.pk], paid=True, actor="bar", user_id=None, now=now_ms())
    found = clear_if_settled(table, now_ms(), "")
    assert isinstance(found, Unsettled)
    assert (found.unpaid, found.open["pending"]) == (Decimal(0), (1,))


def test_the_list_shows_sums_under_zones(venue: Venue, table: Table, stout: Product, tablet: Client) -> None:
    order = make_order(table, {stout: 2})
    make_order(make_table(venue, "2", zone="Bar"), {stout: 1})
    make_table(venue, "9")
    mark_paid(venue.pk, [order.pk], paid=True, actor="bar", user_id=None, now=now_ms())
    text = words(tablet.get(f"/board/{venue.pk}/tables/"))
    assert text.index("Bar Table 2 £4.10 to pay") < text.index("Garden Table 7 All paid") < text.index("Without a zone")
    assert "Table 9 Free" in text


def test_a_venue_without_tables_is_told_what_to_do(venue: Venue, tablet: Client) -> None:
    assert "No tables yet" in words(tablet.get(f"/board/{venue.pk}/tables/"))


def test_a_table_without_orders_says_so(table: Table, tablet: Client) -> None:
    assert "Nobody is at this table." in words(tablet.get(page(table)))
    tablet.post(f"{page(table)}open", {"back": "1"})
    assert "Somebody is at the table." in words(tablet.get(page(table)))


def test_stopping_from_a_tables_page_leads_back_to_it(table: Table, tablet: Client) -> None:
    assert tablet.post(f"{page(table)}stop", {"back": "1"})["Location"] == page(table)


def queries(read: Callable[[], object]) -> int:
    read()  # the first one of a process may ask for more
    with CaptureQueriesContext(
        connection,
    ) as found:
        read()
    return len(found)


def test_lists_ask_no_more_with_more_tables_and_orders(venue: Venue, table: Table, stout: Product) -> None:
    tablet = tablet_of(venue)

    def counts() -> tuple[int, int]:
        listed = queries(lambda: tablet.get(f"/board/{venue.pk}/tables/"))
        return listed, queries(lambda: tablet.get(page(table)))

    order = make_order(table, {stout: 1})
    mark_paid(venue.pk, [order.pk], paid=True, actor="bar", user_id=None, now=now_ms())
    before = counts()
    for number in range(20, 30):
        make_order(make_table(venue, str(number)), {stout: 1})
        paid = make_order(table, {stout: 2})
        mark_paid(venue.pk, [paid.pk], paid=True, actor="bar", user_id=None, now=now_ms())
    assert counts() == before
    # Device, venue, sessions, sums, tables, loose pucks; and of one table device, venue, table, session, orders, who
    # noted what is paid, sums.
    assert before == (6, 7)


def test_of_two_boards_that_take_the_same_money_the_second_hears_that_it_is_paid(
    table: Table, stout: Product, tablet: Client
) -> None:
    make_order(table, {stout: 2})
    second = tablet_of(table.venue)
    unpaid = hidden(second.get(page(table)), "order")
    asked = {"order": unpaid, "paid": "yes"}
    assert "Order 1 is paid: £8.20." in words(tablet.post(f"{page(table)}paid", asked, follow=True))
    text = words(second.post(f"{page(table)}paid", asked, follow=True))
    assert "Order 1 is paid already." in text
    assert "is paid: £8.20" not in text
