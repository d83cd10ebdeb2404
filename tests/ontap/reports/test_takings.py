"""What was taken, beside the sum that each figure was worked out by."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from ontap.reports.report import Report
from ontap.reports.sheets import Money
from ontap.reports.takings import takings
from orders.models import Order
from tests.factories import make_operator, make_order, make_person, make_product, make_table, make_venue
from tests.ontap.reports.evenings import SATURDAY, SUNDAY, ask, at
from venues.models import Role, Venue

pytestmark = pytest.mark.django_db


class Pub:
    """Six orders, of which four are made; one more is a test. The business day begins at 05:00, in London."""

    def __init__(self, **wanted: Any) -> None:
        named: dict[str, Any] = {"name": "The Anchor", "timezone": "Europe/London"}
        self.venue = venue = make_venue(**named | wanted, day_starts=dt.time(5), takes_to_go=True)
        bar, garden = make_table(venue, "1", zone="Bar"), make_table(venue, "2", zone="Garden")
        stout = make_product(venue, "Stout", price="4.10", tax_rate=Decimal(20))
        pie = make_product(venue, "Pie", price="12.50", tax_rate=Decimal("5.5"))
        test = make_order(garden, {pie: 9}, at("24 18:00:00"))
        make_order(bar, {stout: 2}, at("24 18:10:00"))  # 8.20 at 19:10 in London
        paid = make_order(bar, {stout: 1, pie: 1}, at("24 18:50:00"))  # 16.60
        make_order(garden, {pie: 2}, at("25 00:30:00"))  # 25.00 at 01:30, of Saturday's evening
        cancelled = make_order(bar, {pie: 1}, at("25 01:30:00"))  # 01:30 once more
        make_order(garden, {stout: 1}, at("25 19:00:00"), to_go=True)  # 4.10 of Sunday, at 19:00: winter time
        refused = make_order(bar, {pie: 4}, at("25 19:30:00"))
        self._set(paid, paid_at=at("24 22:00:00"))
        self._set(refused, state="rejected", finished_at=at("25 19:31:00"), paid_at=at("25 19:31:00"))
        self._set(cancelled, state="cancelled", finished_at=at("25 01:31:00"))
        self._set(test, test=True)

    def _set(self, order: Order, **fields: Any) -> None:
        Order.objects.filter(pk=order.pk).update(**fields)


@pytest.fixture
def pub() -> Pub:
    return Pub()


def rows(report: Report, sheet: str) -> dict[object, list[object]]:
    """A sheet's rows by their first cell; amounts as they are read."""
    found = report.sheet(sheet)
    assert found is not None, sheet
    return {row[0]: [str(cell) if isinstance(cell, Money) else cell for cell in row[1:]] for row in found.rows}


def test_by_business_day(pub: Pub) -> None:
    report = takings(ask(pub.venue))
    assert report.orders == 6
    by_day = rows(report, "days")
    # 8.20 + 16.60 + 25.00 of three; the one that was cancelled is of Saturday too. 49.80 / 3.
    assert by_day[SATURDAY] == [3, 1, "£49.80", "£16.60", "£16.60"]
    assert by_day[SUNDAY] == [1, 1, "£4.10", "£0.00", "£4.10"]
    assert list(by_day) == [SATURDAY, SUNDAY]
    facts = {title: (str(figure), words) for title, figure, words in report.facts}
    assert facts == {
        "Takings": ("£53.90", "£16.60 marked as paid"),
        "Orders": ("4", "2 refused or cancelled"),
        "Average order": ("£13.48", ""),  # 53.90 / 4 = 13.475
    }


def test_by_hour_of_the_venues_own_clock(pub: Pub) -> None:
    by_hour = rows(takings(ask(pub.venue)), "hours")
    some = {str(hour)[:2]: row[:3] for hour, row in by_hour.items() if row[0] or row[1]}
    # At 19: 8.20 + 16.60 before clocks went back, 4.10 and a refusal after. At 1: 25.00, and the cancelled one.
    assert some == {"19": [3, 1, "£28.90"], "01": [1, 1, "£25.00"]}
    assert [str(hour)[:2] for hour in by_hour] == ["19", "20", "21", "22", "23", "00", "01"]  # as the business day goes


