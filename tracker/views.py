"""Where an agent without a token asks for one. What it is and how it goes on is in `tracker.enrolment`."""

import time
from http import HTTPStatus
from typing import Any

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.limits import Limit
from orders.views.visits import WAIT_S, address_of, count_failure, too_many_failures
from tracker import enrolment
from venues.answers import error_body

# A pub with two agents that start again and again asks less; whoever asks more has no agent.
begun = Limit(30, 600)


class _HostSerializer(serializers.Serializer[Any]):
    host = serializers.CharField(max_length=200, allow_blank=True, default="")
    version = serializers.CharField(max_length=200, allow_blank=True, default="")


class _SecretSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(max_length=64)


class _Open(APIView):
    """For everybody: who asks has nothing to show yet."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


@method_decorator(never_cache, name="dispatch")
class BeginView(_Open):
    """`POST /agent/enrol {"host", "version"}`: 200 `{"code", "secret", "expires_s", "every_s"}`, or 429."""

    def post(self, request: Request) -> Response:
        wanted = _HostSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        address = address_of(request._request)
        if not begun.take(address, time.monotonic()):
            return _too_many()
        try:
            new = enrolment.begin(**wanted.validated_data, address=address, now=timezone.now())
        except enrolment.TooManyEnrolments:
            return _too_many()
        lives_s = int(enrolment.LIVES.total_seconds())
        return Response({"code": new.code, "secret": new.secret, "expires_s": lives_s, "every_s": enrolment.EVERY_S})


@method_decorator(never_cache, name="dispatch")
class WaitView(_Open):
    """`POST /agent/enrol/wait {"secret"}`: 202 until a manager has confirmed, then 200 `{"token", "venue"}`.

    410 once it was refused, has expired or the token was used, and for a secret that nobody has: it says nothing.
    """

    def post(self, request: Request) -> Response:
        if too_many_failures(request._request):
            return _too_many()
        wanted = _SecretSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        answer = enrolment.waits(wanted.validated_data["secret"], timezone.now())
        if answer is True:
            return Response({}, HTTPStatus.ACCEPTED)
        if isinstance(answer, enrolment.Granted):
            return Response({"token": answer.token, "venue": answer.venue})
        count_failure(request._request)
        return Response(error_body("gone", "This enrolment is over. Begin again."), HTTPStatus.GONE)


def _too_many() -> Response:
    body = error_body("too_many", "Too many tries from here. Try again in a minute.")
    return Response(body, HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": str(WAIT_S)})
