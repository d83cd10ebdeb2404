"""Small files that pages of a venue need: its colour and its pictures. Neither says whose they are."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from venues.pictures import small_version

FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def colour(request: HttpRequest, colour: str) -> HttpResponse:
    """A stylesheet that sets a venue's colour; by the colour and not by the venue, which would tell which there are."""
    answer = HttpResponse(f":root{{--venue:#{colour}}}\n", content_type="text/css; charset=utf-8")
    answer["Cache-Control"] = FOR_EVER
    return answer


@require_safe
def picture(request: HttpRequest, name: str) -> FileResponse:
    """An uploaded picture, as `venues.pictures` has encoded it. Its name is a hash, so it never changes."""
    return _picture(settings.MEDIA_ROOT / "pictures" / f"{name}.webp")


@require_safe
def small_picture(request: HttpRequest, name: str) -> FileResponse:
    """The same for a list on a phone."""
    return _picture(small_version(name))


def _picture(path: Path | None) -> FileResponse:
    try:
        if path is None:
            raise Http404
        file = path.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(file, content_type="image/webp")
    answer["Cache-Control"] = FOR_EVER
    return answer
