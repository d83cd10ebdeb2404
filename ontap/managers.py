"""Who may look at pages over several venues: whoever manages some of them."""

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from venues.admin.scopes import managed_venues
from venues.models import User, Venue


def venues_of(request: HttpRequest) -> QuerySet[Venue] | HttpResponse:
    """The venues that this person manages, by name, or the way to the login. Raises Http404 where there are none."""
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    venues = managed_venues(request.user).order_by("name", "pk")
    if not venues.exists():
        raise Http404
    return venues
