"""What is kept of guests goes after the venue's days or when it is asked for; orders and figures stay."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from orders import forgetting, tasks
from orders.forgetting import StillOpen, forget_old, forget_orders
from orders.models import Order, OrderLine, VenueEvent
from orders.tables import clear_table
from tests.factories import make_person, make_venue
from tests.orders.beats import at_once, pub
from tests.orders.pub import NOON, Pub, order_of
from venues.access import join_session, member_with
from venues.models import AuditEntry, Member, Role, TableSession, Venue

__all__ = ["at_once", "pub"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plain_http")]

CANARY = "Nonpareil"  # in everything that a guest writes, or that is written to one
OLD = NOON + timedelta(days=91)


def leave_traces(pub: Pub) -> Order:
    """An order with a note, in words of staff, rejected with a reason, from a phone."""
    token = pub.member_token(0)
    member = member_with(token)
    assert member is not None
    join_session(member, pub.venue, pub.now)
    line = {"product_id": str(pub.products[0].pk), "quantity": 2, "note": f"{CANARY} is allergic"}
    order = order_of(pub.place(lines=[line]))
    pub.move("acceptorder", order.pk, f"for {CANARY}")
    pub.move("cancelorder", order.pk, reason=f"Sorry, {CANARY}")
    return Order.objects.get(pk=order.pk)


def tables_with(word: str) -> list[str]:
    """Every table of the database in which a row holds the word."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            if any(word in str(row) for row in cursor.fetchall()):
                found.append(table)
    return sorted(found)


def figures(pub: Pub) -> Any:
    orders = Order.objects.filter(venue=pub.venue).order_by("pk")
    columns = (
        "pk",
        "number",
        "total",
        "state",
        "placed_at",
        "accepted_at",
        "finished_at",
        "table_number",
        "order_items",
    )
    lines = OrderLine.objects.filter(order__venue=pub.venue).order_by("order_id", "position")
    return list(orders.values_list(*columns)), list(lines.values_list("name", "quantity", "unit_price", "options"))


def test_after_the_venues_days_no_table_holds_a_word_of_its_guests(pub: Pub) -> None:
    leave_traces(pub)
    pub.place()
    assert tables_with(CANARY) == ["orders_order", "orders_orderline", "orders_venueevent"]
    before = figures(pub)
    clear_table(pub.tables[0], pub.now)
    with time_machine.travel(NOON + timedelta(days=89), tick=False):
        tasks.prune()
    assert tables_with(CANARY) != []  # not a day before
    with time_machine.travel(OLD, tick=False):
        tasks.prune()
    assert tables_with(CANARY) == []
    assert figures(pub) == before
    assert not Member.objects.filter(venue=pub.venue).exists()
    assert Venue.objects.get(pk=pub.venue.pk).guests_emptied_until is not None


def test_the_last_event_of_a_quiet_venue_is_emptied_and_still_an_order(pub: Pub) -> None:
    order = leave_traces(pub)
    with time_machine.travel(OLD, tick=False):
        tasks.prune()
    last = VenueEvent.objects.get(venue=pub.venue, order_id=order.pk)
    assert CANARY not in last.payload
    assert f'"order_id":"{order.pk}"' in last.payload


def test_a_second_run_changes_nothing(pub: Pub) -> None:
    leave_traces(pub)
    assert forget_old(pub.venue.pk, OLD) > 0
    assert forget_old(pub.venue.pk, OLD) == 0
    assert forget_old(pub.venue.pk + 999, OLD) == 0
    Venue.objects.filter(pk=pub.venue.pk).update(guests_emptied_until=None)
    kept = list(Order.objects.values())
    assert forget_old(pub.venue.pk, OLD) == 0
    assert list(Order.objects.values()) == kept


def test_each_venue_keeps_them_as_long_as_it_says(pub: Pub) -> None:
    leave_traces(pub)
    Venue.objects.filter(pk=pub.venue.pk).update(guests_kept_days=365)
    assert forget_old(pub.venue.pk, OLD) == 0
    Venue.objects.filter(pk=pub.venue.pk).update(guests_kept_days=30)
    assert forget_old(pub.venue.pk, NOON + timedelta(days=31)) > 0


