"""The admin's site: ours, so that nothing is in it that we did not put there with a scope."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.paginator import InvalidPage
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from unfold.sites import UnfoldAdminSite

from venues.asking_again import ask_again
from venues.models import Operator, User
from venues.roles import MANAGERS, may_everything, operators_for

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite as _Site
    from django.urls import URLResolver
else:
    _Site = UnfoldAdminSite


class OntapSite(_Site):
    """For managers, operators and superusers, by their memberships; Django's permission tables are not asked."""

    site_header = site_title = "onTap"
    index_title = "What you manage"
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        return manages(request)

    def get_urls(self) -> "list[URLPattern | URLResolver]":
        # "View on site" looks any row up by content type and id, whosever it is; we have no use for it.
        urls = [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]
        for url in urls:
            if getattr(url, "name", "") == "password_change":
                assert isinstance(url, URLPattern)
                url.callback = _asking(url.callback)
        return urls

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        try:
            found: HttpResponse = super().search(request, extra_context)  # type: ignore[misc]  # unfold's own
        except InvalidPage:
            raise Http404("There is no such page of what was found.") from None
        return found


def _asking(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """Its own question for the old password counts no wrong ones; ours does."""

    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = ask_again(request, request.user) if isinstance(request.user, User) and manages(request) else None
        return view(request, *args, **kwargs) if asked is None else asked

    return asking


def manages(request: HttpRequest) -> bool:
    """Whether this person manages anything at all."""
    user = request.user
    return isinstance(user, User) and (may_everything(user) or has_any(request, _managed))


def has_any(request: HttpRequest, scope: Callable[[User], QuerySet[Any]]) -> bool:
    """Whether there is a row in this person's scope: asked dozens of times on one page, answered by one query."""
    assert isinstance(request.user, User)
    known: dict[object, bool] = request.__dict__.setdefault("_has_any", {})
    if scope not in known:
        known[scope] = scope(request.user).exists()
    return known[scope]


def _managed(user: User) -> QuerySet[Operator]:
    return operators_for(user, MANAGERS)


site = OntapSite(name="admin")
