"""Until when orders are paused, and what staff typed wrongly."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from orders.pausing import NotUnderstood, next_time, read_pause
from tests.factories import make_venue, now_ms
from tests.orders.boards import follow, tablet_of, words
from venues.models import Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

LONDON = ZoneInfo("Europe/London")
EVENING = datetime(2026, 7, 1, 19, 30, tzinfo=UTC)  # 20:30 in London


@pytest.fixture
def venue() -> Venue:
    return make_venue()


@pytest.fixture
def tablet(venue: Venue) -> Client:
    return tablet_of(venue)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("21:15", datetime(2026, 7, 1, 20, 15, tzinfo=UTC)),
        ("9.05", datetime(2026, 7, 2, 8, 5, tzinfo=UTC)),
        ("2030", datetime(2026, 7, 2, 19, 30, tzinfo=UTC)),  # this very minute is over
        (" 00:00 ", datetime(2026, 7, 1, 23, 0, tzinfo=UTC)),
    ],
)
def test_a_time_is_the_next_one_on_the_venues_clock(text: str, until: datetime) -> None:
    assert next_time(text, EVENING, LONDON) == until


@pytest.mark.parametrize("text", ["", "soon", "24:00", "7", "21:60", "-1:00", "\uff11\uff12:00"])
def test_what_is_no_time_is_said(text: str) -> None:
    with pytest.raises(NotUnderstood, match=r"Give a time such as 21:30\."):
        next_time(text, EVENING, LONDON)


def test_in_the_night_when_clocks_go_back_it_is_never_over_already() -> None:
    first = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 01:45, for the first time
    second = first + timedelta(hours=1)
    for now in (first, second):
        until = next_time("01:50", now, LONDON)
        assert now < until.astimezone(UTC) <= now + timedelta(hours=25)


@pytest.mark.parametrize("reason", ["x" * 141, "two\nlines"])
def test_a_reason_is_one_short_line(reason: str) -> None:
    with pytest.raises(NotUnderstood) as wrong:
        read_pause({"minutes": "15", "reason": reason}, EVENING, LONDON, time(5))
    assert wrong.value.field == "reason"


def test_until_a_time_and_on_again(venue: Venue, tablet: Client) -> None:
    local = (now_ms() + timedelta(hours=2)).astimezone(venue.zone)
    sent = {"minutes": "until", "until": f"{local:%H:%M}", "reason": "The kitchen catches up."}
    text = follow(tablet, f"/board/{venue.pk}/pause", sent)
    assert f"{local:%H:%M}" in text
    assert "Guests read: “The kitchen catches up.”" in text
    venue.refresh_from_db()
    assert venue.paused_until is not None
    assert venue.paused_until.astimezone(venue.zone) == local.replace(second=0, microsecond=0)
    assert "Orders go on." in follow(tablet, f"/board/{venue.pk}/pause", {})


def test_what_was_typed_wrongly_stays_on_the_form(venue: Venue, tablet: Client) -> None:
    answer = tablet.post(f"/board/{venue.pk}/pause", {"minutes": "until", "until": "late", "reason": "Full <house>"})
    assert answer.status_code == 400
    assert "Give a time such as 21:30." in words(answer)
    text = answer.content.decode()
    assert 'value="until" checked' in text
    assert 'value="late"' in text
    assert 'value="Full &lt;house&gt;"' in text
