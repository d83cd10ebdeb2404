"""Keys and roles ask for the password again, and for the code where there is one, if it was not given lately.

`ask_again` puts the question in the place of the answer, at the same address, and keeps what was typed in the page:
who gives the password goes on as if nothing had been asked. An admin declares its pages and actions in `asks_again`
(`venues.admin.scoping`); any other view calls `ask_again` first. Forms with a file cannot: a page does not hold one.
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from venues.logins import given_lately, note_given
from venues.models import User
from venues.second_factor import app_of, check_code
from venues.tries import count_try

PASSWORD, CODE, ONLY_LOOKED = "again_password", "again_code", "again_only_looked"
_OURS = (PASSWORD, CODE, ONLY_LOOKED, "again_name")
_OF_THE_FORM = "csrfmiddlewaretoken"


def ask_again(
    request: HttpRequest, user: User, template: str = "login/again.html", **context: Any
) -> HttpResponse | None:
    """The question, or None where the view may go on: with `request.POST` as it was typed."""
    now = timezone.now()
    given = request.POST
    if PASSWORD in given:
        request.POST = _typed(given)  # type: ignore[assignment]  # Django lets it be set
    if not given_lately(request.session, now):
        if PASSWORD not in given or not _is_right(user, given):
            return _question(request, user, given, template, context)
        note_given(request.session, now)
    return redirect(request.get_full_path()) if ONLY_LOOKED in given else None


def _is_right(user: User, given: QueryDict) -> bool:
    """Counted as at the login: whoever found this browser open has as few tries."""
    tried = count_try(user.get_username(), timezone.now())
    right = user.check_password(given.get(PASSWORD, "")) and tried.allowed
    if right and app_of(user) is not None:
        right = check_code(user, given.get(CODE, "")) is not None
    if right:
        tried.give_back()
    return right


def _question(
    request: HttpRequest, user: User, given: QueryDict, template: str, context: dict[str, Any]
) -> HttpResponse:
    typed = _typed(given)
    kept = [(name, value) for name, values in typed.lists() if name != _OF_THE_FORM for value in values]
    if request.method in ("GET", "HEAD") or ONLY_LOOKED in given:
        kept.append((ONLY_LOOKED, "yes"))
    page = {
        "person": user,
        "wants_code": app_of(user) is not None,
        "wrong": PASSWORD in given,
        "kept": kept,
        "typed": any(name != ONLY_LOOKED for name, _ in kept),
        "here": request.get_full_path(),
    }
    return render(request, template, context | page, status=HTTPStatus.FORBIDDEN)


def _typed(given: QueryDict) -> QueryDict:
    """What was typed into the form itself."""
    typed = given.copy()
    for name in _OURS:
        typed.pop(name, None)
    return typed
