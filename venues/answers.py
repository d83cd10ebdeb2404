"""The one shape of an error over HTTP: `{"code", "message", "field"}`, as the protocol's error frames say it."""

from http import HTTPStatus
from typing import Any

from django.http import JsonResponse
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler


def error_body(code: str, message: str, field: str | None = None) -> dict[str, str | None]:
    """`code` is a stable word for programs, `field` the key of the request that was wrong."""
    return {"code": code, "message": message, "field": field}


def error(status: HTTPStatus, code: str, message: str, field: str | None = None) -> JsonResponse:
    answer = JsonResponse(error_body(code, message, field), status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def unknown() -> JsonResponse:
    """What does not exist, and what is another's: the same bytes."""
    return error(HTTPStatus.NOT_FOUND, "not_found", "There is nothing at this address.")


def handle_api_exception(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Django REST framework's exceptions in our shape."""
    answer = exception_handler(exception, context)
    if answer is None:
        return None
    if answer.status_code == HTTPStatus.NOT_FOUND:
        answer.data = error_body("not_found", "There is nothing at this address.")
    elif isinstance(exception, ValidationError) and isinstance(exception.detail, dict):
        field, faults = next(iter(exception.detail.items()))
        answer.data = error_body("wrong_type", str(faults[0] if isinstance(faults, list) else faults), str(field))
    elif isinstance(exception, APIException):
        code = exception.get_codes()
        answer.data = error_body(code if isinstance(code, str) else exception.default_code, str(exception))
    return answer
