"""Wrong passwords and codes of one account: after ten within 15 minutes it is locked for 15 minutes.

Counted in the database, so that all processes and machines count together, and before anybody looks whether a try is
right: a hundred at once are ten tries, not a hundred. A locked account answers a right password like a wrong one.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from venues.models import LoginTries, User

MOST = 10
WINDOW = timedelta(minutes=15)
BUCKETS = 1024  # for names that are nobody's


@dataclass(frozen=True, slots=True)
class Try:
    """One try, counted. Where it is not `allowed`, whatever was given counts as wrong."""

    row_id: int
    at: float
    allowed: bool

    def give_back(self) -> None:
        """It was right: it counts no more. Those before it still do, until the login is whole."""
        with transaction.atomic():
            row = LoginTries.objects.select_for_update().filter(pk=self.row_id).first()
            if row is not None and self.at in row.times:
                row.times.remove(self.at)
                row.save(update_fields=["times"])


def count_try(username: str, now: datetime) -> Try:
    """Count one try to be this person, known or not: the same reads and writes for both, and for a locked one."""
    user_id = User.objects.filter(username=username).values_list("pk", flat=True).first()
    whose: dict[str, Any] = {"bucket": _bucket(username)} if user_id is None else {"user_id": user_id}
    with transaction.atomic():
        row, _ = LoginTries.objects.select_for_update().get_or_create(**whose)
        at = now.timestamp()
        allowed = locked_until(row, now) is None
        if allowed:
            row.times = [*(time for time in row.times if time > at - WINDOW.total_seconds()), at]
        row.save(update_fields=["times"])
    return Try(row.pk, at, allowed)


def locked_until(row: LoginTries, now: datetime) -> datetime | None:
    """When the account's lock ends; None where it is not locked."""
    if len(row.times) < MOST:
        return None
    end = datetime.fromtimestamp(row.times[-1], UTC) + WINDOW
    return end if now < end else None


def forget_tries(user_id: int) -> None:
    """The login is whole, or a manager unlocks it: nothing counts any more."""
    LoginTries.objects.filter(user_id=user_id).delete()


def _bucket(username: str) -> int:
    digest = hashlib.blake2b(username.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "big") % BUCKETS
