"""What spreadsheets get: whole, plain, harmless, and in pieces where it is long."""

import asyncio
import csv
import io
import tracemalloc
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import cast

import pytest
from asgiref.sync import async_to_sync
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client

from ontap.reports.csv_files import MARK, lines, whole_file
from ontap.reports.listing import AT_ONCE, HEADS
from ontap.reports.sheets import Column, Duration, Share, Sheet, name_column
from tests.factories import make_person, make_venue
from tests.ontap.reports.evenings import Pub, at, make_tracked
from tracker.models import TrackedOrder
from venues.models import Role, User, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

PERIOD = "first=2026-10-24&last=2026-10-25"


@pytest.fixture
def pub() -> Pub:
    return Pub()


@pytest.fixture
def alice(pub: Pub) -> User:
    return make_person("alice", Role.MANAGER, pub.venue)


def read(text: str) -> list[list[str]]:
    assert text.startswith(MARK)
    assert "\r\n" in text
    return list(csv.reader(io.StringIO(text.removeprefix(MARK))))


def streamed(person: User, address: str) -> tuple[StreamingHttpResponse, list[bytes]]:
    """An answer as the server sends it, piece by piece."""

    async def ask() -> tuple[StreamingHttpResponse, list[bytes]]:
        client = AsyncClient()
        await client.aforce_login(person)
        answer = cast("StreamingHttpResponse", await client.get(address))
        assert answer.status_code == 200
        return answer, [piece async for piece in cast("AsyncIterator[bytes]", answer.streaming_content)]

    return async_to_sync(ask)()


def test_a_sheet_as_a_file(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    answer = client.get(f"/reports/times/types.csv?{PERIOD}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="times-types-2026-10-24-2026-10-25.csv"'
    assert answer["Cache-Control"].startswith("max-age=0")
    heads, *rows = read(answer.content.decode())
    assert heads[:5] == ["Type", "Orders", "Joined", "To locate: Median, s", "Delivery, Table Tracker: Timed"]
    assert rows[0] == ["At a table", "11", "8", "75", "10", "700", "1500", "30.0", "7", "400", "600", "100.0"]
    assert rows[1][3] == ""  # nothing was timed


def test_every_tracked_order_as_a_file(pub: Pub, alice: User) -> None:
    answer, pieces = streamed(alice, f"/reports/orders.csv?{PERIOD}")
    assert answer["Content-Disposition"] == 'attachment; filename="orders-2026-10-24-2026-10-25.csv"'
    heads, *rows = read(b"".join(pieces).decode())
    assert tuple(heads) == HEADS
    assert len(rows) == 12
    first = dict(zip(heads, rows[0], strict=True))
    order = TrackedOrder.objects.get(started_at=at("24 18:10:00"))
    assert (first["venue"], first["gateway uuid"], first["order"]) == (
        "The Anchor",
        str(order.uuid),
        str(order.order_id),
    )
    assert first["started"] == "2026-10-24T19:10:00.000+01:00"
    # Clocks went back: the same time of day, an hour later.
    times = [row[heads.index("started")] for row in rows if "T01:30" in row[heads.index("started")]]
    assert times == ["2026-10-25T01:30:00.000+01:00", "2026-10-25T01:30:00.000+00:00"]
    last = dict(zip(heads, rows[-1], strict=True))
    assert (last["located"], last["cleared"], last["order"]) == ("", "", "")


def test_the_file_has_what_the_form_asks_for(alice: User) -> None:
    _, pieces = streamed(alice, f"/reports/orders.csv?{PERIOD}&type=TO_GO")
    assert len(read(b"".join(pieces).decode())) == 2


def test_a_cell_that_begins_like_a_formula_is_text() -> None:
    for cell in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"):
        assert next(csv.reader(io.StringIO(lines([[cell]]), newline="")))[0] == f"'{cell}"
    assert lines([["a=1", "5 - 3", 'The Anchor, "Quay"']]) == 'a=1,5 - 3,"The Anchor, ""Quay"""\r\n'


def test_words_of_the_gateway_run_nothing(pub: Pub, alice: User) -> None:
    make_tracked(pub.venue, at("24 19:00:00"), name="=HYPERLINK(1)", tag="@x", type="+TO_GO", table_number="-1")
    _, pieces = streamed(alice, f"/reports/orders.csv?{PERIOD}")
    row = next(row for row in read(b"".join(pieces).decode()) if "HYPERLINK" in row[2])
    assert [row[2], row[3], row[5], row[6]] == ["'=HYPERLINK(1)", "'+TO_GO", "'@x", "'-1"]


def test_numbers_stay_numbers() -> None:
    sheet = Sheet("x", "X", [name_column("Who"), Column("Time", "s"), Column("In", "%"), Column("N")], [])
    full = Sheet(
        sheet.name,
        sheet.title,
        sheet.columns,
        [["a", Duration(61), Share(1, 3), 1234], ["b", Duration(None), Share(0, 0), 0]],
    )
    assert whole_file(full) == MARK + 'Who,"Time, s","In, %",N\r\na,61,33.3,1234\r\nb,,,0\r\n'


def many(venue: Venue, number: int) -> None:
    """Orders of which each 100 were started at the same moment."""
    rows = [make_row(venue, number) for number in range(number)]
    TrackedOrder.objects.bulk_create(rows, batch_size=1000)


def make_row(venue: Venue, number: int) -> TrackedOrder:
    start = at("24 12:00:00") + timedelta(seconds=number // 100)
    return TrackedOrder(venue=venue, uuid=uuid.UUID(int=number), name=str(number), started_at=start)


def test_a_long_file_comes_in_pieces_with_each_order_once() -> None:
    one, two = make_venue(name="A"), make_venue(name="B")
    many(one, 2 * AT_ONCE + 50)
    many(two, 10)
    boss = make_person(is_superuser=True)
    _, pieces = streamed(boss, f"/reports/orders.csv?{PERIOD}")
    assert len(pieces) == 5  # the heads, three of A, one of B
    rows = read(b"".join(pieces).decode())[1:]
    assert len({(row[0], row[1]) for row in rows}) == len(rows) == 2 * AT_ONCE + 60


def test_a_long_file_needs_no_more_memory_than_a_piece() -> None:
    venue = make_venue(name="A")
    many(venue, 3 * AT_ONCE)
    boss = make_person(is_superuser=True)

    async def most() -> int:
        client = AsyncClient()
        await client.aforce_login(boss)
        answer = cast("StreamingHttpResponse", await client.get(f"/reports/orders.csv?{PERIOD}"))
        tracemalloc.start()
        size = 0
        async for piece in cast("AsyncIterator[bytes]", answer.streaming_content):
            size += len(piece)
            await asyncio.sleep(0)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert size > 450_000
        return peak

    assert async_to_sync(most)() < 12_000_000  # some 6 KB for each order of one piece
