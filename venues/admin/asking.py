"""Which pages and actions of an admin ask for the password again."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from venues.admin.site import manages
from venues.asking_again import ask_again
from venues.models import User

_NOTHING_ELSE = ("add", "password")  # these pages do nothing else: asked before the form is filled in

View = Callable[..., HttpResponse]


def let_ask(urls: Iterable[Any], asks_again: tuple[str, ...]) -> None:
    """Wrap those of an admin's addresses that `ScopedAdmin.asks_again` names; its list, for the actions."""
    for url in urls:
        name = getattr(url, "name", None) or ""
        page = "password" if name.endswith("password_change") else name.rpartition("_")[2]
        if page == "changelist" or page in asks_again:
            url.callback = _asking(url.callback, page, asks_again)


def _asking(view: View, page: str, asks_again: tuple[str, ...]) -> View:
    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sent = request.method == "POST"
        due = sent and request.POST.get("action") in asks_again if page == "changelist" else sent
        # Whoever manages nothing is the view's own to send away.
        if (due or page in _NOTHING_ELSE) and manages(request):
            assert isinstance(request.user, User)
            asked = ask_again(request, request.user)
            if asked is not None:
                return asked
        return view(request, *args, **kwargs)

    return asking
