"""Which language a page is in: the guest's, by what the browser asks for; English for whoever works here."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

FOR_GUESTS = ("/t/", "/here/", "/offline")


def page_language(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Guests read their own language, without a word of it in the address; all other answers are in English.

    Not Django's LocaleMiddleware: it would turn the forms of admin, and the errors of the API, half-way into what
    Django itself brings of that language.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(FOR_GUESTS):
            translation.activate(settings.LANGUAGE_CODE)
            return get_response(request)
        translation.activate(translation.get_language_from_request(request))
        return in_its_language(get_response(request))

    return middleware


def in_its_language(answer: HttpResponseBase) -> HttpResponseBase:
    """The answer, with what caches must know of its language."""
    patch_vary_headers(answer, ("Accept-Language",))
    answer.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
    return answer
