"""Sold out in one tap, and on sale again: for one venue, told once."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from orders.models import VenueEvent
from orders.sold_out import sell_again, stop_selling
from tests.factories import make_combo, make_options, make_product, make_venue, now_ms
from tests.orders.boards import follow, tablet_of, words
from venues.history import versions_of
from venues.models import Operator, Product, Venue, VenueProduct
from venues.sale import until_when

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def venue() -> Venue:
    return make_venue(name="The Anchor")


@pytest.fixture
def pie(venue: Venue) -> Product:
    return make_product(venue, "Mushroom pie", category="Kitchen")


@pytest.fixture
def tablet(venue: Venue) -> Client:
    return tablet_of(venue)


def page(venue: Venue) -> str:
    return f"/board/{venue.pk}/sold-out/"


def notices(venue: Venue) -> int:
    return VenueEvent.objects.filter(venue=venue, kind="menu").count()


def difference(venue: Venue, product: Product) -> VenueProduct:
    return VenueProduct.objects.get(venue=venue, product=product)


@pytest.mark.parametrize("tap", ["hour", "today", "on"])
def test_one_tap_and_one_notice_at_one_venue(venue: Venue, pie: Product, tablet: Client, tap: str) -> None:
    beside = make_venue(venue.operator, menu=venue.menu)
    before, there = notices(venue), notices(beside)
    text = follow(tablet, page(venue), {tap: str(pie.pk)})
    assert "Mushroom pie is sold out until" in text
    assert "Sold out now Mushroom pie until" in text
    assert (notices(venue), notices(beside)) == (before + 1, there)
    assert not VenueProduct.objects.filter(venue=beside).exists()
    text = follow(tablet, page(venue), {"again": str(pie.pk)})
    assert "Mushroom pie is on sale again." in text
    assert "Sold out now" not in text
    row = difference(venue, pie)
    assert (row.available, row.sold_out_until, row.operator) == (True, None, venue.operator)


def test_how_long_an_hour_and_today_are(venue: Venue) -> None:
    venue.timezone, venue.day_starts = "Europe/London", dt.time(5)
    late = dt.datetime(2026, 7, 1, 23, 30, tzinfo=dt.UTC)  # 00:30 of the next date in London: still this business day
    assert until_when("hour", late, venue) == late + dt.timedelta(hours=1)
    today = until_when("today", late, venue)
    assert today is not None
    assert today.astimezone(dt.UTC) == dt.datetime(2026, 7, 2, 4, tzinfo=dt.UTC)
    assert until_when("on", late, venue) is None


def test_what_is_sold_out_already_is_told_once(venue: Venue, pie: Product) -> None:
    stop_selling(venue, pie, None)
    before = notices(venue)
    stop_selling(venue, pie, None)
    assert notices(venue) == before
    assert sell_again(venue, pie)
    assert sell_again(venue, pie)
    assert notices(venue) == before + 1


def test_the_price_and_the_count_of_a_venue_stay(venue: Venue, pie: Product, tablet: Client) -> None:
    VenueProduct.objects.create(venue=venue, product=pie, price="9.90", stock=4)
    tablet.post(page(venue), {"today": str(pie.pk)})
    tablet.post(page(venue), {"again": str(pie.pk)})
    row = difference(venue, pie)
    assert (str(row.price), row.stock, row.available, row.sold_out_until) == ("9.90", 4, True, None)


def test_the_history_of_the_difference_names_the_tablet(venue: Venue, pie: Product, tablet: Client) -> None:
    for tap in ("today", "again"):
        tablet.post(page(venue), {tap: str(pie.pk)})
    made = versions_of(VenueProduct).filter(product=pie).order_by("pk")
    assert [(row.history_type, row.by, row.history_user) for row in made] == [
        ("+", "Bar tablet", None),
        ("~", "Bar tablet", None),
    ]


def test_what_is_counted_and_gone_is_sold_again_by_its_number(venue: Venue, pie: Product, tablet: Client) -> None:
    VenueProduct.objects.create(venue=venue, product=pie, stock=0)
    assert "Mushroom pie counted, none left" in words(tablet.get(page(venue)))
    for given, why in (
        ("", "Mushroom pie is counted, and none is left. Say how many there are."),
        ("many", "How many are there? A number from 1 to 9999."),
        ("0", "How many are there? A number from 1 to 9999."),
    ):
        refused = tablet.post(page(venue), {"again": str(pie.pk), "stock": given})
        assert refused.status_code == 400
        assert why in words(refused)
        assert f'value="{given}"' in refused.content.decode()
    follow(tablet, page(venue), {"again": str(pie.pk), "stock": "6"})
    assert difference(venue, pie).stock == 6
    assert "6 left" in words(tablet.get(page(venue)))


def test_a_search_narrows_what_is_on_sale_and_stays(venue: Venue, pie: Product, tablet: Client) -> None:
    make_product(venue, "Haddock & chips", category="Kitchen")
    found = words(tablet.get(page(venue), {"q": "CHIPS"}))
    assert "Haddock & chips" in found
    assert "Mushroom pie" not in found
    answer = tablet.post(page(venue), {"hour": str(pie.pk), "q": "mush & x"})
    assert answer["Location"] == f"{page(venue)}?q=mush+%26+x"
    assert "Nothing on sale is called “soup”." in words(tablet.get(page(venue), {"q": "soup"}))


def test_a_venue_without_a_menu_is_told_what_to_do(tablet: Client, venue: Venue) -> None:
    assert "No menu yet" in words(tablet.get(page(venue)))


@pytest.mark.parametrize("given", [{}, {"hour": "x"}, {"hour": "²"}, {"hour": "9" * 40}, {"week": "1"}])
def test_a_tap_on_nothing_is_not_there(venue: Venue, tablet: Client, given: dict[str, str]) -> None:
    assert tablet.post(page(venue), given).status_code == 404


def test_a_product_that_left_the_menu_is_not_there(venue: Venue, pie: Product, tablet: Client) -> None:
    Product.objects.filter(pk=pie.pk).update(active=False)
    assert tablet.post(page(venue), {"hour": str(pie.pk)}).status_code == 404
    elsewhere = make_product(make_venue(venue.operator))  # another menu of the same operator
    assert tablet.post(page(venue), {"hour": str(elsewhere.pk)}).status_code == 404


def test_the_list_asks_no_more_with_more_products(venue: Venue, tablet: Client, django_assert_num_queries: Any) -> None:
    for number in range(12):
        product = make_product(venue, category=f"Category {number % 3}")
        make_options(product, f"Options {number}", {"a": "0", "b": "1"})
        VenueProduct.objects.create(venue=venue, product=product, stock=number)
    tablet.get(page(venue))
    # Device and venue; the catalogue's eleven with options and hours; what is left.
    with django_assert_num_queries(14):
        tablet.get(page(venue))


@pytest.mark.django_db(transaction=True)
def test_two_boards_that_tap_at_once_make_one_difference(venue: Venue, pie: Product) -> None:
    wrong: list[Exception] = []

    def tap() -> None:
        try:
            start.wait()
            stop_selling(venue, pie, now_ms() + dt.timedelta(hours=1))
        except Exception as problem:  # noqa: BLE001  # whatever it is, the test fails with it
            wrong.append(problem)
        finally:
            connection.close()

    start = threading.Barrier(4)
    boards = [threading.Thread(target=tap) for _ in range(4)]
    for board in boards:
        board.start()
    for board in boards:
        board.join()
    assert wrong == []
    assert VenueProduct.objects.filter(venue=venue, product=pie).count() == 1
    assert Operator.objects.get(pk=venue.operator_id) == difference(venue, pie).operator


def test_a_combo_says_of_which_choice_too_little_is_left(venue: Venue, pie: Product, tablet: Client) -> None:
    make_combo(make_product(venue, "Meal"), "Side", {pie: "0"})

    def shown() -> str:
        return tablet.get(page(venue)).content.decode()

    short = "Guests cannot order it: too little of"
    assert short not in shown()
    stop_selling(venue, pie, None)
    assert short in shown()
    sell_again(venue, pie)
    assert short not in shown()
