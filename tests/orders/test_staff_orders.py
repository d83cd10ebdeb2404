"""Orders that staff place for a table, on a form that works in steps."""

import json
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from orders.drafts import Draft, DraftLine, add_line, read_draft, total_of
from orders.models import Order, OrderLine, VenueEvent
from orders.services import pause
from orders.sold_out import stop_selling
from tests.factories import make_combo, make_options, make_person, make_product, make_table, make_venue, now_ms
from tests.orders.boards import follow, hidden, tablet_of, words
from venues.catalogue import load_catalogue
from venues.models import Category, Option, Product, Role, Table, TableSession, Venue, VenueProduct

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def venue() -> Venue:
    return make_venue(name="The Anchor", tracker_use="pucks", takes_to_go=True)


@pytest.fixture
def table(venue: Venue) -> Table:
    return make_table(venue, "7", zone="Garden")


@pytest.fixture
def stout(venue: Venue) -> Product:
    return make_product(venue, "Stout", "4.60")


@pytest.fixture
def burger(venue: Venue) -> Product:
    product = make_product(venue, "Burger", "12.00", category="Kitchen")
    make_options(product, "Cooked", {"Medium": "0", "Well done": "0"}, minimum=1, maximum=1)
    make_options(product, "Extras", {"Cheese": "1.50", "Bacon": "2.00", "Egg": "1.00"}, maximum=2)
    return product


@pytest.fixture
def tablet(venue: Venue) -> Client:
    return tablet_of(venue)


def page(venue: Venue) -> str:
    return f"/board/{venue.pk}/order/"


def option(name: str) -> int:
    return Option.objects.get(name=name).pk


def form(table: Table, **more: Any) -> dict[str, Any]:
    return {"do": "place", "table": table.number, "key": "one-key"} | more


def n(product: Product) -> str:
    return f"n-{product.pk}"


def test_an_order_by_staff_is_one_like_any_other(table: Table, stout: Product, tablet: Client) -> None:
    sent = form(table, puck="22", to_go="on", initials="SK", **{n(stout): "2"})
    text = follow(tablet, page(table.venue), sent)
    assert "Order 1 is placed for table 7." in text
    order = Order.objects.get()
    assert (order.by_staff, order.verified, order.test, order.to_go, order.tracker_number) == (
        True,
        True,
        False,
        True,
        "22",
    )
    assert (str(order.total), order.changed_by, order.placed_by) == ("9.20", "SK on Bar tablet", None)
    assert order.session == TableSession.objects.get(table=table, ended_at=None)
    assert VenueEvent.objects.get(order_id=order.pk).change == "placed"


def test_a_person_who_places_it_is_kept(table: Table, stout: Product) -> None:
    ben, client = make_person("ben", Role.STAFF, table.venue), Client()
    client.force_login(ben)
    client.post(page(table.venue), form(table, **{n(stout): "1"}))
    assert Order.objects.get().placed_by == ben


def test_pressed_twice_it_is_one_order(table: Table, stout: Product, tablet: Client) -> None:
    sent = form(table, **{n(stout): "2"})
    first, second = (tablet.post(page(table.venue), sent)["Location"] for _ in range(2))
    assert first == second
    assert Order.objects.count() == 1


def test_a_form_that_was_used_asks_before_a_second_order(table: Table, stout: Product, tablet: Client) -> None:
    tablet.post(page(table.venue), form(table, **{n(stout): "2"}))
    again = tablet.post(page(table.venue), form(table, **{n(stout): "3"}))
    assert "This form has placed an order already." in words(again)
    key = hidden(again, "key")[0]
    assert key != "one-key"
    tablet.post(page(table.venue), form(table, key=key, **{n(stout): "3"}))
    assert sorted(Order.objects.values_list("total", flat=True)) == [Decimal("9.20"), Decimal("13.80")]


def test_each_form_has_a_key_of_its_own(table: Table, stout: Product, tablet: Client) -> None:
    keys = {hidden(tablet.get(page(table.venue)), "key")[0] for _ in range(2)}
    assert len(keys) == 2


