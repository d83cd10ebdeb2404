"""For how long something is not sold: the four answers that boards and the menu's page offer."""

from datetime import datetime, timedelta

from venues.hours import day_ends
from venues.models import Venue

HOUR, TODAY, UNTIL_TOLD = "hour", "today", "on"


def until_when(how_long: str, now: datetime, venue: Venue) -> datetime | None:
    """The end of an hour or of the business day; None for until somebody says. Raises KeyError for anything else."""
    ends = {
        HOUR: now + timedelta(hours=1),
        TODAY: day_ends(now, venue.zone, venue.day_starts),
        UNTIL_TOLD: None,
    }
    return ends[how_long]
