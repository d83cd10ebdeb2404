"""Every figure of a fixture, beside the sum that it was worked out by."""

import datetime as dt

import pytest

from ontap.reports.counts import orders_by, totals_by
from ontap.reports.days import days
from ontap.reports.hours import hours
from ontap.reports.measures import DELIVERY
from ontap.reports.misplaced import misplaced
from ontap.reports.products import products
from ontap.reports.report import Report
from ontap.reports.rows import one_in, timed
from ontap.reports.sheets import Cell, Duration, Share
from ontap.reports.tables import tables
from ontap.reports.times import times
from tests.factories import make_venue
from tests.ontap.reports.evenings import SATURDAY, SUNDAY, Pub, ask, at, make_tracked

pytestmark = pytest.mark.django_db


@pytest.fixture
def pub() -> Pub:
    return Pub()


def rows(report: Report, sheet: str) -> dict[Cell, list[object]]:
    """A sheet's rows by their first cell, with plain values: seconds, and (part, whole) of a share."""
    found = report.sheet(sheet)
    assert found is not None
    return {row[0]: [plain(cell) for cell in row[1:]] for row in found.rows}


def plain(cell: Cell) -> object:
    if isinstance(cell, Duration):
        return cell.seconds
    return (cell.part, cell.whole) if isinstance(cell, Share) else cell


def measured(report: Report) -> dict[Cell, list[object]]:
    """The sheet of times, by the name of each: count, median, 90th percentile, within the target."""
    found = report.sheet("times")
    assert found is not None
    return {row[1]: [plain(cell) for cell in row[2:6]] for row in found.rows}


def test_each_time_of_gateway_and_board(pub: Pub) -> None:
    figures = measured(times(ask(pub.venue)))
    # 10 30 45 60 75 75 90 120 300: nine, so the 5th and the 9th (ceil of 8.1); all within 600.
    assert figures["Time to locate"] == [9, 75, 300, (9, 9)]
    # 240 360 500 600 601 700 800 900 1200 1500 1800: eleven, so the 6th and the 10th; four within 600.
    assert figures["Delivery"] == [11, 700, 1500, (4, 11)]
    # 490 540 571 625 725 810 1080 1455 1500: nine, so the 5th and the 9th; three within 600.
    assert figures["At the table"] == [9, 725, 1500, (3, 9)]
    # 20 25 30 40 50 60 70 90: eight, so the 4th and the 8th (ceil of 7.2).
    assert figures["Placed to accepted"] == [8, 40, 90, (8, 8)]
    # 100 100 200 300 300 400: six, so the 3rd and the 6th (ceil of 5.4).
    assert figures["Accepted to ready"] == [6, 200, 400, (6, 6)]
    # 150 150 300 400 500 600 600: seven, so the 4th and the 7th; a time of just the target is within it.
    assert figures["Accepted to brought"] == [7, 400, 600, (7, 7)]


def test_the_target_is_asked_for(pub: Pub) -> None:
    figures = measured(times(ask(pub.venue, target=5)))
    assert figures["Time to locate"][3] == (9, 9)  # 300 s is in 5 min
    assert figures["Delivery"][3] == (1, 11)  # 240
    assert figures["Accepted to brought"][3] == (3, 7)  # 150 150 300


def test_orders_are_counted_joined_or_not(pub: Pub) -> None:
    facts = {title: (plain(figure), words) for title, figure, words in times(ask(pub.venue)).facts}
    assert facts["Orders of the gateway"] == (12, "1 to go")
    assert facts["Joined to an order of ours"] == ((8, 12), "4 are not")
    # Cleared and never on a table, and not to go: puck 8 at 04:59:59. The one under way may yet be located.
    assert facts["To locate, median"] == (75, "1 never located")
    assert facts["At another table"] == (2, "of 8 where both are known")


def test_by_type(pub: Pub) -> None:
    by_type = rows(times(ask(pub.venue)), "types")
    # At a table without the 360 that was to go: ten, so the 5th of 240 500 600 601 700 ... and the 9th, 1500.
    assert by_type["At a table"] == [11, 8, 75, 10, 700, 1500, (3, 10), 7, 400, 600, (7, 7)]
    assert by_type["To go"] == [1, 0, None, 1, 360, 360, (1, 1), 0, None, None, (0, 0)]


