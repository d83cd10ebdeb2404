"""Which alerts a site should have at a moment: rules over what is known of it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ontap.sites.facts import Facts
from ontap.sites.worries import waiting, worries

GUESTS_WAIT = ("orders_at_risk", "orders_unanswered")
# An agent that comes back within two minutes, or a tablet that is charged, is nobody's night call.
TOLD_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Found:
    """One alert that should be open: its kind, what is so, what to do, and since when."""

    kind: str
    what: str
    todo: str
    since: datetime


def alerts_of(site: Facts, now: datetime) -> dict[str, Found]:
    """By kind."""
    found = {one.kind: one for one in _of_worries(site, now)}
    if site.escalated and "orders_at_risk" not in found:
        words = "Nobody answers them. Call there."
        since = site.oldest_new or now
        found["orders_unanswered"] = Found("orders_unanswered", waiting(site, now), words, since)
    return found


def told_after(kind: str) -> timedelta:
    """How long a trouble lasts before somebody is sent word of it; the list shows it at once."""
    return timedelta(0) if kind in GUESTS_WAIT else TOLD_AFTER


def _of_worries(site: Facts, now: datetime) -> Iterator[Found]:
    for worry in worries(site, now):
        if worry.kind:
            yield Found(worry.kind, worry.what, worry.todo, worry.since or now)
