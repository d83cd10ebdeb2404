"""Answers to what is not there."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from ontap.languages import in_its_language
from venues.answers import unknown


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page in plain words, and below `/api/` the error that programs get; neither repeats what was asked for."""
    if request.path.startswith("/api/"):
        return unknown()
    with translation.override(translation.get_language_from_request(request)):  # who it is, nobody knows
        answer = render(request, "404.html", status=HTTPStatus.NOT_FOUND)
        in_its_language(answer)
    return answer
