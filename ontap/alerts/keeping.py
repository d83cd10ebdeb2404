"""Opens and closes alerts as the sites' troubles come and go. Any number may do so at once, and again: it changes
nothing twice."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from ontap.alerts.finding import Found, alerts_of, told_after
from ontap.alerts.models import Alert, AlertDelivery, AlertTarget
from ontap.sites.facts import facts_of
from venues.models import User, Venue

QUIET = timedelta(minutes=2)  # what comes back within it was never over
HOLD_OFF = timedelta(minutes=15)  # between two messages of the same trouble at the same venue
KEPT = timedelta(days=90)
AT_ONCE = 200  # venues of one round of queries


def keep_alerts(now: datetime) -> None:
    """Have the alerts of all venues say what is so now, and hand over what is to be told."""
    for venues in _portions():
        keep_alerts_of(venues, now)
    tell(now)


def keep_alerts_of(venues: Sequence[Venue], now: datetime) -> None:
    wanted = {
        (site.venue.pk, kind): found
        for site in facts_of(venues, now, with_days=False)
        for kind, found in alerts_of(site, now).items()
    }
    rows = Alert.objects.filter(venue__in=[venue.pk for venue in venues], over_at=None)
    kept = {(alert.venue_id, alert.kind): alert for alert in rows}
    new = [_alert(venue, found, now) for (venue, _), found in wanted.items() if (venue, found.kind) not in kept]
    Alert.objects.bulk_create(new, ignore_conflicts=True)  # the one open alert of a kind may be another worker's by now
    for key, alert in kept.items():
        if key in wanted:
            _go_on(alert, wanted[key])
        else:
            _go_away(alert, now)


def tell(now: datetime) -> int:
    """Plan what each target is told of alerts that opened, or are over; how many alerts that were."""
    lately = Alert.objects.filter(venue=OuterRef("venue"), kind=OuterRef("kind"), told_at__gt=now - HOLD_OFF)
    opened = Alert.objects.filter(~Exists(lately), told_at=None, over_at=None, gone_at=None)
    due = [alert for alert in opened.select_related("venue") if now >= alert.opened_at + told_after(alert.kind)]
    told = sum(_hand_over(alert, "opened", Q(told_at=None, over_at=None), now) for alert in due)
    over = Alert.objects.filter(told_at__isnull=False, over_at__isnull=False, over_told_at=None)
    return told + sum(_hand_over(alert, "over", Q(over_told_at=None), now) for alert in over.select_related("venue"))


def mark_seen(alert_id: int, by: User, now: datetime) -> bool:
    """Note that somebody looks after it; False where somebody else does already."""
    return bool(Alert.objects.filter(pk=alert_id, seen_at=None).update(seen_at=now, seen_by=by))


def prune(now: datetime) -> int:
    """Remove alerts that were over 90 days ago, with what was told of them; how many rows."""
    return Alert.objects.filter(over_at__lt=now - KEPT).delete()[0]


def _portions() -> Iterator[list[Venue]]:
    last = 0
    while True:
        rows = Venue.objects.filter(pk__gt=last).order_by("pk").prefetch_related("opening_hours", "opening_exceptions")
        if not (venues := list(rows[:AT_ONCE])):
            return
        yield venues
        last = venues[-1].pk


def _alert(venue_id: int, found: Found, now: datetime) -> Alert:
    words = {"what": found.what[:300], "todo": found.todo[:300]}
    return Alert(venue_id=venue_id, kind=found.kind, since=found.since, opened_at=now, **words)


def _go_on(alert: Alert, found: Found) -> None:
    """The words follow what is so: "the oldest for 4 min", a minute later."""
    what, todo = found.what[:300], found.todo[:300]
    if alert.gone_at is not None or (alert.what, alert.todo) != (what, todo):
        Alert.objects.filter(pk=alert.pk, over_at=None).update(gone_at=None, what=what, todo=todo)


def _go_away(alert: Alert, now: datetime) -> None:
    gone = Alert.objects.filter(pk=alert.pk, over_at=None)
    if alert.gone_at is None:
        gone.filter(gone_at=None).update(gone_at=now)
    else:
        gone.filter(gone_at__lte=now - QUIET).update(over_at=F("gone_at"))


def _hand_over(alert: Alert, event: str, still: Q, now: datetime) -> bool:
    """Claim it, and plan a delivery for each target that has to know; one transaction, so that none is forgotten."""
    with transaction.atomic():
        column = "told_at" if event == "opened" else "over_told_at"
        if not Alert.objects.filter(still, pk=alert.pk).update(**{column: now}):
            return False
        AlertDelivery.objects.bulk_create(
            AlertDelivery(target=target, alert=alert, event=event, planned_at=now, next_try_at=now)
            for target in _targets(alert, event)
        )
    return True


def _targets(alert: Alert, event: str) -> Iterator[AlertTarget]:
    """Whoever is told of this venue; that it is over, those who were told that it began."""
    of_venue = Q(venue=alert.venue_id) | Q(venue=None, operator=alert.venue.operator_id)
    rows = AlertTarget.objects.filter(of_venue, active=True)
    if event == "over":
        rows = rows.filter(deliveries__alert=alert, deliveries__event="opened")
    return iter(rows.order_by("pk"))
