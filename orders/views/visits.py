"""What every door of the pages does: failures counted per address, cookies that say no more than they must."""

import time
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from orders.door import client_address, failures, is_secure

MEMBER_KEPT = timedelta(days=1)  # longer than any evening; the table's session ends by itself
DEVICE_KEPT = timedelta(days=400)  # the most that browsers allow; revoking is what ends it
WAIT_S = 60


def too_many_failures(request: HttpRequest) -> bool:
    """Whether this address has brought so many wrong codes, keys or passwords that none is looked at for a while."""
    return failures.full(address_of(request), time.monotonic())


def count_failure(request: HttpRequest) -> None:
    failures.count(address_of(request), time.monotonic())


def address_of(request: HttpRequest) -> str:
    """The visitor's address, as far as the proxies before us can be believed."""
    return client_address(_scope(request))


def secure(request: HttpRequest) -> bool:
    """Whether the visitor came by TLS."""
    return is_secure(_scope(request))


def refuse_too_many(request: HttpRequest) -> HttpResponse:
    answer = render(request, "too_many.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(WAIT_S)
    return answer


def set_secret_cookie(request: HttpRequest, answer: HttpResponse, name: str, value: str, kept: timedelta) -> None:
    """Keep a secret in the browser where no script reads it.

    Lax and not Strict: a code is scanned by another app and a key opened from a message. After such a first step
    browsers would hold a Strict cookie back, on the very page that it is for. What changes anything is a POST.
    """
    answer.set_cookie(name, value, max_age=kept, httponly=True, samesite="Lax", secure=secure(request))


def _scope(request: HttpRequest) -> dict[str, Any]:
    """The request as `orders.door` knows clients, so that pages and sockets believe the same headers."""
    forwarded = ("X-Forwarded-For", "X-Forwarded-Proto")
    return {
        "scheme": request.scheme,
        "client": (request.META.get("REMOTE_ADDR", ""), 0),
        "headers": [
            (name.lower().encode(), request.headers[name].encode("latin-1", "replace"))
            for name in forwarded
            if name in request.headers
        ],
    }