def test_by_hour_of_the_venues_own_clock(pub: Pub) -> None:
    by_hour = rows(hours(ask(pub.venue)), "hours")
    orders = {str(hour)[:2]: row[0] for hour, row in by_hour.items() if row[0]}
    # 18:10 to 18:59:59 UTC are four at 19 in London, and Sunday's 19:00 UTC is in winter time; both of 01:30 are at 1,
    # before and after clocks went back.
    assert orders == {"05": 1, "19": 5, "20": 1, "21": 2, "01": 2, "04": 1}
    # At 19: 500 600 900 1200, and one under way: the 2nd and the 4th.
    assert by_hour["19:00 to 20:00"][2:6] == [4, 600, 1200, (2, 4)]
    assert next(iter(by_hour)) == "05:00 to 06:00"  # as the business day goes
    assert list(by_hour)[-1] == "04:00 to 05:00"


def test_by_weekday_and_business_day(pub: Pub) -> None:
    by_weekday = rows(hours(ask(pub.venue)), "weekdays")
    # Saturday goes on until 04:59:59 of Sunday, an hour longer than other days.
    assert (by_weekday["Saturday"][0], by_weekday["Sunday"][0], by_weekday["Monday"][0]) == (10, 2, 0)
    by_day = rows(days(ask(pub.venue)), "days")
    assert {day: row[0] for day, row in by_day.items()} == {SATURDAY: 10, SUNDAY: 2}
    # Saturday's without the 360: 240 500 600 601 700 800 900 1200 1500 1800: the 5th and the 9th.
    assert by_day[SATURDAY][2:6] == [10, 700, 1500, (3, 10)]
    assert by_day[SUNDAY][2:6] == [1, 360, 360, (1, 1)]


def test_a_period_is_whole_business_days(pub: Pub) -> None:
    assert times(ask(pub.venue, first=SATURDAY, last=SATURDAY)).orders == 10
    assert times(ask(pub.venue, first=SUNDAY, last=SUNDAY)).orders == 2
    assert times(ask(pub.venue, first="2026-10-23", last="2026-10-23")).orders == 0


def test_a_long_period_goes_by_weeks(pub: Pub) -> None:
    by_week = rows(days(ask(pub.venue, first="2026-06-01")), "days")
    assert {week: row[0] for week, row in by_week.items()} == {dt.date(2026, 10, 19): 12}


def test_by_table_with_the_busiest_first(pub: Pub) -> None:
    by_table = rows(tables(ask(pub.venue)), "tables")
    assert list(by_table) == ["1", "2", "3", "10"]
    # Table 1: located 30 60 90, delivered 600 601 900, brought 300 400 600.
    assert by_table["1"] == [3, (3, 12), 0, 60, 3, 601, 900, (1, 3), 3, 400, 600, (3, 3)]
    # Table 3: two guests who had scanned other tables' codes.
    assert by_table["3"] == [2, (2, 12), 2, 45, 2, 1500, 1800, (0, 2), 1, 600, 600, (1, 1)]
    assert tables(ask(pub.venue)).notes == ["3 of 12 orders were on no table that is known."]


def test_the_room_is_filled_by_what_is_asked(pub: Pub) -> None:
    def plates(shown: str) -> dict[str, tuple[str, int]]:
        room = tables(ask(pub.venue, shown=shown)).room
        assert [zone.name for zone in room] == ["Bar", "Garden"]
        return {plate.number: (plate.words, plate.fill) for zone in room for plate in zone.plates}

    assert plates("orders") == {"1": ("3 orders", 4), "2": ("2 orders", 3), "3": ("2 orders", 3), "10": ("2 orders", 3)}
    assert plates("mismatches")["3"] == ("2 of 2", 4)
    assert plates("mismatches")["1"] == ("0 of 3", 0)
    assert plates("time")["3"] == ("25 min 0 s", 4)
    assert plates("time")["1"] == ("10 min 1 s", 2)  # 601 of 1500


