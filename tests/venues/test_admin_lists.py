"""Every list of the admin has a search, filters and an order, and asks the database as often for many rows as for few.

Both walk over whatever is registered: a new model is held to them without a line here.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import make_operator, make_product
from tests.venues.cast import House, make_house
from venues.admin.site import site
from venues.models import OpeningHours, Operator, Option, User, VenueProduct

FEW, MANY = 5, 25
MOST_OF_A_LIST, MOST_OF_A_PAGE = 16, 38
MODELS = sorted(site._registry, key=lambda model: model._meta.label)
# Lists of a handful of rows, whatever the house: there is nothing to search for.
SHORT: set[type[Model]] = {Operator}


@pytest.mark.django_db
@pytest.mark.usefixtures("plain_http")
def test_a_page_with_many_rows_costs_no_more_queries_than_one_with_few() -> None:
    """Each model's list, and its row with all that hangs on it: queries with FEW of everything, and with MANY."""
    operator = make_operator("Alice Group")
    houses = [make_house(f"Alice {number}", operator) for number in range(FEW)]
    few = _queries_of_each(houses[0])
    for number in range(FEW, MANY):
        _grow(houses[0], make_house(f"Alice {number}", operator), number)
    many = _queries_of_each(houses[0])
    assert {page: (n, many[page]) for page, n in few.items() if many[page] > n} == {}, "page: (few, many)"
    assert {page: n for page, n in many.items() if n > (MOST_OF_A_LIST if "list" in page else MOST_OF_A_PAGE)} == {}


def test_every_list_can_be_searched_and_filtered_and_has_an_order() -> None:
    missing = {model.__name__: list(_missing(model)) for model in MODELS}
    assert {name: what for name, what in missing.items() if what} == {}


def _missing(model: type[Model]) -> Iterator[str]:
    admin = site._registry[model]
    if model not in SHORT:
        if len(admin.list_display) < 2:
            yield "columns"
        if not admin.search_fields:
            yield "search_fields"
        if not admin.list_filter:
            yield "list_filter"
    if not (admin.ordering or model._meta.ordering):
        yield "ordering"
    if admin.show_full_result_count:
        yield "show_full_result_count = False: it counts every row of the table, whoever asks"


def _queries_of_each(house: House) -> dict[str, int]:
    client = _logged_in(house.owner)
    lists = {f"{model.__name__} list": _queries(client, _list_of(model)) for model in MODELS}
    return lists | {model.__name__: _queries(client, _page_of(house.row_of(model))) for model in MODELS}


def _grow(house: House, sibling: House, number: int) -> None:
    """Another row of whatever stands on the pages of the house."""
    VenueProduct.objects.create(venue=sibling.venue, product=house.product, price=number)
    OpeningHours.objects.create(venue=house.venue, weekday=number % 7, opens=f"{number % 24:02}:00", closes="23:30")
    Option.objects.create(group=house.group, name=f"Option {number}", price=0)
    make_product(house.venue, f"Ale {number}", category=f"Ales {number}")
    house.order.lines.create(position=number, name=f"Ale {number}", quantity=1, unit_price=1, tax_rate=20)


def _list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def _page_of(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200, address
    return len(asked)


def _logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client
