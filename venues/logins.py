"""A login: who is behind a session, whether it is whole, and how long it lasts.

`person_in` is the one answer to "is somebody logged in here". Pages and the API get it as `request.user` (by
`LoginMiddleware`), sockets by `venues.access.user_logged_in`. A login that lacks its second factor is nobody's: only
the pages that complete it ask `half_in`.
"""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django_otp.plugins.otp_totp.models import TOTPDevice

from venues.audit import What, note_of_person
from venues.models import User
from venues.second_factor import needs_code, remove_factor
from venues.sessions import EVERY, STARTED, longest, unused

USED = "login_used"  # by a page, seconds since 1970
GIVEN = "login_given"  # password, and code where there is one
FACTOR = "login_factor"  # id of the app whose code was given
GIVEN_COUNTS = timedelta(minutes=10)


@receiver(user_logged_in)
def begin(request: HttpRequest, **kwargs: Any) -> None:
    """Whoever logs a person in, by whatever page: the clocks of the login start."""
    now = timezone.now()
    request.session.pop(FACTOR, None)
    request.session.update(dict.fromkeys((STARTED, USED, GIVEN), now.timestamp()))
    request.session.set_expiry(now + longest())


def complete(session: SessionBase, app: TOTPDevice, now: datetime) -> None:
    """The second factor was given: from now on the login is whole, under a new key."""
    session.cycle_key()
    session[FACTOR] = app.pk
    session[GIVEN] = now.timestamp()


def person_in(session: SessionBase, now: datetime) -> User | None:
    """The person whose login this is, whole and not over: the one predicate for pages, API and sockets."""
    user = _behind(session, now)
    return user if user is not None and _is_whole(session, user) else None


def half_in(session: SessionBase, now: datetime) -> User | None:
    """The person who has given a password, and whose second factor is still wanted."""
    user = _behind(session, now)
    return user if user is not None and _in_use(session, now) and not _is_whole(session, user) else None


def given_lately(session: SessionBase, now: datetime) -> bool:
    """Whether password and code were given within the last ten minutes."""
    return bool(now.timestamp() - session.get(GIVEN, 0) < GIVEN_COUNTS.total_seconds())


def note_given(session: SessionBase, now: datetime) -> None:
    session[GIVEN] = now.timestamp()


def end_logins(user_id: int) -> None:
    """End every login of this person, wherever: pages at once, open sockets within seconds."""
    User.objects.filter(pk=user_id).update(login_version=F("login_version") + 1)


def reset_factor(user: User) -> None:
    """Take away what somebody has lost. Their logins end: whoever has the phone may be in one of them."""
    with transaction.atomic():
        note_of_person(What.FACTOR_RESET, user, f"of {user}")
        remove_factor(user)
        end_logins(user.pk)


class LoginMiddleware(AuthenticationMiddleware):
    """`request.user` is somebody only where the login is whole, and pages were used lately."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user_of(request))  # type: ignore[assignment]
        request.auser = sync_to_async(lambda: _user_of(request))


def _user_of(request: HttpRequest) -> User | AnonymousUser:
    """Asked once in a request. Notes that the login is in use: a board at its socket does not come here, so a manager's
    tablet that shows nothing but the board for hours opens no admin."""
    known: User | AnonymousUser | None = request.__dict__.get("_user_of")
    if known is None:
        now = timezone.now()
        user = person_in(request.session, now)
        if user is not None and not _in_use(request.session, now):
            user = None
        stale = user is not None and now.timestamp() - request.session[USED] > EVERY.total_seconds()
        if stale and not _asked_by_a_page(request):
            request.session[USED] = now.timestamp()
        known = request.__dict__["_user_of"] = user or AnonymousUser()
    return known


def _asked_by_a_page(request: HttpRequest) -> bool:
    """Whether a script reads here, as that of `/sites/` does every few seconds: nobody need be there for it. Browsers
    say so, but on plain http to another machine, where such a page counts as used while it is open."""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Dest") == "empty"


def _behind(session: SessionBase, now: datetime) -> User | None:
    """Who gave their password in this session, where it is not over: whole or not."""
    user = get_user(SimpleNamespace(session=session))  # type: ignore[arg-type]
    started = session.get(STARTED)
    if not isinstance(user, User) or not user.is_active or started is None:
        return None
    return user if now.timestamp() - started < longest().total_seconds() else None


def _is_whole(session: SessionBase, user: User) -> bool:
    app = session.get(FACTOR)
    if app is not None and TOTPDevice.objects.filter(pk=app, user=user, confirmed=True).exists():
        return True
    return not needs_code(user)


def _in_use(session: SessionBase, now: datetime) -> bool:
    return bool(now.timestamp() - session.get(USED, 0) < unused().total_seconds())
