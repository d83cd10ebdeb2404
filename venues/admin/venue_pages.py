"""Pages below a venue in the admin, from whichever app: each starts from the venues that its reader manages.

    @venue_page("codes", "codes/", "Codes", icon="qr_code_2")
    def codes_page(request: HttpRequest, venue: Venue) -> HttpResponse: ...

stands at /admin/venues/venue/<id>/codes/ and is linked from the venue. Another operator's venue answers as one that
does not exist; a venue that is seen, but for which `allowed` says no, is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from venues.admin.scopes import managed_venues, whole_operators
from venues.models import User, Venue

Allowed = Callable[[User], QuerySet[Venue]]
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class VenuePage:
    """`title` and `icon` are of its link; without a title it has none."""

    name: str
    route: str
    title: str
    icon: str
    view: View
    allowed: Allowed

    @property
    def url_name(self) -> str:
        return f"admin:venues_venue_{self.name}"


PAGES: list[VenuePage] = []


def venue_page(
    name: str, route: str, title: str = "", *, icon: str = "", allowed: Allowed = managed_venues
) -> Callable[[View], View]:
    """The view as a page of every venue."""

    def register(view: View) -> View:
        PAGES.append(VenuePage(name, route, title, icon, view, allowed))
        return view

    return register


def venues_of_operators(user: User) -> QuerySet[Venue]:
    """For pages that only operators may use."""
    return Venue.objects.filter(operator__in=whole_operators(user))


def render_page(
    request: HttpRequest,
    venue: Venue,
    template: str,
    title: str,
    context: dict[str, Any],
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """A page of the venue in the admin's frame, with the way to its other pages."""
    here = template.rpartition("/")[2].partition(".")[0].partition("_")[0]
    return TemplateResponse(
        request, template, frame_of(request, venue, here) | {"title": title} | context, status=status
    )


def frame_of(request: HttpRequest, venue: Venue, here: str) -> dict[str, Any]:
    """What the templates of these pages stand on; `here` is the name of the page."""
    site: AdminSite = request.__dict__["admin_site"]
    return {
        **site.each_context(request),
        "opts": Venue._meta,
        "original": venue,
        "venue": venue,
        "venue_pages": links_for(request),
        "here": here,
    }


def links_for(request: HttpRequest) -> list[VenuePage]:
    """The pages that have a link of their own, and that this reader may open for any venue at all."""
    user = request.user
    assert isinstance(user, User)
    operates: bool = request.__dict__.setdefault("_operates", whole_operators(user).exists())
    titled = [page for page in PAGES if page.title]
    own = [page for page in titled if page.allowed is not venues_of_operators]
    return own + ([page for page in titled if page not in own] if operates else [])
