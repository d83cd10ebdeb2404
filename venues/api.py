"""The REST API of venues, version 1."""

import hashlib

import orjson
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from venues.catalogue import load_catalogue
from venues.menu import menu_of
from venues.visitors import may_read_menu


@method_decorator(gzip_page, name="dispatch")
class MenuView(APIView):
    """`GET /api/v1/venues/<id>/menu[?brief]`: the effective menu, for whoever may order or work there; for others no
    venue.

    Clients without cookies send `Authorization: Bearer <member token or device key>`. Compressed: there is no secret
    in it and nothing of the request, so its length tells nobody anything.
    """

    authentication_classes = ()  # the cookies and tokens of sockets, judged by the same code
    permission_classes = (AllowAny,)

    def get(self, request: Request, venue_id: int) -> HttpResponse:
        catalogue = load_catalogue(venue_id)
        if catalogue is None or not may_read_menu(catalogue, bearer_token(request), request.COOKIES):
            raise NotFound
        found = menu_of(catalogue, timezone.now(), words="brief" not in request.GET)
        return _with_etag(request, orjson.dumps(found))


def bearer_token(request: Request) -> str | None:
    """The token of an Authorization header; the empty one too, which opens nothing."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else None


def _with_etag(request: Request, body: bytes) -> HttpResponse:
    etag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    answer = HttpResponse(body, content_type="application/json")
    found = get_conditional_response(request._request, etag=etag, response=answer)
    assert found is not None
    found["ETag"] = etag
    # Asked for again each time: what is on sale changes with the clock, and the answer to "nothing new" is short.
    found["Cache-Control"] = "private, no-cache"
    patch_vary_headers(found, ["Cookie", "Authorization"])
    return found
