"""What every answer that Django makes has in common."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

WITH_FORMS = ("/admin/", "/board/", "/login/", "/logout/", "/walk/")


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
