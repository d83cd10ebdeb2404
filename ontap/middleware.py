"""What every answer that Django makes has in common."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from orders.views.visits import address_of
from venues.acting import acting_in

ADMIN = "/admin/"
# Its own pages alone: unfold's Alpine evaluates the expressions of its templates, and its colours stand in the page.
OF_THE_ADMIN = {"script-src": ["'unsafe-eval'"], "style-src": ["'unsafe-inline'"]}
WITH_FORMS = ("/admin/", "/board/", "/invitation/", "/login/", "/logout/", "/walk/")


def page_headers(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Nothing of ours belongs into a search engine, nor, unless a view says so, into a cache."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        answer = get_response(request)
        answer.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        answer.headers.setdefault("Cache-Control", "no-store")
        if request.path.startswith(WITH_FORMS):
            # From a page under `no-referrer` (our default) browsers post forms with `Origin: null`, which Django's
            # CSRF check refuses. No secret is in these addresses.
            answer.headers.setdefault("Referrer-Policy", "same-origin")
        return answer

    return middleware


def acting_person(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Whatever is changed while a request is answered knows who asked: history and the audit log note it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with acting_in(request, address_of):
            return get_response(request)

    return middleware


def admin_policy(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """The admin's own content security policy: still nothing from another host, and in nobody's frame."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        answer = get_response(request)
        if request.path.startswith(ADMIN):
            answer._csp_update = OF_THE_ADMIN  # type: ignore[attr-defined]  # how django-csp is told
        return answer

    return middleware