def test_many_orders_go_in_several_transactions_and_runs(pub: Pub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    monkeypatch.setattr(forgetting, "A_RUN", 3)
    for day in range(3):
        pub.now = NOON + timedelta(days=day)
        for _ in range(3):
            leave_traces(pub)
    for left in (6, 3, 0):
        forget_old(pub.venue.pk, OLD + timedelta(days=9))
        assert OrderLine.objects.exclude(note="").count() == left


def test_a_session_without_orders_goes_and_one_with_orders_is_a_figure(pub: Pub) -> None:
    order = leave_traces(pub)
    pub.session(1)
    for table in pub.tables[:2]:
        clear_table(table, pub.now)
    forget_old(pub.venue.pk, OLD)
    assert [session.pk for session in TableSession.objects.filter(venue=pub.venue)] == [order.session_id]


@pytest.fixture
def manager(pub: Pub) -> Client:
    client = Client()
    client.force_login(make_person(role=Role.MANAGER, at=pub.venue))
    return client


def test_a_manager_empties_one_order_and_that_is_noted(pub: Pub, manager: Client) -> None:
    order = leave_traces(pub)
    page = reverse("admin:orders_order_forget", args=[order.pk])
    assert "cannot be taken back" in manager.get(page).content.decode()
    assert tables_with(CANARY) != []
    assert manager.post(page).status_code == 302
    assert tables_with(CANARY) == []
    assert Order.objects.get(pk=order.pk).total == Decimal("2.00")
    (noted,) = AuditEntry.objects.filter(what="erased", venue=pub.venue)
    assert noted.about == f"order {order.number} of {order.business_date}"


def test_an_open_order_keeps_its_note_as_long_as_somebody_must_know_it(pub: Pub, manager: Client) -> None:
    line = {"product_id": str(pub.products[0].pk), "quantity": 1, "note": f"{CANARY}: no nuts"}
    order = order_of(pub.place(lines=[line]))
    answer = manager.post(reverse("admin:orders_order_forget", args=[order.pk]))
    assert answer.status_code == 400
    assert "still open" in answer.content.decode()
    with pytest.raises(StillOpen):
        forget_orders(pub.venue.pk, [order.pk])
    assert tables_with(CANARY) != []


def test_a_manager_empties_a_session_with_its_phones(pub: Pub, manager: Client) -> None:
    order = leave_traces(pub)
    page = reverse("admin:venues_tablesession_forget", args=[order.session_id])
    assert "still in use" in manager.post(page).content.decode()
    clear_table(pub.tables[0], pub.now)
    assert manager.post(page).status_code == 302
    assert tables_with(CANARY) == []
    assert not Member.objects.filter(session=order.session_id).exists()


def test_a_manager_hands_out_all_that_is_stored_but_no_fingerprint(pub: Pub, manager: Client) -> None:
    order = leave_traces(pub)
    hashes = [order.content_hash, Member.objects.get(session=order.session_id).token_hash]
    for page in (
        reverse("admin:orders_order_stored", args=[order.pk]),
        reverse("admin:venues_tablesession_stored", args=[order.session_id]),
    ):
        answer = manager.get(page)
        assert "no-store" in answer["Cache-Control"]
        text = answer.content.decode()
        assert str(order.pk) in text
        assert text.count(f"{CANARY} is allergic") >= 3  # the order's, its line's, its events'
        assert not any(one in text for one in hashes)
        assert answer.json()
    assert AuditEntry.objects.filter(what="exported", venue=pub.venue).count() == 2


def test_another_operators_guests_answer_like_none(pub: Pub, manager: Client) -> None:
    order = leave_traces(pub)
    stranger = Client()
    stranger.force_login(make_person(role=Role.MANAGER, at=make_venue()))
    for name, pk in (("orders_order", order.pk), ("venues_tablesession", order.session_id)):
        for page in ("stored", "forget"):
            address = reverse(f"admin:{name}_{page}", args=[pk])
            for answer in (stranger.get(address), stranger.post(address)):
                assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))
    assert tables_with(CANARY) != []
