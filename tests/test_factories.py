"""The builders of tests give rows that the product itself would make."""

import pytest

from orders.models import VenueEvent
from tests.factories import make_operator, make_options, make_order, make_person, make_product, make_table, make_venue
from venues.catalogue import load_catalogue
from venues.models import Role
from venues.roles import may_work_at

pytestmark = pytest.mark.django_db


def test_an_order_comes_with_its_event() -> None:
    table = make_table()
    order = make_order(table, {make_product(table.venue, price="3.20"): 4})
    assert str(order.total) == "12.80"
    assert VenueEvent.objects.filter(venue_id=table.venue_id, order_id=order.pk, change="placed").count() == 1


def test_options_are_offered_by_their_product() -> None:
    venue = make_venue()
    pie = make_product(venue, "Pie")
    make_options(pie, "Size", {"Small": "0", "Large": "3.00"}, minimum=1)
    catalogue = load_catalogue(venue.pk)
    assert catalogue is not None
    assert [option.name for option in catalogue.products[pie.pk].groups[0].options] == ["Small", "Large"]


def test_a_role_at_an_operator_reaches_all_its_venues_and_no_other() -> None:
    operator = make_operator()
    venue, other = make_venue(operator), make_venue()
    person = make_person(role=Role.OPERATOR, at=operator)
    assert may_work_at(person, venue.pk)
    assert not may_work_at(person, other.pk)
