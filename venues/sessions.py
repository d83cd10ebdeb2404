"""Where logins are kept: Django's sessions in the database, whose rows end with disuse.

A cookie lives as long as a login may at most; its row's `expire_date` is when it ends for want of use. Sockets put
that off by one UPDATE of that column: they must not write a session's contents, which a page may be writing too.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.utils import timezone

STARTED = "login_started"  # seconds since 1970
EVERY = timedelta(minutes=1)  # how often use is noted


def longest() -> timedelta:
    """How long a login lasts, whatever happens."""
    return timedelta(hours=settings.ONTAP_LOGIN_HOURS)


def unused() -> timedelta:
    """How long a login lasts without use."""
    return timedelta(hours=settings.ONTAP_LOGIN_IDLE_HOURS)


class SessionStore(db.SessionStore):
    """SESSION_ENGINE."""

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        return _ending(super().create_model_instance(data), data)

    async def acreate_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        return _ending(await super().acreate_model_instance(data), data)


def note_use(keys: Collection[str], now: datetime) -> None:
    """A board of these logins is in use. Reads first: mostly there is nothing to write."""
    due = Session.objects.filter(
        pk__in=keys, expire_date__gt=now, expire_date__lt=now + unused() - EVERY / 2
    ).values_list("pk", flat=True)
    if found := list(due):
        Session.objects.filter(pk__in=found, expire_date__gt=now).update(expire_date=now + unused())


def _ending(row: AbstractBaseSession, data: Mapping[str, Any]) -> AbstractBaseSession:
    if STARTED in data:
        row.expire_date = min(row.expire_date, timezone.now() + unused())
    return row
