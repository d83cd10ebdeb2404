"""The static files of this release, each at an address that never means anything else.

`/static/<release>/<name>`, where the release is a hash of all of them. Modules import one another by relative
addresses, so all that a page runs is of the release that its own addresses name; a process of another release has none
of it and says 404. Never half of one and half of the other, however long a browser keeps what it has.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers

FOR_EVER = "public, max-age=31536000, immutable"
PACKED = ("text/", "application/json", "image/svg+xml")  # the other kinds are small as they are
_IMPORT = re.compile(r"""^(?:import|export)\b[^"';]*?["'](\.[^"']+)["']""", re.MULTILINE)
_TAKES_GZIP = re.compile(r"\bgzip\b")


@dataclass(frozen=True)
class Release:
    name: str
    files: Mapping[str, bytes]

    def graph(self, name: str) -> tuple[str, ...]:
        """The modules that this one needs before it can run, whoever of them imports them; not itself.

        Raises KeyError for one that is not there.
        """
        found = [name]
        for module in found:  # grows as it goes
            for address in _IMPORT.findall(self.files[module].decode()):
                imported = normpath(join(dirname(module), address))
                if imported not in found:
                    found.append(imported)
        return tuple(found[1:])


def read_release() -> Release:
    """The files as they are on the disk now."""
    files: dict[str, bytes] = {}
    for finder in finders.get_finders():
        for name, storage in finder.list(None):
            files.setdefault(name.replace("\\", "/"), Path(storage.path(name)).read_bytes())
    content = hashlib.blake2b(digest_size=6)
    for name, data in sorted(files.items()):
        content.update(b"%d %s %d " % (len(name), name.encode(), len(data)) + data)
    return Release(content.hexdigest(), files)


@cache
def _at_the_start() -> Release:
    return read_release()


def release() -> Release:
    """The one that this process serves: what it found when it started, for the folder may be of the next one by now.

    With DEBUG it is read again each time, and so has another name after each change.
    """
    return read_release() if settings.DEBUG else _at_the_start()


class ReleaseStorage(StaticFilesStorage):
    """Where `{% static %}` looks."""

    def url(self, name: str | None) -> str:
        return super().url(f"{release().name}/{name or ''}")


def static_files(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answers for static files before anything else is asked."""
    release()

    def middleware(request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if not path.startswith(settings.STATIC_URL):
            return get_response(request)
        name, _, file = path.removeprefix(settings.STATIC_URL).partition("/")
        current = release()
        if name != current.name or file not in current.files:
            return get_response(request)
        return _answer(request, current, file)

    return middleware


def _answer(request: HttpRequest, current: Release, file: str) -> HttpResponseBase:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    kind = _kind(file)
    packs = kind.startswith(PACKED)
    packed = packs and _TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")) is not None
    etag = f'"{current.name}{"-gzip" if packed else ""}"'
    body = _gzip(current.files[file]) if packed else current.files[file]
    text = kind.startswith("text/")
    whole = HttpResponse(body, content_type=f"{kind}; charset=utf-8" if text else kind)
    whole["ETag"] = etag
    whole["Cache-Control"] = FOR_EVER
    if packed:
        whole["Content-Encoding"] = "gzip"
    if packs:
        patch_vary_headers(whole, ["Accept-Encoding"])
    answer = get_conditional_response(request, etag=etag, response=whole)
    assert answer is not None
    return answer


def _kind(file: str) -> str:
    if file.endswith((".js", ".mjs")):
        return "text/javascript"  # some systems' tables say otherwise, and browsers then run no module
    return mimetypes.guess_type(file)[0] or "application/octet-stream"


@cache
def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)