def test_by_product_of_the_lines(pub: Pub) -> None:
    report = products(ask(pub.venue))
    by_product = rows(report, "products")
    # Stout: 2 + 1 + 1 + 4 on four lines. Ready 200 300 300, brought 300 400 600 600, cleared 600 601 900 1800.
    assert by_product["Stout"] == [8, 4, 3, 300, 300, (3, 3), 4, 400, 600, (4, 4), 4, 601, 1800, (1, 4)]
    # Pie: 1 + 3 + 1 + 1 + 2 on five. Ready 100 100 300 400, brought 150 150 400 500, cleared 700 800 900 1200 1500.
    assert by_product["Pie"] == [8, 5, 4, 100, 400, (4, 4), 4, 150, 500, (4, 4), 5, 900, 1500, (0, 5)]
    assert report.notes == ["8 of 12 orders are joined to an order of ours; what the other 4 were is not known."]


def test_what_is_out_of_place(pub: Pub) -> None:
    report = misplaced(ask(pub.venue))
    found = report.sheet("moved")
    assert found is not None
    assert sorted(tuple(row) for row in found.rows) == [("The Anchor", "1", "3", 1), ("The Anchor", "2", "3", 1)]
    lost = report.sheet("lost")
    assert lost is not None
    assert [[plain(cell) for cell in row] for row in lost.rows] == [["The Anchor", "8", 1, 2, (1, 2)]]


def test_type_and_place_narrow_everything(pub: Pub) -> None:
    assert times(ask(pub.venue, type="TO_GO")).orders == 1
    assert times(ask(pub.venue, place="zone:Garden")).orders == 4
    assert times(ask(pub.venue, place="table:1")).orders == 3
    assert rows(products(ask(pub.venue, place="table:1")), "products").keys() == {"Stout", "Pie"}


def test_each_venue_by_its_own_clock(pub: Pub) -> None:
    # Kathmandu is 5:45 ahead, and its day begins at midnight: 18:20 UTC is 00:05 on Sunday there.
    far = make_venue(name="The Yak", timezone="Asia/Kathmandu", day_starts=dt.time(0))
    make_tracked(far, at("24 18:20:00"), located=15, cleared=1000)
    make_tracked(far, at("24 18:14:59"), located=15, cleared=2000)  # 23:59:59 on Saturday
    asked = ask(pub.venue, far)
    assert orders_by(asked, "weekday", "hour")[6, 0] == 1
    assert orders_by(asked, "weekday", "hour")[5, 23] == 1
    by_venue = rows(times(asked), "venues")
    assert by_venue["The Anchor"][:2] == [12, 8]
    assert by_venue["The Yak"] == [2, 0, 15, 2, 1000, 2000, (0, 2), 0, None, None, (0, 0)]
    assert measured(times(asked))["Delivery"][0] == 13
    assert times(ask(far, first=SUNDAY, last=SUNDAY)).orders == 1


def test_seconds_are_whole_ones_that_went_by(pub: Pub) -> None:
    venue = make_venue(name="The Clock")
    start = at("24 18:00:00").replace(microsecond=900_000)
    make_tracked(venue, start, located=0.05, cleared=1.2)  # 18:00:00.95, 18:00:02.1
    figures = measured(times(ask(venue)))
    assert figures["Time to locate"][:2] == [1, 0]
    assert figures["Delivery"][:2] == [1, 1]


def test_a_clock_that_was_put_back_makes_no_time() -> None:
    venue = make_venue(name="The Clock")
    make_tracked(venue, at("24 18:00:00"), located=-5, cleared=60)
    figures = measured(times(ask(venue)))
    assert figures["Time to locate"] == [0, None, None, (0, 0)]
    assert figures["Delivery"] == [1, 60, 60, (1, 1)]


def test_other_venues_orders_are_in_no_figure(pub: Pub) -> None:
    other = make_venue(name="The Other")
    make_tracked(other, at("24 18:30:00"), located=1, cleared=2, table_number="1")
    assert sum(some.orders for some in totals_by(ask(pub.venue), "venue_id").values()) == 12


def test_of_very_many_orders_every_so_many_is_timed(pub: Pub) -> None:
    assert [one_in(orders) for orders in (0, 1, 100_000, 100_001, 1_000_000)] == [1, 1, 1, 3, 20]
    whole = list(timed(ask(pub.venue), ("type",), (DELIVERY,), 1))
    some = list(timed(ask(pub.venue), ("type",), (DELIVERY,), 3))
    assert len(whole) == 12
    assert 0 < len(some) < 12
    assert all(row in whole for row in some)
    assert some == list(timed(ask(pub.venue), ("type",), (DELIVERY,), 3))