def test_options_and_a_note_in_steps(table: Table, stout: Product, burger: Product, tablet: Client) -> None:
    typed = {n(stout): "2", "table": "7", "puck": "31", "test": "on", "key": "k1"}
    step = tablet.post(page(table.venue), typed | {"do": f"choose-{burger.pk}"})
    assert "Cooked choose one" in words(step)
    assert "Extras up to 2" in words(step)
    kept = {name: hidden(step, name)[0] for name in (n(stout), "table", "puck", "test", "key", "lines", "product")}
    assert {name: kept[name] for name in typed} == typed
    chosen: dict[str, list[int]] = {f"o-{group.pk}": [] for group in burger.option_groups.all()}
    cooked, extras = chosen
    chosen[cooked], chosen[extras] = [option("Well done")], [option("Cheese"), option("Egg")]
    added = tablet.post(page(table.venue), kept | chosen | {"do": "add", "quantity": "2", "note": "no onion"})
    assert "2 Burger Well done, Cheese, Egg, no onion £29.00" in words(added)
    assert "Total £38.20" in words(added)
    assert f'name="{n(stout)}"' in added.content.decode()
    sent = {"do": "place", "table": "7", "key": "k1", "lines": hidden(added, "lines")[0], n(stout): "2"}
    tablet.post(page(table.venue), sent)
    lines = list(OrderLine.objects.order_by("position").values_list("name", "quantity", "unit_price", "note"))
    assert lines == [("Burger", 2, Decimal("14.50"), "no onion"), ("Stout", 2, Decimal("4.60"), "")]


@pytest.mark.parametrize(
    ("extras", "quantity", "note", "why"),
    [
        (["Cheese", "Bacon", "Egg"], "1", "", "Burger: take 0 to 2 of “Extras”."),
        ([], "0", "", "How many? A number from 1 to 50."),
        ([], "51", "", "At most 50 of Burger in one line."),
        ([], "1", "x" * 150, "note takes 1 to 140 printable characters."),
    ],
)
def test_a_step_that_is_wrong_says_so_and_keeps_what_was_typed(
    table: Table, burger: Product, tablet: Client, extras: list[str], quantity: str, note: str, why: str
) -> None:
    cooked, more = burger.option_groups.order_by("pk")
    chosen = {f"o-{cooked.pk}": option("Medium"), f"o-{more.pk}": [option(name) for name in extras]}
    sent = chosen | {"do": "add", "product": str(burger.pk), "quantity": quantity, "note": note, "table": "7"}
    answer = tablet.post(page(table.venue), sent)
    assert answer.status_code == 400
    assert why in words(answer)
    text = answer.content.decode()
    assert text.count("checked") == 1 + len(extras)
    assert f'value="{note}"' in text
    assert hidden(answer, "table") == ["7"]


def test_the_same_again_is_more_of_it_and_can_be_taken_out(table: Table, burger: Product, tablet: Client) -> None:
    cooked = burger.option_groups.get(name="Cooked")
    line = {"do": "add", "product": str(burger.pk), f"o-{cooked.pk}": option("Medium"), "quantity": "1", "key": "k"}
    first = tablet.post(page(table.venue), line)
    second = tablet.post(page(table.venue), line | {"lines": hidden(first, "lines")[0]})
    assert [one["quantity"] for one in json.loads(hidden(second, "lines")[0])] == [2]
    out = tablet.post(page(table.venue), {"do": "drop-0", "lines": hidden(second, "lines")[0]})
    assert hidden(out, "lines") == ["[]"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"table": ""}, "For which table is this order?"),
        ({"table": "99"}, "There is no table 99 here."),
        ({"stout": "two"}, "Stout: how many? A number from 0 to 50."),
        ({"stout": "-1"}, "Stout: how many? A number from 0 to 50."),
        ({"stout": "0"}, "Nothing is chosen yet."),
        ({"stout": "51"}, "At most 50 of Stout in one line."),
        ({"puck": "0x"}, "A puck's number has 1 to 4 digits."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    table: Table, stout: Product, tablet: Client, given: dict[str, str], why: str
) -> None:
    stouts = given.pop("stout", "2")
    answer = tablet.post(page(table.venue), form(table) | {"puck": "22", n(stout): stouts} | given)
    assert answer.status_code == 400
    assert why in words(answer)
    text = answer.content.decode()
    assert f'value="{given.get("puck", "22")}"' in text
    assert stouts == "0" or f'value="{stouts}"' in text
    assert Order.objects.count() == 0
    assert TableSession.objects.count() == 0


def test_a_taken_puck_is_named(table: Table, stout: Product, tablet: Client) -> None:
    tablet.post(page(table.venue), form(table, puck="22", **{n(stout): "1"}))
    answer = tablet.post(page(table.venue), form(table, key="k2", puck="22", **{n(stout): "1"}))
    assert "Puck 22 is with order 1 already." in words(answer)


def test_what_is_sold_out_meanwhile_is_said(table: Table, stout: Product, tablet: Client) -> None:
    VenueProduct.objects.create(venue=table.venue, product=stout, stock=1)
    answer = tablet.post(page(table.venue), form(table, **{n(stout): "2"}))
    assert "Stout: only 1 left." in words(answer)
    VenueProduct.objects.update(available=False)
    assert "Stout is sold out at the moment." in words(tablet.post(page(table.venue), form(table, **{n(stout): "2"})))


