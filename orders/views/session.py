"""Who am I here: asked by pages after refused handshakes, and by clients without cookies that hold a table's code."""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.views.visits import WAIT_S, count_failure, secure, too_many_failures
from venues.access import member_for_code
from venues.answers import error, error_body
from venues.converters import IdConverter
from venues.visitors import NoStanding, standing_of


@require_GET
@never_cache
def session(request: HttpRequest) -> JsonResponse:
    """`GET /session[?venue_id=..&table_number=..]`: 200 `{role, venue, table, expires}` by the cookies, or 401."""
    venue, table_number = request.GET.get("venue_id"), request.GET.get("table_number")
    try:
        standing = standing_of(request.COOKIES, _venue_id(venue) if venue is not None else None, table_number)
    except NoStanding as why:
        return error(HTTPStatus.UNAUTHORIZED, why.code, why.message)
    return JsonResponse(
        {
            "role": standing.role,
            "venue": str(standing.venue_id) if standing.venue_id is not None else None,
            "table": standing.table_number,
            "expires": standing.expires.isoformat() if standing.expires is not None else None,
        }
    )


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=64)


@method_decorator(never_cache, name="dispatch")
class SessionView(APIView):
    """`POST /api/session {"code": ...}`: the token and socket address of a table, for clients without cookies."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        if too_many_failures(request._request):
            body = error_body("too_many_failures", "Too many wrong codes from here. Try again in a minute.")
            return Response(body, HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": str(WAIT_S)})
        wanted = CodeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        scanned = member_for_code(wanted.validated_data["code"], timezone.now())
        if scanned is None:
            count_failure(request._request)
            body = error_body("unknown_code", "This is no table's code, or no longer. Scan the code again.", "code")
            return Response(body, HTTPStatus.NOT_FOUND)
        member, token = scanned
        query = urlencode({"venue_id": member.venue_id, "table_number": member.table.number})
        scheme = "wss" if secure(request._request) else "ws"
        return Response(
            {
                "token": token,
                "venue": str(member.venue_id),
                "table": member.table.number,
                "address": f"{scheme}://{request.get_host()}/s/{token}/Test?{query}",
            }
        )


def _venue_id(text: str) -> int:
    """The id in a query; 0, which no venue has, where it is none."""
    converter = IdConverter()
    return converter.to_python(text) if re.fullmatch(converter.regex, text) else 0