def test_by_product_and_by_rate_of_tax(pub: Pub) -> None:
    report = takings(ask(pub.venue))
    # Stout: 2 + 1 + 1 at 4.10. Pie: 1 + 2 at 12.50; what was refused and cancelled was not sold.
    assert rows(report, "products") == {"Stout": [4, "£16.40"], "Pie": [3, "£37.50"]}
    assert rows(report, "taxes") == {"5.5 %": ["£37.50"], "20 %": ["£16.40"]}


def test_by_type_and_place(pub: Pub) -> None:
    def taken(**query: Any) -> list[str]:
        return [words for _, words, _ in takings(ask(pub.venue, **query)).figures][:2]

    assert taken(type="TO_GO") == ["£4.10", "1"]
    assert taken(type="ON_PREMISE") == ["£49.80", "3"]
    assert taken(place="table:1") == ["£24.80", "2"]
    assert taken(place="zone:Garden") == ["£29.10", "2"]


def test_a_long_period_goes_by_weeks(pub: Pub) -> None:
    by_week = rows(takings(ask(pub.venue, first="2026-06-01")), "days")
    assert {week: row[2] for week, row in by_week.items()} == {dt.date(2026, 10, 19): "£53.90"}


def test_pounds_and_euros_are_not_added_up() -> None:
    operator = make_operator()
    london = Pub(operator=operator).venue
    berlin = Pub(operator=operator, name="Der Anker", currency="EUR", timezone="Europe/Berlin").venue
    quiet = make_venue(operator, "The Quiet")
    report = takings(ask(london, berlin, quiet))
    assert [(title, words) for title, words, _ in report.figures if title == "Takings"] == [
        ("Takings", "€53.90"),
        ("Takings", "£53.90"),
    ]
    by_venue = rows(report, "venues")
    assert by_venue["The Anchor"][:3] == [0, 0, "€0.00"]
    assert by_venue["The Anchor"][5:8] == [4, 2, "£53.90"]
    assert by_venue["Der Anker"][:3] == [4, 2, "€53.90"]
    assert by_venue["The Quiet"][4] == "-", "there is no average of no order"
    assert rows(report, "products")["Stout"] == [8, "€16.40", "£16.40"]
    assert [chart.title for chart in report.charts] == [
        "Takings by day, EUR",
        "Takings by day, GBP",
        "Takings by hour, EUR",
        "Takings by hour, GBP",
    ]


@pytest.mark.usefixtures("plain_http")
def test_a_venue_without_a_gateway_begins_with_its_takings(pub: Pub) -> None:
    client = Client()
    client.force_login(make_person("alice", Role.MANAGER, pub.venue))
    page = client.get("/reports/?first=2026-10-24&last=2026-10-25").content.decode()
    assert "The Anchor: 6 orders." in page
    assert "£53.90" in page
    assert "Percentiles" not in page
    assert "Target, minutes" not in page
    assert "All 6 orders as CSV" not in page, "that file is of the gateway's orders"
    file = client.get("/reports/takings/days.csv?first=2026-10-24&last=2026-10-25").content.decode("utf-8-sig")
    assert file.splitlines()[:2] == [
        'Day,Orders,Not made,"Takings, GBP","Marked paid, GBP","Average order, GBP"',
        "2026-10-24,3,1,49.80,16.60,16.60",
    ]


@pytest.mark.usefixtures("plain_http")
def test_nobody_has_ordered_yet_and_nobody_did_then() -> None:
    venue: Venue = make_venue(name="The New")
    client = Client()
    client.force_login(make_person("alice", Role.MANAGER, venue))
    assert "Scan a table\N{RIGHT SINGLE QUOTATION MARK}s code" in client.get("/reports/").content.decode()
    make_order(make_table(venue, "1"), {make_product(venue, "Stout"): 1}, at("24 18:10:00"))
    page = client.get("/reports/?first=2026-09-01&last=2026-09-02").content.decode()
    assert "There were orders from 24 Oct 2026 to 24 Oct 2026" in page