def test_what_is_gone_for_an_hour_is_sold_out_though_its_time_of_day_has_come(table: Table, tablet: Client) -> None:
    soup = make_product(table.venue, "Soup", category="Lunch")
    Category.objects.filter(name="Lunch").update(served_from=time(0), served_until=time(23, 59, 59))
    stop_selling(table.venue, soup, now_ms() + timedelta(hours=1))
    assert "Soup £3.20 Sold out" in words(tablet.get(page(table.venue)))


def test_a_part_that_is_sold_out_cannot_be_taken_and_the_last_takes_the_combo_along(
    table: Table, stout: Product, burger: Product, tablet: Client
) -> None:
    water = make_product(table.venue, "Water", category="Kitchen")
    meal = make_product(table.venue, "Meal", "14.00", category="Kitchen")
    options = make_combo(meal, "Drink", {stout: "2.00", water: "0"})
    VenueProduct.objects.create(venue=table.venue, product=stout, stock=0)
    choose = tablet.post(page(table.venue), form(table, do=f"choose-{meal.pk}"))
    assert f'value="{options[stout].pk}" disabled' in choose.content.decode()
    assert f'value="{options[water].pk}" checked' in choose.content.decode()
    assert "Stout sold out" in words(choose)
    taken = form(table, do="add", product=meal.pk, quantity="1") | {f"o-{options[stout].group_id}": options[stout].pk}
    assert "Stout is sold out at the moment." in words(tablet.post(page(table.venue), taken))
    VenueProduct.objects.create(venue=table.venue, product=water, available=False)
    assert "Meal £14.00 Sold out" in words(tablet.get(page(table.venue)))


def test_a_test_order_is_one_and_can_be_placed_while_paused(table: Table, stout: Product, tablet: Client) -> None:
    pause(table.venue_id, now_ms().replace(year=2100), "Kitchen", now_ms())
    assert "Orders are paused until" in words(tablet.get(page(table.venue)))
    refused = tablet.post(page(table.venue), form(table, key="k2", **{n(stout): "1"}))
    assert "Orders are paused until" in words(refused)
    assert "Test order 1 is placed" in follow(tablet, page(table.venue), form(table, test="on", **{n(stout): "1"}))
    order = Order.objects.get()
    assert (order.test, order.by_staff) == (True, True)


def test_a_search_hides_what_does_not_fit_and_keeps_its_number(
    table: Table, stout: Product, burger: Product, tablet: Client
) -> None:
    answer = tablet.post(page(table.venue), {"do": "find", "q": "burg", n(stout): "3"})
    text = answer.content.decode()
    assert f'name="{n(stout)}"' in text
    assert 'value="3"' in text
    assert '<li data-words="Stout" hidden>' in text
    assert '<li data-words="Burger">' in text


def test_a_link_from_a_table_chooses_it(table: Table, stout: Product, tablet: Client) -> None:
    text = tablet.get(page(table.venue), {"table": "7"}).content.decode()
    assert '<option value="7" selected>7, Garden</option>' in text


def test_a_venue_without_tables_or_menu_is_told(venue: Venue, tablet: Client) -> None:
    assert "There is no table here yet." in words(tablet.get(page(venue)))
    make_table(venue, "1")
    assert "There is no menu here yet." in words(tablet.get(page(venue)))


@pytest.mark.parametrize("lines", ["", "x", "7", "{}", '[{"product_id": "999999", "quantity": 1}]', "[[]]", '"abc"'])
def test_lines_that_no_form_of_ours_sends_are_left_out(venue: Venue, stout: Product, lines: str) -> None:
    catalogue = load_catalogue(venue.pk)
    assert catalogue is not None
    assert read_draft({"lines": lines, "n-999999": "1", "n-x": "2"}, catalogue).lines == ()


def test_the_total_is_counted_with_options(venue: Venue, stout: Product, burger: Product) -> None:
    catalogue = load_catalogue(venue.pk)
    assert catalogue is not None
    draft = add_line(Draft("k", quantities={stout.pk: "2"}), DraftLine(burger.pk, 3, (option("Bacon"),)))
    assert str(total_of(draft, catalogue)) == "51.20"


def test_the_form_asks_no_more_with_more_products(
    venue: Venue, table: Table, tablet: Client, django_assert_num_queries: Any
) -> None:
    for number in range(12):
        make_options(make_product(venue, category=f"C {number % 3}"), f"Options {number}", {"a": "0", "b": "1"})
    tablet.get(page(venue))
    # Device and venue; the catalogue's eleven; the tables.
    with django_assert_num_queries(14):
        tablet.get(page(venue))
