"""The two pages that a half login may open: the code, and setting up the app that makes codes. And changing that."""

from http import HTTPStatus
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_otp.plugins.otp_totp.models import TOTPDevice

from orders.views.login import NEXT, next_step, place_of
from orders.views.visits import count_failure, refuse_too_many, too_many_failures
from venues.logins import complete, given_lately, half_in
from venues.models import User
from venues.second_factor import (
    WrongCode,
    address_for_app,
    app_of,
    check_code,
    new_key,
    recovery_codes_left,
    set_up_app,
    words_of_key,
)
from venues.tries import count_try, forget_tries

KEY = "login_new_key"  # of an app that is being set up: nobody's before a code has confirmed it


@never_cache
@require_http_methods(["GET", "POST"])
def code_page(request: HttpRequest) -> HttpResponse:
    """`/login/code/`: the code of somebody's app, or one of their recovery codes."""
    user = half_in(request.session, timezone.now())
    if user is None:
        return redirect("login")
    if app_of(user) is None:
        return redirect("login-set-up")
    if request.method == "GET":
        return render(request, "login/code.html", {"person": user})
    if too_many_failures(request):
        return refuse_too_many(request)
    tried = count_try(user.get_username(), timezone.now())
    app = check_code(user, request.POST.get("code", "")) if tried.allowed else None
    if app is None:
        count_failure(request)
        return render(request, "login/code.html", {"person": user, "wrong": True})
    goes_to = request.session.pop(NEXT, "")
    _make_whole(request, user, app)
    left = recovery_codes_left(user)
    return redirect("own-login") if left == 0 else redirect(goes_to or place_of(user))


@never_cache
@require_http_methods(["GET", "POST"])
def set_up_page(request: HttpRequest) -> HttpResponse:
    """`/login/set-up/`: an app for somebody who must have one and has none, or in the place of another.

    The second only with a key that `own_login` has put there, and while the password was given lately.
    """
    now = timezone.now()
    half = half_in(request.session, now)
    if half is not None and app_of(half) is not None:
        return redirect(next_step(half))
    chosen = KEY in request.session and given_lately(request.session, now) and isinstance(request.user, User)
    user = half or (request.user if chosen else None)
    if not isinstance(user, User):
        return redirect("own-login" if request.user.is_authenticated else "login")
    key: str = request.session.setdefault(KEY, new_key())
    if request.method == "GET":
        return _set_up(request, user, key)
    if too_many_failures(request):
        return refuse_too_many(request)
    return _confirm(request, user, key, replacing=half is None)


def _confirm(request: HttpRequest, user: User, key: str, *, replacing: bool) -> HttpResponse:
    tried = count_try(user.get_username(), timezone.now())
    if not tried.allowed:
        count_failure(request)
        return _set_up(request, user, key, wrong=True)
    try:
        codes = set_up_app(user, key, request.POST.get("code", ""), replacing=replacing)
    except WrongCode:
        count_failure(request)
        return _set_up(request, user, key, wrong=True)
    del request.session[KEY]
    app = app_of(user)
    if codes is None or app is None:
        return redirect("login")
    goes_to = request.session.pop(NEXT, "")
    _make_whole(request, user, app)
    return recovery_page(request, codes, goes_to or place_of(user))


def recovery_page(request: HttpRequest, codes: list[str], goes_to: str) -> HttpResponse:
    """The new codes, in the answer to the form and nowhere else."""
    return render(request, "login/recovery.html", {"codes": codes, "goes_to": goes_to})


def _make_whole(request: HttpRequest, user: User, app: TOTPDevice) -> None:
    complete(request.session, app, timezone.now())
    rotate_token(request)
    forget_tries(user.pk)


def _set_up(request: HttpRequest, user: User, key: str, **more: Any) -> HttpResponse:
    address = address_for_app(user, key)
    page = {"person": user, "drawn": _draw(address), "address": address, "key": words_of_key(key), **more}
    return render(request, "login/set_up.html", page, status=HTTPStatus.OK)


def _draw(address: str) -> SafeString:
    """The QR code as a drawing in the page: no other address serves it."""
    drawn = segno.make(address, error="m").svg_inline(scale=5, dark="#000", light="#fff", border=3, omitsize=True)
    return mark_safe(drawn)  # noqa: S308  segno's own drawing: none of the text is in it
