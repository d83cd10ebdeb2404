"""The admin's site: ours, so that nothing is in it that we did not put there with a scope."""

from typing import TYPE_CHECKING, Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from venues.models import User
from venues.roles import MANAGERS, operators_for

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver


class OntapSite(AdminSite):
    """For managers, operators and superusers, by their memberships; Django's permission tables are not asked."""

    site_header = site_title = "onTap"
    index_title = "What you manage"
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        return manages(request)

    def get_urls(self) -> "list[URLPattern | URLResolver]":
        # "View on site" looks any row up by content type and id, whosever it is; we have no use for it.
        return [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]


def manages(request: HttpRequest) -> bool:
    """Whether this person manages anything at all: asked a hundred times on one page, answered by one query."""
    known: dict[str, Any] = request.__dict__
    if "_manages" not in known:
        user = request.user
        known["_manages"] = isinstance(user, User) and (
            (user.is_active and user.is_superuser) or operators_for(user, MANAGERS).exists()
        )
    answer: bool = known["_manages"]
    return answer


site = OntapSite(name="admin")
